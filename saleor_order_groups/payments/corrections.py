"""Attribute reports anew when the app says to which order they belong."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from saleor.core.tracing import traced_atomic_transaction
from saleor.payment.models import TransactionEvent

from ..models import GroupPayment, PaymentShare, ShareAnnouncement
from ..money.minor_units import floor_minor
from .amounts import split_type
from .announcements import tell
from .attribution import is_guessed
from .locked import Entry, LockedPayment
from .records import lock_payment
from .settlement import settle_locked

if TYPE_CHECKING:
    from saleor.plugins.manager import PluginsManager


def name_request(
    payment: GroupPayment,
    request: TransactionEvent,
    reference: str,
) -> list[ShareAnnouncement]:
    """Attribute earlier reports by an app's answer, before Saleor reads the answer.

    The app may have reported on the payment before it answered; that report was
    attributed by guessing. It is attributed anew here. A report that was taken for this
    answer, but has another reference, is attributed anew too.

    :param request: the request event that the app answers now, on one order or on the
        payment.
    :param reference: the reference in the app's answer.
    :return: what to tell the orders after Saleor has recorded the answer: a crash while
        they are told may not lose it.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        action, _ = split_type(request.type)
        settled = locked.get_settled_amounts()
        asked = _find_asked(locked, request)
        wrong = find_wrong_reports(locked, asked, request, reference)
        if not wrong:
            return []
        named: dict[tuple[str, str], int] = {}
        book = locked.book
        if request.transaction_id != payment.transaction_id:
            [index] = asked
            book = locked.shares[index].book
            named[action, reference] = index
        for event in book.events:
            if event.pk == request.pk:
                locked.change(
                    event, book, psp_reference=reference, include_in_calculations=True
                )
        for entry in wrong:
            locked.take_back(entry)
        return settle_locked(locked, settled=settled, named=named)


def claim_report(
    payment: GroupPayment,
    share: PaymentShare,
    event_type: str,
    reference: str,
    amount: Decimal,
    manager: "PluginsManager",
) -> None:
    """Attribute a report on the payment to the order on which it is reported as well.

    Nothing happens unless the report was attributed to other orders by guessing.

    :param amount: the Decimal amount of the report on the order's share.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        index = _find_position(locked, share.transaction_id)
        entry = locked.find_entry(event_type, reference)
        if (
            entry is None
            or index in entry.rows
            or not entry.rows
            or entry.get_whole_amount() != amount
            or not is_guessed(locked, entry, index)
        ):
            return
        settled = locked.get_settled_amounts()
        action, _ = split_type(event_type)
        locked.take_back(entry)
        announcements = settle_locked(
            locked, settled=settled, named={(action, reference): index}
        )
    tell(announcements, manager)


def find_wrong_reports(
    locked: LockedPayment,
    asked: Mapping[int, TransactionEvent],
    request: TransactionEvent,
    reference: str,
) -> list[Entry]:
    """Return the reports on the payment whose attribution an app's answer contradicts.

    :param asked: each order's part of the request, by the share's position.
    :param request: the request that is answered; of one order it is its own part.
    :param reference: the reference in the app's answer.
    """
    if not asked:
        return []
    action, _ = split_type(request.type)
    wrong = []
    for entry in locked.entries:
        entry_action, _ = split_type(entry.event.type)
        if entry_action != action or not entry.is_reported_on_payment:
            continue
        if entry.event.pk <= request.pk:
            # What arrived before the request was made is of something else, even if
            # the app names both by the same reference.
            continue
        if entry.event.psp_reference != reference:
            # The report was taken for this answer, but the answer has another
            # reference.
            is_wrong = _answers(entry, asked)
        elif len(asked) == 1:
            is_wrong = _belongs_to_one(locked, entry, *asked)
        else:
            is_wrong = _belongs_to_group(locked, entry, asked, request)
        if is_wrong:
            wrong.append(entry)
    return wrong


def _answers(entry: Entry, asked: Mapping[int, TransactionEvent]) -> bool:
    """Tell whether a report was taken for the answer to a request."""
    return any(
        index in asked and row.request_id == asked[index].pk
        for index, row in entry.rows.items()
    )


def _belongs_to_one(locked: LockedPayment, entry: Entry, index: int) -> bool:
    """Tell whether others were guessed to have a part of what is one order's."""
    own = entry.rows.get(index)
    whole = floor_minor(entry.get_whole_amount(), locked.currency)
    part = floor_minor(own.own_event.amount_value, locked.currency) if own else 0
    return part != whole and is_guessed(locked, entry, index)


def _belongs_to_group(
    locked: LockedPayment,
    entry: Entry,
    asked: Mapping[int, TransactionEvent],
    request: TransactionEvent,
) -> bool:
    """Tell whether a report was guessed to be of another request than the group's.

    It is certain if another request on the payment has its reference.
    """
    is_named = any(
        other.event.type == request.type
        and other.event.psp_reference == entry.event.psp_reference
        and other.event.pk != request.pk
        for other in locked.entries
    )
    return (
        not is_named and not _answers(entry, asked) and is_guessed(locked, entry, None)
    )


def _find_asked(
    locked: LockedPayment, request: TransactionEvent
) -> dict[int, TransactionEvent]:
    """Return each order's part of a request, by the share's position.

    A request that was made before the payment was split has no parts.
    """
    if request.transaction_id != locked.transaction.pk:
        return {_find_position(locked, request.transaction_id): request}
    return {
        index: row.own_event
        for entry in locked.entries
        if entry.event.pk == request.pk
        for index, row in entry.rows.items()
    }


def _find_position(locked: LockedPayment, transaction_id: int) -> int:
    return [share.link.transaction_id for share in locked.shares].index(transaction_id)
