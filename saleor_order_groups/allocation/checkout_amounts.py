"""Read the amounts of a checkout in minor units, and allocate them to its orders."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from prices import Money
from saleor.checkout.utils import calculate_checkout_weight
from saleor.core.prices import quantize_price
from saleor.discount import VoucherType
from saleor.giftcard.models import GiftCard

from ..config import ShippingAllocation
from ..delivery.combined_method import SellerId, SellerMethod
from ..host.line_prices import get_base_prices, get_discounted_prices
from ..money.minor_units import InexactAmountError, to_minor
from ..sellers.partition import SellerLines
from .allocate import (
    CheckoutAmounts,
    GiftCardMismatchError,
    OrderAllocation,
    PartitionAmounts,
    UnbalancedCheckoutError,
    allocate,
)
from .plan import Plan

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


def _get_grams(partition: SellerLines) -> int:
    return round(calculate_checkout_weight(list(partition.lines)).g)


# The weight of a partition when the shipping price is divided, for each policy. The
# arguments are the partition, its gross subtotal in minor units, and whether it is the
# first that ships. If all weights are zero, the parts are equal.
_SHIPPING_WEIGHTS: dict[ShippingAllocation, Callable[[SellerLines, int, bool], int]] = {
    ShippingAllocation.SUBTOTAL: lambda partition, gross, is_first: gross,
    ShippingAllocation.WEIGHT: lambda partition, gross, is_first: _get_grams(partition),
    ShippingAllocation.EQUAL: lambda partition, gross, is_first: 1,
    ShippingAllocation.FIRST: lambda partition, gross, is_first: int(is_first),
}


def allocate_plan(plan: Plan) -> list[OrderAllocation]:
    """Return one order allocation for each partition, in the partitions' order.

    The amounts are in minor units.

    :raises UnbalancedCheckoutError: the amounts do not add up, or an amount has more
        decimals than the currency.
    :raises GiftCardMismatchError: the gift cards' balances do not fit the amount due.
    """
    amounts = read_amounts(plan)
    # An order-level discount is spread over all lines, so all of them are read at once.
    losses = _get_discount_losses(plan.checkout_info, plan.lines)
    weigh = _SHIPPING_WEIGHTS[plan.config.shipping_allocation]
    seller_methods = plan.prices.seller_methods
    partitions: list[PartitionAmounts] = []
    for partition, lines in zip(plan.partitions, plan.line_prices, strict=True):
        gross = sum(_to_minor(line.total.gross) for line in lines)
        needs_shipping = any(line.needs_shipping for line in lines)
        is_first = needs_shipping and not any(p.needs_shipping for p in partitions)
        partitions.append(
            PartitionAmounts(
                net=sum(_to_minor(line.total.net) for line in lines),
                gross=gross,
                discount_loss=sum(losses[info.line.pk] for info in partition.lines),
                needs_shipping=needs_shipping,
                # The price of a combined method is the sum of its seller methods'
                # prices. Each seller's weight is the price of its own method, so each
                # order gets that price.
                shipping_weight=(
                    weigh(partition, gross, is_first)
                    if seller_methods is None
                    else _get_method_price(seller_methods, partition)
                ),
            )
        )
    return allocate(amounts, partitions)


def _get_method_price(
    seller_methods: Mapping[SellerId, SellerMethod], partition: SellerLines
) -> int:
    method = seller_methods.get(partition.seller.pk if partition.seller else None)
    # A seller whose goods were added after the choice has no seller method yet. The
    # checkout's shipping price has no amount for that seller either.
    return _to_minor(method.price) if method else 0


def read_amounts(plan: Plan) -> CheckoutAmounts:
    """Return the amounts of the checkout as a whole, in minor units.

    :raises GiftCardMismatchError: a gift card's balance has more decimals than the
        currency.
    :raises UnbalancedCheckoutError: another amount has more decimals than the currency.
    """
    checkout_info, prices = plan.checkout_info, plan.prices
    voucher, discount = checkout_info.voucher, plan.discount
    # Read the balances first. A balance with too many decimals makes the amount due
    # inexact too, but the error must name the gift card.
    balances = tuple(map(_get_balance, plan.gift_cards))
    return CheckoutAmounts(
        prices_entered_with_tax=checkout_info.tax_configuration.prices_entered_with_tax,
        shipping_net=_to_minor(prices.shipping.net),
        shipping_gross=_to_minor(prices.shipping.gross),
        shipping_base=_to_minor(prices.shipping_base),
        shipping_undiscounted_base=_to_minor(prices.shipping_undiscounted_base),
        total_gross=_to_minor(prices.total),
        due_net=_to_minor(prices.due.net),
        due_gross=_to_minor(prices.due.gross),
        discount=(
            _to_minor(Money(discount["amount_value"], checkout_info.checkout.currency))
            if discount
            else 0
        ),
        discount_is_on_shipping=bool(voucher and voucher.type == VoucherType.SHIPPING),
        gift_cards=balances,
    )


def _to_minor(price: Money) -> int:
    try:
        return to_minor(price.amount, price.currency)
    except InexactAmountError as error:
        raise UnbalancedCheckoutError(str(error)) from error


def _get_balance(card: GiftCard) -> int:
    try:
        return to_minor(card.current_balance_amount, card.currency)
    except InexactAmountError as error:
        raise GiftCardMismatchError(f"A gift card's balance: {error}") from error


def _get_discount_losses(
    checkout_info: "CheckoutInfo", lines: list["CheckoutLineInfo"]
) -> dict[UUID, int]:
    """Return each line's loss to the order-level discount, by the line's key.

    The losses are in base prices and in minor units.
    """
    base, discounted = (
        get_base_prices(lines),
        get_discounted_prices(checkout_info, lines),
    )
    return {
        key: _to_minor(quantize_price(price - discounted[key], price.currency))
        for key, price in base.items()
    }
