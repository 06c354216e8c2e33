"""Purchases at real processes: a web server, a Celery worker and a provider's app."""

import pytest
from graphene import Node
from saleor.app.models import App
from saleor.webhook.event_types import WebhookEventSyncType

from saleor_order_groups.models import PaymentShare
from tests.apps.provider import Provider
from tests.helpers.purchases import Purchase

SUBSCRIPTION = """
    fragment Payment on TransactionItem {
      id
      pspReference
      order { number }
      authorizedAmount { amount }
      chargedAmount { amount }
    }
    subscription {
      event {
        ... on TransactionInitializeSession {
          initialized: transaction { id }
          initialization: action { amount }
        }
        ... on TransactionChargeRequested {
          transaction { ...Payment }
          action { actionType amount }
        }
        ... on TransactionRefundRequested {
          transaction { ...Payment }
          action { actionType amount }
        }
        ... on TransactionCancelationRequested {
          transaction { ...Payment }
          action { actionType amount }
        }
      }
    }
"""


IDENTIFIER = "tests.provider"
INITIALIZE = """
    mutation Initialize($id: ID!, $amount: PositiveDecimal, $gateway: String!) {
      transactionInitialize(
        id: $id, amount: $amount, action: AUTHORIZATION, paymentGateway: { id: $gateway }
      ) {
        transaction { id pspReference authorizedAmount { amount } }
        transactionEvent { type message }
        errors { field message code }
      }
    }
"""
COMPLETE = """
    mutation Complete($id: ID!) {
      checkoutComplete(id: $id) {
        orderGroup { id orders { id number } }
        errors { field message code }
      }
    }
"""
ACTION = """
    mutation Request(
      $id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal
    ) {
      transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
        errors { field message code }
      }
    }
"""


@pytest.fixture
def provider(
    saleor,
    permission_manage_payments,
    permission_manage_orders,
    permission_manage_checkouts,
):
    """Install the app of a provider; the value is the provider."""
    app = App.objects.create(name="Provider", identifier=IDENTIFIER, is_active=True)
    app.permissions.add(
        permission_manage_payments,
        permission_manage_orders,
        permission_manage_checkouts,
    )
    _, token = app.tokens.create(name="test")
    provider = Provider(saleor, token)
    provider.start()
    webhook = app.webhooks.create(
        name="Payments", target_url=provider.url, subscription_query=SUBSCRIPTION
    )
    for event_type in (
        WebhookEventSyncType.TRANSACTION_INITIALIZE_SESSION,
        WebhookEventSyncType.TRANSACTION_CHARGE_REQUESTED,
        WebhookEventSyncType.TRANSACTION_REFUND_REQUESTED,
        WebhookEventSyncType.TRANSACTION_CANCELATION_REQUESTED,
    ):
        webhook.events.create(event_type=event_type)
    yield provider
    provider.stop()
    assert provider.failures == []


@pytest.fixture
def authorize(provider):
    """Return a function that lets the app authorize a checkout; its value is the answer."""

    def _authorize(checkout, amount=None):
        data = provider.saleor.post(
            INITIALIZE,
            provider.token,
            id=Node.to_global_id("Checkout", checkout.pk),
            amount=amount,
            gateway=IDENTIFIER,
        )["transactionInitialize"]
        assert not data["errors"], data["errors"]
        event = data["transactionEvent"]
        assert event["type"] == "AUTHORIZATION_SUCCESS", event
        return data["transaction"]

    return _authorize


@pytest.fixture
def complete_purchase(saleor):
    """Return a function that completes an authorized checkout as the customer."""

    def _complete(checkout, transaction):
        data = saleor.post(COMPLETE, id=Node.to_global_id("Checkout", checkout.pk))
        data = data["checkoutComplete"]
        assert not data["errors"], data["errors"]
        orders = data["orderGroup"]["orders"]
        _, token = Node.from_global_id(transaction["id"])
        links = PaymentShare.objects.filter(
            payment__transaction__token=token
        ).select_related("transaction")
        shares = {
            Node.to_global_id("Order", link.order_id): link.transaction.token
            for link in links
        }
        return Purchase(
            reference=transaction["pspReference"],
            payment_id=transaction["id"],
            group_id=data["orderGroup"]["id"],
            order_ids=[order["id"] for order in orders],
            numbers=[order["number"] for order in orders],
            share_ids=[
                Node.to_global_id("TransactionItem", shares[order["id"]])
                for order in orders
            ],
        )

    return _complete


@pytest.fixture
def buy(make_cart, authorize, complete_purchase):
    """Return a function that authorizes and completes a cart."""

    def _buy(lines, amount=None, **options):
        checkout = make_cart(lines, user=None, **options)
        return complete_purchase(checkout, authorize(checkout, amount))

    return _buy


@pytest.fixture
def ask(provider):
    """Return a function that requests an action of a transaction; its value: the errors."""

    def _ask(transaction_id, action, amount=None):
        return provider.saleor.post(
            ACTION, provider.token, id=transaction_id, action=action, amount=amount
        )["transactionRequestAction"]["errors"]

    return _ask
