"""The deliveries of a checkout: queries, and what is read from their answers."""

from decimal import Decimal

from graphene import Node
from saleor.checkout.fetch import fetch_checkout_info
from saleor.checkout.tests.utils import add_variant_to_checkout
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import Seller

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
