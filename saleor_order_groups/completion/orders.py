"""Create one Saleor order for each seller of a checkout."""

from collections.abc import Sequence

from saleor.discount import DiscountValueType
from saleor.discount.models import OrderDiscount, OrderLineDiscount
from saleor.order.fetch import OrderLineInfo
from saleor.order.models import Order, OrderLine

from ..allocation.allocate import GiftCardMismatchError, Share
from ..allocation.checkout_amounts import allocate_checkout
from ..allocation.checkout_prices import (
    CheckoutPrices,
    LinePrice,
    get_order_level_discount,
    select_gift_cards,
)
from ..money.minor_units import to_decimal
from ..sellers.partition import SellerLines
from .changes import is_still_paid
from .context import Completion, PlacedOrder
from .gift_cards import USED_MEANWHILE
from .order_data import prepare_order_data
from .order_rows import make_orders
from .spent_gift_cards import spend_gift_cards
from .stock import allocate_stock


def place_orders(
    completion: Completion, parts: Sequence[SellerLines]
) -> list[PlacedOrder]:
    """Make the orders of all sellers; each table is locked and written once.

    What belongs to the orders is inserted here. They themselves follow in `save_orders`,
    once they are paid: the foreign keys to them are checked when the transaction commits.

    :raises InsufficientStock: of any seller's lines, naming all of them.
    :raises UnbalancedCheckoutError: the figures do not add up.
    """
    data = completion.order_data or prepare_order_data(completion)
    # What the caller holds is kept: a payment flow that fails is handled with it.
    data = dict(data)
    order_lines = list(data.pop("lines"))
    lines_by_part = _match_lines(parts, order_lines)
    gift_cards = list(select_gift_cards(completion.checkout))
    due = data["total"].gross
    if gift_cards and not is_still_paid(completion.checkout_info, due):
        raise GiftCardMismatchError(USED_MEANWHILE)
    shares = allocate_checkout(
        completion.checkout_info,
        completion.checkout_lines,
        parts,
        [[_get_price(info) for info in lines] for lines in lines_by_part],
        CheckoutPrices.from_order_data(data),
        gift_cards,
    )

    orders = make_orders(completion, parts, lines_by_part, shares, data)
    placed = [
        PlacedOrder(order=order, seller=part.seller, lines=lines, gift_cards=[])
        for order, part, lines in zip(orders, parts, lines_by_part, strict=True)
    ]
    _create_discounts(completion, orders, shares)
    _create_lines(placed)
    allocate_stock(completion, order_lines)
    spend_gift_cards(completion, placed, shares, gift_cards)
    return placed


def _match_lines(
    parts: Sequence[SellerLines], order_lines: Sequence[OrderLineInfo]
) -> list[list[OrderLineInfo]]:
    """Put each order line with its seller; the payment flow made them in an earlier step."""
    positions = {
        product_id: position
        for position, part in enumerate(parts)
        for product_id in part.product_ids
    }
    matched: list[list[OrderLineInfo]] = [[] for _ in parts]
    for line_info in order_lines:
        assert line_info.variant is not None
        matched[positions[line_info.variant.product_id]].append(line_info)
    return matched


def _get_price(line_info: OrderLineInfo) -> LinePrice:
    # The order's line: the payment flow made it before it took the money.
    line = line_info.line
    return LinePrice(total=line.total_price, needs_shipping=line.is_shipping_required)


def _create_discounts(
    completion: Completion, orders: Sequence[Order], shares: Sequence[Share]
) -> None:
    discount = get_order_level_discount(completion.checkout_info)
    if not discount:
        return
    if len(orders) > 1:
        discount["value_type"] = DiscountValueType.FIXED
    rows = []
    for order, share in zip(orders, shares, strict=True):
        amount = to_decimal(share.discount, order.currency)
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
