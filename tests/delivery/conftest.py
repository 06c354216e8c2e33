from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from graphene import Node
from saleor.checkout.fetch import fetch_checkout_info
from saleor.checkout.tests.utils import add_variant_to_checkout
from saleor.graphql.tests.utils import get_graphql_content
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import ProductType
from saleor.shipping import ShippingMethodType
from saleor.shipping.models import ShippingMethod, ShippingMethodChannelListing

from saleor_order_groups.models import Seller, SellerShippingMethod
from tests.completion.conftest import (  # noqa: F401
    complete,
    get_seller,
    get_total,
    make_cart,
    make_variant,
    pay,
    use_voucher,
)
from tests.completion.test_entries import create_from_checkout  # noqa: F401

CHECKOUT = """
    fragment Prices on TaxedMoney { net { amount } gross { amount } }
    fragment State on Checkout {
      shippingPrice { ...Prices }
      totalPrice { ...Prices }
      delivery { shippingMethod { id name price { amount } } }
      problems {
        __typename
        ... on CheckoutProblemDeliveryMethodInvalid { delivery { id } }
      }
      sellerDeliveries {
        seller { slug }
        lines { id quantity }
        isShippingRequired
        availableShippingMethods { id name price { amount } }
        selectedShippingMethod { name price { amount } }
      }
      orderGroupPreview {
        orders {
          seller { slug }
          shippingMethodName
          shippingPrice { ...Prices }
          total { ...Prices }
        }
        total { ...Prices }
      }
    }
"""
QUERY = CHECKOUT + "query Show($id: ID!) { checkout(id: $id) { ...State } }"
CHOOSE = (
    CHECKOUT
    + """
    mutation Choose($id: ID!, $deliveries: [CheckoutSellerDeliveryInput!]!) {
      checkoutSellerDeliveryMethodsUpdate(id: $id, deliveries: $deliveries) {
        checkout { ...State }
        errors { field message code index sellerId }
      }
    }
"""
)
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
GERMAN = {
    "firstName": "Mira",
    "lastName": "Lindt",
    "streetAddress1": "Torstrasse 1",
    "city": "Berlin",
    "postalCode": "10119",
    "country": "DE",
}


def add(checkout, variant, quantity=1):
    """Add to a checkout without the API."""
    manager = get_plugins_manager(allow_replica=False)
    checkout_info = fetch_checkout_info(checkout, [], manager)
    add_variant_to_checkout(checkout_info, variant, quantity)


def to_id(checkout):
    return Node.to_global_id("Checkout", checkout.pk)


def get_method_id(method):
    return Node.to_global_id("ShippingMethod", method.pk)


def get_seller_id(slug):
    return slug and Node.to_global_id("Seller", Seller.objects.get(slug=slug).pk)


def amount(value):
    return Decimal(str(value["amount"]))


def sides(price):
    return amount(price["net"]), amount(price["gross"])


def get_names(state):
    """Return the names of what can be chosen for each seller."""
    return {
        (row["seller"] or {}).get("slug"): [
            method["name"]
            for method in row["availableShippingMethods"]
            # Saleor's fixtures of a cart have it.
            if method["name"] != "DHL"
        ]
        for row in state["sellerDeliveries"]
    }


def get_selected(state):
    return {
        (row["seller"] or {}).get("slug"): (row["selectedShippingMethod"] or {}).get(
            "name"
        )
        for row in state["sellerDeliveries"]
    }


@pytest.fixture
def long_lived_tokens(settings):
    """Let the clients' tokens outlive a long run of generated carts."""
    settings.JWT_TTL_ACCESS = timedelta(days=1)


@pytest.fixture
def make_method(shipping_zone, channel_USD, default_tax_class):
    """Return a function that makes a delivery method, a seller's own if one is named."""
    numbers = count()

    def _make(
        price,
        seller=None,
        *,
        name=None,
        limits=(None, None),
        weights=None,
        tax_class=default_tax_class,
        channel=channel_USD,
    ):
        fields = {}
        if weights:
            fields["minimum_order_weight"], fields["maximum_order_weight"] = weights
        method = ShippingMethod.objects.create(
            name=name or f"Method {next(numbers)}",
            type=(
                ShippingMethodType.WEIGHT_BASED
                if weights
                else ShippingMethodType.PRICE_BASED
            ),
            shipping_zone=shipping_zone,
            tax_class=tax_class,
            metadata={"carrier": f"of {name}"},
            private_metadata={"account": f"for {name}"},
            **fields,
        )
        ShippingMethodChannelListing.objects.create(
            shipping_method=method,
            channel=channel,
            currency=channel.currency_code,
            price_amount=Decimal(price),
            minimum_order_price_amount=limits[0],
            maximum_order_price_amount=limits[1],
        )
        if seller:
            SellerShippingMethod.objects.create(
                seller=Seller.objects.get_or_create(
                    slug=seller, defaults={"name": seller.title()}
                )[0],
                shipping_method=method,
            )
        return method

    return _make


@pytest.fixture
def show(user_api_client):
    """Return a function that asks for a checkout with its deliveries and preview."""

    def _show(checkout, client=user_api_client):
        response = client.post_graphql(QUERY, {"id": to_id(checkout)})
        return get_graphql_content(response)["data"]["checkout"]

    return _show


@pytest.fixture
def choose(user_api_client):
    """Return a function that chooses methods, by seller's slug or None."""

    def _choose(checkout, methods, client=user_api_client):
        deliveries = [
            {
                "sellerId": get_seller_id(slug),
                "shippingMethodId": get_method_id(method),
            }
            for slug, method in methods.items()
        ]
        variables = {"id": to_id(checkout), "deliveries": deliveries}
        response = client.post_graphql(CHOOSE, variables)
        return get_graphql_content(response)["data"][
            "checkoutSellerDeliveryMethodsUpdate"
        ]

    return _choose


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
