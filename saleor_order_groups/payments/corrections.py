"""Attribute reports anew when the app says to which order they belong."""

from decimal import Decimal
from typing import TYPE_CHECKING

from saleor.core.tracing import traced_atomic_transaction
from saleor.payment.models import TransactionEvent

from ..models import GroupPayment, PaymentShare
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
    manager: "PluginsManager",
) -> None:
    """Attribute earlier reports by an app's answer, before Saleor reads the answer.

    The app may have reported on the payment before it answered; that report was
    attributed by guessing. It is attributed anew here. A report that was taken for this
    answer, but has another reference, is attributed anew too.

    :param request: the request event on one order that the app answers now.
    :param reference: the reference in the app's answer.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        index = _find_position(locked, request.transaction_id)
        action, _ = split_type(request.type)
        settled = locked.get_settled_amounts()
        wrong = find_wrong_reports(locked, index, request, reference)
        if not wrong:
            return
        for event in locked.shares[index].book.events:
            if event.pk == request.pk:
                locked.change(
                    event,
                    locked.shares[index].book,
                    psp_reference=reference,
                    include_in_calculations=True,
                )
        for entry in wrong:
            locked.take_back(entry)
        announcements = settle_locked(
            locked, settled=settled, named={(action, reference): index}
        )
    tell(announcements, manager)


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
    locked: LockedPayment, index: int, request: TransactionEvent, reference: str
) -> list[Entry]:
    """Return the reports on the payment whose attribution an app's answer contradicts.

    :param index: the position of the share whose request is answered.
    :param reference: the reference in the app's answer.
    """
    action, _ = split_type(request.type)
    wrong = []
    for entry in locked.entries:
        entry_action, _ = split_type(entry.event.type)
        if entry_action != action or not entry.is_reported_on_payment:
            continue
        if entry.event.pk < request.pk:
            # What arrived before the request was made is of something else, even if
            # the app names both by the same reference.
            continue
        own = entry.rows.get(index)
        if entry.event.psp_reference != reference:
            # The report was taken for this answer, but the answer has another
            # reference.
            if own and own.request_id == request.pk:
                wrong.append(entry)
            continue
        whole = floor_minor(entry.get_whole_amount(), locked.currency)
        part = floor_minor(own.own_event.amount_value, locked.currency) if own else 0
        if part != whole and is_guessed(locked, entry, index):
            wrong.append(entry)
    return wrong


def _find_position(locked: LockedPayment, transaction_id: int) -> int:
    return [share.link.transaction_id for share in locked.shares].index(transaction_id)
