"""Carry the reports of a payment app between a payment and its shares.

`settle` compares the events with the links between them and writes the missing ones.
Running it twice, late or after a crash ends in the same rows. An app that does not know
of groups reports on the payment: each order gets its part. An app answers a request on
one order on that order's share: the payment gets the answer too.

Each share transaction has the amounts that a plain transaction of its order would have.
The payment stands for all shares: its events are kept such that Saleor's amounts of it
are the sum of the shares'.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from saleor.core.tracing import traced_atomic_transaction
from saleor.order.models import OrderGrantedRefund
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionItem

from ..host.internals import calculate_order_granted_refund_status
from ..host.order_processing import save_amounts
from ..models import GroupPayment
from .amounts import AMOUNTS
from .announcements import announce, announce_left_over, tell
from .attribution import attribute_reports
from .counted_parts import count_parts
from .divided_amounts import DIVIDED_AMOUNT
from .lending import lend_authorizations
from .locked import LockedPayment
from .open_requests import match_failures
from .records import lock_payment
from .reports_on_shares import carry_reports_on_shares
from .share_transactions import save_transactions
from .standing_in import stand_for_pending_authorizations, stand_for_shares

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.plugins.manager import PluginsManager


def settle(
    payment: GroupPayment,
    manager: "PluginsManager",
    user: "User | None" = None,
    app: "App | None" = None,
) -> None:
    """Settle a payment, its shares and orders, then fire Saleor's events of each order.

    The orders are locked first, then the transactions, each by primary key, as in
    Saleor.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        announcements = announce_left_over([share.link for share in locked.shares])
        announcements += settle_locked(locked, user, app)
    tell(announcements, manager, user, app)


def follows_from_events(payment: GroupPayment) -> bool:
    """Tell whether the shares sum to the payment when all amounts follow from events.

    Nothing is saved.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        bring_in_line(locked)
        shares = [share.book.amounts for share in locked.shares]
        return all(
            sum((amounts[name] for amounts in shares), Decimal(0)) == amount
            for name, amount in locked.book.amounts.items()
        )


def settle_locked(
    locked: LockedPayment,
    user: "User | None" = None,
    app: "App | None" = None,
    *,
    settled: list[dict[str, Decimal]] | None = None,
    named: dict[tuple[str, str], int] | None = None,
) -> list:
    """Save the missing events and the amounts; return the orders' announcements.

    :param settled: each share's Decimal amounts of which its order was told last.
    :param named: the share that a reference belongs to, where the app says so right
        now.
    """
    settled = settled or locked.get_settled_amounts()
    bring_in_line(locked, named)
    locked.save()
    stored = [_get_stored(share.book.transaction) for share in locked.shares]
    save_transactions(locked)
    changed = [
        index
        for index, share in enumerate(locked.shares)
        if index in locked.touched
        or stored[index] != _get_stored(share.book.transaction)
        or any(
            settled[index][name] != amount
            for name, amount in _get_stored(share.book.transaction).items()
        )
    ]
    orders = [locked.shares[index].order for index in changed]
    save_amounts([order for order in orders if order])
    for granted_refund in OrderGrantedRefund.objects.filter(
        pk__in=locked.granted_refund_ids
    ):
        calculate_order_granted_refund_status(granted_refund)
    return announce(
        [
            (locked.shares[index].link, settled[index], index in locked.corrected)
            for index in changed
        ],
        user,
        app,
    )


def bring_in_line(
    locked: LockedPayment, named: dict[tuple[str, str], int] | None = None
) -> None:
    """Give payment and shares the events that they lack; nothing is saved.

    :param named: the share that a reference belongs to, where the app says so right
        now.
    """
    _follow_events(locked)
    _follow_requests(locked)
    carry_reports_on_shares(locked)
    attribute_reports(locked, named)
    _share_failed_requests(locked)
    _relate_granted_refunds(locked)
    stand_for_shares(locked)
    lend_authorizations(locked)
    stand_for_pending_authorizations(locked)
    count_parts(locked)


def _get_stored(transaction: TransactionItem) -> dict[str, Decimal]:
    return {name: getattr(transaction, name) for name in AMOUNTS}


def _follow_events(locked: LockedPayment) -> None:
    """Let shares with divided amounts follow the payment's events from now on.

    The amounts were divided because they did not follow from the payment's events. A
    completion may find such a payment between two commits: Saleor commits a report's
    event before the amounts.
    """
    divided = [
        (share, event)
        for share in locked.shares
        for event in share.book.events
        if event.message == DIVIDED_AMOUNT and not event.psp_reference
    ]
    if not divided:
        return
    for share, event in divided:
        locked.remove_event(event, share.book)
    for entry in locked.entries:
        for index, row in entry.rows.items():
            if entry.event.include_in_calculations:
                locked.change(
                    row.own_event,
                    locked.shares[index].book,
                    include_in_calculations=True,
                )


def _follow_requests(locked: LockedPayment) -> None:
    """Copy the answer to a group request to each order's part of the request.

    Saleor adds the reference to the request event itself when the app answers.
    """
    for entry in locked.entries:
        event = entry.event
        if not event.include_in_calculations or not event.psp_reference:
            continue
        for index, row in entry.rows.items():
            if row.own_event.psp_reference is None:
                locked.change(
                    row.own_event,
                    locked.shares[index].book,
                    psp_reference=event.psp_reference,
                    include_in_calculations=True,
                )
                locked.touched.add(index)


def _share_failed_requests(locked: LockedPayment) -> None:
    """Tell the orders that a group request got no answer.

    Saleor records that failure without a reference, and does not count it.
    """
    entries = {id(entry.event): entry for entry in locked.entries}
    _, failed = match_failures(locked.book.events, lambda _event: False)
    for request, failure in failed:
        asked, told = entries[id(request)], entries[id(failure)]
        if told.rows:
            continue
        for index, row in asked.rows.items():
            locked.add_copy(told, index, row.own_event.amount_value)


def _relate_granted_refunds(locked: LockedPayment) -> None:
    """Relate an answer to the granted refund that its request was made for."""
    for row in locked.new_rows:
        event = row.own_event
        if (
            event.type not in TransactionEventType.REFUND_RELATED_EVENT_TYPES
            or event.related_granted_refund_id
            # Requests that are open have no reference either.
            or not event.psp_reference
        ):
            continue
        [book] = [share.book for share in locked.shares if share.link == row.share]
        asked = [
            request.related_granted_refund_id
            for request in book.events
            if request.type == TransactionEventType.REFUND_REQUEST
            and request.psp_reference == event.psp_reference
            and request.related_granted_refund_id
        ]
        if asked:
            locked.change(event, book, related_granted_refund_id=asked[-1])
            locked.granted_refund_ids.add(asked[-1])
