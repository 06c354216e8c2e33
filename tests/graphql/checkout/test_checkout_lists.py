"""The splits and deliveries of a list of checkouts, and what they cost."""

from datetime import timedelta

import pytest
from graphene import Node
from saleor.checkout.models import Checkout

from saleor_order_groups.models import SellerDeliveryChoice, SellerShippingMethod

PREVIEW = """
orderGroupPreview {
  orders {
    seller { slug }
    shippingMethodName
    giftCardAmount { amount }
    total { net { amount } gross { amount } }
  }
  total { net { amount } gross { amount } }
}
"""
DELIVERIES = """
sellerDeliveries {
  seller { slug }
  lines { quantity }
  isShippingRequired
  availableShippingMethods { id name price { amount } }
  selectedShippingMethod { id name }
}
"""
LIST = "query {{ me {{ checkouts(first: 20) {{ edges {{ node {{ id {} }} }} }} }} }}"
ONE = "query($id: ID!) {{ checkout(id: $id) {{ id totalPrice {{ net {{ amount }} gross {{ amount }} }} {} }} }}"


@pytest.fixture
def ask(user_api_client, count_statements, settings):
    """Return the customer's checkouts with some fields, and the statements of that."""
    # Saleor reads the taxes of each checkout that it has to price again, and asks no tax
    # app for one of a list.
    settings.CHECKOUT_PRICES_TTL = timedelta(hours=1)

    def ask(fields):
        for checkout in Checkout.objects.all():
            variables = {"id": Node.to_global_id("Checkout", checkout.pk)}
            user_api_client.post_graphql(ONE.format(""), variables)
        for _ in range(2):
            data, statements = count_statements(user_api_client, LIST.format(fields))
        return [edge["node"] for edge in data["me"]["checkouts"]["edges"]], statements

    return ask


@pytest.fixture
def make_carts(
    make_cart, shipping_method, gift_card, gift_card_expiry_date, get_seller, address
):
    """Make a first checkout and five that differ from it."""

    def make_carts():
        lines = [("alpha", "30.00"), ("beta", "20.00"), (None, "10.00")]
        first = make_cart(lines, gift_cards=[gift_card])
        yield first
        others = [
            make_cart(lines, gift_cards=[gift_card, gift_card_expiry_date]),
            make_cart(lines[:1]),
            make_cart(lines, shipping=None),
            make_cart(lines),
            make_cart(lines),
        ]
        abroad, nowhere = others[3:]
        abroad.shipping_address.country = "DE"
        abroad.shipping_address.save()
        nowhere.shipping_address = None
        nowhere.save()
        SellerShippingMethod.objects.create(
            seller=get_seller("alpha"), shipping_method=shipping_method
        )
        SellerDeliveryChoice.objects.create(
            checkout=others[0],
            seller=get_seller("alpha"),
            shipping_method=shipping_method,
        )
        yield others

    return make_carts


@pytest.mark.parametrize("fields", [PREVIEW, DELIVERIES, PREVIEW + DELIVERIES])
def test_statements_do_not_depend_on_the_checkouts(fields, ask, make_carts):
    # given
    carts = make_carts()
    first = next(carts)
    [alone], count_of_one = ask(fields)
    others = next(carts)

    # when
    found, count_of_six = ask(fields)

    # then
    assert alone["id"] == Node.to_global_id("Checkout", first.pk)
    assert {node["id"] for node in found} == {
        Node.to_global_id("Checkout", cart.pk) for cart in [first, *others]
    }
    assert count_of_six == count_of_one


def test_each_checkout_of_a_list_is_as_alone(ask, make_carts, user_api_client):
    # given
    carts = make_carts()
    first, others = next(carts), next(carts)

    # when
    found, _ = ask(PREVIEW + DELIVERIES)

    # then
    by_id = {node["id"]: node for node in found}
    rows = []
    for cart in [first, *others]:
        cart_id = Node.to_global_id("Checkout", cart.pk)
        response = user_api_client.post_graphql(
            ONE.format(PREVIEW + DELIVERIES), {"id": cart_id}
        )
        alone = response.json()["data"]["checkout"]
        total_price = alone.pop("totalPrice")
        assert by_id[cart_id] == alone
        assert alone["orderGroupPreview"]["total"] == total_price
        orders = alone["orderGroupPreview"]["orders"]
        deliveries = alone["sellerDeliveries"]
        rows.append(
            (
                total_price["gross"]["amount"],
                sum(order["giftCardAmount"]["amount"] for order in orders),
                [len(row["availableShippingMethods"]) for row in deliveries],
                [row["selectedShippingMethod"] is not None for row in deliveries],
            )
        )
    assert rows == [
        (55.0, 10.0, [1, 2, 1], [False, False, False]),
        (35.0, 30.0, [1, 2, 1], [False, True, False]),
        (35.0, 0.0, [2], [False]),
        (60.0, 0.0, [1, 2, 1], [False, False, False]),
        (65.0, 0.0, [1, 2, 1], [False, False, False]),
        (65.0, 0.0, [0, 0, 0], [False, False, False]),
    ]
