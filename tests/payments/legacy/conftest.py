"""Orders paid with one payment of a provider, and what is asked of them."""

import pytest
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.payment import ChargeStatus

from tests.helpers.legacy_payments import CART, OPERATIONS, ORDER, TYPES


@pytest.fixture
def provider(monkeypatch):
    # Imported here: without Saleor's dummy gateway a test is skipped, not the package.
    from tests.helpers.legacy_gateway import Provider, ProviderGateway

    provider = Provider()
    monkeypatch.setattr(ProviderGateway, "provider", provider)
    return provider


@pytest.fixture
def place(provider, make_cart, pay_legacy, complete):
    """Return a function that places orders paid with one payment of the provider."""
    from tests.helpers.legacy_gateway import PROVIDER

    def _place(token=ChargeStatus.NOT_CHARGED, cart=CART, **fields):
        checkout = make_cart(cart, **fields)
        pay_legacy(checkout, token=token, plugin=PROVIDER)
        assert not complete(checkout)["errors"]
        return list(
            Order.objects.filter(checkout_token=checkout.token).order_by("number")
        )

    return _place


@pytest.fixture
def ask(staff_api_client, permission_group_manage_orders, warehouse):
    """Return a function that calls a mutation for an order; the answer's payload."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    def _ask(name, order, amount=None):
        line = order.lines.first()
        fulfillment = order.fulfillments.first()
        fulfillment_line = fulfillment.lines.first() if fulfillment else None
        values = {
            "id": Node.to_global_id("Order", order.pk),
            "amount": amount,
            "line": Node.to_global_id("OrderLine", line.pk),
            "fulfillmentLine": fulfillment_line
            and Node.to_global_id("FulfillmentLine", fulfillment_line.pk),
            "warehouse": Node.to_global_id("Warehouse", warehouse.pk),
            "quantity": line.quantity,
            "payment": Node.to_global_id("Payment", order.get_last_payment().pk),
        }
        operation = OPERATIONS[name]
        used = [key for key in TYPES if f"${key}" in operation]
        names = ", ".join(f"${key}: {TYPES[key]}" for key in used)
        fragment = ORDER if "OrderDetails" in operation else ""
        response = staff_api_client.post_graphql(
            f"{fragment} mutation ({names}) {{ answer: {operation} }}",
            {key: values[key] for key in used},
        )
        return get_graphql_content(response)["data"]["answer"]

    return _ask
