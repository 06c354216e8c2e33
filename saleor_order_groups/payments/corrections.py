"""Attribute reports anew when the app says whose they are."""

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
    """Let an app's answer say whose a reference is, before Saleor reads the answer.

    The app may have reported on the payment before it answered, so that the report was
    given to whom it seemed to be of. It is attributed anew here, and so is a report that
    was taken for this answer and is another's.

    :param request: what one order was asked for, and the app answers now.
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
    """Give an order a report on the payment that is now reported of the order itself.

    Nothing happens unless the report was given to other orders by guessing.
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
    """Return reports on the payment that were given to others than an answer says.

    :param index: the position of the share whose request is answered.
    :param reference: what the app calls it.
    """
    action, _ = split_type(request.type)
    wrong = []
    for entry in locked.entries:
        entry_action, _ = split_type(entry.event.type)
        if entry_action != action or not entry.is_reported_on_payment:
            continue
        own = entry.rows.get(index)
        if entry.event.psp_reference != reference:
            # Taken for this answer, which has another reference.
            if own and own.request_id == request.pk:
                wrong.append(entry)
            continue
        whole = floor_minor(entry.get_whole_amount(), locked.currency)
        part = floor_minor(own.share_event.amount_value, locked.currency) if own else 0
        if part != whole and is_guessed(locked, entry, index):
            wrong.append(entry)
    return wrong


def _find_position(locked: LockedPayment, transaction_id: int) -> int:
    return [share.link.transaction_id for share in locked.shares].index(transaction_id)
