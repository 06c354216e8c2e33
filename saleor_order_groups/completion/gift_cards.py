"""Spend the gift cards that pay for a checkout, under their locks.

Saleor marks the prices of all other checkouts with the same card as stale while it
holds the locks of the card and the stock. Completions of two of these checkouts would
wait for each other, so here those prices are marked after the commit.
"""

import logging
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import graphene
from django.db import transaction
from django.utils import timezone
from prices import Money
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.checkout.models import Checkout
from saleor.core.exceptions import GiftCardNotApplicable
from saleor.giftcard.models import GiftCard

from ..allocation.checkout_prices import select_gift_cards
from ..host.internals import (
    gift_cards_used_in_order_event,
    set_gift_card_user,
    update_gift_card_balance,
)
from .changes import is_still_paid

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.checkout.fetch import CheckoutInfo
    from saleor.order.models import Order

USED_MEANWHILE = "A gift card was used in the meantime."

# Saleor's own, for the record that it writes of each gift card payment.
logger = logging.getLogger("saleor.order.utils")


def lock_gift_cards(checkout: Checkout) -> list[GiftCard]:
    """Lock the checkout's gift cards; return them in the order in which they are spent.

    Lock the stocks first, as Saleor does. In the opposite lock order, two completions
    with the same card and stock would deadlock.
    """
    return list(select_gift_cards(checkout).select_for_update())


def spend_on_one_order(
    checkout_info: "CheckoutInfo",
    order: "Order",
    total: Money,
    user: "User | None",
    app: "App | None",
) -> None:
    """Do the work of Saleor's `add_gift_cards_to_order`, without its deadlock.

    :param total: the total before gift cards; the total of `order` is after them.
    :raises GiftCardNotApplicable: the balance is not the one that the order counts, or
        the amount due after gift cards was not paid.
    """
    cards = lock_gift_cards(checkout_info.checkout)
    left, spent = total, []
    balances: list[tuple[GiftCard, float]] = []
    for card in cards:
        if left.amount > 0:
            left = update_gift_card_balance(card, left, balances)
            spent.append(card)
    due = order.total.gross
    if cards and (left != due or not is_still_paid(checkout_info, due)):
        raise GiftCardNotApplicable(USED_MEANWHILE)
    order.gift_cards.add(*spent)
    gift_cards_used_in_order_event(balances, order, user, app)
    save_spent_cards(checkout_info, spent)
    log_payment(checkout_info.checkout, total.amount - left.amount, left.amount)


def log_payment(checkout: Checkout, spent: Decimal, left: Decimal) -> None:
    """Log what gift cards paid of a checkout, and what is left, as Saleor does.

    :param spent: in the checkout's currency, as is `left`.
    """
    if not spent:
        return
    details = {
        "checkout_id": graphene.Node.to_global_id("Checkout", checkout.pk),
        "gift_card_compensation": str(spent),
        "total_after_gift_card_compensation": str(left),
    }
    logger.info("Gift card payment.", extra=details)


def save_spent_cards(checkout_info: "CheckoutInfo", cards: Sequence[GiftCard]) -> None:
    """Save the cards' new balances and the customer who has spent them.

    After the commit, the other checkouts with these cards are marked to be priced
    again.
    """
    if not cards:
        return
    email = checkout_info.get_customer_email() or ""
    for card in cards:
        set_gift_card_user(card, checkout_info.user, email)
        card.last_used_on = timezone.now()
    GiftCard.objects.bulk_update(
        cards, ["current_balance_amount", "last_used_on", "used_by", "used_by_email"]
    )
    keys, token = [card.pk for card in cards], checkout_info.checkout.token
    transaction.on_commit(lambda: _expire_other_prices(keys, token), robust=True)


@transaction.atomic
def _expire_other_prices(cards: Sequence[int], token: UUID) -> None:
    """Let Saleor price the other checkouts with these gift cards again.

    It runs when no other lock is held. The checkouts are locked by primary key:
    otherwise two of these updates could deadlock.
    """
    others = checkout_qs_select_for_update().filter(gift_cards__in=cards)
    Checkout.objects.filter(
        pk__in=others.exclude(token=token).values_list("pk", flat=True)
    ).update(price_expiration=timezone.now())
