"""A customer chooses a delivery method for each seller, and pays their sum."""

from decimal import Decimal

import pytest
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroup, SellerDeliveryChoice
from tests.helpers.deliveries import (
    add,
    amount,
    get_method_id,
    get_names,
    get_selected,
    sides,
)

CART = [("beta", "40.00"), ("alpha", "30.00", 2), (None, "5.00")]


@pytest.fixture
def cart(make_cart):
    return make_cart(CART, shipping=None)


def test_each_seller_has_its_own_method_and_price(
    cart, make_method, show, choose, pay, complete
):
    # given
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", "alpha", name="Van")
    bike = make_method("3.10", "beta", name="Bike")
    assert get_names(show(cart)) == {
        None: ["Parcel"],
        "alpha": ["Parcel", "Van"],
        "beta": ["Bike", "Parcel"],
    }

    # when
    data = choose(cart, {None: parcel, "alpha": van, "beta": bike})

    # then
    assert data["errors"] == []
    state = data["checkout"]
    assert get_selected(state) == {None: "Parcel", "alpha": "Van", "beta": "Bike"}
    assert sides(state["shippingPrice"]) == (Decimal("20.00"), Decimal("20.00"))
    assert sides(state["totalPrice"]) == (Decimal("125.00"), Decimal("125.00"))
    assert state["delivery"]["shippingMethod"]["name"] == "Parcel, Van, Bike"
    assert amount(state["delivery"]["shippingMethod"]["price"]) == Decimal("20.00")
    assert state["problems"] == []
    assert state["orderGroupPreview"] == {
        "orders": [
            {
                "seller": slug and {"slug": slug},
                "shippingMethodName": name,
                "shippingPrice": {
                    "net": {"amount": shipping},
                    "gross": {"amount": shipping},
                },
                "total": {"net": {"amount": total}, "gross": {"amount": total}},
            }
            for slug, name, shipping, total in [
                (None, "Parcel", 4.9, 9.9),
                ("alpha", "Van", 12.0, 72.0),
                ("beta", "Bike", 3.1, 43.1),
            ]
        ],
        "total": state["totalPrice"],
    }

    # when
    pay(cart)
    data = complete(cart)

    # then
    assert data["errors"] == []
    orders = list(Order.objects.order_by("number"))
    placed = [parcel, van, bike]
    for order, method, price in zip(
        orders, placed, ["4.90", "12.00", "3.10"], strict=True
    ):
        assert order.shipping_method == method
        assert order.shipping_method_name == method.name
        assert order.shipping_tax_class == method.tax_class
        assert order.shipping_tax_class_name == method.tax_class.name
        assert order.shipping_tax_rate == 0
        assert order.shipping_method_metadata == method.metadata
        assert order.shipping_method_private_metadata == method.private_metadata
        assert order.shipping_price_gross_amount == Decimal(price)
        assert order.shipping_price_net_amount == Decimal(price)
        assert order.base_shipping_price_amount == Decimal(price)
        assert order.undiscounted_base_shipping_price_amount == Decimal(price)
        assert order.private_metadata == {}
    assert [order.total_gross_amount for order in orders] == [
        Decimal("9.90"),
        Decimal("72.00"),
        Decimal("43.10"),
    ]
    assert not Checkout.objects.exists()
    assert not SellerDeliveryChoice.objects.exists()


def test_storefront_that_knows_nothing_of_it_has_one_method_for_all(
    make_cart, make_method, show, pay, complete
):
    # given
    cart = make_cart(CART, shipping="5.00")
    make_method("3.10", "beta", name="Bike")

    # when
    state = show(cart)
    pay(cart)
    data = complete(cart)

    # then
    assert [
        (order["shippingMethodName"], amount(order["shippingPrice"]["gross"]))
        for order in state["orderGroupPreview"]["orders"]
    ] == [
        ("DHL", Decimal("0.24")),
        ("DHL", Decimal("2.86")),
        ("DHL", Decimal("1.90")),
    ]
    assert get_selected(state) == {None: None, "alpha": None, "beta": None}
    assert data["errors"] == []
    assert [
        (order.shipping_method_name, order.shipping_price_gross_amount)
        for order in Order.objects.order_by("number")
    ] == [
        ("DHL", Decimal("0.24")),
        ("DHL", Decimal("2.86")),
        ("DHL", Decimal("1.90")),
    ]


def test_choosing_for_some_sellers_waits_for_the_others(
    cart, make_method, choose, pay, complete
):
    # given
    parcel = make_method("4.90", name="Parcel")

    # when
    first = choose(cart, {"alpha": parcel})
    second = choose(cart, {"beta": parcel})

    # then
    for data in (first, second):
        assert data["errors"] == []
        assert data["checkout"]["delivery"] is None
        assert sides(data["checkout"]["shippingPrice"]) == (0, 0)
    assert get_selected(second["checkout"]) == {
        None: None,
        "alpha": "Parcel",
        "beta": "Parcel",
    }

    # when
    third = choose(cart, {None: parcel})

    # then
    assert third["errors"] == []
    assert sides(third["checkout"]["shippingPrice"])[1] == Decimal("14.70")


def test_choosing_again_replaces_one_choice(cart, make_method, choose, pay, complete):
    # given
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {None: parcel, "alpha": parcel, "beta": parcel})

    # when
    data = choose(cart, {"alpha": van})

    # then
    assert data["errors"] == []
    assert sides(data["checkout"]["shippingPrice"])[1] == Decimal("21.80")
    assert data["checkout"]["delivery"]["shippingMethod"]["name"] == "Parcel, Van"

    # when the sum stays the same
    data = choose(cart, {"alpha": parcel, "beta": van})

    # then
    pay(cart)
    assert complete(cart)["errors"] == []
    assert [
        (order.shipping_method_name, order.shipping_price_gross_amount)
        for order in Order.objects.order_by("number")
    ] == [
        ("Parcel", Decimal("4.90")),
        ("Parcel", Decimal("4.90")),
        ("Van", Decimal("12.00")),
    ]


def test_checkout_of_one_seller_gets_the_method_itself(
    make_cart, make_method, choose, pay, complete
):
    # given
    cart = make_cart([("alpha", "30.00"), ("alpha", "12.00")], shipping=None)
    van = make_method("12.00", "alpha", name="Van")

    # when
    data = choose(cart, {"alpha": van})
    pay(cart)
    completed = complete(cart)

    # then
    assert data["errors"] == []
    assert completed["errors"] == []
    order = Order.objects.get()
    assert order.shipping_method == van
    assert order.shipping_method_name == "Van"
    assert order.shipping_price_gross_amount == Decimal("12.00")
    assert order.shipping_tax_class == van.tax_class
    assert order.shipping_method_metadata == van.metadata
    assert order.shipping_method_private_metadata == van.private_metadata
    assert order.private_metadata == {}
    assert OrderGroup.objects.get().order_links.count() == 1


def test_digital_goods_need_no_choice(
    make_cart, make_variant, make_method, digital_type, show, choose, pay, complete
):
    # given
    cart = make_cart([("alpha", "30.00")], shipping=None)
    add(cart, make_variant("beta", "9.00", type=digital_type))
    van = make_method("12.00", name="Van")
    state = show(cart)
    assert get_names(state) == {"alpha": ["Van"], "beta": []}
    assert [row["isShippingRequired"] for row in state["sellerDeliveries"]] == [
        True,
        False,
    ]

    # when
    refused = choose(cart, {"alpha": van, "beta": van})

    # then
    [error] = refused["errors"]
    assert error["code"] == "SHIPPING_NOT_REQUIRED"
    assert error["message"] == "The goods of Beta are not shipped."
    assert error["index"] == 1
    assert not SellerDeliveryChoice.objects.exists()

    # when
    data = choose(cart, {"alpha": van})
    pay(cart)
    completed = complete(cart)

    # then
    assert data["errors"] == []
    assert completed["errors"] == []
    of_alpha, of_beta = Order.objects.order_by("number")
    assert of_alpha.shipping_method == van
    assert of_alpha.shipping_price_gross_amount == Decimal("12.00")
    assert of_beta.shipping_method is None
    assert of_beta.shipping_method_name is None
    assert of_beta.shipping_tax_rate is None
    assert of_beta.shipping_price_gross_amount == 0
    assert of_beta.shipping_method_metadata == {}
    assert of_beta.shipping_method_private_metadata == {}


def test_another_method_of_the_checkout_leaves_the_choices(
    cart, make_method, choose, refresh, choose_for_all, pay, complete
):
    # given
    parcel = make_method("4.90", name="Parcel")
    choose(cart, {None: parcel, "alpha": parcel, "beta": parcel})

    # when
    data = choose_for_all(cart, get_method_id(parcel))

    # then
    assert data["errors"] == []
    assert sides(data["checkout"]["shippingPrice"])[1] == Decimal("4.90")
    pay(cart)
    assert complete(cart)["errors"] == []
    assert [
        order.shipping_price_gross_amount for order in Order.objects.order_by("number")
    ] == [Decimal("0.23"), Decimal("2.80"), Decimal("1.87")]
