from datetime import timedelta

import pytest
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups.payments import announcements

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
def payment_app(listening_app):
    """Return the app that made the payment. It hides Saleor's fixture of that name."""
    return listening_app


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
