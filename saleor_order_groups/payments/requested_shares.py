"""Tell how an amount that is about to be requested will divide.

The answer comes from the rules that completion and settling follow, on the events that
are there now and the event that the request would lead to. Nothing is saved.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from saleor.payment.models import TransactionEvent, TransactionItem

from ..models import GroupPayment, PaymentShare
from .amounts import Book
from .attribution import attribute_reports
from .locked import Entry, LockedPayment, LockedShare
from .records import get_covered, read_payment
from .split import divide_events

# The event's reference is the provider's answer, which nobody knows yet.
_UNKNOWN = "(requested)"


def divide_before_completion(
    asked: TransactionItem,
    action: str,
    amount: Decimal,
    totals: Sequence[int],
    transactions: Iterable[TransactionItem],
) -> list[Decimal]:
    """Return each order's part of a requested amount, before the checkout completes.

    The checkout's transactions cover the orders in the order of their keys, as at
    completion. What they have no need for divides by the orders' totals.

    :param asked: the transaction of which the amount is requested.
    :param action: the first part of the event's type, such as "charge".
    :param totals: the orders' totals after gift cards, in minor units.
    :param transactions: all transactions of the checkout, by key, with their events
        prefetched.
    """
    needs = list(totals)
    for transaction in transactions:
        events = sorted(transaction.events.all(), key=lambda event: event.pk)
        if transaction.pk == asked.pk:
            events.append(_make_event(transaction, action, amount))
        divided = _divide(transaction, events, totals, needs)
        if transaction.pk == asked.pk:
            return _get_parts(divided, divided.entries[-1])
        for share in divided.shares:
            share.book.apply()
        needs = [
            max(need - get_covered(share.book.transaction), 0)
            for need, share in zip(needs, divided.shares, strict=True)
        ]
    return [Decimal(0)] * len(totals)


def divide_after_completion(
    payment: GroupPayment, action: str, amount: Decimal
) -> list[tuple[UUID, Decimal]]:
    """Return each order's part of an amount that a session processes on a payment.

    :param action: the first part of the event's type, such as "charge".
    """
    locked = read_payment(payment)
    entry = Entry(_make_event(locked.transaction, action, amount))
    locked.entries.append(entry)
    attribute_reports(locked)
    return [
        (share.link.order_id, part)
        for share, part in zip(locked.shares, _get_parts(locked, entry), strict=True)
    ]


def _make_event(
    transaction: TransactionItem, action: str, amount: Decimal
) -> TransactionEvent:
    return TransactionEvent(
        transaction=transaction,
        type=f"{action}_success",
        amount_value=amount,
        currency=transaction.currency,
        psp_reference=_UNKNOWN,
        created_at=timezone.now(),
        include_in_calculations=True,
    )


def _divide(
    transaction: TransactionItem,
    events: Sequence[TransactionEvent],
    totals: Sequence[int],
    needs: Sequence[int],
) -> LockedPayment:
    payment = GroupPayment(transaction=transaction)
    shares = [
        LockedShare(
            link=PaymentShare(payment=payment),
            order=None,
            book=Book(TransactionItem(currency=transaction.currency)),
            total=total,
            need=need,
        )
        for total, need in zip(totals, needs, strict=True)
    ]
    return divide_events(payment, events, shares)


def _get_parts(locked: LockedPayment, entry: Entry) -> list[Decimal]:
    return [
        entry.rows[index].own_event.amount_value if index in entry.rows else Decimal(0)
        for index in range(len(locked.shares))
    ]
