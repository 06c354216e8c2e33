"""Payment and shares are in line after any sequence of events, without a database.

Thousands of sequences in the time that a database needs for ten: reports on payment and
shares, requests and their answers, times out of order, references used twice. What each
order's part must be is tested elsewhere; here nothing may be lost, and nothing may be
left for dividing anew.
"""

import itertools
import os
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from saleor.payment.models import TransactionEvent, TransactionItem

from saleor_order_groups.models import GroupPayment, PaymentShare
from saleor_order_groups.payments.amounts import AMOUNTS, Book
from saleor_order_groups.payments.corrections import find_wrong_reports
from saleor_order_groups.payments.locked import Entry, LockedPayment, LockedShare
from saleor_order_groups.payments.records import get_counted
from saleor_order_groups.payments.settlement import bring_in_line

TOTALS = (6600, 3300, 1100)
PROPERTY = settings(
    max_examples=int(os.environ.get("SEQUENCES", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

EVENT_TYPES = (
    "authorization_success authorization_adjustment authorization_request"
    " authorization_failure charge_request charge_success charge_success charge_failure"
    " charge_back refund_request refund_success refund_success refund_failure"
    " refund_reverse cancel_request cancel_success cancel_failure info"
).split()
MINOR = st.one_of(
    st.sampled_from([100, 500, 1100, 2000, 3300, 6600, 9900, 11_000]),
    st.integers(1, 15_000),
)
REFERENCES = st.sampled_from(["a", "b", "c", "pi"])
SHARES = st.integers(0, len(TOTALS) - 1)
# None is the payment.
TARGETS = st.one_of(st.none(), SHARES)
SECONDS = st.one_of(st.none(), st.none(), st.integers(-600, 600))
ACTIONS = st.sampled_from(["charge", "refund", "cancel"])


@dataclass(frozen=True)
class Report:
    target: int | None
    type: str
    reference: str
    amount: int
    seconds: int | None


@dataclass(frozen=True)
class Ask:
    """A request of an order, None: of the group. No answer: it waits; or a time-out."""

    target: int | None
    action: str
    amount: int
    answer: str | None
    reference: str


@dataclass(frozen=True)
class Answer:
    """The answer to a request that waits."""

    number: int
    answer: str
    reference: str


@dataclass(frozen=True)
class SetAmount:
    """What an app sets (transactionUpdate) has no reference."""

    type: str
    amount: int


@dataclass(frozen=True)
class End:
    target: int


ANSWERS = st.sampled_from(["success", "success", "failure", "pending", "part", "whole"])
STEPS = st.lists(
    st.one_of(
        st.builds(
            Report, TARGETS, st.sampled_from(EVENT_TYPES), REFERENCES, MINOR, SECONDS
        ),
        st.builds(
            Ask,
            TARGETS,
            ACTIONS,
            MINOR,
            st.one_of(st.none(), st.just("time-out"), ANSWERS),
            REFERENCES,
        ),
        st.builds(Answer, st.integers(0, 3), ANSWERS, REFERENCES),
        st.builds(
            SetAmount,
            st.sampled_from(
                [
                    "authorization_adjustment",
                    "charge_success",
                    "refund_success",
                    "cancel_success",
                ]
            ),
            MINOR,
        ),
        st.builds(End, SHARES),
    ),
    min_size=1,
    max_size=12,
)


class Purchase:
    """Three orders with one payment, as settling has them in memory."""

    def __init__(self):
        self.clock = timezone.now()
        self.keys = itertools.count(1)
        self.waiting = []
        payment = GroupPayment()
        payment.transaction = TransactionItem(pk=1, currency="USD")
        shares = []
        for index, total in enumerate(TOTALS):
            link = PaymentShare(payment=payment)
            link.transaction = TransactionItem(pk=index + 2, currency="USD")
            shares.append(LockedShare(link, None, Book(link.transaction), total, total))
        self.locked = LockedPayment(payment, Book(payment.transaction), shares, [])

    def get_book(self, target):
        return self.locked.book if target is None else self.locked.shares[target].book

    def record(self, target, type, amount, reference, seconds=0, include=True):
        """Save an event as Saleor does, which has one for each reference and type."""
        book = self.get_book(target)
        is_known = any(
            event.type == type and event.psp_reference == reference
            for event in book.events
            if reference
        )
        is_second = type == "authorization_success" and any(
            event.type == type for event in book.events
        )
        if is_known or is_second:
            return None
        self.clock += timedelta(seconds=1)
        event = TransactionEvent(
            pk=next(self.keys),
            type=type,
            amount_value=Decimal(amount) / 100,
            psp_reference=reference,
            include_in_calculations=include,
            created_at=self.clock + timedelta(seconds=seconds or 0),
            currency="USD",
            transaction=book.transaction,
        )
        book.add(event)
        if target is None:
            self.locked.entries.append(Entry(event))
        return event

    def play(self, step):
        getattr(self, f"play_{type(step).__name__.lower()}")(step)
        self.settle()

    def play_report(self, step):
        self.record(step.target, step.type, step.amount, step.reference, step.seconds)

    def play_setamount(self, step):
        self.record(None, step.type, step.amount, None)

    def play_end(self, step):
        share = self.locked.shares[step.target]
        share.is_live, share.need = False, 0

    def play_ask(self, step):
        kind = f"{step.action}_request"
        name = "charged_value" if step.action == "refund" else "authorized_value"
        available = [max(share.book.get_minor(name), 0) for share in self.locked.shares]
        if step.target is None:
            amount = sum(available)
        else:
            amount = min(step.amount, available[step.target])
        if not amount:
            return
        request = self.record(step.target, kind, amount, None, include=False)
        if step.target is None:
            self.locked.divide(self.locked.entries[-1], available)
        asked = (step.target, step.action, request)
        if step.answer is None:
            self.waiting.append(asked)
        elif step.answer == "time-out":
            failure = f"{step.action}_failure"
            self.record(step.target, failure, amount, None, include=False)
        else:
            self.answer(*asked, step.answer, step.reference)

    def play_answer(self, step):
        if self.waiting:
            asked = self.waiting.pop(step.number % len(self.waiting))
            self.answer(*asked, step.answer, step.reference)

    def answer(self, target, action, request, answer, reference):
        self.settle()
        asked = {target: request}
        if target is None:
            [entry] = [e for e in self.locked.entries if e.event is request]
            asked = {index: row.own_event for index, row in entry.rows.items()}
        wrong = find_wrong_reports(self.locked, asked, request, reference)
        book = self.get_book(target)
        self.locked.change(
            request, book, psp_reference=reference, include_in_calculations=True
        )
        if wrong:
            for entry in wrong:
                self.locked.take_back(entry)
            self.settle({} if target is None else {(action, reference): target})
        amount = int(request.amount_value * 100)
        amount = {"part": amount // 3, "whole": 11_000}.get(answer, amount)
        outcome = "failure" if answer == "failure" else "success"
        if answer != "pending":
            self.record(target, f"{action}_{outcome}", amount, reference)

    def settle(self, named=None):
        bring_in_line(self.locked, named)
        # What `save` does in the database.
        books = [self.locked.book, *(share.book for share in self.locked.shares)]
        for event in itertools.chain(*(book.events for book in books)):
            event.pk = event.pk or next(self.keys)
        known = {id(entry.event) for entry in self.locked.entries}
        kept = {id(event) for event in self.locked.book.events}
        self.locked.entries = [
            entry for entry in self.locked.entries if id(entry.event) in kept
        ]
        self.locked.entries += [
            Entry(event) for event in self.locked.book.events if id(event) not in known
        ]
        # The next settling reads what each saved part counts for.
        self.locked.counted_before = get_counted(self.locked.entries)
        self.locked.changed_rows.clear()
        self.locked.ended_rows.clear()
        self.locked.new_rows = []
        self.locked._new_events = []

    def get_rows(self):
        """Return all events with what settling could change of them."""
        books = [self.locked.book, *(share.book for share in self.locked.shares)]
        return [
            [
                (
                    event.pk,
                    event.type,
                    event.amount_value,
                    event.psp_reference,
                    event.include_in_calculations,
                )
                for event in book.events
            ]
            for book in books
        ]


# An order's charge fails, then the whole group's with the same reference: Saleor keeps
# the first failure and has two requests, of which the later one counts.
USED_TWICE = [
    Report(None, "authorization_success", "a", 100, None),
    Ask(0, "charge", 100, "failure", "a"),
    Ask(None, "charge", 100, "failure", "a"),
]

# What siblings of an adjusted order still wait for has a request of the payment's own.
ADJUSTED_WHILE_PENDING = [
    Report(None, "authorization_success", "a", 1, None),
    Report(None, "authorization_request", "a", 100, None),
    Report(0, "authorization_adjustment", "a", 100, None),
]

# Two shares report what the payment's event stood for.
REPORTED_BY_SHARES = [
    Report(None, "authorization_success", "a", 100, None),
    Report(0, "authorization_adjustment", "a", 100, None),
    Report(1, "authorization_adjustment", "a", 100, None),
]

# While settling, the second request's answer has no primary key yet.
ASKED_AGAIN = [
    Report(None, "authorization_success", "a", 100, None),
    Report(None, "cancel_failure", "a", 100, None),
    Ask(None, "cancel", 100, "time-out", "a"),
    Ask(0, "cancel", 100, None, "a"),
    Answer(0, "success", "b"),
]


@PROPERTY
@given(st.booleans(), STEPS)
@example(False, USED_TWICE)
@example(False, ADJUSTED_WHILE_PENDING)
@example(True, ASKED_AGAIN)
@example(False, REPORTED_BY_SHARES)
def test_any_sequence_leaves_payment_and_shares_in_line(is_authorized, steps):
    # given
    purchase = Purchase()
    if is_authorized:
        purchase.play(Report(None, "authorization_success", "pi", 11_000, None))
    for step in steps:
        # when
        purchase.play(step)

        # then
        shares = [share.book.amounts for share in purchase.locked.shares]
        for name in AMOUNTS:
            parts = [amounts[name] for amounts in shares]
            assert sum(parts) == purchase.locked.book.amounts[name], name
            if name.startswith("authoriz") or name.endswith("pending_value"):
                assert min(parts) >= 0, name
        rows = purchase.get_rows()
        purchase.settle()
        assert purchase.get_rows() == rows
