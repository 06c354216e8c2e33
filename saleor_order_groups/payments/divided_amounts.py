"""Divide amounts of a payment that do not follow from its events."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem

from ..money.apportion import apportion, draw_down
from ..money.minor_units import floor_minor, to_decimal
from .amounts import AMOUNTS

# The message of a share's events that carry divided amounts: they are no parts of the
# payment's events.
DIVIDED_AMOUNT = "Share of the payment's amount."

# The amounts that cover an order's total.
_COVERING = ("charged_value", "authorized_value", "charge_pending_value")
_MANUAL_EVENTS = {
    "charged_value": TransactionEventType.CHARGE_SUCCESS,
    "authorized_value": TransactionEventType.AUTHORIZATION_SUCCESS,
    "refunded_value": TransactionEventType.REFUND_SUCCESS,
    "canceled_value": TransactionEventType.CANCEL_SUCCESS,
}


def sums_hold(transaction: TransactionItem, shares: Sequence[TransactionItem]) -> bool:
    """Tell whether the shares sum to the payment in every amount."""
    return all(
        sum((getattr(share, name) for share in shares), Decimal(0))
        == getattr(transaction, name)
        for name in AMOUNTS
    )


def share_amounts(
    transaction: TransactionItem,
    shares: Sequence[TransactionItem],
    needs: list[int],
    weights: list[int],
    guides: Mapping[str, list[int]] | None = None,
) -> None:
    """Divide amounts that do not follow from the payment's events.

    An app may have set them without events (older Saleor versions did). The shares get
    Saleor's manual events, so that a recalculation derives the same amounts.

    :param needs: how much each order needs of the payment, in minor units.
    :param weights: the orders' totals in minor units, by which the rest is divided.
    :param guides: for each amount, how much of it each share has by its own events, in
        minor units. The division stays near to that; the excess over the guides draws
        the needs down. Without guides the whole amount does.
    """
    # Keep the parts of the payment's events without counting them: an event with a link
    # counts as settled.
    TransactionEvent.objects.filter(
        payment_event_share__share__transaction__in=shares
    ).update(include_in_calculations=False)
    currency = transaction.currency
    open_needs = list(needs)
    for name in (*_COVERING, *(name for name in AMOUNTS if name not in _COVERING)):
        whole = getattr(transaction, name)
        amount = floor_minor(whole, currency)
        parts = _divide_amount(
            amount,
            open_needs if name in _COVERING else needs,
            weights,
            guides[name] if guides else None,
            is_covering=name in _COVERING,
        )
        if name in _COVERING:
            open_needs = [
                max(need - part, 0)
                for need, part in zip(open_needs, parts, strict=True)
            ]
        # A fraction of the minor unit goes to the first order.
        fraction = whole - to_decimal(amount, currency)
        for share, part in zip(shares, parts, strict=True):
            setattr(share, name, to_decimal(part, currency) + fraction)
            fraction = Decimal(0)
    TransactionEvent.objects.bulk_create(
        _make_manual_event(transaction, share, name)
        for name in _MANUAL_EVENTS
        for share in shares
        if getattr(share, name)
    )


def _divide_amount(
    amount: int,
    needs: Sequence[int],
    weights: Sequence[int],
    guide: Sequence[int] | None,
    *,
    is_covering: bool,
) -> list[int]:
    """Divide one amount in minor units, near to the guide if there is one."""
    if amount < 0:
        return apportion(amount, weights)
    if guide is None:
        return draw_down(amount, needs, weights)
    covered = min(amount, sum(guide))
    parts = draw_down(covered, guide, weights)
    room = [
        max(need - part, 0) if is_covering else 0
        for need, part in zip(needs, parts, strict=True)
    ]
    rest = draw_down(amount - covered, room, weights)
    return [part + more for part, more in zip(parts, rest, strict=True)]


def _make_manual_event(
    transaction: TransactionItem, share: TransactionItem, name: str
) -> TransactionEvent:
    return TransactionEvent(
        transaction=share,
        type=_MANUAL_EVENTS[name],
        amount_value=getattr(share, name),
        currency=transaction.currency,
        include_in_calculations=True,
        message=DIVIDED_AMOUNT,
        app_id=transaction.app_id,
        app_identifier=transaction.app_identifier,
        user_id=transaction.user_id,
    )
