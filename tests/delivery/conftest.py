from datetime import timedelta

import pytest
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.product.models import ProductType

from tests.helpers.deliveries import QUERY, to_id

REFRESH = """
    mutation Refresh($id: ID!) {
      deliveryOptionsCalculate(id: $id) {
        deliveries { id shippingMethod { id name } }
        errors { field message code }
      }
    }
"""


CHOOSE_FOR_ALL = """
    mutation ChooseForAll($id: ID!, $method: ID!) {
      checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {
        checkout {
          shippingPrice { net { amount } gross { amount } }
          totalPrice { net { amount } gross { amount } }
        }
        errors { field message code }
      }
    }
"""


LINES_ADD = """
    mutation Add($id: ID!, $lines: [CheckoutLineInput!]!) {
      checkoutLinesAdd(id: $id, lines: $lines) { errors { field message code } }
    }
"""
LINES_DELETE = """
    mutation Delete($id: ID!, $lines: [ID!]!) {
      checkoutLinesDelete(id: $id, linesIds: $lines) { errors { field message code } }
    }
"""


ADD_CODE = """
    mutation Add($id: ID!, $code: String!) {
      checkoutAddPromoCode(id: $id, promoCode: $code) {
        errors { field message code }
      }
    }
"""


ADDRESS_UPDATE = """
    mutation Update($id: ID!, $address: AddressInput!) {
      checkoutShippingAddressUpdate(id: $id, shippingAddress: $address) {
        errors { field message code }
      }
    }
"""


@pytest.fixture
def long_lived_tokens(settings):
    """Let the clients' tokens outlive a long run of generated carts."""
    settings.JWT_TTL_ACCESS = timedelta(days=1)


@pytest.fixture
def show(user_api_client):
    """Return a function that asks for a checkout with its deliveries and preview."""

    def _show(checkout, client=user_api_client):
        response = client.post_graphql(QUERY, {"id": to_id(checkout)})
        return get_graphql_content(response)["data"]["checkout"]

    return _show


@pytest.fixture
def refresh(user_api_client):
    """Return a function that lets Saleor find the checkout's methods anew."""

    def _refresh(checkout):
        response = user_api_client.post_graphql(REFRESH, {"id": to_id(checkout)})
        return get_graphql_content(response)["data"]["deliveryOptionsCalculate"]

    return _refresh


@pytest.fixture
def choose_for_all(user_api_client):
    """Return a function that chooses one method for the whole checkout."""

    def _choose(checkout, global_id):
        variables = {"id": to_id(checkout), "method": global_id}
        response = user_api_client.post_graphql(CHOOSE_FOR_ALL, variables)
        return get_graphql_content(response)["data"]["checkoutDeliveryMethodUpdate"]

    return _choose


@pytest.fixture
def digital_type(db):
    return ProductType.objects.create(
        name="Digital", slug="digital", is_shipping_required=False
    )


@pytest.fixture
def add_lines(user_api_client):
    """Return a function that puts variants into a checkout as a storefront does."""

    def _add(checkout, *variants):
        lines = [
            {"variantId": Node.to_global_id("ProductVariant", v.pk), "quantity": 1}
            for v in variants
        ]
        variables = {"id": to_id(checkout), "lines": lines}
        response = user_api_client.post_graphql(LINES_ADD, variables)
        data = get_graphql_content(response)["data"]["checkoutLinesAdd"]
        assert data["errors"] == []

    return _add


@pytest.fixture
def delete_lines(user_api_client):
    """Return a function that takes a seller's lines out of a checkout."""

    def _delete(checkout, slug, **fields):
        lines = [
            Node.to_global_id("CheckoutLine", line.pk)
            for line in checkout.lines.filter(
                variant__product__product_seller__seller__slug=slug, **fields
            )
        ]
        assert lines
        variables = {"id": to_id(checkout), "lines": lines}
        response = user_api_client.post_graphql(LINES_DELETE, variables)
        data = get_graphql_content(response)["data"]["checkoutLinesDelete"]
        assert data["errors"] == []

    return _delete


@pytest.fixture
def add_code(user_api_client):
    """Return a function that adds a voucher's or gift card's code to a checkout."""

    def _add(checkout, code):
        variables = {"id": to_id(checkout), "code": code}
        response = user_api_client.post_graphql(ADD_CODE, variables)
        data = get_graphql_content(response)["data"]["checkoutAddPromoCode"]
        assert data["errors"] == []

    return _add


@pytest.fixture
def move(user_api_client):
    """Return a function that sends a checkout's goods to another address."""

    def _move(checkout, address):
        variables = {"id": to_id(checkout), "address": address}
        response = user_api_client.post_graphql(ADDRESS_UPDATE, variables)
        data = get_graphql_content(response)["data"]["checkoutShippingAddressUpdate"]
        assert data["errors"] == []

    return _move
