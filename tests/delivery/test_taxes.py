"""Saleor taxes the price of delivery at one rate; an app sees one name and the sum."""

from decimal import Decimal

import pytest
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.tax.models import TaxClass, TaxClassCountryRate

from tests.helpers.deliveries import GERMAN, sides

CART = [("beta", "40.00"), ("alpha", "30.00", 2), (None, "5.00")]


@pytest.fixture
def cart(make_cart):
    return make_cart(CART, shipping=None)


@pytest.fixture
def other_class(db):
    """Return a tax class of another rate where the checkouts go."""
    tax_class = TaxClass.objects.create(name="Reduced")
    tax_class.country_rates.create(country="PL", rate=5)
    return tax_class


@pytest.mark.parametrize(
    ("entered_with_tax", "prices"),
    [
        # 10.90 + 7.45 = 18.35 at 17.5 %: of 2.73 tax 1.62 and 1.11
        (True, [("9.28", "10.90"), ("6.34", "7.45")]),
        # of 3.21 tax 1.91 and 1.30
        (False, [("10.90", "12.81"), ("7.45", "8.75")]),
    ],
)
def test_tax_of_the_sum_is_divided_by_the_prices(
    entered_with_tax,
    prices,
    make_cart,
    charge_taxes,
    make_method,
    choose,
    pay,
    complete,
):
    # given
    charge_taxes(entered_with_tax=entered_with_tax)
    cart = make_cart([("beta", "40.00"), ("alpha", "30.00")], shipping=None)
    van = make_method("10.90", name="Van")
    bike = make_method("7.45", name="Bike")

    # when
    data = choose(cart, {"alpha": van, "beta": bike})

    # then
    assert data["errors"] == []
    expected = [(Decimal(net), Decimal(gross)) for net, gross in prices]
    previews = data["checkout"]["orderGroupPreview"]["orders"]
    assert [sides(order["shippingPrice"]) for order in previews] == expected
    whole = tuple(map(sum, zip(*expected, strict=True)))
    assert sides(data["checkout"]["shippingPrice"]) == whole
    pay(cart)
    assert complete(cart)["errors"] == []
    orders = Order.objects.order_by("number")
    assert [
        (order.shipping_price_net_amount, order.shipping_price_gross_amount)
        for order in orders
    ] == expected
    assert {order.shipping_tax_rate for order in orders} == {Decimal("0.175")}


def test_methods_of_different_rates_are_refused(
    cart,
    charge_taxes,
    make_method,
    choose,
    other_class,
):
    # given
    charge_taxes(entered_with_tax=True)
    parcel = make_method("4.90", name="Parcel")
    reduced = make_method("3.00", name="Reduced", tax_class=other_class)
    assert choose(cart, {None: parcel, "alpha": parcel})["errors"] == []

    # when
    data = choose(cart, {"beta": reduced})

    # then
    [error] = data["errors"]
    assert error["field"] == "deliveries"
    assert error["code"] == "INVALID_SHIPPING_METHOD"
    assert error["message"] == (
        "Delivery methods that are taxed at different rates cannot be combined in one"
        " checkout: the shop itself, Alpha, Beta."
    )
    assert choose(cart, {"beta": parcel})["errors"] == []


def test_rates_that_differ_after_the_address_changed_refuse_to_complete(
    cart,
    charge_taxes,
    make_method,
    choose,
    other_class,
    default_tax_class,
    pay,
    complete,
):
    # given: where the classes have one rate
    charge_taxes(entered_with_tax=True)
    other_class.country_rates.update(rate=Decimal("17.5"))
    parcel = make_method("4.90", name="Parcel")
    reduced = make_method("3.00", name="Reduced", tax_class=other_class)
    data = choose(cart, {None: parcel, "alpha": parcel, "beta": reduced})
    assert data["errors"] == []
    pay(cart)

    # when
    other_class.country_rates.update(rate=Decimal(5))
    refused = complete(cart)

    # then
    [error] = refused["errors"]
    assert error["code"] == "INVALID_SHIPPING_METHOD"
    assert error["message"] == (
        "Delivery methods that are taxed at different rates cannot be combined in one"
        " checkout: the shop itself, Alpha, Beta."
    )
    assert not Order.objects.exists()

    # when
    other_class.country_rates.update(rate=Decimal("17.5"))
    completed = complete(cart)

    # then: each order has its own class
    assert completed["errors"] == []
    assert [
        order.shipping_tax_class_name for order in Order.objects.order_by("number")
    ] == [default_tax_class.name, default_tax_class.name, "Reduced"]


def test_address_where_rates_differ_makes_the_delivery_invalid(
    cart,
    charge_taxes,
    make_method,
    choose,
    other_class,
    move,
    refresh,
    show,
    pay,
    complete,
):
    # given: one rate in Poland, two in Germany
    charge_taxes(entered_with_tax=True)
    other_class.country_rates.update(rate=Decimal("17.5"))
    other_class.country_rates.create(country="DE", rate=7)
    parcel = make_method("4.90", name="Parcel")
    reduced = make_method("3.00", name="Reduced", tax_class=other_class)
    data = choose(cart, {None: parcel, "alpha": parcel, "beta": reduced})
    assert data["errors"] == []
    assert data["checkout"]["problems"] == []

    # when
    move(cart, GERMAN)
    refresh(cart)

    # then
    [problem] = show(cart)["problems"]
    assert problem["__typename"] == "CheckoutProblemDeliveryMethodInvalid"
    pay(Checkout.objects.get())
    [error] = complete(cart)["errors"]
    assert error["code"] == "INVALID_SHIPPING_METHOD"
    assert error["message"].endswith(": the shop itself, Alpha, Beta.")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("_case", "fields"),
    [
        ("weighted", {"use_weighted_tax_for_shipping": True}),
        ("not charged", {"charge_taxes": False, "prices_entered_with_tax": False}),
    ],
)
def test_classes_do_not_matter_where_they_do_not_decide_the_rate(
    _case,
    fields,
    cart,
    charge_taxes,
    make_method,
    choose,
    other_class,
    channel_USD,
    pay,
    complete,
):
    # given
    charge_taxes(entered_with_tax=True)
    type(channel_USD.tax_configuration).objects.filter(channel=channel_USD).update(
        **fields
    )
    parcel = make_method("4.90", name="Parcel")
    reduced = make_method("3.00", name="Reduced", tax_class=other_class)

    # when
    data = choose(cart, {None: parcel, "alpha": parcel, "beta": reduced})

    # then
    assert data["errors"] == []
    pay(cart)
    assert complete(cart)["errors"] == []
    assert sum(o.shipping_price_gross_amount for o in Order.objects.all()) == Decimal(
        "12.80"
    )


def test_exempt_checkout_is_compared_only_where_prices_have_tax(
    cart,
    charge_taxes,
    make_method,
    choose,
    other_class,
):
    # given
    charge_taxes(entered_with_tax=True)
    Checkout.objects.update(tax_exemption=True)
    methods = {
        None: make_method("4.90", name="Parcel"),
        "alpha": make_method("3.00", name="Reduced", tax_class=other_class),
    }

    # when / then
    assert len(choose(cart, methods)["errors"]) == 1
    charge_taxes(entered_with_tax=False)
    assert choose(cart, methods)["errors"] == []


def test_method_without_a_class_has_the_default_rate(
    cart,
    charge_taxes,
    make_method,
    choose,
):
    # given: 23 %, and 17.5 % of the class
    charge_taxes(entered_with_tax=True)
    methods = {
        None: make_method("4.90", name="Parcel"),
        "alpha": make_method("3.00", name="Plain", tax_class=None),
    }

    # when / then
    assert len(choose(cart, methods)["errors"]) == 1
    TaxClassCountryRate.objects.filter(tax_class=None).update(rate=Decimal("17.5"))
    assert choose(cart, methods)["errors"] == []


@pytest.mark.parametrize("entered_with_tax", [True, False])
def test_tax_app_sees_one_name_and_the_sum(
    entered_with_tax,
    cart,
    set_tax_app,
    responder,
    make_method,
    choose,
    other_class,
    pay,
    complete,
):
    # given
    set_tax_app(prices_entered_with_tax=entered_with_tax)
    responder.taxes = responder.taxes | {"shipping": ("15.00", "17.85", "19")}
    parcel = make_method("4.90", name="Parcel")
    van = make_method("10.10", name="Van", tax_class=other_class)

    # when
    data = choose(cart, {None: parcel, "alpha": van, "beta": parcel})

    # then
    assert data["errors"] == []
    event, payload = responder.requests[-1]
    assert event == "checkout_calculate_taxes"
    assert payload["shipping_name"] == "Parcel, Van"
    assert Decimal(payload["shipping_amount"]) == Decimal("19.90")
    shipping = (Decimal("15.00"), Decimal("17.85"))
    assert sides(data["checkout"]["shippingPrice"]) == shipping
    previews = data["checkout"]["orderGroupPreview"]["orders"]
    pay(cart)
    assert complete(cart)["errors"] == []
    orders = list(Order.objects.order_by("number"))
    placed = [
        (order.shipping_price_net_amount, order.shipping_price_gross_amount)
        for order in orders
    ]
    assert [sides(order["shippingPrice"]) for order in previews] == placed
    assert tuple(map(sum, zip(*placed, strict=True))) == shipping
    assert {order.shipping_tax_rate for order in orders} == {Decimal("0.19")}
    assert [order.base_shipping_price_amount for order in orders] == [
        Decimal("4.90"),
        Decimal("10.10"),
        Decimal("4.90"),
    ]
