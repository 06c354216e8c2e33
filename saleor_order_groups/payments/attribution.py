"""Attribute a report on the payment to orders: the report itself does not name them.

The first rule that fits decides. A report belongs to the request that has its
reference. Otherwise it answers an open request that fits. Otherwise it divides as its
reference was divided before, or as the orders' money does.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from saleor.payment.models import TransactionEvent

from ..money.minor_units import floor_minor
from .amounts import Book, split_type
from .locked import Entry, LockedPayment, is_reportable
from .open_requests import match_failures

# How long a request without an answer may still have been carried out.
TIME_OUT = datetime.timedelta(days=1)

# (action, reference) → position of the share whose request has the reference
Named = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Request:
    """A request on one or several orders, in minor units by the share's position.

    :param events: each order's request event, by the share's position.
    :param key: sorts requests, the oldest first.
    """

    parts: dict[int, int]
    events: dict[int, TransactionEvent]
    key: int

    @property
    def amount(self) -> int:
        """The amount that was requested of all these orders, in minor units."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class Attribution:
    """Each order's part of a report, in minor units by the share's position.

    :param requests: the requests without a reference that the report is taken to
        answer, by the share's position.
    :param participants: the shares that get a part of the report even if it is zero.
    """

    parts: list[int]
    requests: dict[int, TransactionEvent] = field(default_factory=dict)
    participants: set[int] = field(default_factory=set)


def attribute_reports(locked: LockedPayment, named: Named | None = None) -> None:
    """Divide every report on the payment of which the orders have no parts yet.

    :param named: the share that a reference belongs to, where the app says so right
        now.
    """
    waiting = [
        entry
        for entry in locked.entries
        if not entry.rows and is_reportable(entry.event)
    ]
    waiting.sort(key=lambda entry: entry.event.created_at)
    for entry in waiting:
        if attribution := _attribute(locked, entry, named or {}):
            locked.divide(
                entry,
                attribution.parts,
                requests=attribution.requests,
                participants=attribution.participants,
            )


def is_guessed(locked: LockedPayment, entry: Entry, index: int | None) -> bool:
    """Tell whether a report may have been attributed to the wrong orders.

    The attribution is certain if one of these orders has a request with the report's
    reference.

    :param index: the position of the share that the report may belong to; None if it
        may belong to several.
    """
    action, _ = split_type(entry.event.type)
    reference = entry.event.psp_reference
    return entry.is_reported_on_payment and not any(
        _find_named_requests(locked, action, reference, position)
        for position in entry.rows
        if position != index
    )


def _attribute(locked: LockedPayment, entry: Entry, named: Named) -> Attribution | None:
    event = entry.event
    action, outcome = split_type(event.type)
    reference = event.psp_reference
    amount = floor_minor(event.amount_value, locked.currency)
    ledger = locked.get_ledger()
    everybody = set(range(len(locked.shares)))
    if (action, outcome) == ("authorization", "adjustment"):
        return Attribution(ledger.divide(action, outcome, amount), {}, everybody)
    if not reference:
        if outcome == "failure":
            return None
        if outcome == "success":
            return Attribution(ledger.divide_set_amount(action, amount))
        return Attribution(ledger.divide(action, outcome, amount))
    division = locked.find_division(action, reference)
    if outcome in ("back", "reverse"):
        return Attribution(ledger.undo(action, amount, division))
    participants = locked.find_participants(action, reference)
    if (action, reference) in named:
        return _give_to(locked, event, named[(action, reference)], {})
    if request := _find_named(locked, event, amount):
        return _answer(locked, event, request)
    if participants:
        return Attribution(ledger.follow(amount, division), {}, participants)
    if request := _find_unnamed(locked, event, amount):
        return _answer(locked, event, request)
    if outcome == "failure":
        # This failure has no matching request on any order.
        return None
    return Attribution(ledger.divide(action, outcome, amount))


def _answer(
    locked: LockedPayment, event: TransactionEvent, request: Request
) -> Attribution:
    if len(request.parts) == 1:
        [index] = request.parts
        return _give_to(locked, event, index, request.events)
    amount = floor_minor(event.amount_value, locked.currency)
    division = [request.parts.get(index, 0) for index in range(len(locked.shares))]
    return Attribution(
        locked.get_ledger().follow(amount, division),
        request.events,
        set(request.parts),
    )


def _give_to(
    locked: LockedPayment,
    event: TransactionEvent,
    index: int,
    requests: dict[int, TransactionEvent],
) -> Attribution:
    """Attribute a report to one order; siblings get the amount beyond its share."""
    amount = floor_minor(event.amount_value, locked.currency)
    return Attribution(
        divide_answer(locked, index, event.type, event.psp_reference, amount),
        requests,
        {index},
    )


def divide_answer(
    locked: LockedPayment,
    index: int,
    event_type: str,
    reference: str | None,
    amount: int,
) -> list[int]:
    """Divide the amount that an app has processed for one order.

    The amount may be more than the order has.

    :param index: the position of the order's share.
    :param amount: minor units.
    :return: each order's part in minor units.
    """
    action, outcome = split_type(event_type)
    # Such a report stays with its order: a request on one order is bounded by its
    # share, and siblings have no part of it.
    if action == "authorization" or outcome != "success":
        return [
            amount if position == index else 0 for position in range(len(locked.shares))
        ]
    pending = [0] * len(locked.shares)
    request = None
    if reference:
        pending = locked.find_pending(action, reference)
        request = locked.shares[index].book.find_pending_request(action, reference)
    # The order can take as much as it could have taken before its request: the app may
    # have lowered the authorization since.
    pending[index] = 0
    return locked.get_ledger(left_out=request).answer(index, action, amount, pending)


# ------------------------------------------------------------------ named requests


def _find_named(
    locked: LockedPayment, report: TransactionEvent, amount: int
) -> Request | None:
    """Return the request on one order that has the report's reference."""
    action, outcome = split_type(report.type)
    reference = report.psp_reference
    requests = [
        request
        for index in range(len(locked.shares))
        for request in _find_named_requests(locked, action, reference, index)
    ]
    if not requests or outcome not in ("request", "success", "failure"):
        return None
    requests.sort(key=lambda request: request.key)
    pending = locked.find_pending(action, reference or "")
    waiting = [
        request
        for request in requests
        if any(pending[index] for index in request.parts)
    ]
    if exact := _find_exact(waiting, amount):
        return exact
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        return None
    if other := _find_exact(_find_open(locked, report.type), amount):
        # The app gives several requests the same reference, and this one is still open.
        return other
    return _find_exact(
        [request for request in requests if _can_change(locked, request, report)],
        amount,
    )


def _find_named_requests(
    locked: LockedPayment, action: str, reference: str | None, index: int
) -> list[Request]:
    """Return an order's requests of a reference, except parts of group requests."""
    of_group = {
        id(row.own_event)
        for entry in locked.entries
        if sum(not row.reported_on_share for row in entry.rows.values()) > 1
        for row in entry.rows.values()
    }
    return [
        _to_request(locked, index, event)
        for event in locked.shares[index].book.events
        if reference
        and event.type == f"{action}_request"
        and event.psp_reference == reference
        and id(event) not in of_group
    ]


def _can_change(
    locked: LockedPayment, request: Request, report: TransactionEvent
) -> bool:
    """Tell whether a report changes the outcome of an answered request."""
    action, outcome = split_type(report.type)
    [index] = request.parts
    succeeded = locked.shares[index].book.find_counting_success(
        action, report.psp_reference or ""
    )
    return bool(succeeded) == (outcome == "failure")


# ---------------------------------------------------------------- unnamed requests


def _find_unnamed(
    locked: LockedPayment, report: TransactionEvent, amount: int
) -> Request | None:
    """Return the open request, or several joined, that a report can answer."""
    requests = _find_open(locked, report.type)
    if exact := _find_exact(requests, amount):
        return exact
    if (
        len(requests) > 1
        and sum(request.amount for request in requests) == amount
        and (together := _join(requests))
    ):
        return together
    for request in requests:
        if request.amount > amount:
            return request
    return _find_exact(_find_timed_out(locked, report.type), amount)


def _find_exact(requests: Sequence[Request], amount: int) -> Request | None:
    return next((request for request in requests if request.amount == amount), None)


def _join(requests: Sequence[Request]) -> Request | None:
    """Join requests into one, unless two of them are on the same order."""
    parts: dict[int, int] = {}
    events: dict[int, TransactionEvent] = {}
    for request in requests:
        if parts.keys() & request.parts.keys():
            return None
        parts |= request.parts
        events |= request.events
    return Request(parts, events, requests[0].key)


def _find_open(locked: LockedPayment, report_type: str) -> list[Request]:
    """Return the open requests on orders and on the group, the oldest first."""
    action, _ = split_type(report_type)
    requests = [request for request, _ in _match(locked, f"{action}_request")[0]]
    return sorted(requests, key=lambda request: request.key)


def _find_timed_out(locked: LockedPayment, report_type: str) -> list[Request]:
    """Return requests that failed for lack of an answer and may have been carried out.

    A request that was repeated with success is left out, and so is one that failed more
    than a day ago.
    """
    action, _ = split_type(report_type)
    since = timezone.now() - TIME_OUT
    requests = [
        request
        for request, book, event, failure in _match(locked, f"{action}_request")[1]
        # A failure that counts is the app's own answer: it has not carried out the
        # request.
        if not failure.include_in_calculations
        and failure.created_at >= since
        and not _was_repeated(book, event)
    ]
    return sorted(requests, key=lambda request: request.key)


def _match(
    locked: LockedPayment, kind: str
) -> tuple[
    list[tuple[Request, Book]],
    list[tuple[Request, Book, TransactionEvent, TransactionEvent]],
]:
    """Return the open and the failed requests of a kind, those without a reference.

    A report that was taken for the answer closes a request.
    """
    answered, parts = set(), set()
    for entry in locked.entries:
        for row in entry.rows.values():
            parts.add(id(row.own_event))
            if row.request is not None:
                answered.add(id(row.request))
    waiting: list[tuple[Request, Book]] = []
    failed: list[tuple[Request, Book, TransactionEvent, TransactionEvent]] = []
    for index, share in enumerate(locked.shares):
        own = [event for event in share.book.events if id(event) not in parts]
        unanswered, failures = match_failures(own, lambda _event: False)
        waiting += [
            (_to_request(locked, index, event), share.book)
            for event in unanswered
            if event.type == kind and id(event) not in answered
        ]
        failed += [
            (_to_request(locked, index, event), share.book, event, failure)
            for event, failure in failures
            if event.type == kind and id(event) not in answered
        ]
    entries = {id(entry.event): entry for entry in locked.entries if entry.rows}
    unanswered, failures = match_failures(locked.book.events, lambda _event: False)
    for event, failure in [*((event, None) for event in unanswered), *failures]:
        if event.type != kind or id(event) not in entries:
            continue
        rows = entries[id(event)].rows
        if any(id(row.own_event) in answered for row in rows.values()):
            continue
        request = Request(
            parts={
                index: floor_minor(row.own_event.amount_value, locked.currency)
                for index, row in rows.items()
            },
            events={index: row.own_event for index, row in rows.items()},
            key=event.pk,
        )
        if failure is None:
            waiting.append((request, locked.book))
        else:
            failed.append((request, locked.book, event, failure))
    return waiting, failed


def _was_repeated(book: Book, request: TransactionEvent) -> bool:
    """Tell whether the same amount was requested again later, with success."""
    action, _ = split_type(request.type)
    return any(
        other.type == request.type
        and other.psp_reference
        and _get_age(other) > _get_age(request)
        and other.amount_value == request.amount_value
        and book.find_counting_success(action, other.psp_reference)
        for other in book.events
    )


def _to_request(locked: LockedPayment, index: int, event: TransactionEvent) -> Request:
    amount = floor_minor(event.amount_value, locked.currency)
    return Request({index: amount}, {index: event}, _get_age(event))


def _get_age(event: TransactionEvent) -> int:
    """Return the key that sorts events by age; an event without a key is the newest."""
    return event.pk or 2**63
