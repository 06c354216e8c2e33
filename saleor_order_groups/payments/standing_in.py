"""Let the payment stand for its shares, whatever the outcomes of the orders' parts."""

from decimal import Decimal

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent

from .amounts import get_amounts, split_type
from .locked import LockedPayment, iterate_groups


def stand_for_shares(locked: LockedPayment) -> None:
    """Keep the payment's events such that its amounts are the sum of the shares'.

    Saleor keeps one outcome for each reference. If the orders' parts of a reference
    have different outcomes, the payment's success has the amount of the parts that
    succeeded, and its failure does not count.
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
        if any(row.reported_on_share for row in failure.rows.values()):
            whole = failure.get_whole_amount()
            locked.change(failure.event, locked.book, amount_value=whole)
    if success := locked.find_entry(f"{action}_success", reference):
        if not success.rows:
            return
        # If every part has failed, the payment's success keeps the amount that was
        # reported.
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
            # A success, even with an amount of zero, would hide the pending amount.
            include_in_calculations=bool(any(successes) or not any(requests)),
        )
        # Every part has failed, on shares perhaps, but to Saleor the payment's success
        # counts while no later failure is reported on the payment.
        if not is_open and locked.book.find_counting_success(action, reference):
            locked.change(success.event, locked.book, amount_value=Decimal(0))
    request = _find_request(locked, action, reference)
    if request and any(requests) and not any(successes):
        locked.change(request, locked.book, amount_value=pending)
    if any(successes):
        # To Saleor a success answers every request of its reference.
        _keep_pending(locked, action, reference, pending, request)
    else:
        _keep_pending(locked, action, reference, Decimal(0), None)


def _find_request(
    locked: LockedPayment, action: str, reference: str
) -> TransactionEvent | None:
    """Return the payment's request of a reference, the latest one that counts."""
    if request := locked.book.find(action, "request", reference):
        return request
    entry = locked.find_entry(f"{action}_request", reference)
    return entry.event if entry else None


def _keep_pending(
    locked: LockedPayment,
    action: str,
    reference: str,
    pending: Decimal,
    like: TransactionEvent | None,
) -> None:
    """Keep some orders' pending amount where another event of the payment hides it.

    The payment gets an extra request event for it, with a reference of its own.

    :param pending: the Decimal amount; zero removes the extra request.
    :param like: the event that the extra request copies, except for its amount.
    """
    own_reference = get_pending_reference(action, reference)
    found = locked.book.find(action, "request", own_reference)
    if found and not pending:
        locked.remove_event(found, locked.book)
    elif found:
        locked.change(found, locked.book, amount_value=pending)
    elif pending:
        assert like is not None
        locked.add_pending(f"{action}_request", own_reference, pending, like)


def get_pending_reference(action: str, reference: str) -> str:
    """Return the reference of the payment's request for orders that are pending still."""
    return f"{reference} ({action} pending)".strip()


def _stand_for_adjustments(locked: LockedPayment) -> None:
    """Keep the payment's adjustment at the sum of the shares' authorizations.

    An adjustment that was reported on one share sets that share alone. The payment's
    adjustment sets the whole authorization.
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


def stand_for_pending_authorizations(locked: LockedPayment) -> None:
    """Keep the payment's pending authorization at the sum of the shares' pending ones.

    An adjustment of a transaction hides the older requests of that transaction.
    """
    action, name = "authorization", "authorize_pending_value"
    requests = [
        entry.event
        for entry in locked.entries
        if entry.rows and entry.event.type == TransactionEventType.AUTHORIZATION_REQUEST
    ]
    for request in requests:
        reference = request.psp_reference
        if not reference:
            continue
        if locked.book.find_pending_authorization(reference) is request:
            pending = sum(
                (
                    share.book.get_pending_authorization(reference)
                    for share in locked.shares
                ),
                Decimal(0),
            )
            locked.change(request, locked.book, amount_value=pending)
    if not requests:
        return
    # Replace the extra request only if an adjustment has hidden it, or remove it if no
    # pending amount is hidden.
    found = locked.book.find(action, "request", get_pending_reference(action, ""))
    others = [event for event in locked.book.events if event is not found]
    latest = max(
        (event for event in others if event.type.startswith(action)),
        key=lambda event: event.created_at,
    )
    pending = sum((share.book.amounts[name] for share in locked.shares), Decimal(0))
    hidden = pending - get_amounts(others)[name]
    if found and found.created_at < latest.created_at:
        locked.remove_event(found, locked.book)
    _keep_pending(locked, action, "", hidden, latest)
