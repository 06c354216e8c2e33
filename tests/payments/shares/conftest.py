"""A payment app that hears of sessions, requests and changed shares."""

import pytest
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.webhook.event_types import WebhookEventSyncType

PARTS = """
    fragment Parts on TransactionAmountShare {
      order { number } seller { slug } amount { amount currency }
    }
"""
# Saleor gives the same fields of sessions and requests other types.
SESSIONS = f"""
    {PARTS}
    fragment Source on OrderOrCheckout {{
      ... on Checkout {{
        orderGroupPreview {{ orders {{ seller {{ slug }} total {{ gross {{ amount }} }} }} }}
      }}
      ... on Order {{ number orderGroup {{ number }} }}
    }}
    subscription {{
      event {{
        ... on PaymentGatewayInitializeSession {{ sourceObject {{ ...Source }} }}
        ... on TransactionInitializeSession {{
          transaction {{ id orderGroup {{ number }} shares {{ order {{ number }} }} }}
          action {{ actionType amount shares {{ ...Parts }} }}
          sourceObject {{ ...Source }}
        }}
        ... on TransactionProcessSession {{
          transaction {{ id orderGroup {{ number }} shares {{ order {{ number }} }} }}
          action {{ actionType amount shares {{ ...Parts }} }}
          sourceObject {{ ...Source }}
        }}
      }}
    }}
"""
REQUESTS = f"""
    {PARTS}
    subscription {{
      event {{
        ... on TransactionChargeRequested {{
          transaction {{ id pspReference }}
          action {{ actionType amount shares {{ ...Parts }} }}
        }}
        ... on TransactionRefundRequested {{
          transaction {{ id pspReference }}
          action {{ actionType amount shares {{ ...Parts }} }}
        }}
        ... on TransactionCancelationRequested {{
          transaction {{ id pspReference }}
          action {{ actionType amount shares {{ ...Parts }} }}
        }}
      }}
    }}
"""
INITIALIZE = """
    mutation Initialize(
      $id: ID!, $amount: PositiveDecimal, $action: TransactionFlowStrategyEnum
    ) {
      transactionInitialize(
        id: $id, amount: $amount, action: $action, paymentGateway: { id: "payments" }
      ) {
        transaction { id }
        transactionEvent { type message }
        errors { field message code }
      }
    }
"""
PROCESS = """
    mutation Process($id: ID!) {
      transactionProcess(id: $id) {
        transactionEvent { type message }
        errors { field message code }
      }
    }
"""


@pytest.fixture
def gateway(payment_app, app_api_client, permission_manage_payments):
    """Let the payment app take part in sessions too; its identifier is `payments`."""
    app = app_api_client.app
    app.identifier = "payments"
    app.save()
    app.permissions.add(permission_manage_payments)
    webhook = app.webhooks.get()
    webhook.subscription_query = REQUESTS
    webhook.save()
    webhook.pk, webhook.subscription_query = None, SESSIONS
    webhook.save()
    for event_type in (
        WebhookEventSyncType.PAYMENT_GATEWAY_INITIALIZE_SESSION,
        WebhookEventSyncType.TRANSACTION_INITIALIZE_SESSION,
        WebhookEventSyncType.TRANSACTION_PROCESS_SESSION,
    ):
        webhook.events.create(event_type=event_type)
    return payment_app


@pytest.fixture
def initialize(gateway, app_api_client):
    """Return a function that starts a session; its value is the transaction's ID."""

    def _initialize(source, amount=None, action="AUTHORIZATION", result=None):
        gateway.answer = lambda request: {
            "pspReference": f"session-{len(gateway.requests)}",
            "result": result or f"{action}_SUCCESS",
            "amount": request.amount,
        }
        variables = {
            "id": Node.to_global_id(type(source).__name__, source.pk),
            "amount": amount,
            "action": action,
        }
        content = get_graphql_content(
            app_api_client.post_graphql(INITIALIZE, variables)
        )
        data = content["data"]["transactionInitialize"]
        assert data["errors"] == []
        return data["transaction"]["id"]

    return _initialize


@pytest.fixture
def process(gateway, user_api_client):
    """Return a function that goes on with a session."""

    def _process(id, **answer):
        gateway.answer = lambda request: {
            "pspReference": "processed",
            "result": "AUTHORIZATION_SUCCESS",
            "amount": request.amount,
            **answer,
        }
        content = get_graphql_content(user_api_client.post_graphql(PROCESS, {"id": id}))
        assert content["data"]["transactionProcess"]["errors"] == []

    return _process


def get_requested(payload):
    """Return [(order's number, seller, amount)] of a payload's action."""
    return [
        (
            share["order"] and share["order"]["number"],
            share["seller"] and share["seller"]["slug"],
            share["amount"]["amount"],
        )
        for share in payload["action"]["shares"]
    ]
