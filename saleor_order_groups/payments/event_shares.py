"""Divide an event of a payment into events of its shares."""

from collections.abc import Sequence
from decimal import Decimal

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent

from ..models import PaymentEventShare, PaymentShare
from ..money.minor_units import to_decimal
from .amounts import copy_event

FAILURES = (
    TransactionEventType.AUTHORIZATION_FAILURE,
    TransactionEventType.CHARGE_FAILURE,
    TransactionEventType.REFUND_FAILURE,
    TransactionEventType.CANCEL_FAILURE,
)


def divide_event(
    event: TransactionEvent, links: Sequence[PaymentShare], parts: Sequence[int]
) -> list[PaymentEventShare]:
    """Return the unsaved parts of an event; an order whose part is zero gets none.

    If the event's amount is zero, or less than a minor unit, every order gets a part.

    :param parts: each order's part in minor units, in the order of `links`.
    """
    return [
        PaymentEventShare(
            event=event,
            share=link,
            share_event=copy_event(
                event, link.transaction, to_decimal(part, event.currency)
            ),
            amount_value=Decimal(0),
        )
        for link, part in zip(links, parts, strict=True)
        if part or not any(parts)
    ]


def create_event_shares(rows: list[PaymentEventShare]) -> list[PaymentEventShare]:
    """Save the parts of events with their links; return the links."""
    TransactionEvent.objects.bulk_create([row.own_event for row in rows])
    return PaymentEventShare.objects.bulk_create(rows)
