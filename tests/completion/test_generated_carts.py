"""Properties of completion over generated carts, beside Saleor's own single order.

Every cart completes twice from the same state: with the plugin inactive, where Saleor
makes one order, and with it active. What the orders sum to is what the one order says,
and what `Checkout.orderGroupPreview` said is what was placed.

The environment variable EXAMPLES tells how many carts are tried, half as many in the
second test:

    EXAMPLES=500 make test ARGS='-n 0 tests/completion/test_generated_carts.py'

`--hypothesis-show-statistics` tells what they were. Where the variable CI is set, they
are the same in every run.
"""

import datetime
from dataclasses import replace
from fractions import Fraction

import pytest
from django.db.models import prefetch_related_objects
from hypothesis import event, example, given, settings
from saleor.discount import VoucherType
from saleor.order import OrderStatus
from saleor.order.calculations import fetch_order_prices_if_expired
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.config import SHIPPING_ALLOCATION, ShippingAllocation
from saleor_order_groups.models import OrderGroup
from saleor_order_groups.money.minor_units import to_minor
from tests.helpers.database import rolled_back
from tests.helpers.generated_carts import (
    EXAMPLES,
    PROPERTY,
    Cart,
    Discount,
    Line,
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
    get_spent,
    sum_components,
    sum_discounts,
)

# ------------------------------------------------------------------ carts


# The tax app in the currencies that chance leaves out of a short run.
YEN = Cart(
    currency="JPY",
    lines=(
        Line("alpha", 3333, 2, True, 250, 0, 0, None),
        Line("beta", 999, 1, True, 0, 1, 100, None),
        Line(None, 5, 3, False, 1, 1, 0, 333),
    ),
    shipping=1000,
    delivery="app's method",
    allocation=ShippingAllocation.WEIGHT,
    taxes="app",
    prices_entered_with_tax=True,
    exempt=False,
    rates=("7.7", "23", "17.5"),
    discount=Discount("entire order", True, 1, 33, None, (True,) * 6),
    gift_cards=(333,),
    exact_card=1,
    paid_with="charged_value",
    payments=2,
    entry="complete",
    legacy_propagation=False,
)
DINAR = replace(
    YEN,
    currency="KWD",
    delivery="method",
    allocation=ShippingAllocation.EQUAL,
    prices_entered_with_tax=False,
    discount=Discount("gift", False, 777, 1, "gamma", (True,) * 6),
    exact_card=0,
    entry="create_from_checkout",
)


@pytest.fixture(autouse=True)
def token_that_lasts(settings):
    """Let the customer's token outlive a run of many examples."""
    settings.JWT_TTL_ACCESS = datetime.timedelta(days=1)


# ------------------------------------------------------------------ what was placed


@pytest.fixture
def complete_both_ways(
    build,
    preview,
    order_groups_plugin,
    channel_USD,
    complete,
    create_from_checkout,
):
    """Return a function that completes a cart, and what Saleor's one order says."""

    def _complete(cart):
        place = {
            "complete": complete,
            "create_from_checkout": create_from_checkout,
        }[cart.entry]
        checkout = build(cart)
        with rolled_back():
            order_groups_plugin(channel_USD, active=False)
            plain = place(checkout)
            if not plain["errors"]:
                [order] = get_orders()
                expected = {
                    "components": sum_components([order]),
                    "discounts": sum_discounts(cart.currency),
                    "lines": describe_lines(),
                    "rest": describe_rest(),
                    "unbalanced": get_imbalance(order),
                    "authorize_status": order.authorize_status,
                    "charge_status": order.charge_status,
                    "weight": order.weight.g,
                }
        order_groups_plugin(channel_USD, **{SHIPPING_ALLOCATION: cart.allocation})
        seen = preview(checkout) if not plain["errors"] else None
        data = place(checkout)
        if plain["errors"]:
            event(f"refused: {plain['errors'][0]['code']}")
            assert data["errors"]
            return None
        event(f"orders: {Order.objects.count()}")
        for name in ("currency", "taxes", "delivery", "allocation", "entry"):
            event(f"{name}: {getattr(cart, name)}")
        event(f"discount: {cart.discount and cart.discount.kind}")
        assert not data["errors"], data["errors"]
        expected["preview"] = seen
        return expected

    return _complete


# ------------------------------------------------------------------ properties


def get_shipping_weight(order, cart):
    match cart.allocation:
        case ShippingAllocation.SUBTOTAL:
            return get_minor(order, "subtotal_gross")
        case ShippingAllocation.WEIGHT:
            return round(order.weight.g)
        case ShippingAllocation.EQUAL:
            return 1


def assert_shipping_is_divided_as_configured(orders, cart):
    ships = [
        order
        for order in orders
        if any(line.is_shipping_required for line in order.lines.all())
    ]
    if not ships or len(orders) == 1:
        return
    for order in orders:
        if order not in ships:
            assert order.undiscounted_base_shipping_price_amount == 0
            assert order.shipping_price_gross_amount == 0
            assert order.shipping_method is None
            assert order.collection_point is None
    whole = sum(get_minor(order, "undiscounted_base_shipping_price") for order in ships)
    if cart.allocation is ShippingAllocation.FIRST:
        assert get_minor(ships[0], "undiscounted_base_shipping_price") == whole
        return
    weights = [get_shipping_weight(order, cart) for order in ships]
    if not any(weights):
        weights = [1] * len(ships)
    for order, weight in zip(ships, weights, strict=True):
        exact = Fraction(whole * weight, sum(weights))
        part = get_minor(order, "undiscounted_base_shipping_price")
        assert abs(part - exact) < 1


@PROPERTY
@given(cart=carts_taxed_by("none", "flat", "app"))
@example(cart=YEN)
@example(cart=DINAR)
def test_generated_cart_adds_up(complete_both_ways, cart):
    with rolled_back():
        # when
        expected = complete_both_ways(cart)

        # then
        if expected is None:
            return
        group = OrderGroup.objects.get()
        assert_adds_up(cart, expected)
        assert_is_of_its_seller(group)
        assert_is_placed(group)
        assert_is_as_previewed(group, expected["preview"])
        assert_shipping_is_divided_as_configured(get_orders(), cart)
        weight = sum(order.weight.g for order in get_orders())
        assert weight == pytest.approx(expected["weight"])
        for order in get_orders():
            assert_is_possible(order)
            assert_status_is_right(order, cart)


# ------------------------------------------------------------------ afterwards


def describe_as_placed(order):
    """Return what Saleor's recalculation of an order leaves as it was placed."""
    return {
        "base prices": sorted(
            order.lines.values_list(
                "product_sku",
                "base_unit_price_amount",
                "undiscounted_base_unit_price_amount",
            )
        ),
        "discounts": sorted(
            (discount.type, get_possible_discount(order, discount))
            for discount in order.discounts.select_related("voucher")
        ),
        "line discounts": sorted(
            order.lines.filter(discounts__isnull=False).values_list(
                "product_sku", "discounts__type", "discounts__amount_value"
            )
        ),
        "shipping": (
            order.base_shipping_price_amount,
            order.undiscounted_base_shipping_price_amount,
        ),
        "gift cards": sorted(order.gift_cards.values_list("code", flat=True)),
        "spent": get_spent(order),
    }


def get_possible_discount(order, discount):
    """Return the amount, or what there is to take it from.

    Of a percentage Saleor records what it is of prices before a catalogue promotion came
    off an app's price; when it recalculates an order, what the order's lines can lose.
    """
    if discount.voucher and discount.voucher.type == VoucherType.SHIPPING:
        return discount.amount_value
    return min(discount.amount_value, get_base_subtotal(order))


def get_base_subtotal(order):
    return sum(
        line.base_unit_price_amount * line.quantity for line in order.lines.all()
    )


def recalculate(order):
    order.should_refresh_prices = True
    manager = get_plugins_manager(allow_replica=False)
    fetch_order_prices_if_expired(order, manager, None, force_update=True).get()
    return Order.objects.get(pk=order.pk)


def get_minor(row, name):
    return to_minor(getattr(row, f"{name}_amount"), row.currency)


def is_rounded(line, cart):
    """Tell whether Saleor's unit price times the quantity is not the line's price.

    A voucher on the whole of a line leaves a unit price that is rounded, from which
    Saleor recalculates; every order of Saleor's is off by that, split or not.
    """
    voucher = line.discounts.filter(type="voucher").first()
    return bool(
        voucher and to_minor(voucher.amount_value, cart.currency) % line.quantity
    )


def assert_shipping_is_kept(placed, recalculated, cart):
    entered = "gross" if cart.prices_entered_with_tax else "net"
    assert get_move(placed, recalculated, f"shipping_price_{entered}") == 0
    # Its tax was divided; it is calculated now.
    for side in ("net", "gross"):
        assert abs(get_move(placed, recalculated, f"shipping_price_{side}")) <= 1


def assert_lines_are_kept(placed, recalculated, cart):
    entered = "gross" if cart.prices_entered_with_tax else "net"
    lines = {line.pk: line for line in placed.lines.all()}
    rounding = sum(line.quantity for line in lines.values() if is_rounded(line, cart))
    moved = get_move(placed, recalculated, f"subtotal_{entered}")
    if get_lost(placed, entered) == get_recorded(placed):
        assert moved == 0
    else:
        # Saleor took another amount from its lines than it recorded as discount.
        assert abs(moved) <= rounding + len(cart.lines)
    for line in recalculated.lines.all():
        for side in ("net", "gross"):
            moved = get_move(lines[line.pk], line, f"total_price_{side}")
            # The last line of an order bears what the others were rounded by.
            assert abs(moved) <= rounding + len(lines)


def is_untaxed(cart):
    """Tell whether Saleor's recalculation makes another price of it, split or not.

    Saleor takes the tax out of the price of a checkout that is not taxed, if prices are
    entered with tax; when it recalculates the order it leaves the tax in.
    """
    return cart.prices_entered_with_tax and (cart.taxes == "none" or cart.exempt)


def assert_is_as_saleor_recalculates(orders, plain, cart):
    lines = {line.product_sku: line for line in plain.lines.all()}
    for order in orders:
        rounding = sum(
            line.quantity for line in order.lines.all() if is_rounded(line, cart)
        )
        for line in order.lines.all():
            moved = get_move(lines[line.product_sku], line, "total_price_gross")
            assert abs(moved) <= rounding + len(cart.lines)
    shipping = sum(get_minor(order, "shipping_price_gross") for order in orders)
    moved = shipping - get_minor(plain, "shipping_price_gross")
    assert abs(moved) <= len(orders)


def get_move(before, after, name):
    return get_minor(after, name) - get_minor(before, name)


def get_lost(order, entered):
    return get_base_subtotal(order) - getattr(order, f"subtotal_{entered}_amount")


def get_recorded(order):
    return sum(
        discount.amount_value
        for discount in order.discounts.all()
        if not (discount.voucher and discount.voucher.type == VoucherType.SHIPPING)
    )


@settings(PROPERTY, max_examples=EXAMPLES // 2 + 1)
@given(cart=carts_taxed_by("none", "flat"))
def test_recalculation_keeps_what_was_placed(
    build, complete, order_groups_plugin, channel_USD, cart
):
    with rolled_back():
        # given
        channel_USD.automatically_confirm_all_new_orders = False
        checkout = build(cart)
        with rolled_back():
            order_groups_plugin(channel_USD, active=False)
            if complete(checkout)["errors"]:
                return
            plain = recalculate(Order.objects.get())
            prefetch_related_objects([plain], "lines__discounts")
        assert not complete(checkout)["errors"]
        orders = get_orders()
        assert {order.status for order in orders} == {OrderStatus.UNCONFIRMED}
        event(f"orders: {len(orders)}, untaxed: {is_untaxed(cart)}")
        if len(orders) == 1:
            # Saleor's own order, which is left to Saleor.
            return
        kept = []
        for order in orders:
            placed = describe_as_placed(order)

            # when
            recalculated = recalculate(order)

            # then
            assert describe_as_placed(recalculated) == placed
            if not is_untaxed(cart):
                assert_shipping_is_kept(order, recalculated, cart)
                assert_lines_are_kept(order, recalculated, cart)
            assert_is_possible(recalculated)
            parts = (
                recalculated.subtotal_gross_amount
                + recalculated.shipping_price_gross_amount
            )
            assert recalculated.total_gross_amount == max(parts - placed["spent"], 0)
            kept.append(recalculated)
        if is_untaxed(cart):
            assert_is_as_saleor_recalculates(kept, plain, cart)
