"""Properties of generated carts whose sellers deliver by methods of their own.

Every cart completes twice: with the plugin inactive and one method that costs what the
sellers' methods sum to, where Saleor makes one order, and with the sellers' methods.
What the orders sum to is what the one order says, and the previews are what is placed.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.checkout.utils import invalidate_checkout
from saleor.discount import DiscountValueType, VoucherType
from saleor.order.models import Order
from saleor.payment.models import Payment
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import OrderGroup
from saleor_order_groups.money.minor_units import to_decimal, to_minor
from tests.helpers.database import rolled_back
from tests.helpers.deliveries import amount, sides
from tests.helpers.generated_carts import (
    AMOUNTS,
    DISCOUNTS,
    EXAMPLES,
    PROPERTY,
    assert_adds_up,
    assert_is_as_previewed,
    assert_is_of_its_seller,
    assert_is_placed,
    assert_is_possible,
    assert_status_is_right,
    carts_taxed_by,
    describe_lines,
    describe_rest,
    get_imbalance,
    get_orders,
    sum_components,
    sum_discounts,
)

SELLERS = (None, "alpha", "beta", "gamma", "delta")


@dataclass(frozen=True)
class Prices:
    """In minor units: a method's price below the threshold of the goods, and above."""

    below: int
    above: int
    threshold: int


PRICES = st.builds(Prices, below=AMOUNTS, above=AMOUNTS, threshold=AMOUNTS)


@pytest.fixture
def choose_all(make_method, get_seller, show, choose, channel_USD):
    """Return a function that chooses a method for each seller; their sum in minor units."""

    def _choose(checkout, prices):
        currency = channel_USD.currency_code
        own = {}
        for slug, of_seller in zip(SELLERS, prices, strict=True):
            threshold = to_decimal(of_seller.threshold, currency)
            unit = to_decimal(1, currency)
            for price, limits in [
                (of_seller.below, (None, threshold - unit)),
                (of_seller.above, (threshold, None)),
            ]:
                method = make_method(
                    to_decimal(price, currency),
                    slug,
                    name=f"{slug} {limits}",
                    limits=limits,
                )
                own[method.name] = method
        chosen = {}
        for row in show(checkout)["sellerDeliveries"]:
            if row["isShippingRequired"]:
                slug = (row["seller"] or {}).get("slug")
                [name] = [
                    method["name"]
                    for method in row["availableShippingMethods"]
                    if method["name"].startswith(f"{slug} ")
                ]
                chosen[slug] = own[name]
        data = choose(checkout, chosen)
        assert data["errors"] == []
        total = sum(
            to_minor(method.channel_listings.get().price_amount, currency)
            for method in chosen.values()
        )
        return chosen, total

    return _choose


@pytest.mark.usefixtures("long_lived_tokens")
# Each cart is built three times.
@settings(PROPERTY, max_examples=EXAMPLES // 2)
@given(
    cart=st.builds(
        lambda cart, discount: replace(cart, delivery="method", discount=discount),
        carts_taxed_by("none", "flat", "app"),
        st.one_of(DISCOUNTS, DISCOUNTS, st.none()),
    ),
    prices=st.tuples(*[PRICES] * len(SELLERS)),
)
def test_generated_cart_with_a_method_for_each_seller_adds_up(
    build,
    choose_all,
    show,
    preview,
    complete,
    create_from_checkout,
    order_groups_plugin,
    channel_USD,
    cart,
    prices,
):
    with rolled_back():
        # given
        order_groups_plugin(channel_USD)
        with rolled_back():
            _, total = choose_all(build(cart), prices)
        cart = replace(cart, shipping=total)
        place = {
            "complete": complete,
            "create_from_checkout": create_from_checkout,
        }[cart.entry]
        checkout = build(cart)
        with rolled_back():
            order_groups_plugin(channel_USD, active=False)
            plain = place(checkout)
            if plain["errors"]:
                event(f"refused: {plain['errors'][0]['code']}")
                return
            [order] = get_orders()
            expected = {
                "components": sum_components([order]),
                "discounts": sum_discounts(cart.currency),
                "lines": describe_lines(),
                "rest": describe_rest(),
                "unbalanced": get_imbalance(order),
            }
        before = show(checkout)
        with rolled_back():
            recalculate(checkout)
            if show(checkout)["totalPrice"] != before["totalPrice"]:
                # As it may after any change, Saleor finds another discount.
                event("Saleor's discount moves")
                return

        # when
        chosen, _ = choose_all(checkout, prices)
        state = show(checkout)
        seen = preview(checkout)
        data = place(checkout)

        # then
        assert state["totalPrice"] == before["totalPrice"]
        assert state["shippingPrice"] == before["shippingPrice"]
        event(f"methods: {len(chosen)}")
        event(f"discount: {cart.discount and cart.discount.kind}")
        event(f"taxes: {cart.taxes}")
        assert data["errors"] == []
        group = OrderGroup.objects.get()
        assert_adds_up(cart, expected)
        assert_is_of_its_seller(group)
        assert_is_placed(group)
        assert_is_as_previewed(group, seen)
        for order in get_orders():
            assert_is_possible(order)
            assert_status_is_right(order, cart)
        assert_each_has_its_own_method(group, chosen, state)


def recalculate(checkout):
    """Let Saleor find the checkout's discount and prices anew."""
    manager = get_plugins_manager(allow_replica=False)
    checkout = Checkout.objects.get(pk=checkout.pk)
    lines, _ = fetch_checkout_lines(checkout)
    checkout_info = fetch_checkout_info(checkout, lines, manager)
    invalidate_checkout(checkout_info, lines, manager, save=True)


def assert_each_has_its_own_method(group, chosen, state):
    names = [row["shippingMethodName"] for row in state["orderGroupPreview"]["orders"]]
    for link, name in zip(group.order_links.all(), names, strict=True):
        order = link.order
        assert order.shipping_method_name == name
        method = chosen.get(link.seller and link.seller.slug)
        assert order.shipping_method == method
        price = method.channel_listings.get().price_amount if method else 0
        assert order.undiscounted_base_shipping_price_amount == price


# ------------------------------------------------------------------ by example


@pytest.mark.parametrize(
    ("_case", "value_type", "value", "left"),
    [
        # of 5.00 off 20.00: 1.225, 3.00 and 0.775, the last unit to the first of a tie
        ("fixed", DiscountValueType.FIXED, "5.00", ["3.67", "9.00", "2.33"]),
        ("percentage", DiscountValueType.PERCENTAGE, "50", ["2.45", "6.00", "1.55"]),
        ("free", DiscountValueType.PERCENTAGE, "100", ["0.00", "0.00", "0.00"]),
        ("more than all", DiscountValueType.FIXED, "50", ["0.00", "0.00", "0.00"]),
    ],
)
def test_shipping_voucher_comes_off_the_sum_by_the_methods_prices(
    _case,
    value_type,
    value,
    left,
    make_cart,
    make_method,
    choose,
    add_code,
    voucher_free_shipping,
    channel_USD,
    show,
    pay,
    complete,
):
    # given
    voucher = voucher_free_shipping
    voucher.type = VoucherType.SHIPPING
    voucher.discount_value_type = value_type
    voucher.countries = []
    voucher.save()
    voucher.channel_listings.filter(channel=channel_USD).update(
        discount_value=Decimal(value)
    )
    cart = make_cart(
        [("beta", "40.00"), ("alpha", "30.00", 2), (None, "5.00")], shipping=None
    )
    prices = {None: "4.90", "alpha": "12.00", "beta": "3.10"}
    choose(
        cart,
        {slug: make_method(price, name=str(slug)) for slug, price in prices.items()},
    )

    # when
    add_code(cart, voucher.code)

    # then
    state = show(cart)
    expected = [Decimal(price) for price in left]
    assert sides(state["shippingPrice"])[1] == sum(expected)
    assert [
        amount(order["shippingPrice"]["gross"])
        for order in state["orderGroupPreview"]["orders"]
    ] == expected
    pay(Checkout.objects.get())
    assert complete(cart)["errors"] == []
    orders = list(Order.objects.order_by("number"))
    assert [order.shipping_price_gross_amount for order in orders] == expected
    assert [order.base_shipping_price_amount for order in orders] == expected
    assert [order.undiscounted_base_shipping_price_amount for order in orders] == [
        Decimal(price) for price in prices.values()
    ]
    assert [order.discounts.get().amount_value for order in orders] == [
        Decimal(price) - rest
        for price, rest in zip(prices.values(), expected, strict=True)
    ]


def test_legacy_payment_of_the_sum_is_divided_by_each_order(
    make_cart, make_method, choose, get_total, payment_dummy, complete
):
    # given
    cart = make_cart([("beta", "40.00"), ("alpha", "30.00")], shipping=None)
    van = make_method("12.00", name="Van")
    bike = make_method("3.10", name="Bike")
    choose(cart, {"alpha": van, "beta": bike})
    cart.refresh_from_db()
    total = get_total(cart).gross.amount
    assert total == Decimal("85.10")
    payment = payment_dummy
    payment.is_active = True
    payment.order = None
    payment.total = total
    payment.currency = "USD"
    payment.checkout = cart
    payment.save()

    # when
    data = complete(cart)

    # then
    assert data["errors"] == []
    orders = [link.order for link in OrderGroup.objects.get().order_links.all()]
    assert [(order.shipping_method, order.total_gross_amount) for order in orders] == [
        (van, Decimal("42.00")),
        (bike, Decimal("43.10")),
    ]
    assert [order.total_charged_amount for order in orders] == [
        Decimal("42.00"),
        Decimal("43.10"),
    ]
    assert sum(Payment.objects.values_list("total", flat=True)) == total
    assert [order.private_metadata for order in orders] == [{}, {}]
