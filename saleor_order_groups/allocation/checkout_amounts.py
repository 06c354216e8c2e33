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


# What the shipping price is divided by: of a seller's lines, their gross subtotal, and
# whether they are the first that ship. All zero means equal parts.
_SHIPPING_WEIGHTS: dict[ShippingAllocation, Callable[[SellerLines, int, bool], int]] = {
    ShippingAllocation.SUBTOTAL: lambda partition, gross, is_first: gross,
    ShippingAllocation.WEIGHT: lambda partition, gross, is_first: _get_grams(partition),
    ShippingAllocation.EQUAL: lambda partition, gross, is_first: 1,
    ShippingAllocation.FIRST: lambda partition, gross, is_first: int(is_first),
}


def allocate_plan(plan: Plan) -> list[OrderAllocation]:
    """Return what each order gets of the checkout's amounts, in the partitions' order.

    :raises UnbalancedCheckoutError: the amounts do not add up.
    """
    amounts = read_amounts(plan)
    # All lines: a discount of the whole order is spread over all.
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
                # A price that is a sum is divided by what it sums: each has its own.
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
    # None yet for goods that came later: the checkout's price has nothing for them.
    return _to_minor(method.price) if method else 0


def read_amounts(plan: Plan) -> CheckoutAmounts:
    """Return the amounts of the checkout as a whole, in minor units.

    :raises UnbalancedCheckoutError: an amount has more decimals than the currency.
    """
    checkout_info, prices = plan.checkout_info, plan.prices
    voucher, discount = checkout_info.voucher, plan.discount
    # First: a balance that cannot be spent is in the amount that is due, too.
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
    """Return what each line lost, in base prices, to the order-level discount."""
    base, discounted = (
        get_base_prices(lines),
        get_discounted_prices(checkout_info, lines),
    )
    return {
        key: _to_minor(quantize_price(price - discounted[key], price.currency))
        for key, price in base.items()
    }
