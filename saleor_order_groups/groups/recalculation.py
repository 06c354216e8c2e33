"""Recalculate totals of orders that gift cards of the checkout have paid in part."""

from decimal import Decimal

from django.db import DEFAULT_DB_ALIAS
from saleor.core.prices import quantize_price
from saleor.giftcard import GiftCardEvents
from saleor.giftcard.models import GiftCardEvent
from saleor.order.models import Order

from .lookup import is_of_split_group


def subtract_gift_cards(order: Order, using: str = DEFAULT_DB_ALIAS) -> None:
    """Subtract from a split order's new total what gift cards paid at placement.

    The net total keeps its proportion to the gross total, as in a checkout.

    :param using: the connection that the order was read from.
    """
    if not order.checkout_token:
        return
    spent = _get_gift_card_spending(order, using)
    if not spent or not is_of_split_group(order, using):
        return
    net, gross = order.total_net_amount, order.total_gross_amount
    due = max(gross - spent, Decimal(0))
    order.total_gross_amount = due
    if gross:
        order.total_net_amount = quantize_price(net * due / gross, order.currency)


def _get_gift_card_spending(order: Order, using: str) -> Decimal:
    # Only these events record the amounts. A gift card may also pay as a transaction;
    # that does not reduce the total.
    events = (
        GiftCardEvent.objects.using(using)
        .filter(
            order_id=order.pk,
            type=GiftCardEvents.USED_IN_ORDER,
            gift_card__orders=order.pk,
        )
        .values_list("parameters__balance", flat=True)
    )
    spent = sum(
        (
            Decimal(str(balance["old_current_balance"]))
            - Decimal(str(balance["current_balance"]))
            for balance in events
        ),
        Decimal(0),
    )
    return quantize_price(spent, order.currency)
