"""Generated carts, and what must hold of the orders that are made of them."""

import os
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from saleor.discount.models import OrderDiscount, VoucherCode, VoucherCustomer
from saleor.giftcard.models import GiftCard, GiftCardEvent
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus
from saleor.order.models import Order, OrderLine
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.config import ShippingAllocation
from tests.helpers.previews import read_placed, show, sides

EXAMPLES = int(os.environ.get("EXAMPLES", "20"))
# Hypothesis itself is deterministic where the variable CI is set.
PROPERTY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    # A cart takes half a second: without shrinking a failure is told at once.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
COMPONENTS = (
    "subtotal_net_amount",
    "subtotal_gross_amount",
    "shipping_price_net_amount",
    "shipping_price_gross_amount",
    "base_shipping_price_amount",
    "undiscounted_base_shipping_price_amount",
    "total_net_amount",
    "total_gross_amount",
    "undiscounted_total_net_amount",
    "undiscounted_total_gross_amount",
    "total_authorized_amount",
    "total_charged_amount",
)
NET_AND_GROSS = ("subtotal", "shipping_price", "total", "undiscounted_total")
AMOUNTS = st.one_of(
    st.sampled_from([0, 1, 5, 99, 333, 1000, 3333]), st.integers(0, 12345)
)
RATES = st.sampled_from(["0", "5", "7.7", "17.5", "23"])


@dataclass(frozen=True)
class Line:
    """Amounts are in minor units, the weight in grams; `tax_class` is one of two."""

    seller: str | None
    price: int
    quantity: int
    ships: bool
    weight: int
    tax_class: int
    promotion: int
    override: int | None


@dataclass(frozen=True)
class Discount:
    """A voucher or an order promotion; `seller` sells the gift."""

    kind: str
    is_percentage: bool
    amount: int
    percentage: int
    seller: str | None
    on_lines: tuple[bool, ...]


@dataclass(frozen=True)
class Cart:
    """What is in a checkout, and how it is taxed, delivered, paid and completed.

    `exact_card` is the balance of a last gift card, as what it leaves to be paid.
    """

    currency: str
    lines: tuple[Line, ...]
    shipping: int
    delivery: str
    allocation: ShippingAllocation
    taxes: str
    prices_entered_with_tax: bool
    exempt: bool
    rates: tuple[str, str, str]
    discount: Discount | None
    gift_cards: tuple[int, ...]
    exact_card: int | None
    paid_with: str
    payments: int
    entry: str
    legacy_propagation: bool


SELLERS = st.sampled_from([None, "alpha", "beta", "gamma", "delta"])
VOUCHERS = ("entire order", "once per order", "specific products", "shipping", "free")
PROMOTIONS = ("order promotion", "gift")
LINES = st.builds(
    Line,
    seller=SELLERS,
    price=AMOUNTS,
    quantity=st.integers(1, 4),
    ships=st.sampled_from([True, True, False]),
    weight=st.sampled_from([0, 1, 250, 1999]),
    tax_class=st.integers(0, 1),
    promotion=st.one_of(st.just(0), st.integers(0, 1500)),
    override=st.one_of(st.none(), st.none(), AMOUNTS),
)
DISCOUNTS = st.builds(
    Discount,
    kind=st.sampled_from(VOUCHERS + PROMOTIONS),
    is_percentage=st.booleans(),
    amount=AMOUNTS.filter(bool),
    percentage=st.one_of(st.integers(1, 100), st.just(100)),
    seller=SELLERS,
    on_lines=st.tuples(*[st.booleans()] * 6),
)


def carts_taxed_by(*taxes):
    return st.builds(
        Cart,
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
        lines=st.lists(LINES, min_size=2, max_size=6).map(tuple),
        shipping=AMOUNTS,
        delivery=st.sampled_from(["method", "method", "app's method", "collection"]),
        allocation=st.sampled_from(ShippingAllocation),
        taxes=st.sampled_from(taxes),
        prices_entered_with_tax=st.booleans(),
        exempt=st.sampled_from([False, False, True]),
        rates=st.tuples(RATES, RATES, RATES),
        discount=st.one_of(st.none(), DISCOUNTS, DISCOUNTS),
        gift_cards=st.lists(AMOUNTS.filter(bool), max_size=3).map(tuple),
        exact_card=st.sampled_from([None, None, None, 0, 1, -1]),
        paid_with=st.sampled_from(["authorized_value", "charged_value"]),
        payments=st.integers(1, 2),
        entry=st.sampled_from(["complete", "complete", "create_from_checkout"]),
        legacy_propagation=st.booleans(),
    )


def get_orders():
    return list(
        Order.objects.prefetch_related("lines", "discounts", "gift_cards").order_by(
            "number"
        )
    )


def sum_components(orders):
    return {name: sum(getattr(order, name) for order in orders) for name in COMPONENTS}


def sum_discounts(currency):
    amounts = OrderDiscount.objects.values_list("amount_value", flat=True)
    # Saleor rounds a percentage to two decimals whatever the currency has.
    return round(sum(amounts), {"USD": 2, "JPY": 0, "KWD": 3}[currency])


def describe_lines():
    """Return what is said of every line, wherever it is."""
    fields = [
        field.attname
        for field in OrderLine._meta.concrete_fields
        if field.name
        not in ("id", "old_id", "token", "order", "created_at", "search_vector")
    ]
    return Counter(repr(sorted(row.items())) for row in _rows(fields))


def _rows(fields):
    rows = list(OrderLine.objects.values(*fields))
    for row in rows:
        for name, value in row.items():
            if isinstance(value, Decimal):
                row[name] = value.normalize()
    return rows


def describe_rest():
    """Return what belongs to the purchase as a whole."""
    return {
        "balances": list(
            GiftCard.objects.order_by("code").values_list(
                "current_balance_amount", flat=True
            )
        ),
        "voucher uses": list(VoucherCode.objects.values_list("used", flat=True)),
        "customers of the voucher": VoucherCustomer.objects.count(),
        "voucher codes": set(Order.objects.values_list("voucher_code", flat=True)),
        "stock": list(
            Stock.objects.order_by("product_variant__sku").values_list(
                "quantity", "quantity_allocated"
            )
        ),
        "allocations": sorted(
            Allocation.objects.values_list(
                "order_line__product_sku", "quantity_allocated"
            )
        ),
    }


def get_spent(order):
    """Return what the order drew from gift cards, by the cards' own events."""
    spent = Decimal(0)
    for card_event in GiftCardEvent.objects.filter(order=order):
        balance = card_event.parameters["balance"]
        spent += Decimal(str(balance["old_current_balance"])) - Decimal(
            str(balance["current_balance"])
        )
    return spent


def get_imbalance(order):
    """Return what the parts of an order have more than its total.

    It is what Saleor's own order has of a discount that no line could lose.
    """
    parts = order.subtotal_gross_amount + order.shipping_price_gross_amount
    return parts - get_spent(order) - order.total_gross_amount


def assert_adds_up(cart, expected):
    orders = get_orders()
    assert sum_components(orders) == expected["components"]
    assert sum_discounts(cart.currency) == expected["discounts"]
    assert describe_lines() == expected["lines"]
    assert describe_rest() == expected["rest"]
    assert sum(map(get_imbalance, orders)) == expected["unbalanced"]


def assert_is_as_previewed(group, seen):
    previewed, placed = show(seen["orderGroupPreview"]["orders"]), read_placed()
    if len(placed) == 1:
        # Saleor's own row, which has two decimals whatever the currency has.
        recorded = placed[0].pop("discount")
        digits = {"USD": 2, "JPY": 0, "KWD": 3}[group.currency]
        assert previewed[0].pop("discount") == round(recorded, digits)
    assert previewed == placed
    for side, amount in zip(
        ("net", "gross"), sides(seen["orderGroupPreview"]["total"]), strict=True
    ):
        assert amount == getattr(group, f"placed_total_{side}_amount")
    assert sides(seen["orderGroupPreview"]["total"]) == sides(seen["totalPrice"])


def assert_is_of_its_seller(group):
    links = list(group.order_links.select_related("seller"))
    assert len({link.seller for link in links}) == len(links)
    for link in links:
        for line in link.order.lines.all():
            row = getattr(line.variant.product, "product_seller", None)
            assert (row.seller if row else None) == link.seller


def assert_is_possible(order):
    for name in COMPONENTS:
        assert getattr(order, name) >= 0, name
    for name in NET_AND_GROSS:
        net = getattr(order, f"{name}_net_amount")
        assert net <= getattr(order, f"{name}_gross_amount"), name
    for discount in order.discounts.all():
        assert discount.amount_value >= 0
    assert get_spent(order) >= 0
    assert order.base_shipping_price <= order.undiscounted_base_shipping_price
    for name in ("subtotal_net", "subtotal_gross"):
        lines = [
            getattr(line, f"{name.replace('subtotal', 'total_price')}_amount")
            for line in order.lines.all()
        ]
        assert getattr(order, f"{name}_amount") == sum(lines)


def assert_status_is_right(order, cart):
    covered = order.total_authorized_amount + order.total_charged_amount
    assert covered == order.total_gross_amount
    assert order.authorize_status == OrderAuthorizeStatus.FULL
    if cart.paid_with == "charged_value" or not order.total_gross_amount:
        assert order.charge_status == OrderChargeStatus.FULL
    else:
        assert order.charge_status == OrderChargeStatus.NONE


def assert_is_placed(group):
    links = list(group.order_links.all())
    for side in ("net", "gross"):
        name = f"placed_total_{side}_amount"
        assert sum(getattr(link, name) for link in links) == getattr(group, name)
        for link in links:
            total = getattr(link.order, f"total_{side}_amount")
            assert getattr(link, name) == total
