"""A seller's own method carries that seller's parcels, and nobody else's."""

import pytest
from saleor.order.models import Order

from saleor_order_groups.models import SellerShippingMethod
from tests.helpers.deliveries import add, get_method_id


def offered(refresh, checkout):
    return sorted(
        row["shippingMethod"]["name"] for row in refresh(checkout)["deliveries"]
    )


@pytest.mark.parametrize(
    ("_case", "lines", "names"),
    [
        ("of that seller", [("alpha", "10.00")], ["Courier", "DHL", "Pair"]),
        ("of another", [("gamma", "10.00")], ["DHL"]),
        ("of both", [("alpha", "10.00"), ("gamma", "10.00")], ["DHL"]),
        ("of the pair", [("alpha", "10.00"), ("beta", "10.00")], ["DHL", "Pair"]),
        ("with the shop's", [("alpha", "10.00"), (None, "10.00")], ["DHL"]),
        ("the shop's alone", [(None, "10.00")], ["DHL"]),
    ],
)
def test_methods_that_are_offered_for_the_whole_checkout(
    _case, lines, names, make_cart, make_method, get_seller, refresh, choose_for_all
):
    # given
    courier = make_method("3.00", "alpha", name="Courier")
    pair = make_method("4.00", "alpha", name="Pair")
    SellerShippingMethod.objects.create(seller=get_seller("beta"), shipping_method=pair)
    cart = make_cart(lines, shipping=None)

    # then: the fixtures of a cart have DHL, twice
    assert sorted(set(offered(refresh, cart))) == names

    # when
    data = choose_for_all(cart, get_method_id(courier))

    # then
    codes = [error["code"] for error in data["errors"]]
    assert codes == ([] if "Courier" in names else ["DELIVERY_METHOD_NOT_APPLICABLE"])


def test_goods_that_are_not_shipped_need_no_method(
    make_cart, make_method, make_variant, digital_type, refresh
):
    # given
    make_method("3.00", "alpha", name="Courier")
    cart = make_cart([("alpha", "10.00")], shipping=None)
    add(cart, make_variant("beta", "5.00", type=digital_type))

    # then
    assert "Courier" in offered(refresh, cart)


def test_where_the_plugin_is_off_all_methods_are_offered(
    make_cart, make_method, refresh, order_groups_plugin, channel_USD
):
    # given
    make_method("3.00", "alpha", name="Courier")
    cart = make_cart([("beta", "10.00")], shipping=None)
    order_groups_plugin(channel_USD, active=False)

    # then
    assert "Courier" in offered(refresh, cart)


def test_a_method_that_became_a_sellers_own_refuses_to_complete(
    make_cart, make_method, refresh, choose_for_all, get_seller, pay, complete
):
    # given
    cart = make_cart([("alpha", "10.00"), ("beta", "10.00")], shipping=None)
    van = make_method("3.00", name="Van")
    refresh(cart)
    assert choose_for_all(cart, get_method_id(van))["errors"] == []
    pay(cart)
    SellerShippingMethod.objects.create(seller=get_seller("alpha"), shipping_method=van)

    # when
    refresh(cart)
    data = complete(cart)

    # then
    assert [error["code"] for error in data["errors"]] == ["INVALID_SHIPPING_METHOD"]
    assert not Order.objects.exists()


def test_each_seller_still_has_its_own_method(make_cart, make_method, choose, show):
    # given
    courier = make_method("3.00", "alpha", name="Courier")
    van = make_method("4.00", name="Van")
    cart = make_cart([("alpha", "10.00"), ("beta", "10.00")], shipping=None)

    # when
    data = choose(cart, {"alpha": courier, "beta": van})

    # then
    assert data["errors"] == []
    assert data["checkout"]["shippingPrice"]["gross"]["amount"] == 7.0
