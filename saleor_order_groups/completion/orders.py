"""Create one Saleor order for each seller of a checkout."""

from collections.abc import Sequence

from saleor.discount import DiscountValueType
from saleor.discount.models import OrderDiscount, OrderLineDiscount
from saleor.order.models import Order, OrderLine

from ..allocation.allocate import OrderAllocation
from ..money.minor_units import to_decimal
from .context import Completion, PlacedOrder
from .order_rows import make_orders
from .read import CompletionPlan
from .spent_gift_cards import spend_gift_cards
from .stock import allocate_stock


def place_orders(
    completion: Completion, plan: CompletionPlan, allocations: Sequence[OrderAllocation]
) -> list[PlacedOrder]:
    """Make the orders of all sellers; each table is locked and written once.

    The rows that refer to the orders are inserted here. The orders themselves are
    inserted later, by `save_orders`, when their payment is known: PostgreSQL checks the
    foreign keys to them when the transaction commits.

    :raises InsufficientStock: stock is missing for lines of any seller; the error names
        all of these lines.
    :raises GiftCardMismatchError: a gift card's balance has changed since it was read.
    """
    orders = make_orders(completion, plan, allocations)
    placed = [
        PlacedOrder(order=order, seller=partition.seller, lines=lines, gift_cards=[])
        for order, partition, lines in zip(
            orders, plan.partitions, plan.order_lines_of_partitions, strict=True
        )
    ]
    _create_discounts(plan, orders, allocations)
    _create_lines(placed)
    allocate_stock(completion, plan.order_lines)
    spend_gift_cards(completion, placed, allocations, plan.gift_cards)
    return placed


def _create_discounts(
    plan: CompletionPlan,
    orders: Sequence[Order],
    allocations: Sequence[OrderAllocation],
) -> None:
    if not plan.discount:
        return
    discount = dict(plan.discount)
    if len(orders) > 1:
        discount["value_type"] = DiscountValueType.FIXED
    rows = []
    for order, allocation in zip(orders, allocations, strict=True):
        amount = to_decimal(allocation.discount, order.currency)
        if len(orders) > 1:
            if not amount:
                continue
            discount["value"] = amount
        rows.append(
            OrderDiscount(**discount | {"order": order, "amount_value": amount})
        )
    OrderDiscount.objects.bulk_create(rows)


def _create_lines(placed: Sequence[PlacedOrder]) -> None:
    order_lines: list[OrderLine] = []
    discounts: list[OrderLineDiscount] = []
    for each in placed:
        for info in each.lines:
            info.line.order = each.order
            order_lines.append(info.line)
            discounts.extend(info.line_discounts or [])
    OrderLine.objects.bulk_create(order_lines)
    OrderLineDiscount.objects.bulk_create(discounts)
