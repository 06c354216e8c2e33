from datetime import timedelta
from decimal import Decimal

import pytest
from graphene import Node
from saleor.app.models import App
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.payment.models import TransactionItem
from saleor.webhook.event_types import WebhookEventSyncType

from saleor_order_groups.payments import announcements
from saleor_order_groups.payments.split import AMOUNTS
from tests.completion.conftest import (  # noqa: F401
    complete,
    get_seller,
    get_total,
    make_cart,
    make_variant,
    pay,
)

from .payment_app import SUBSCRIPTION, PaymentApp

REPORT = """
    mutation Report(
      $id: ID, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal
      $reference: String!, $time: DateTime, $actions: [TransactionActionEnum!]
    ) {
      transactionEventReport(
        id: $id, type: $type, amount: $amount, pspReference: $reference, time: $time
        availableActions: $actions
      ) {
        alreadyProcessed
        transaction { chargedAmount { amount } }
        errors { field message code }
      }
    }
"""
REQUEST = """
    mutation Request(
      $id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal
    ) {
      transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
        transaction { id }
        errors { field message code }
      }
    }
"""
CART = [("alpha", "60.00"), ("beta", "40.00")]


@pytest.fixture
def report(app_api_client, permission_manage_payments):
    """Return a function that reports an event as a payment app.

    `options` are the `time` of the event and the `actions` that are left.
    """
    app_api_client.app.permissions.add(permission_manage_payments)

    def _report(transaction, type, amount, reference, **options):
        response = app_api_client.post_graphql(
            REPORT,
            {
                "id": Node.to_global_id("TransactionItem", transaction.token),
                "type": type,
                "amount": amount,
                "reference": reference,
                **options,
            },
        )
        data = get_graphql_content(response)["data"]["transactionEventReport"]
        assert not data["errors"]
        return data

    return _report


@pytest.fixture
def request_action(app_api_client, permission_manage_payments):
    """Return a function that requests an action; its value are the errors."""
    app_api_client.app.permissions.add(permission_manage_payments)

    def _request(transaction, action, amount=None):
        response = app_api_client.post_graphql(
            REQUEST,
            {
                "id": Node.to_global_id("TransactionItem", transaction.token),
                "action": action,
                "amount": amount,
            },
        )
        content = get_graphql_content(response)
        return content["data"]["transactionRequestAction"]["errors"]

    return _request


@pytest.fixture
def paid_group(make_cart, transaction_item_generator, report, complete, app_api_client):  # noqa: F811
    """Two orders of 63.00 and 42.00, authorized by an app with one transaction."""
    checkout = make_cart(CART)
    transaction = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(transaction, "AUTHORIZATION_SUCCESS", "105.00", "auth-1")
    assert not complete(checkout)["errors"]
    transaction.refresh_from_db()
    return transaction


@pytest.fixture
def no_patience(monkeypatch):
    """Take every process for dead that has not told what it has written."""
    monkeypatch.setattr(announcements, "PATIENCE", timedelta(0))


@pytest.fixture
def payment_app(app_api_client, order_groups_plugin_with_webhooks):
    """Let the app that made the payment listen to requests over HTTP."""
    payment_app = PaymentApp()
    payment_app.start()
    app = App.objects.get(pk=app_api_client.app.pk)
    webhook = app.webhooks.create(
        name="Payments",
        target_url=payment_app.url,
        subscription_query=SUBSCRIPTION,
        is_active=True,
    )
    webhook.events.bulk_create(
        webhook.events.model(webhook=webhook, event_type=event_type)
        for event_type in (
            WebhookEventSyncType.TRANSACTION_CHARGE_REQUESTED,
            WebhookEventSyncType.TRANSACTION_REFUND_REQUESTED,
            WebhookEventSyncType.TRANSACTION_CANCELATION_REQUESTED,
        )
    )
    yield payment_app
    payment_app.stop()


def get_orders():
    """Return the group's orders in its order."""
    return list(Order.objects.order_by("number"))


def get_share(order):
    """Return the order's transaction."""
    return order.payment_transactions.get()


def get_amounts(name):
    """Return an amount of the payment and of each share."""
    payment = TransactionItem.objects.get(order=None)
    return [
        getattr(payment, name),
        [getattr(get_share(order), name) for order in get_orders()],
    ]


def assert_shares_sum_to(payment, below_zero=()):
    """Check that the shares sum to the payment in every amount, none below zero.

    :param below_zero: the amounts of which an order has less than nothing, by itself.
    """
    payment.refresh_from_db()
    shares = TransactionItem.objects.filter(payment_share__payment__transaction=payment)
    for name in AMOUNTS:
        values = [getattr(share, name) for share in shares]
        assert sum(values) == getattr(payment, name), name
        if name in below_zero:
            assert min(values) < 0, name
        else:
            assert min(values) >= min(getattr(payment, name), Decimal(0)), name
