"""Read everything that a completion needs to decide on its orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saleor.order.fetch import OrderLineInfo

from ..allocation.allocate import GiftCardMismatchError
from ..allocation.checkout_prices import (
    CheckoutPrices,
    LinePrice,
    get_order_level_discount,
    select_gift_cards,
)
from ..allocation.plan import Plan
from ..config import OrderGroupsConfig
from ..sellers.partition import SellerLines
from .changes import is_still_paid
from .context import Completion
from .gift_cards import USED_MEANWHILE
from .order_data import prepare_order_data


@dataclass(frozen=True)
class CompletionPlan(Plan):
    """A plan with the data that Saleor has prepared for the rows of the orders.

    :param order_data: Saleor's data of the one order, without its lines.
    :param order_lines: Saleor's lines of the one order.
    :param order_lines_of_partitions: the same lines, by partition.
    """

    order_data: dict[str, Any]
    order_lines: list[OrderLineInfo]
    order_lines_of_partitions: list[list[OrderLineInfo]]


def read_plan(
    completion: Completion, partitions: Sequence[SellerLines], config: OrderGroupsConfig
) -> CompletionPlan:
    """Return the plan from which the orders of a completion are decided.

    :raises GiftCardMismatchError: with the gift cards' current balances the checkout is
        not paid.
    """
    # Work on a copy: when a payment flow fails, Saleor still needs the data that it has
    # prepared.
    order_data = dict(completion.order_data or prepare_order_data(completion))
    order_lines = list(order_data.pop("lines"))
    by_partition = _match_lines(partitions, order_lines)
    gift_cards = list(select_gift_cards(completion.checkout))
    due = order_data["total"].gross
    if gift_cards and not is_still_paid(completion.checkout_info, due):
        raise GiftCardMismatchError(USED_MEANWHILE)
    return CompletionPlan(
        checkout_info=completion.checkout_info,
        lines=completion.checkout_lines,
        config=config,
        partitions=partitions,
        line_prices=[[_get_price(info) for info in lines] for lines in by_partition],
        prices=CheckoutPrices.from_order_data(order_data),
        gift_cards=gift_cards,
        discount=get_order_level_discount(completion.checkout_info),
        order_data=order_data,
        order_lines=order_lines,
        order_lines_of_partitions=by_partition,
    )


def _match_lines(
    partitions: Sequence[SellerLines], order_lines: Sequence[OrderLineInfo]
) -> list[list[OrderLineInfo]]:
    """Return the order lines of each partition.

    The payment flow made the order lines in an earlier step, so they are matched by
    product.
    """
    positions = {
        product_id: position
        for position, partition in enumerate(partitions)
        for product_id in partition.product_ids
    }
    matched: list[list[OrderLineInfo]] = [[] for _ in partitions]
    for line_info in order_lines:
        assert line_info.variant is not None
        matched[positions[line_info.variant.product_id]].append(line_info)
    return matched


def _get_price(line_info: OrderLineInfo) -> LinePrice:
    # Read the price of the order line, which the payment flow made before it took the
    # money.
    line = line_info.line
    return LinePrice(total=line.total_price, needs_shipping=line.is_shipping_required)
