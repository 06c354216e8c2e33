"""A storefront: what a customer's browser and the payment app send, and no more.

Nothing in it knows of sellers until the checkout is complete, but `deliver_each`; any
storefront for Saleor works unchanged.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from .client import Api, DemoError
from .report import decimal
from .shop import ADDRESS, CHANNEL, CURRENCY, PARCEL

# What the customer puts into the cart: SKU and quantity.
CART = {"TOTE": 1, "HONEY": 2, "CANDLE": 1, "MUG": 3, "SPOON": 1}

CHECKOUT = """
fragment Checkout on Checkout {
  id
  lines {
    quantity
    variant { sku product { name seller { name } } }
    unitPrice { gross { amount } }
    totalPrice { gross { amount } }
  }
  subtotalPrice { gross { amount } }
  shippingPrice { gross { amount } }
  totalPrice { gross { amount } net { amount } tax { amount } }
}
"""

ORDER_GROUP = """
fragment Group on OrderGroup {
  id
  number
  userEmail
  sellerCount
  sellers { slug name }
  total { gross { amount } net { amount } tax { amount } }
  placedTotal { gross { amount } net { amount } }
  orders {
    id
    number
    seller { slug name }
    isPaid
    chargeStatus
    shippingMethodName
    subtotal { gross { amount } }
    shippingPrice { gross { amount } }
    total { gross { amount } net { amount } tax { amount } }
    totalCharged { amount }
    lines { quantity productSku productName totalPrice { gross { amount } } }
  }
}
"""


def fill_cart(
    customer: Api,
    *,
    channel: str = CHANNEL,
    cart: Mapping[str, int] = CART,
    email: str | None = None,
) -> dict[str, Any]:
    """Find the goods in the shop window and make a checkout of them.

    :param cart: how many of each SKU.
    :param email: of a guest.
    """
    products = customer(
        """query ($channel: String!) {
          products(channel: $channel, first: 50) {
            edges { node { variants { id sku } } }
          }
        }""",
        channel=channel,
    )["edges"]
    variant_ids = {
        variant["sku"]: variant["id"]
        for product in products
        for variant in product["node"]["variants"]
    }
    return customer(
        CHECKOUT
        + """mutation ($input: CheckoutCreateInput!) {
          checkoutCreate(input: $input) {
            checkout { ...Checkout } errors { field message code }
          }
        }""",
        input={
            "channel": channel,
            "email": email,
            "lines": [
                {"variantId": variant_ids[sku], "quantity": quantity}
                for sku, quantity in cart.items()
            ],
        },
    )["checkout"]


def address_and_deliver(customer: Api, checkout_id: str) -> dict[str, Any]:
    """Set both addresses and one delivery method; return the priced checkout."""
    address(customer, checkout_id)
    deliveries = customer(
        """mutation ($id: ID!) {
          deliveryOptionsCalculate(id: $id) {
            deliveries { id shippingMethod { name } } errors { field message code }
          }
        }""",
        id=checkout_id,
    )["deliveries"]
    name, _ = PARCEL
    delivery_ids = [
        row["id"] for row in deliveries if row["shippingMethod"]["name"] == name
    ]
    if not delivery_ids:
        raise DemoError(f"Saleor does not offer the delivery method {name}.")
    return customer(
        CHECKOUT
        + """mutation ($id: ID!, $delivery: ID!) {
          checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $delivery) {
            checkout { ...Checkout } errors { field message code }
          }
        }""",
        id=checkout_id,
        delivery=delivery_ids[0],
    )["checkout"]


def address(customer: Api, checkout_id: str) -> None:
    for kind in ("shipping", "billing"):
        name = f"checkout{kind.capitalize()}AddressUpdate"
        customer(
            f"""mutation ($id: ID!, $address: AddressInput!) {{
              {name}(id: $id, {kind}Address: $address) {{
                errors {{ field message code }}
              }}
            }}""",
            id=checkout_id,
            address=ADDRESS,
        )


def seller_deliveries(customer: Api, checkout_id: str) -> list[dict[str, Any]]:
    """Return what can be chosen for each seller."""
    return customer(
        """query ($id: ID!) {
          checkout(id: $id) {
            sellerDeliveries {
              seller { id name }
              isShippingRequired
              availableShippingMethods { id name price { amount } }
              selectedShippingMethod { id name }
            }
          }
        }""",
        id=checkout_id,
    )["sellerDeliveries"]


def deliver_each(
    customer: Api, checkout_id: str, method_ids: dict[str | None, str]
) -> dict[str, Any]:
    """Choose a delivery method for each seller; return the priced checkout."""
    return customer(
        CHECKOUT
        + """mutation ($id: ID!, $deliveries: [CheckoutSellerDeliveryInput!]!) {
          checkoutSellerDeliveryMethodsUpdate(id: $id, deliveries: $deliveries) {
            checkout { ...Checkout }
            errors { field message code index sellerId }
          }
        }""",
        id=checkout_id,
        deliveries=[
            {"sellerId": seller_id, "shippingMethodId": method_id}
            for seller_id, method_id in method_ids.items()
        ],
    )["checkout"]


def pay(app: Api, checkout: dict[str, Any]) -> Decimal:
    """Report a charge of the whole checkout, as a payment app does; return it."""
    amount = decimal(checkout["totalPrice"]["gross"]["amount"])
    transaction = app(
        """mutation ($id: ID!, $transaction: TransactionCreateInput!) {
          transactionCreate(id: $id, transaction: $transaction) {
            transaction { chargedAmount { amount } } errors { field message code }
          }
        }""",
        id=checkout["id"],
        transaction={
            "name": "Card ending in 4242",
            "pspReference": f"demo-{uuid4()}",
            "availableActions": ["REFUND"],
            "amountCharged": {"amount": str(amount), "currency": CURRENCY},
        },
    )["transaction"]
    return decimal(transaction["chargedAmount"]["amount"])


def complete(customer: Api, checkout_id: str) -> dict[str, Any]:
    """Complete the checkout: Saleor's own mutation, with `orderGroup` asked for."""
    return customer(
        ORDER_GROUP
        + """mutation ($id: ID!) {
          checkoutComplete(id: $id) {
            order { id number }
            orderGroup { ...Group }
            errors { field message code }
          }
        }""",
        id=checkout_id,
    )


def order_groups(customer: Api) -> list[dict[str, Any]]:
    """Return the customer's newest order groups."""
    edges = customer(
        ORDER_GROUP
        + """query {
          orderGroups(first: 5) { totalCount edges { node { ...Group } } }
        }"""
    )["edges"]
    return [edge["node"] for edge in edges]


def order_group(caller: Api, group_id: str) -> dict[str, Any] | None:
    return caller(
        ORDER_GROUP + "query ($id: ID!) { orderGroup(id: $id) { ...Group } }",
        id=group_id,
    )
