"""What a payment app reports after completion, carried between payment and shares.

`settle` compares the events with the links between them and writes what is missing, so
that running it twice, late or after a crash ends in the same rows. An app that knows
nothing of groups reports on the payment: each order gets its part. What an app answers
to a request for one order is reported on that order's share: the payment gets it too.

Each share is what a plain transaction of its order would be. The payment stands for all
of them: its events are kept so that Saleor's amounts of it are the sum of the shares'.
"""

import datetime
import logging
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from saleor.core.tracing import traced_atomic_transaction
from saleor.order.models import OrderGrantedRefund
from saleor.order.utils import (
    calculate_order_granted_refund_status,
    updates_amounts_for_order,
)
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem

from .announcements import announce, announce_left_over, tell
from .attribution import attribute_reports, divide_answer, is_guessed
from .books import AMOUNTS, LENT, is_loan, split_type
from .ledger import lend
from .locked import Entry, LockedPayment, LockedShare, iterate_groups, lock_payment
from .models import GroupPayment, PaymentShare
from .money import floor_minor, to_decimal
from .payment_requests import match_failures
from .payments import DIVIDED_AMOUNT, share_amounts, sums_hold

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.plugins.manager import PluginsManager

logger = logging.getLogger(__name__)

# What the app keeps on the payment and the orders' shares show too.
_FOLLOWING_FIELDS = (
    "psp_reference",
    "name",
    "message",
    "external_url",
    "cc_first_digits",
    "cc_last_digits",
    "cc_brand",
    "cc_exp_month",
    "cc_exp_year",
    "payment_method_type",
    "payment_method_name",
    "gift_card_last_chars",
    "gift_card_brand",
    "app_id",
    "app_identifier",
)


def find_payment(transaction_id: int) -> GroupPayment | None:
    """Return the payment that a transaction is, or is a share of."""
    # Two look-ups, each by an index: there is none for the two in one.
    return (
        GroupPayment.objects.filter(transaction_id=transaction_id).first()
        or GroupPayment.objects.filter(shares__transaction_id=transaction_id).first()
    )


def settle(
    payment: GroupPayment,
    manager: "PluginsManager",
    user: "User | None" = None,
    app: "App | None" = None,
) -> None:
    """Bring payment, shares and orders in line, then fire Saleor's events of each order.

    Orders are locked first, by primary key, then the transactions, as Saleor does.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        announcements = announce_left_over([share.link for share in locked.shares])
        announcements += _settle(locked, user, app)
    tell(announcements, manager, user, app)


def follows_from_events(payment: GroupPayment) -> bool:
    """Tell whether payment and shares sum as soon as their amounts follow their events."""
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        bring_in_line(locked)
        shares = [share.book.amounts for share in locked.shares]
        return all(
            sum((amounts[name] for amounts in shares), Decimal(0)) == amount
            for name, amount in locked.book.amounts.items()
        )


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
        announcements = _settle(
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
        announcements = _settle(
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


# ---------------------------------------------------------------------- settling


def _settle(
    locked: LockedPayment,
    user: "User | None" = None,
    app: "App | None" = None,
    *,
    settled: list[dict[str, Decimal]] | None = None,
    named: dict[tuple[str, str], int] | None = None,
) -> list:
    """Write what is missing; return what the orders are to be told of it.

    :param settled: each share's amounts as its order was told them last.
    :param named: whose a reference is, where the app says so right now.
    """
    settled = settled or locked.get_settled_amounts()
    bring_in_line(locked, named)
    locked.save()
    stored = [_get_stored(share.book.transaction) for share in locked.shares]
    _save_transactions(locked)
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
    for index in changed:
        updates_amounts_for_order(locked.shares[index].order)
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
    """Give payment and shares the events that they miss; nothing is saved.

    :param named: whose a reference is, where the app says so right now.
    """
    _follow_events(locked)
    _follow_requests(locked)
    _carry_reports_on_shares(locked)
    attribute_reports(locked, named)
    _share_failed_requests(locked)
    _relate_granted_refunds(locked)
    _stand_for_shares(locked)
    _lend_authorizations(locked)
    _stand_for_pending_authorizations(locked)


def _get_stored(transaction: TransactionItem) -> dict[str, Decimal]:
    return {name: getattr(transaction, name) for name in AMOUNTS}


def _follow_events(locked: LockedPayment) -> None:
    """Let shares of amounts follow events again, as their payment does from now on.

    The amounts were divided where they did not follow from the payment's events. Saleor
    commits a report's event before the amounts: a completion between them sees that too.
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
                    row.share_event,
                    locked.shares[index].book,
                    include_in_calculations=True,
                )


def _follow_requests(locked: LockedPayment) -> None:
    """Let what each order was asked for follow a request of the whole group.

    Saleor gives a request its reference in place, when it is answered.
    """
    for entry in locked.entries:
        event = entry.event
        if not event.include_in_calculations or not event.psp_reference:
            continue
        for index, row in entry.rows.items():
            if row.share_event.psp_reference is None:
                locked.change(
                    row.share_event,
                    locked.shares[index].book,
                    psp_reference=event.psp_reference,
                    include_in_calculations=True,
                )
                locked.touched.add(index)


def _carry_reports_on_shares(locked: LockedPayment) -> None:
    """Give the payment what was reported on its shares.

    It holds one event for each reference and type. What exceeds the share goes to its
    siblings, as their part of the same event.
    """
    reports = locked.find_unlinked_reports()
    for index, report in reports:
        # What an order has is asked without what is to be divided still.
        locked.shares[index].book.remove(report)
    for index, report in sorted(reports, key=lambda pair: pair[1].created_at):
        _carry(locked, index, report)


def _carry(locked: LockedPayment, index: int, report: TransactionEvent) -> None:
    book = locked.shares[index].book
    entry = locked.find_entry(report.type, report.psp_reference)
    if entry and index in entry.rows:
        # The payment has this report already, and the share its part of it.
        locked.change(report, book, include_in_calculations=False)
        book.add(report)
        return
    amount = report.amount_value
    if (
        entry
        and entry.rows
        and entry.get_whole_amount() == amount
        and is_guessed(locked, entry, index)
    ):
        # Reported on the payment before, and given to somebody else.
        locked.take_back(entry)
    if entry is None:
        entry = locked.add_event_of(report, amount)
    elif not entry.rows:
        # Reported on both before either was settled.
        amount = max(amount, entry.event.amount_value)
    minor = floor_minor(amount, locked.currency)
    parts = divide_answer(locked, index, report.type, report.psp_reference, minor)
    own = to_decimal(parts[index], locked.currency)
    own += amount - to_decimal(minor, locked.currency)
    locked.change(report, book, amount_value=own)
    locked.add_part(entry, index, report, reported_on_share=True)
    for sibling, part in enumerate(parts):
        if sibling == index or not part:
            continue
        part_amount = to_decimal(part, locked.currency)
        if row := entry.rows.get(sibling):
            locked.change(
                row.share_event,
                locked.shares[sibling].book,
                amount_value=row.share_event.amount_value + part_amount,
            )
            locked.touched.add(sibling)
            continue
        locked.add_copy(entry, sibling, part_amount, reported_on_share=True)


def _share_failed_requests(locked: LockedPayment) -> None:
    """Tell the orders that a request of the whole group got no answer.

    Saleor records that without a reference, and counts it nowhere.
    """
    entries = {id(entry.event): entry for entry in locked.entries}
    _, failed = match_failures(locked.book.events, lambda _event: False)
    for request, failure in failed:
        asked, told = entries[id(request)], entries[id(failure)]
        if told.rows:
            continue
        for index, row in asked.rows.items():
            locked.add_copy(told, index, row.share_event.amount_value)


def _relate_granted_refunds(locked: LockedPayment) -> None:
    """Let an answer be that of the granted refund that its request was made for."""
    for row in locked.new_rows:
        event = row.share_event
        if (
            event.type not in TransactionEventType.REFUND_RELATED_EVENT_TYPES
            or event.related_granted_refund_id
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


# ------------------------------------------------------- the payment, as their sum


def _stand_for_shares(locked: LockedPayment) -> None:
    """Keep the payment's events so that its amounts are the sum of the shares'.

    Saleor keeps one outcome for each reference. Where the orders' parts of a reference
    had different outcomes, the payment's success is what has succeeded of them, and its
    failure does not count.
    """
    for action, reference in list(iterate_groups(locked)):
        _stand_for_outcomes(locked, action, reference)
    for entry in locked.entries:
        _, outcome = split_type(entry.event.type)
        if entry.rows and outcome in ("back", "reverse"):
            locked.change(
                entry.event, locked.book, amount_value=entry.get_whole_amount()
            )
    _stand_for_adjustments(locked)


def _stand_for_outcomes(locked: LockedPayment, action: str, reference: str) -> None:
    books = [share.book for share in locked.shares]
    successes = [book.find_counting_success(action, reference) for book in books]
    requests = [book.find_pending_request(action, reference) for book in books]
    succeeded = sum((event.amount_value for event in successes if event), Decimal(0))
    pending = sum((event.amount_value for event in requests if event), Decimal(0))
    is_open = any(successes) or any(requests)
    if failure := locked.find_entry(f"{action}_failure", reference):
        locked.change(failure.event, locked.book, include_in_calculations=not is_open)
    if success := locked.find_entry(f"{action}_success", reference):
        if not success.rows:
            return
        # An older failure of all leaves the payment's success as it was reported.
        amount = success.get_whole_amount() if not is_open else succeeded
        if all(
            successes[index] and not row.reported_on_share
            for index, row in success.rows.items()
        ):
            amount = success.event.amount_value
        locked.change(
            success.event,
            locked.book,
            amount_value=amount,
            # A success, also of nothing, would hide what is pending.
            include_in_calculations=bool(any(successes) or not any(requests)),
        )
        if not is_open and locked.book.find_counting_success(action, reference):
            locked.change(success.event, locked.book, amount_value=Decimal(0))
    request = locked.find_entry(f"{action}_request", reference)
    if request and any(requests) and not any(successes):
        locked.change(request.event, locked.book, amount_value=pending)
    if any(successes):
        # To Saleor a success answers every request of its reference.
        like = request.event if request else None
        _keep_pending(locked, action, reference, pending, like)
    else:
        _keep_pending(locked, action, reference, Decimal(0), None)


def _keep_pending(
    locked: LockedPayment,
    action: str,
    reference: str,
    pending: Decimal,
    like: TransactionEvent | None,
) -> None:
    """Keep what some orders wait for where another event of the payment hides it.

    The payment has a request of its own for it, with a reference of its own.

    :param like: what the request is like, but for its amount.
    """
    own_reference = f"{reference} ({action} pending)".strip()
    found = locked.book.find(action, "request", own_reference)
    if found and not pending:
        locked.remove_event(found, locked.book)
    elif found:
        locked.change(found, locked.book, amount_value=pending)
    elif pending:
        assert like is not None
        locked.add_pending(f"{action}_request", own_reference, pending, like)


def _stand_for_adjustments(locked: LockedPayment) -> None:
    """Keep the payment's adjustment at what the shares' authorizations sum to.

    An adjustment that was reported on one share sets that share alone; on the payment it
    overwrites all of them.
    """
    adjustments = [
        entry
        for entry in locked.entries
        if entry.event.type == TransactionEventType.AUTHORIZATION_ADJUSTMENT
        and entry.event.include_in_calculations
    ]
    if not adjustments:
        return
    latest = sorted(adjustments, key=lambda entry: entry.event.created_at)[-1]
    if not any(row.reported_on_share for row in latest.rows.values()):
        return
    authorized = sum(
        (share.book.get_own_authorization() for share in locked.shares), Decimal(0)
    )
    difference = authorized - locked.book.get_own_authorization()
    locked.change(
        latest.event,
        locked.book,
        amount_value=latest.event.amount_value + difference,
    )


def _stand_for_pending_authorizations(locked: LockedPayment) -> None:
    """Keep the payment's pending authorizations at what the shares' sum to.

    An adjustment, of a share or of the payment, hides the older requests of that one.
    """
    action, name = "authorization", "authorize_pending_value"
    requests = [
        entry.event
        for entry in locked.entries
        if entry.rows and entry.event.type == TransactionEventType.AUTHORIZATION_REQUEST
    ]
    for request in requests:
        reference = request.psp_reference
        if reference and not any(
            share.book.find_counting_success(action, reference)
            for share in locked.shares
        ):
            pending = sum(
                (
                    share.book.get_pending_authorization(reference)
                    for share in locked.shares
                ),
                Decimal(0),
            )
            is_pending = locked.book.find_pending_request(action, reference) is request
            if is_pending:
                locked.change(request, locked.book, amount_value=pending)
    if not requests:
        return
    latest = max(
        (event for event in locked.book.events if event.type.startswith(action)),
        key=lambda event: event.created_at,
    )
    _keep_pending(locked, action, "", Decimal(0), None)
    pending = sum((share.book.amounts[name] for share in locked.shares), Decimal(0))
    hidden = pending - locked.book.amounts[name]
    _keep_pending(locked, action, "", hidden, latest)


def _lend_authorizations(locked: LockedPayment) -> None:
    """Let siblings lend what an order has used beyond its own authorization."""
    own = [share.book.get_own_authorization() for share in locked.shares]
    lent = lend(
        [floor_minor(amount, locked.currency) for amount in own],
        [share.is_live for share in locked.shares],
    )
    amounts = [to_decimal(part, locked.currency) for part in lent]
    # What an app says in fractions of the minor unit.
    kept = sum((max(amount, Decimal(0)) for amount in own), Decimal(0)) - sum(amounts)
    fraction = kept - max(sum(own, Decimal(0)), Decimal(0))
    for index, share in enumerate(locked.shares):
        room = max(own[index], Decimal(0)) - amounts[index]
        part = min(fraction, room)
        amounts[index] += part
        fraction -= part
        _lend(locked, index, share, max(own[index], Decimal(0)), amounts[index])


def _lend(
    locked: LockedPayment,
    index: int,
    share: LockedShare,
    own: Decimal,
    lent: Decimal,
) -> None:
    loans = [
        event
        for event in share.book.events
        if is_loan(event) and event.include_in_calculations
    ]
    if (
        lent
        and len(loans) == 1
        and (share.book.amounts["authorized_value"] == own - lent)
    ):
        return
    for loan in loans:
        locked.change(loan, share.book, include_in_calculations=False)
    if loans or lent:
        locked.touched.add(index)
    if not lent:
        return
    authorizations = [
        event.created_at
        for event in share.book.events
        if event.type.startswith("authorization")
    ]
    # Saleor reads no authorization that is older than the latest adjustment.
    latest = max(authorizations, default=timezone.now())
    moment = max(timezone.now(), latest + datetime.timedelta(microseconds=1))
    transaction = locked.transaction
    locked.add_share_event(
        index,
        TransactionEvent(
            transaction=share.book.transaction,
            type=TransactionEventType.AUTHORIZATION_ADJUSTMENT,
            amount_value=own - lent + share.book.get_taken(),
            currency=locked.currency,
            created_at=moment,
            message=LENT,
            include_in_calculations=True,
            app_id=transaction.app_id,
            app_identifier=transaction.app_identifier,
        ),
    )


# ------------------------------------------------------------------ transactions


def _save_transactions(locked: LockedPayment) -> None:
    """Save the amounts of all, and what the shares have of their payment."""
    payment, transaction = locked.payment, locked.transaction
    locked.book.apply()
    shares = [share.book.transaction for share in locked.shares]
    actions = transaction.available_actions
    transaction.available_actions = []
    if actions:
        payment.available_actions = actions
        payment.save(update_fields=["available_actions"])
    # A report on a share may be the first to name the payment.
    references = [share.psp_reference for share in shares if share.psp_reference]
    if not transaction.psp_reference and references:
        transaction.psp_reference = references[0]
    transaction.save(
        update_fields=[*AMOUNTS, "psp_reference", "available_actions", "modified_at"]
    )
    for locked_share, share in zip(locked.shares, shares, strict=True):
        for name in _FOLLOWING_FIELDS:
            setattr(share, name, getattr(transaction, name))
        # What was said of one order's share stays.
        share.metadata.update(transaction.metadata)
        share.private_metadata.update(transaction.private_metadata)
        share.available_actions = actions or share.available_actions
        locked_share.book.apply()
    if not sums_hold(transaction, shares):
        divide_anew(locked)
    _offer_cancel(locked)
    for share in shares:
        share.save(
            update_fields=[
                *_FOLLOWING_FIELDS,
                *AMOUNTS,
                "metadata",
                "private_metadata",
                "available_actions",
                "modified_at",
            ]
        )


def divide_anew(locked: LockedPayment) -> None:
    """Divide everybody's amounts in proportion, so that they sum to the payment.

    The last resort: an order may get another one's money. No report, request or crash is
    known to lead here.
    """
    payment = locked.payment
    shares = [share.book.transaction for share in locked.shares]
    logger.error(
        "The shares of the payment %s did not sum to it and were divided anew.",
        locked.transaction.token,
        extra={
            "transaction_id": locked.transaction.pk,
            "transaction_token": str(locked.transaction.token),
            "order_group_id": str(payment.group_id),
        },
    )
    payment.divided_anew_at = timezone.now()
    payment.save(update_fields=["divided_anew_at"])
    guides = {
        name: [
            max(floor_minor(getattr(share, name), locked.currency), 0)
            for share in shares
        ]
        for name in AMOUNTS
    }
    totals = [share.total for share in locked.shares]
    share_amounts(locked.transaction, shares, totals, totals, guides)


def update_actions(payment: GroupPayment) -> None:
    """Offer to cancel what is left where an order's end has freed it; amounts stay."""
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        transactions = [share.book.transaction for share in locked.shares]
        before = [transaction.available_actions for transaction in transactions]
        _offer_cancel(locked)
        for transaction, actions in zip(transactions, before, strict=True):
            if transaction.available_actions != actions:
                transaction.save(update_fields=["available_actions", "modified_at"])


def keep_no_actions(payment: GroupPayment) -> None:
    """Keep with the payment that nothing is left to do with it, and with its shares.

    On the payment's own row this cannot be told from nothing being said.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        payment.available_actions = []
        payment.save(update_fields=["available_actions"])
        for share in locked.shares:
            transaction = share.book.transaction
            transaction.available_actions = []
            transaction.save(update_fields=["available_actions", "modified_at"])


def follow_metadata(transaction: TransactionItem) -> None:
    """Let a payment's metadata follow to its shares; what was said of one order stays."""
    payment = GroupPayment.objects.filter(transaction=transaction).first()
    if payment is None:
        return
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        for share in locked.shares:
            own = share.book.transaction
            own.metadata.update(locked.transaction.metadata)
            own.private_metadata.update(locked.transaction.private_metadata)
            own.save(update_fields=["metadata", "private_metadata", "modified_at"])


def _offer_cancel(locked: LockedPayment) -> None:
    """Let a share show CANCEL where that takes nothing from a live sibling."""
    for locked_share in locked.shares:
        siblings = [other for other in locked.shares if other is not locked_share]
        share = locked_share.book.transaction
        if any(
            is_authorized(other.book.transaction) for other in siblings if other.is_live
        ):
            share.available_actions = [
                action
                for action in share.available_actions
                if action != TransactionAction.CANCEL
            ]
        elif (
            share.authorized_value > 0
            and TransactionAction.CANCEL in locked.payment.available_actions
            and TransactionAction.CANCEL not in share.available_actions
        ):
            # The last one with money authorized cancels nobody else's.
            share.available_actions = [
                *share.available_actions,
                TransactionAction.CANCEL,
            ]


def is_authorized(transaction: TransactionItem) -> bool:
    """Tell whether money is authorized, or about to be, or to be charged."""
    return (
        transaction.authorized_value > 0
        or transaction.authorize_pending_value > 0
        or transaction.charge_pending_value > 0
    )
