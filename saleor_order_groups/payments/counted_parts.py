"""Keep what each order's part of a payment's event counts for.

The parts of an event that counts sum to its amount exactly. Payment apps read them, and
use a part's key once: a part whose amount changes ends, and another one begins.
"""

import logging
from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone
from saleor.payment import TransactionEventType

from ..models import PaymentEventShare
from .amounts import (
    STILL_PENDING,
    Book,
    get_amounts,
    is_divided,
    is_loan,
    split_type,
)
from .locked import Entry, LockedPayment
from .standing_in import get_pending_reference

logger = logging.getLogger(__name__)

Parts = dict[int, Decimal]


def count_parts(locked: LockedPayment) -> None:
    """Give every part the amount that it counts for; nothing is saved."""
    for entry in locked.entries:
        parts = get_parts(locked, entry)
        indexes = {*parts, *entry.rows, *entry.derived, *entry.taken_back}
        changed = [
            _count_part(locked, entry, index, parts.get(index, Decimal(0)))
            for index in sorted(indexes)
        ]
        if any(changed):
            locked.redivided.append(entry.event)


def get_parts(locked: LockedPayment, entry: Entry) -> Parts:
    """Return what each order has of an event, by the share's position.

    The amounts are Decimals that sum to the event's. They are missing for an event that
    does not count, moves no money or concerns no order.
    """
    event = entry.event
    if not is_divided(event):
        return {}
    found: Parts = {}
    for found in _find_divisions(locked, entry):
        if sum(found.values(), Decimal(0)) == event.amount_value:
            return found
    if found:
        logger.error(
            "The parts of event %s of the payment %s do not sum to it.",
            event.pk,
            locked.transaction.token,
        )
    return found


def _find_divisions(locked: LockedPayment, entry: Entry) -> Iterator[Parts]:
    """Yield the divisions that an event may have; the first that sums to it is right.

    A failure of some orders reduces a success of all, a success of some orders reduces
    what is pending.
    """
    action, outcome = split_type(entry.event.type)
    reference = entry.event.psp_reference or ""
    books = [share.book for share in locked.shares]
    if entry.event.message == STILL_PENDING:
        yield _find_pending(locked, action, reference)
        return
    if not entry.rows:
        return
    yield {index: row.own_event.amount_value for index, row in entry.rows.items()}
    if outcome == "adjustment":
        yield _find_adjusted(locked, entry)
    if outcome == "success":
        yield {
            index: row.own_event.amount_value
            for index, row in entry.rows.items()
            if books[index].find_counting_success(action, reference) is row.own_event
        }
    if outcome == "request":
        yield {
            index: row.own_event.amount_value
            for index, row in entry.rows.items()
            if books[index].find_pending_request(action, reference) is row.own_event
        }
        yield {
            index: books[index].get_pending_authorization(reference)
            for index in entry.rows
        }


def _find_adjusted(locked: LockedPayment, entry: Entry) -> Parts:
    """Return what each order has of an adjustment that was reported on some shares.

    The others keep the authorization that they had until then.
    """
    since = entry.event.created_at
    parts = {}
    for index, share in enumerate(locked.shares):
        if row := entry.rows.get(index):
            parts[index] = row.own_event.amount_value
            continue
        authorizations = [
            event
            for event in share.book.events
            if event.type.startswith("authorization")
            and event.created_at <= since
            and not is_loan(event)
        ]
        parts[index] = get_amounts(authorizations)["authorized_value"]
    return parts


def _find_pending(locked: LockedPayment, action: str, own_reference: str) -> Parts:
    """Return what is pending of each order while another event hides it."""
    books = [share.book for share in locked.shares]
    if own_reference == get_pending_reference("authorization", ""):
        return {
            index: book.amounts["authorize_pending_value"] - _get_visible(locked, index)
            for index, book in enumerate(books)
        }
    [reference] = {
        entry.event.psp_reference or ""
        for entry in locked.entries
        if get_pending_reference(action, entry.event.psp_reference or "")
        == own_reference
    }
    return {
        index: request.amount_value
        for index, book in enumerate(books)
        if (request := book.find_pending_request(action, reference))
    }


def _get_visible(locked: LockedPayment, index: int) -> Decimal:
    """Return how much of an order's pending authorization the payment's requests show."""
    return sum(
        (
            locked.shares[index].book.get_pending_authorization(reference)
            for reference in _find_pending_references(locked.book)
        ),
        Decimal(0),
    )


def _find_pending_references(book: Book) -> set[str]:
    references = {
        event.psp_reference
        for event in book.events
        if event.type == TransactionEventType.AUTHORIZATION_REQUEST
        and event.psp_reference
        and event.message != STILL_PENDING
    }
    return {each for each in references if book.get_pending_authorization(each)}


def _count_part(
    locked: LockedPayment, entry: Entry, index: int, amount: Decimal
) -> bool:
    """Let an order's part count for an amount; tell whether the part has changed."""
    old = entry.taken_back.pop(index, None)
    row = entry.rows.get(index)
    if row is None:
        row = entry.derived.get(index)
    elif index in entry.derived:
        # The app has reported on the share what the payment's event stood for.
        old = entry.derived.pop(index)
    if old is not None:
        before = locked.counted_before[old.pk]
        if row is not None and amount == before:
            _go_on(locked, entry, index, old, row)
            return False
        _end(locked, old)
        if row is None and not amount:
            return bool(before)
    if row is None:
        row = PaymentEventShare(event=entry.event, share=locked.shares[index].link)
        entry.derived[index] = row
        locked.new_rows.append(row)
    if row.pk not in locked.counted_before:
        row.amount_value = amount
        return bool(amount or (old and before))
    before = locked.counted_before[row.pk]
    if amount == before:
        return False
    is_request = entry.event.type.endswith("_request")
    if not amount or (not before and is_request):
        # Nobody pays a seller for a request, which begins to count when it is answered.
        row.amount_value = amount
        locked.changed_rows[row.pk] = row
        return True
    successor = PaymentEventShare(
        event=entry.event,
        share=row.share,
        share_event=row.share_event,
        request=row.request,
        reported_on_share=row.reported_on_share,
        amount_value=amount,
    )
    _end(locked, row)
    rows = entry.rows if index in entry.rows else entry.derived
    rows[index] = successor
    locked.new_rows.append(successor)
    return True


def _go_on(
    locked: LockedPayment,
    entry: Entry,
    index: int,
    old: PaymentEventShare,
    row: PaymentEventShare,
) -> None:
    """Let a saved part go on that was attributed anew to the same order and amount."""
    old.share_event, old.request = row.share_event, row.request
    old.reported_on_share = row.reported_on_share
    locked.changed_rows[old.pk] = old
    locked.new_rows = [new for new in locked.new_rows if new is not row]
    entry.rows[index] = old


def _end(locked: LockedPayment, row: PaymentEventShare) -> None:
    row.share_event = row.request = None
    row.amount_value = Decimal(0)
    row.ended_at = timezone.now()
    locked.ended_rows.append(row)
    locked.changed_rows.pop(row.pk, None)
