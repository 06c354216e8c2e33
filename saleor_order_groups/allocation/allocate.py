"""Divide the amounts of a checkout into one order allocation for each seller.

Saleor has priced, taxed and discounted the checkout; this module prices nothing again.
An amount of a line stays with its line. An amount of the whole checkout is divided.
Every component of the order allocations sums to the checkout's component exactly. All
amounts are integers in minor units.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..money.apportion import apportion, draw_down


class UnbalancedCheckoutError(Exception):
    """The amounts of a checkout do not add up to its total."""


class GiftCardMismatchError(UnbalancedCheckoutError):
    """The gift cards' balances are not those that the checkout's total counts."""


@dataclass(frozen=True)
class PartitionAmounts:
    """The sums of one partition's lines, in minor units.

    `discount_loss` is what the lines lost, in base prices, to the checkout's
    order-level discount. `shipping_weight` is the weight of the partition when the
    shipping price is divided.
    """

    net: int
    gross: int
    discount_loss: int
    needs_shipping: bool
    shipping_weight: int


@dataclass(frozen=True)
class CheckoutAmounts:
    """The amounts that belong to the checkout as a whole, in minor units.

    `total_gross` is before gift cards; `due_net` and `due_gross` are after them.
    `gift_cards` has the cards' balances in the order in which the cards are spent.
    """

    prices_entered_with_tax: bool
    shipping_net: int
    shipping_gross: int
    shipping_base: int
    shipping_undiscounted_base: int
    total_gross: int
    due_net: int
    due_gross: int
    discount: int
    discount_is_on_shipping: bool
    gift_cards: tuple[int, ...]


@dataclass(frozen=True)
class OrderAllocation:
    """One order's part of every component, in minor units.

    `gift_cards` has the order's part of each card, in the order of the cards.
    `total_net` and `total_gross` are after gift cards.
    """

    carries_shipping: bool
    shipping_net: int
    shipping_gross: int
    shipping_base: int
    shipping_undiscounted_base: int
    discount: int
    gift_cards: tuple[int, ...]
    total_net: int
    total_gross: int


def allocate(
    checkout: CheckoutAmounts, sellers: Sequence[PartitionAmounts]
) -> list[OrderAllocation]:
    """Return one order allocation for each seller, in the sellers' order.

    :raises UnbalancedCheckoutError: a price or tax is negative, or lines and shipping
        do not sum to the total. The answer of a tax app or a plugin was inconsistent.
    :raises GiftCardMismatchError: the amount due does not follow from the gift cards'
        balances.
    """
    _ensure_not_negative(checkout, sellers)
    carries = _carries_shipping(checkout, sellers)
    shipping = _allocate_shipping(checkout, sellers, carries)
    discounts = _allocate_discount(checkout, sellers, shipping)
    nets = [s.net + part.net for s, part in zip(sellers, shipping, strict=True)]
    grosses = [s.gross + part.gross for s, part in zip(sellers, shipping, strict=True)]
    not_lost = apportion(_not_lost(checkout, sellers, sum(grosses)), nets)
    nets = [net - part for net, part in zip(nets, not_lost, strict=True)]
    grosses = [gross - part for gross, part in zip(grosses, not_lost, strict=True)]
    spent = _spend_gift_cards(checkout.gift_cards, grosses)
    due = [
        gross - sum(card[index] for card in spent)
        for index, gross in enumerate(grosses)
    ]
    if sum(due) != checkout.due_gross:
        raise GiftCardMismatchError(
            "The gift cards do not cover the amount that the checkout's total counts."
        )
    if not any(map(sum, spent)) and sum(nets) != checkout.due_net:
        raise UnbalancedCheckoutError(
            "The net prices do not add up to the checkout's net total."
        )
    due_tax = _allocate_due_tax(checkout, nets, grosses, due)
    return [
        OrderAllocation(
            carries_shipping=carries[index],
            shipping_net=shipping[index].net,
            shipping_gross=shipping[index].gross,
            shipping_base=shipping[index].base,
            shipping_undiscounted_base=shipping[index].undiscounted_base,
            discount=discounts[index],
            gift_cards=tuple(card[index] for card in spent),
            total_net=due[index] - due_tax[index],
            total_gross=due[index],
        )
        for index in range(len(sellers))
    ]


def keep_whole(checkout: CheckoutAmounts) -> OrderAllocation:
    """Return the order allocation of an only seller: every amount as Saleor has it."""
    needs = [checkout.total_gross]
    return OrderAllocation(
        carries_shipping=True,
        shipping_net=checkout.shipping_net,
        shipping_gross=checkout.shipping_gross,
        shipping_base=checkout.shipping_base,
        shipping_undiscounted_base=checkout.shipping_undiscounted_base,
        discount=checkout.discount,
        gift_cards=tuple(
            spent for (spent,) in _spend_gift_cards(checkout.gift_cards, needs)
        ),
        total_net=checkout.due_net,
        total_gross=checkout.due_gross,
    )


def _ensure_not_negative(
    checkout: CheckoutAmounts, sellers: Sequence[PartitionAmounts]
) -> None:
    amounts = [checkout.shipping_net, *(seller.net for seller in sellers)]
    taxes = [
        checkout.shipping_gross - checkout.shipping_net,
        *(seller.gross - seller.net for seller in sellers),
    ]
    if min(amounts) < 0 or min(taxes) < 0:
        raise UnbalancedCheckoutError("The checkout has a negative price or tax.")


def _not_lost(
    checkout: CheckoutAmounts, sellers: Sequence[PartitionAmounts], gross: int
) -> int:
    """Return the part of the discount that reduces the total, but no line.

    Saleor spreads an order-level discount over the lines and drops a remainder that the
    last line cannot bear. Where no taxes are calculated, the total is reduced by the
    whole discount. The amount is in minor units.
    """
    excess = gross - checkout.total_gross
    lost = sum(seller.discount_loss for seller in sellers)
    if excess and (
        checkout.discount_is_on_shipping or excess != checkout.discount - lost
    ):
        raise UnbalancedCheckoutError(
            "The lines and the shipping price do not add up to the checkout's total."
        )
    return excess


def _carries_shipping(
    checkout: CheckoutAmounts, sellers: Sequence[PartitionAmounts]
) -> list[bool]:
    carries = [seller.needs_shipping for seller in sellers]
    if any(carries):
        return carries
    # No seller ships. If the checkout has a shipping price anyway, all orders divide
    # it: Saleor's one order would keep it too.
    return [True] * len(sellers)


@dataclass(frozen=True)
class _Shipping:
    net: int
    gross: int
    base: int
    undiscounted_base: int


def _allocate_shipping(
    checkout: CheckoutAmounts, sellers: Sequence[PartitionAmounts], carries: list[bool]
) -> list[_Shipping]:
    indexes = [index for index, carried in enumerate(carries) if carried]
    weights = [sellers[index].shipping_weight for index in indexes]
    undiscounted = apportion(checkout.shipping_undiscounted_base, weights)
    # Divide the discount, not the discounted price. Of two amounts that are divided by
    # the same weights, the smaller one can have the larger part at some position: an
    # order's discounted price would exceed its undiscounted price.
    lost = apportion(
        checkout.shipping_undiscounted_base - checkout.shipping_base, undiscounted
    )
    base = [full - part for full, part in zip(undiscounted, lost, strict=True)]
    tax = checkout.shipping_gross - checkout.shipping_net
    entered = (
        checkout.shipping_gross
        if checkout.prices_entered_with_tax
        else checkout.shipping_net
    )
    prices = apportion(entered, base if any(base) else weights)
    taxes = apportion(tax, prices if any(prices) else weights)
    parts = [_Shipping(0, 0, 0, 0)] * len(sellers)
    for position, index in enumerate(indexes):
        price, price_tax = prices[position], taxes[position]
        with_tax = checkout.prices_entered_with_tax
        parts[index] = _Shipping(
            net=price - price_tax if with_tax else price,
            gross=price if with_tax else price + price_tax,
            base=base[position],
            undiscounted_base=undiscounted[position],
        )
    return parts


def _allocate_discount(
    checkout: CheckoutAmounts,
    sellers: Sequence[PartitionAmounts],
    shipping: Sequence[_Shipping],
) -> list[int]:
    if checkout.discount_is_on_shipping:
        weights = [part.undiscounted_base - part.base for part in shipping]
    else:
        # Rounding can take more from the other lines than the discount. Saleor then
        # adds the difference to the last line, whose loss is negative: that line has
        # lost nothing.
        weights = [max(seller.discount_loss, 0) for seller in sellers]
    return apportion(checkout.discount, weights)


def _spend_gift_cards(
    balances: Sequence[int], grosses: Sequence[int]
) -> list[list[int]]:
    """Return what each order spends from each card, in minor units, by card."""
    needs = list(grosses)
    spent = []
    for balance in balances:
        parts = draw_down(min(balance, sum(needs)), needs, grosses)
        needs = [need - part for need, part in zip(needs, parts, strict=True)]
        spent.append(parts)
    return spent


def _allocate_due_tax(
    checkout: CheckoutAmounts,
    nets: Sequence[int],
    grosses: Sequence[int],
    due: Sequence[int],
) -> list[int]:
    """Divide the tax that is due after gift cards over the orders, in minor units.

    An order's weight is its tax × its remaining gross ÷ its gross.
    """
    due_tax = checkout.due_gross - checkout.due_net
    common = math.lcm(*(gross for gross in grosses if gross))
    weights = [
        (gross - net) * remaining * common // gross if gross else 0
        for net, gross, remaining in zip(nets, grosses, due, strict=True)
    ]
    taxes = apportion(due_tax, weights if any(weights) else due)
    if any(tax > gross for tax, gross in zip(taxes, due, strict=True)):
        # Saleor rounds the remaining net once for the whole checkout. Where that unit
        # would make one order's net negative, the remaining gross alone is the weight.
        taxes = apportion(due_tax, due)
    return taxes
