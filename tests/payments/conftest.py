from datetime import timedelta

import pytest
from graphene import Node
from saleor.app.models import App
from saleor.graphql.tests.utils import get_graphql_content
from saleor.webhook.event_types import WebhookEventSyncType

from saleor_order_groups.models import OrderGroup
from saleor_order_groups.payments import announcements
from tests.apps.payment import SUBSCRIPTION, PaymentApp
from tests.apps.server import serve
from tests.helpers.payments import OPERATION

ARGUMENTS = {"amount": "PositiveDecimal", "orders": "[ID!]"}

UPDATE = """
    mutation Update($id: ID!, $transaction: TransactionUpdateInput!) {
      transactionUpdate(id: $id, transaction: $transaction) {
        errors { field message code }
      }
    }
"""


@pytest.fixture
def no_patience(monkeypatch):
    """Take every process for dead that has not told what it has written."""
    monkeypatch.setattr(announcements, "PATIENCE", timedelta(0))


@pytest.fixture
def payment_app(app_api_client, order_groups_plugin_with_webhooks):
    """Let the app that made the payment listen to requests over HTTP."""
    payment_app = PaymentApp()
    with serve(payment_app.respond) as payment_app.url:
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


@pytest.fixture
def operate(
    app_api_client, permission_manage_payments, permission_manage_orders, payment_app
):
    """Return a function that runs an operation on the newest group.

    Its value is the mutation's answer.
    """
    app_api_client.app.permissions.add(
        permission_manage_payments, permission_manage_orders
    )

    def _operate(name, client=app_api_client, **arguments):
        group = OrderGroup.objects.latest("number")
        query = OPERATION % (
            "".join(f", ${key}: {ARGUMENTS[key]}" for key in arguments),
            name,
            "".join(f", {key}: ${key}" for key in arguments),
        )
        response = client.post_graphql(
            query, {"id": Node.to_global_id("OrderGroup", group.pk), **arguments}
        )
        return get_graphql_content(response)["data"][f"orderGroup{name}"]

    return _operate


@pytest.fixture
def update(app_api_client, permission_manage_payments):
    """Return a function that sets a transaction's amounts, as apps did before events."""
    app_api_client.app.permissions.add(permission_manage_payments)

    def _update(transaction, **amounts):
        values = {
            f"amount{name.title()}": {"amount": amount, "currency": "USD"}
            for name, amount in amounts.items()
        }
        response = app_api_client.post_graphql(
            UPDATE,
            {
                "id": Node.to_global_id("TransactionItem", transaction.token),
                "transaction": values,
            },
        )
        data = get_graphql_content(response)["data"]["transactionUpdate"]
        assert not data["errors"]

    return _update
