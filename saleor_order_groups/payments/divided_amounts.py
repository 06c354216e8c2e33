"""Divide amounts of a payment that do not follow from its events."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem

from ..money.apportion import apportion, draw_down
from ..money.minor_units import floor_minor, to_decimal
from .amounts import AMOUNTS

# The message of a share's events that carry amounts and no event of the payment.
DIVIDED_AMOUNT = "Share of the payment's amount."


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

    An app may have set them otherwise (older Saleor versions did). The shares get
    Saleor's manual events, so that a recalculation comes to the same.

    :param guides: for each amount what the shares have of it by their own events, to
        stay near to; what exceeds them, or all where there are none, draws the needs
        down.
    """
    # Kept, uncounted: what is linked counts as settled.
    TransactionEvent.objects.filter(
        payment_event_share__share__transaction__in=shares
    ).update(include_in_calculations=False)
    currency = transaction.currency
    open_needs = list(needs)
    manual_events = {
        "charged_value": TransactionEventType.CHARGE_SUCCESS,
        "authorized_value": TransactionEventType.AUTHORIZATION_SUCCESS,
        "refunded_value": TransactionEventType.REFUND_SUCCESS,
        "canceled_value": TransactionEventType.CANCEL_SUCCESS,
    }
    drawing = ("charged_value", "authorized_value", "charge_pending_value")
    events = []
    for name in (*drawing, *(name for name in AMOUNTS if name not in drawing)):
        amount = floor_minor(getattr(transaction, name), currency)
        fraction = getattr(transaction, name) - to_decimal(amount, currency)
        if amount < 0:
            parts = apportion(amount, weights)
        elif guides:
            covered = min(amount, sum(guides[name]))
            parts = draw_down(covered, guides[name], weights)
            room = [
                max(need - part, 0) if name in drawing else 0
                for need, part in zip(open_needs, parts, strict=True)
            ]
            rest = draw_down(amount - covered, room, weights)
            parts = [part + more for part, more in zip(parts, rest, strict=True)]
        else:
            parts = draw_down(amount, open_needs if name in drawing else needs, weights)
        if name in drawing:
            open_needs = [
                max(need - part, 0)
                for need, part in zip(open_needs, parts, strict=True)
            ]
        for share, part in zip(shares, parts, strict=True):
            setattr(share, name, to_decimal(part, currency) + fraction)
            fraction = Decimal(0)
            if getattr(share, name) and name in manual_events:
                events.append(
                    TransactionEvent(
                        transaction=share,
                        type=manual_events[name],
                        amount_value=getattr(share, name),
                        currency=currency,
                        include_in_calculations=True,
                        message=DIVIDED_AMOUNT,
                        app_id=transaction.app_id,
                        app_identifier=transaction.app_identifier,
                        user_id=transaction.user_id,
                    )
                )
    TransactionEvent.objects.bulk_create(events)
