"""Find and lock the rows of a group's payments, in the lock order of `host.locks`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast
from uuid import UUID

from saleor.order.models import Order
from saleor.payment.models import TransactionEvent, TransactionItem

from ..groups.statuses import NOT_LIVE
from ..host.locks import (
    lock_orders,
    lock_transaction_items,
    refuse_without_transaction,
)
from ..models import GroupPayment, PaymentEventShare, PaymentShare
from ..money.minor_units import floor_minor, to_minor
from .amounts import Book
from .locked import Entry, LockedPayment, LockedShare

_COVERING = (
    "authorized_value",
    "charged_value",
    "authorize_pending_value",
    "charge_pending_value",
)


def find_payment(transaction_id: int) -> GroupPayment | None:
    """Return the group's payment that a transaction is or is a share of, or None."""
    # Two queries that each use an index: no index serves both conditions at once.
    return (
        GroupPayment.objects.filter(transaction_id=transaction_id).first()
        or GroupPayment.objects.filter(shares__transaction_id=transaction_id).first()
    )


def find_share(transaction: TransactionItem) -> PaymentShare | None:
    """Return the payment share of a share transaction, None for any other."""
    return (
        PaymentShare.objects.filter(transaction=transaction)
        .select_related("payment", "order__channel")
        .first()
    )


def lock_payment(payment: GroupPayment) -> LockedPayment:
    """Lock a payment's orders, then the payment and its shares; read all events.

    Each kind of row is locked by primary key.

    :raises RuntimeError: no database transaction is open that would hold the locks.
    """
    refuse_without_transaction()
    links = list(PaymentShare.objects.filter(payment=payment))
    orders = lock_orders([link.order_id for link in links])
    lock_transactions(payment, links)
    return _read(payment, links, orders)


def read_payment(payment: GroupPayment) -> LockedPayment:
    """Read a payment as `lock_payment` does, without locks: the result is not saved."""
    links = list(
        PaymentShare.objects.filter(payment=payment).select_related(
            "order", "transaction"
        )
    )
    return _read(payment, links, {link.order_id: link.order for link in links})


def _read(
    payment: GroupPayment, links: list[PaymentShare], orders: Mapping[UUID, Order]
) -> LockedPayment:
    covered = _get_covered_elsewhere(payment, orders)
    # Completion breaks ties in this order too.
    links.sort(key=lambda link: orders[link.order_id].number)
    events = _read_events([payment.transaction, *(link.transaction for link in links)])
    shares = []
    for link in links:
        order = orders[link.order_id]
        is_live = order.status not in NOT_LIVE
        total = to_minor(order.total_gross_amount, order.currency)
        shares.append(
            LockedShare(
                link=link,
                order=order,
                book=Book(link.transaction, events[link.transaction_id]),
                total=total,
                need=max(total - covered[order.pk], 0) if is_live else 0,
                is_live=is_live,
            )
        )
    book = Book(payment.transaction, events[payment.transaction_id])
    entries = _read_entries(book, shares)
    return LockedPayment(
        payment, book, shares, entries, counted_before=get_counted(entries)
    )


def lock_transactions(payment: GroupPayment, links: Sequence[PaymentShare]) -> None:
    """Lock a payment and shares of it by primary key, and read their rows anew."""
    transactions = lock_transaction_items(
        [payment.transaction_id, *(link.transaction_id for link in links)]
    )
    payment.transaction = transactions[payment.transaction_id]
    for link in links:
        link.transaction = transactions[link.transaction_id]


def get_covered(transaction: TransactionItem) -> int:
    """Return how much of its order's total a transaction covers, in minor units."""
    covered = sum(getattr(transaction, name) for name in _COVERING)
    return max(floor_minor(covered, transaction.currency), 0)


def _get_covered_elsewhere(
    payment: GroupPayment, orders: Mapping[UUID, Order]
) -> dict[UUID, int]:
    covered = dict.fromkeys(orders, 0)
    others = TransactionItem.objects.filter(order__in=orders).exclude(
        payment_share__payment=payment
    )
    for other in others:
        covered[cast(UUID, other.order_id)] += get_covered(other)
    return covered


def _read_events(
    transactions: Sequence[TransactionItem],
) -> dict[int, list[TransactionEvent]]:
    by_transaction: dict[int, list[TransactionEvent]] = {
        transaction.pk: [] for transaction in transactions
    }
    events = TransactionEvent.objects.filter(transaction__in=transactions)
    for event in events.order_by("pk"):
        by_transaction[event.transaction_id].append(event)
    return by_transaction


def _read_entries(book: Book, shares: Sequence[LockedShare]) -> list[Entry]:
    entries = {event.pk: Entry(event) for event in book.events}
    positions = {share.link.pk: index for index, share in enumerate(shares)}
    share_events = {event.pk: event for share in shares for event in share.book.events}
    rows = PaymentEventShare.objects.filter(share__in=positions, ended_at=None)
    for row in rows.order_by("share_event"):
        index, entry = positions[row.share_id], entries[row.event_id]
        if row.share_event_id is None:
            entry.derived[index] = row
            continue
        row.share_event = share_events[row.share_event_id]
        if row.request_id in share_events:
            row.request = share_events[row.request_id]
        entry.rows[index] = row
    return list(entries.values())


def get_counted(entries: Sequence[Entry]) -> dict[UUID, Decimal]:
    """Return what each saved part counts for, as a Decimal, by the row's key."""
    counted = {}
    for entry in entries:
        for row in (*entry.rows.values(), *entry.derived.values()):
            amount = row.amount_value
            if amount is None:
                is_counted = entry.event.include_in_calculations
                amount = row.own_event.amount_value if is_counted else Decimal(0)
            counted[row.pk] = amount
    return counted
