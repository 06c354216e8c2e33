"""Draw each order's part from the gift cards of the checkout."""

from collections.abc import Sequence
from decimal import Decimal

from saleor.giftcard.models import GiftCard

from ..allocation.allocate import GiftCardMismatchError, OrderAllocation
from ..host.internals import gift_cards_used_in_order_event, update_gift_card_balance
from ..money.minor_units import to_money
from .context import Completion, PlacedOrder
from .gift_cards import (
    USED_MEANWHILE,
    lock_gift_cards,
    log_payment,
    save_spent_cards,
)


def spend_gift_cards(
    completion: Completion,
    placed: Sequence[PlacedOrder],
    allocations: Sequence[OrderAllocation],
    gift_cards: Sequence[GiftCard],
) -> None:
    """Draw each order's part from each gift card.

    Saleor's `add_gift_cards_to_order` does the same for one order. The order
    allocations have the parts in minor units.

    :param gift_cards: the cards with the balances from which the parts were allocated.
    :raises GiftCardMismatchError: a card has another balance by now.
    """
    if not gift_cards:
        return
    allocated = [(card.pk, card.current_balance_amount) for card in gift_cards]
    gift_cards = lock_gift_cards(completion.checkout)
    if [(card.pk, card.current_balance_amount) for card in gift_cards] != allocated:
        raise GiftCardMismatchError(USED_MEANWHILE)
    spent = []
    for index, card in enumerate(gift_cards):
        for each, allocation in zip(placed, allocations, strict=True):
            amount = to_money(allocation.gift_cards[index], each.order.currency)
            if not amount:
                continue
            balances: list[tuple[GiftCard, float]] = []
            update_gift_card_balance(card, amount, balances)
            each.gift_cards.append(card)
            gift_cards_used_in_order_event(
                balances, each.order, completion.user, completion.app
            )
            if card not in spent:
                spent.append(card)
    save_spent_cards(completion.checkout_info, spent)
    log_payment(
        completion.checkout,
        sum((before for _, before in allocated), Decimal(0))
        - sum((card.current_balance_amount for card in gift_cards), Decimal(0)),
        sum((each.order.total_gross_amount for each in placed), Decimal(0)),
    )
