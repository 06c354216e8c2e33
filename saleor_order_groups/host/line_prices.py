"""The base prices of a checkout's lines, with and without the order-level discount."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from prices import Money
from saleor.discount import VoucherType

from .internals import calculate_base_line_total_price, propagate_checkout_discount

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


def get_base_prices(lines: Sequence["CheckoutLineInfo"]) -> dict[UUID, Money]:
    """Return the total base price of each line, by the line's key."""
    return {
        line_info.line.pk: calculate_base_line_total_price(line_info)
        for line_info in lines
    }


def get_discounted_prices(
    checkout_info: "CheckoutInfo", lines: Sequence["CheckoutLineInfo"]
) -> dict[UUID, Money]:
    """Return each line's total less its part of the discount, by the line's key.

    The prices are those of Saleor's
    `get_line_total_price_with_propagated_checkout_discount` for each line. That
    function divides the discount between all lines at every call.

    :param lines: all lines of the checkout.
    """
    prices = get_base_prices(lines)
    if _has_order_level_discount(checkout_info):
        divided = propagate_checkout_discount(
            list(lines),
            checkout_info.checkout.discount,
            checkout_info.channel.currency_code,
        )
        prices.update((line.pk, price) for line, price in divided)
    return prices


def _has_order_level_discount(checkout_info: "CheckoutInfo") -> bool:
    voucher = checkout_info.voucher
    if not voucher:
        return bool(checkout_info.discounts)
    return not voucher.apply_once_per_order and voucher.type not in (
        VoucherType.SHIPPING,
        VoucherType.SPECIFIC_PRODUCT,
    )
