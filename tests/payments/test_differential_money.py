"""Each order of a group has what it would have with a payment of its own.

Generated sequences are played on a group of three orders with one payment, and on plain
Saleor orders of the same totals, each with a plain transaction. The model (truth.py) says
what each order's part of a report is: it knows for which order the provider acted, and
never reads the plugin's rows. After every step each order must be as its plain twin.
While a report may be of several orders, these are left out until their requests are
answered. MONEY_EXAMPLES sets how many sequences are generated.
"""

import os
import pkgutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from itertools import count
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone
from graphene import Node
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.order.utils import updates_amounts_for_order
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts
from saleor.webhook.transport.synchronous.transport import (
    handle_transaction_request_task,
)

from saleor_order_groups.models import OrderGroup
from saleor_order_groups.money.apportion import apportion, draw_down
from saleor_order_groups.payments import announcements, settlement, share_transactions
from saleor_order_groups.payments.split import AMOUNTS
from tests.helpers.crash import dying
from tests.helpers.database import rolled_back
from tests.helpers.parts import Payouts, assert_parts_sum
from tests.payments.truth import (
    Match,
    Request,
    State,
    divide_again,
    match_requests,
    read_division,
    read_state,
    to_amount,
)

PROPERTY = settings(
    max_examples=int(os.environ.get("MONEY_EXAMPLES", "8")),
    # The same sequences with every run, but for longer runs.
    derandomize="MONEY_EXAMPLES" not in os.environ,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# In minor units: orders of 63.33, 31.67 and 10.00, all of it authorized.
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "9.47")]
TOTALS = [6333, 3167, 1000]
PAID = sum(TOTALS)
ORDERS = range(3)
STATUSES = (
    "status",
    "charge_status",
    "authorize_status",
    "total_charged_amount",
    "total_authorized_amount",
)
# What Saleor gives the app's first report; some apps name everything by it.
INTENT = "intent"

ERRORS = "errors { field message code }"
REPORT = f"""
    mutation Report(
      $id: ID, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal
      $reference: String!, $time: DateTime
    ) {{
      transactionEventReport(
        id: $id, type: $type, amount: $amount, pspReference: $reference, time: $time
      ) {{ alreadyProcessed {ERRORS} }}
    }}
"""
REQUEST = f"""
    mutation Request($id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal) {{
      transactionRequestAction(id: $id, actionType: $action, amount: $amount) {{ {ERRORS} }}
    }}
"""
GRANT = f"""
    mutation Grant($id: ID!, $input: OrderGrantRefundCreateInput!) {{
      orderGrantRefundCreate(id: $id, input: $input) {{ grantedRefund {{ id }} {ERRORS} }}
    }}
"""
REQUEST_GRANTED = f"""
    mutation RequestGranted($id: ID!, $refund: ID!) {{
      transactionRequestRefundForGrantedRefund(id: $id, grantedRefundId: $refund) {{
        {ERRORS}
      }}
    }}
"""
UPDATE = f"""
    mutation Update($id: ID!, $input: TransactionUpdateInput!) {{
      transactionUpdate(id: $id, transaction: $input) {{ {ERRORS} }}
    }}
"""
CANCEL_ORDER = f"mutation($id: ID!) {{ orderCancel(id: $id) {{ {ERRORS} }} }}"

# ------------------------------------------------------------------ steps


@dataclass(frozen=True)
class Report:
    """What the app reports, on the payment (None) or on an order's share.

    `reference`: a number of one that was used already, or None for a new one.
    `whose`: which of the requests that it may be of it is of.
    `minutes`: how late it was.
    """

    target: int | None
    type: str
    amount: int
    reference: int | None = None
    whose: int = 0
    minutes: int = 0
    crash: str = ""


@dataclass(frozen=True)
class Ask:
    """What is requested of one order; the app answers later."""

    target: int
    action: str
    amount: int | None = None
    is_granted: bool = False


@dataclass(frozen=True)
class AskGroup:
    """What is requested of all orders at once."""

    action: str
    amount: int | None = None


@dataclass(frozen=True)
class Answer:
    """What the app answers to a request that it has not answered yet: see `ANSWERS`."""

    number: int
    kind: str
    is_intent: bool = False
    crash: str = ""


@dataclass(frozen=True)
class Repeat:
    """A report that is repeated."""

    number: int


@dataclass(frozen=True)
class Update:
    """An amount that the app sets, as apps did before there were reports."""

    name: str
    amount: int


@dataclass(frozen=True)
class End:
    """An order that is not live any more; with the last, the rest is canceled."""

    target: int
    status: str


@dataclass(frozen=True)
class Switch:
    """The plugin is switched off in the channel, or on."""


ANSWERS = ("success", "part", "whole", "later", "failure", "unreadable", "none")
CRASHES = {
    "before settling": (settlement, "settle"),
    "before telling": (announcements, "order_transaction_updated"),
}
AMOUNT = st.one_of(
    st.sampled_from([500, 1000, 3167, 6333, PAID]), st.integers(1, 12_000)
)
TARGET = st.sampled_from([0, 1, 2])
MONEY_EVENTS = (
    "CHARGE_SUCCESS CHARGE_SUCCESS CHARGE_FAILURE CHARGE_BACK CHARGE_REQUEST"
    " REFUND_SUCCESS REFUND_SUCCESS REFUND_FAILURE REFUND_REVERSE REFUND_REQUEST"
    " CANCEL_SUCCESS CANCEL_FAILURE CANCEL_REQUEST"
    " AUTHORIZATION_ADJUSTMENT AUTHORIZATION_REQUEST AUTHORIZATION_FAILURE INFO"
).split()
STEPS = {
    "report": st.builds(
        Report,
        target=st.one_of(st.none(), st.none(), TARGET),
        type=st.sampled_from(MONEY_EVENTS),
        amount=AMOUNT,
        reference=st.one_of(st.none(), st.integers(0, 5)),
        whose=st.integers(0, 2),
        minutes=st.sampled_from([0, 0, 0, 5, -5]),
        crash=st.sampled_from(["", "", "", *CRASHES]),
    ),
    # A report of what was asked, whatever its amount.
    "done": st.builds(
        Report,
        target=st.none(),
        type=st.sampled_from(["CHARGE_SUCCESS", "REFUND_SUCCESS", "REFUND_FAILURE"]),
        amount=st.sampled_from([-1, -1, -2, -3]),
        whose=st.integers(0, 2),
        crash=st.sampled_from(["", "", "", *CRASHES]),
    ),
    "ask": st.builds(
        Ask,
        target=TARGET,
        action=st.sampled_from(["CHARGE", "CHARGE", "REFUND", "REFUND", "CANCEL"]),
        amount=st.one_of(st.none(), st.sampled_from([500, 1000]), AMOUNT),
        is_granted=st.booleans(),
    ),
    "ask group": st.builds(
        AskGroup,
        action=st.sampled_from(["CHARGE", "REFUND"]),
        amount=st.one_of(st.none(), AMOUNT),
    ),
    "answer": st.builds(
        Answer,
        number=st.integers(0, 3),
        kind=st.sampled_from(("success", "success", *ANSWERS)),
        is_intent=st.booleans(),
        crash=st.sampled_from(["", "", "", *CRASHES]),
    ),
    "repeat": st.builds(Repeat, number=st.integers(0, 9)),
    "update": st.builds(
        Update, name=st.sampled_from(["authorized", "charged"]), amount=AMOUNT
    ),
    "end": st.builds(
        End,
        target=TARGET,
        status=st.sampled_from([OrderStatus.CANCELED, OrderStatus.EXPIRED]),
    ),
    "switch": st.builds(Switch),
}
WEIGHTS = {
    "report": 8,
    "done": 4,
    "ask": 7,
    "ask group": 2,
    "answer": 7,
    "repeat": 2,
    "update": 1,
    "end": 2,
    "switch": 1,
}
STEP = st.one_of(
    *[STEPS[name] for name, weight in WEIGHTS.items() for _ in range(weight)]
)
# Half of the sequences begin with money to refund.
BEGINNINGS = st.sampled_from(
    [[], [Report(None, "CHARGE_SUCCESS", PAID)], [Report(None, "CHARGE_SUCCESS", 7000)]]
)
SEQUENCES = st.builds(list.__add__, BEGINNINGS, st.lists(STEP, min_size=3, max_size=9))

# ------------------------------------------------------------------ the world


class IllegalError(Exception):
    """The step does not fit what came before: it is left out."""


@dataclass(frozen=True)
class Open:
    """A report that may be of any of these requests, and whose it is."""

    requests: list[Request]
    truth: Request
    parts: dict[int, int]


@dataclass
class World:
    """A group, its plain twins, and what the provider did for whom."""

    post: object
    payment: TransactionItem
    orders: list[Order]
    shares: list[TransactionItem]
    plain_orders: list[Order]
    items: list[TransactionItem]
    deliveries: list
    deliver: object
    set_answer: object
    switch: object
    requests: list[Request] = field(default_factory=list)
    reported: list[tuple] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    references: list[str] = field(default_factory=lambda: [INTENT])
    # What failed before anything of it had moved.
    failed: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    done: dict[int, tuple[str, dict[int, int]]] = field(default_factory=dict)
    is_active: bool = True
    payouts: Payouts = field(default_factory=Payouts)
    numbers: count = field(default_factory=count)

    # -------------------------------------------------------------- reading

    def read(self) -> State:
        return read_state(self.items, TOTALS, self.live)

    def get_division(self, action: str, reference: str) -> list[int] | None:
        known = read_division(self.items, action, reference)
        return known or self.failed.get((action, reference))

    def get_suspects(self) -> set[int]:
        """Return the orders that an open report may be of."""
        return {
            index
            for report in self.open
            for request in report.requests
            for index in request.amounts
        }

    @property
    def live(self) -> list[bool]:
        """Tell of each order whether it is live: a full charge revives a canceled one."""
        ended = (OrderStatus.CANCELED, OrderStatus.EXPIRED)
        statuses = dict(Order.objects.values_list("pk", "status"))
        return [statuses[order.pk] not in ended for order in self.plain_orders]

    def has(self, reference: str, type: str, indexes=ORDERS) -> bool:
        return TransactionEvent.objects.filter(
            transaction__in=[self.items[index] for index in indexes],
            psp_reference=reference,
            type=type.lower(),
        ).exists()

    def has_reported(self, item: TransactionItem, type: str, reference: str) -> bool:
        """Tell whether Saleor has a report already; a failure may be of no order."""
        return any(
            (of, of_type, named) == (item, type, reference)
            for of, of_type, _, named in self.reported
        )

    def get_unanswered(self, index: int | None = None) -> list[Request]:
        return [
            request
            for request in self.requests
            if not request.is_answered and (index is None or index in request.amounts)
        ]

    def get_available(self, state: State, action: str) -> list[int]:
        """Return what is left to ask for when unanswered requests have theirs."""
        action = action.lower()
        same = ("refund",) if action == "refund" else ("charge", "cancel")
        rest = state.get_rest(action)
        for request in self.get_unanswered():
            if request.action in same:
                for index, amount in request.amounts.items():
                    rest[index] -= amount
        return [max(amount, 0) for amount in rest]

    # -------------------------------------------------------------- posting

    def send(self, item, type, amount, reference, time=None, repeated=False):
        """Report an event; it must be taken."""
        data = self.post(
            REPORT,
            id=Node.to_global_id("TransactionItem", item.token),
            type=type,
            amount=str(to_amount(amount)),
            reference=reference,
            time=time,
        )
        assert data["errors"] == []
        assert data["alreadyProcessed"] == repeated, (type, amount, reference)

    def request(self, item, action, amount):
        data = self.post(
            REQUEST,
            id=Node.to_global_id("TransactionItem", item.token),
            action=action,
            amount=None if amount is None else str(to_amount(amount)),
        )
        return data["errors"]

    def new_reference(self) -> str:
        reference = f"ref-{next(self.numbers)}"
        self.references.append(reference)
        return reference

    @contextmanager
    def crashing(self, crash, repair):
        """Let the process die in the block, and do what repairs it."""
        if not crash:
            yield
            return
        with dying(*CRASHES[crash]) as happened:
            yield
        if happened.has_happened:
            repair()

    def settle_payments(self):
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("recover_order_groups", stdout=StringIO(), stderr=StringIO())

    # -------------------------------------------------------------- reports

    def report(self, step: Report) -> str:
        action, _, outcome = step.type.lower().partition("_")
        if step.type == "INFO":
            self.send(self.payment, "INFO", 0, self.new_reference())
            return "INFO"
        if step.reference is None:
            reference = self.new_reference()
        else:
            reference = self.references[step.reference % len(self.references)]
        is_known = self.get_division(action, reference) is not None
        # A report of what was asked may be one more that is open to several orders.
        is_answer = is_known or step.amount < 0
        if self.open and not (is_answer and step.target is None):
            raise IllegalError
        item = self.payment if step.target is None else self.shares[step.target]
        if self.has(reference, step.type) or self.has_reported(
            item, step.type, reference
        ):
            raise IllegalError
        time = (
            timezone.now() + timedelta(minutes=step.minutes) if step.minutes else None
        )
        state = self.read()
        if step.target is None:
            amount, parts = self._attribute(step, action, outcome, reference, state)
        else:
            amount, parts = self._attribute_share(
                step, action, outcome, reference, state
            )
        arguments = (item, step.type, amount, reference)

        def repeat():
            self.settle_payments() if step.whose else self.send(
                *arguments, repeated=True
            )

        with self.crashing(step.crash, repeat):
            self.send(*arguments, time=time and time.isoformat())
        self.reported.append(arguments)
        for index, part in parts.items():
            if not self.has(reference, step.type, [index]):
                self.send(
                    self.items[index],
                    step.type,
                    part,
                    reference,
                    time=time and time.isoformat(),
                )
        return f"{step.type} on {'the payment' if step.target is None else 'a share'}"

    def _attribute(self, step, action, outcome, reference, state):
        """Return the amount of a report on the payment, and each order's part of it."""
        amount = step.amount
        division = self.get_division(action, reference)
        if outcome == "adjustment":
            if amount < 0:
                raise IllegalError
            return amount, dict(enumerate(state.divide(step.type, amount)))
        if outcome in ("back", "reverse"):
            amount = self._name_amount(amount, action, step.whose)
            return amount, keep(state.undo(step.type, amount, division))
        if division:
            if outcome == "failure":
                return sum(division), keep(division)
            if amount < 0:
                amount = sum(division)
            parts = divide_again(amount, division, TOTALS)
            return amount, {
                index: part
                for index, part in enumerate(parts)
                if part or division[index]
            }
        amount = self._name_amount(amount, action, step.whose)
        match = match_requests(self.requests, action, amount)
        if match.alternatives or match.together:
            if outcome == "request":
                raise IllegalError
            return amount, self._match(match, step, action, outcome, reference, amount)
        if outcome == "failure":
            return amount, {}
        if outcome == "request" and any(
            request.is_open and request.action == action for request in self.requests
        ):
            raise IllegalError
        return amount, keep(state.divide(step.type, amount))

    def _name_amount(self, amount, action, whose):
        """Return an amount: below zero it is of what was asked for."""
        if amount > 0:
            return amount
        waiting = [
            request
            for request in self.requests
            if request.action == action
            and (request.is_open or (request.has_failed and not request.reference))
        ]
        if not waiting:
            raise IllegalError
        if amount == -2:
            return sum(request.amount for request in waiting)
        named = waiting[whose % len(waiting)].amount
        return named if amount == -1 else max(named // 3, 1)

    def _match(self, match: Match, step, action, outcome, reference, amount):
        parts: dict[int, int] = {}
        if match.together:
            if len({i for r in match.together for i in r.amounts}) != sum(
                len(request.amounts) for request in match.together
            ):
                # One order has asked twice: one event of a reference cannot tell.
                raise IllegalError
            chosen = match.together
            for request in chosen:
                parts |= request.amounts
        else:
            truth = match.alternatives[step.whose % len(match.alternatives)]
            chosen = [truth]
            asked = [truth.amounts.get(index, 0) for index in ORDERS]
            divided = divide_again(amount, asked, TOTALS)
            parts = {index: divided[index] for index in truth.amounts}
            whose = {tuple(request.amounts) for request in match.alternatives}
            if len(whose) > 1:
                self.open.append(Open(match.alternatives, truth, parts))
        for request in chosen:
            request.reference = reference
            request.has_success = outcome == "success"
            self.done[id(request)] = (
                outcome,
                {index: parts[index] for index in request.amounts},
            )
        if outcome == "failure":
            self.failed[action, reference] = [parts.get(index, 0) for index in ORDERS]
        return parts

    def _attribute_share(self, step, action, outcome, reference, state):
        """Return the amount of a report on a share, and each order's part of it."""
        index = step.target
        amount = step.amount
        if amount < 0 or (
            action != "authorization"
            and any(
                request.action == action and request.is_open
                for request in self.get_unanswered(index)
            )
        ):
            raise IllegalError
        if action == "authorization" and self.has_pending_authorization():
            # An adjustment ends what is pending, on the payment of all.
            raise IllegalError
        division = self.get_division(action, reference)
        if outcome in ("failure", "back", "reverse") or action == "authorization":
            return amount, {index: amount}
        if division and any(division):
            if not division[index]:
                raise IllegalError
            return division[index], {index: division[index]}
        parts = state.divide_answer(index, action, amount)
        if outcome == "request" and parts[index] != amount:
            raise IllegalError
        return amount, keep(parts) | {index: parts[index]}

    def has_pending_authorization(self) -> bool:
        return any(
            TransactionItem.objects.get(pk=item.pk).authorize_pending_value
            for item in self.items
        )

    def repeat(self, step: Repeat) -> str:
        if not self.reported:
            raise IllegalError
        arguments = self.reported[step.number % len(self.reported)]
        before = self.get_amounts()
        self.send(*arguments, repeated=True)
        assert self.get_amounts() == before
        return "repeated"

    def get_amounts(self):
        items = [self.payment, *self.shares]
        rows = TransactionItem.objects.in_bulk([item.pk for item in items])
        return [[getattr(rows[item.pk], name) for name in AMOUNTS] for item in items]

    # -------------------------------------------------------------- requests

    def ask(self, step: Ask) -> str:
        index, action = step.target, step.action
        if index in self.get_suspects() or (self.open and action == "CANCEL"):
            raise IllegalError
        state = self.read()
        available = self.get_available(state, action)[index]
        # Whether a report has used up what it was taken for is settled by the answer.
        is_unsure = any(r.reference for r in self.get_unanswered(index))
        if is_unsure and not 0 < (step.amount or 0) <= available:
            raise IllegalError
        if action == "CANCEL" and self._is_refused(index):
            assert self.request(self.shares[index], action, step.amount)
            return "CANCEL refused"
        if not available:
            assert self.request(self.shares[index], action, step.amount)
            return f"{action} refused"
        amount = min(step.amount or available, available)
        is_granted = step.is_granted and action == "REFUND"
        request = Request(action.lower(), {index: amount}, is_group=False)
        asked = self.shares[index], self.orders[index]
        twin = self.items[index], self.plain_orders[index]
        for (item, order), named in ((asked, step.amount), (twin, amount)):
            before = len(self.deliveries)
            if is_granted:
                self._request_granted(item, order, amount)
            else:
                assert self.request(item, action, named) == []
            [delivery] = self.deliveries[before:]
            request.deliveries.append(delivery)
            made = TransactionEvent.objects.get(pk=delivery[1])
            assert made.transaction_id == item.pk
            assert made.amount_value == to_amount(amount)
        self.requests.append(request)
        return f"{action}{' of a granted refund' if is_granted else ''}"

    def _is_refused(self, index: int) -> bool:
        """Tell whether canceling would take the authorization from a live sibling."""
        siblings = [self.items[i] for i in ORDERS if i != index and self.live[i]]
        rows = TransactionItem.objects.filter(pk__in=[item.pk for item in siblings])
        return any(
            row.authorized_value > 0
            or row.authorize_pending_value > 0
            or row.charge_pending_value > 0
            for row in rows
        )

    def _request_granted(self, item, order, amount):
        item_id = Node.to_global_id("TransactionItem", item.token)
        granted = self.post(
            GRANT,
            id=Node.to_global_id("Order", order.pk),
            input={"amount": str(to_amount(amount)), "transactionId": item_id},
        )
        assert granted["errors"] == []
        refund = granted["grantedRefund"]["id"]
        assert self.post(REQUEST_GRANTED, id=item_id, refund=refund)["errors"] == []

    def ask_group(self, step: AskGroup) -> str:
        if self.open or not self.is_active:
            raise IllegalError
        if any(request.reference for request in self.get_unanswered()):
            raise IllegalError
        state = self.read()
        available = self.get_available(state, step.action)
        if step.action == "CHARGE":
            available = [
                a if live else 0 for a, live in zip(available, self.live, strict=True)
            ]
        whole = sum(available)
        parts = available
        if step.amount is not None and step.amount < whole:
            parts = draw_down(step.amount, available, TOTALS)
        before = len(self.deliveries)
        name = f"orderGroup{step.action.title()}"
        data = self.post(
            f"""mutation Operate($id: ID!, $amount: PositiveDecimal) {{
              {name}(id: $id, amount: $amount) {{
                results {{ errors {{ code }} }} {ERRORS}
              }}
            }}""",
            id=Node.to_global_id("OrderGroup", OrderGroup.objects.get().pk),
            amount=None if step.amount is None else str(to_amount(step.amount)),
        )
        if not whole or (step.amount or 0) > whole:
            assert data["errors"]
            assert len(self.deliveries) == before
            return f"group's {step.action} refused"
        assert data["errors"] == []
        assert not any(row["errors"] for row in data["results"])
        self._add_group_request(step.action, keep(parts), before)
        return f"group's {step.action}"

    def _add_group_request(self, action, parts, before):
        """Ask the twins for what the group was asked for."""
        [delivery] = self.deliveries[before:]
        made = TransactionEvent.objects.get(pk=delivery[1])
        assert made.transaction_id == self.payment.pk
        assert made.amount_value == to_amount(sum(parts.values()))
        request = Request(action.lower(), parts, is_group=True, deliveries=[delivery])
        for index, part in parts.items():
            assert self.request(self.items[index], action, part) == []
            request.deliveries.append(self.deliveries[-1])
        self.requests.append(request)

    # -------------------------------------------------------------- answers

    def answer(self, step: Answer) -> str:
        waiting = self.get_unanswered()
        if not waiting:
            raise IllegalError
        request = waiting[step.number % len(waiting)]
        outcome, parts = self._decide(step, request)
        reference = request.reference
        is_silent = outcome in ("none", "unreadable", "silent failure")
        group, *twins = request.deliveries
        whole = sum(parts.values())
        with self.crashing(step.crash, self.settle_payments):
            self._deliver(group, request.action, outcome, whole, reference)
        for index, delivery in zip(request.amounts, twins, strict=True):
            part = parts.get(index, 0)
            if outcome == "success" and not part:
                # Saleor reads an amount of nothing as what was asked for.
                self._deliver(delivery, request.action, "later", 0, reference)
                type = f"{request.action.upper()}_SUCCESS"
                self.send(
                    self.items[index],
                    type,
                    0,
                    reference,
                    # A report may have come before the answer.
                    repeated=self.items[index]
                    .events.filter(type=type.lower(), psp_reference=reference)
                    .exists(),
                )
            else:
                self._deliver(delivery, request.action, outcome, part, reference)
        for index, part in parts.items():
            if index not in request.amounts and part:
                self.send(
                    self.items[index],
                    f"{request.action.upper()}_SUCCESS",
                    part,
                    reference,
                )
        request.is_answered = True
        # An app that declines has answered.
        request.has_failed = outcome in ("none", "unreadable")
        request.has_success |= outcome == "success"
        self._close(request, is_silent)
        return f"{request.action} answered: {outcome}"

    def _decide(self, step: Answer, request: Request):
        """Return what the app answers, and each order's part of it."""
        kind = step.kind
        if kind in ("none", "unreadable"):
            if self._is_needed(request):
                raise IllegalError
            return kind, dict(request.amounts)
        if id(request) in self.done:
            acted, parts = self.done[id(request)]
            if kind == "later":
                return kind, parts
            return acted, parts
        if self.open and kind == "whole":
            raise IllegalError
        if kind == "failure" and not step.is_intent:
            if self._is_needed(request):
                raise IllegalError
            return "silent failure", dict(request.amounts)
        parts = dict(request.amounts)
        if kind == "part":
            parts = self._get_third(request)
        elif kind == "whole":
            parts = self._get_whole(request)
        # Last: a step that is left out changes nothing.
        request.reference = self._name_reference(step, request)
        return {"part": "success", "whole": "success"}.get(kind, kind), parts

    def _is_needed(self, request: Request) -> bool:
        """Tell whether only an answer can say whose an open report is."""
        return any(request in report.requests for report in self.open)

    def _name_reference(self, step: Answer, request: Request) -> str:
        """Return the intent's reference where the app may name the action by it."""
        action = request.action
        is_free = (
            step.is_intent
            and step.kind in ("success", "failure", "later")
            and not request.is_group
            and not self.open
            and not self.has(
                INTENT,
                f"{action}_{'request' if step.kind == 'later' else step.kind}",
                request.amounts,
            )
        )
        return INTENT if is_free else self.new_reference()

    def _get_third(self, request: Request) -> dict[int, int]:
        amount = max(request.amount // 3, 1)
        asked = [request.amounts.get(index, 0) for index in ORDERS]
        divided = divide_again(amount, asked, TOTALS)
        return {index: divided[index] for index in request.amounts}

    def _get_whole(self, request: Request) -> dict[int, int]:
        """Return what an app did that captured or refunded the whole."""
        [index, *others] = request.amounts
        if others or request.is_group or self.get_unanswered(index) != [request]:
            raise IllegalError
        state = self.read()
        if request.amount != state.get_rest(request.action)[index]:
            raise IllegalError
        parts = state.divide_answer(index, request.action, PAID)
        return {i: part for i, part in enumerate(parts) if part or i == index}

    def _deliver(self, delivery, action, outcome, amount, reference):
        answer: object = {
            "pspReference": reference,
            "result": f"{action.upper()}_{outcome.upper()}",
            "amount": str(to_amount(amount)),
        }
        if outcome == "later":
            answer = {"pspReference": reference}
        elif outcome == "silent failure":
            answer = {"result": f"{action.upper()}_FAILURE", "message": "Declined"}
        elif outcome == "unreadable":
            answer = {}
        elif outcome == "none":
            answer = None
        self.set_answer(answer)
        with TestCase.captureOnCommitCallbacks(execute=True):
            self.deliver(*delivery)

    def _close(self, request: Request, is_silent: bool):
        """Forget reports of which it is plain now whose they are."""
        self.open = [
            report
            for report in self.open
            if is_silent
            or (
                report.truth is not request
                and sum(1 for one in report.requests if not one.is_answered) > 1
            )
        ]

    # -------------------------------------------------------------- the rest

    def update(self, step: Update) -> str:
        if self.open or not self.is_active:
            raise IllegalError
        state = self.read()
        type = "AUTHORIZATION_ADJUSTMENT"
        current = sum(getattr(state, step.name))
        if step.amount == current:
            raise IllegalError
        if step.name == "charged":
            type = "CHARGE_SUCCESS"
            if step.amount < current or min(state.charged) < 0:
                raise IllegalError
            parts = state.divide(type, step.amount - current)
        else:
            parts = state.divide(type, step.amount)
        self._set(self.payment, step.name, step.amount)
        for index, part in enumerate(parts):
            if step.name == "authorized":
                # transactionUpdate leaves out what is as it was.
                self.send(self.items[index], type, part, f"set-{next(self.numbers)}")
            elif part:
                self._set(self.items[index], step.name, state.charged[index] + part)
        return f"set {step.name}"

    def _set(self, item, name, amount):
        value = {"amount": str(to_amount(amount)), "currency": "USD"}
        data = self.post(
            UPDATE,
            id=Node.to_global_id("TransactionItem", item.token),
            input={f"amount{name.title()}": value},
        )
        assert data["errors"] == []

    def end(self, step: End) -> str:
        if not self.live[step.target] or self.open or not self.is_active:
            raise IllegalError
        if any(request.reference for request in self.get_unanswered()):
            raise IllegalError
        if min(self.read().unfloored) < 0:
            # Who pays for a deficit is settled with the next report.
            raise IllegalError
        orders = self.orders[step.target], self.plain_orders[step.target]
        if step.status == OrderStatus.EXPIRED:
            pks = [order.pk for order in orders]
            Order.objects.filter(pk__in=pks).update(status=step.status)
            return "expired"
        available = self.get_available(self.read(), "cancel")
        before = len(self.deliveries)
        for order in orders:
            data = self.post(CANCEL_ORDER, id=Node.to_global_id("Order", order.pk))
            assert data["errors"] == []
        if any(self.live) or not any(available):
            assert len(self.deliveries) == before
            return "canceled"
        self._add_group_request("CANCEL", keep(available), before)
        return "canceled with the rest"

    def toggle(self, step: Switch) -> str:
        self.is_active = not self.is_active
        self.switch(self.is_active)
        return "switched"

    PLAYERS = {
        Report: report,
        Ask: ask,
        AskGroup: ask_group,
        Answer: answer,
        Repeat: repeat,
        Update: update,
        End: end,
        Switch: toggle,
    }

    def play(self, step) -> str:
        """Play a step on the group and on the twins; tell what came of it."""
        try:
            return self.PLAYERS[type(step)](self, step)
        except IllegalError:
            return "left out"

    # -------------------------------------------------------------- what must hold

    def follow_deficits(self):
        """Let the twins pay what a sibling has less than nothing authorized."""
        authorized = self.read().take_deficits()
        for item, order, amount in zip(
            self.items, self.plain_orders, authorized, strict=True
        ):
            left = to_amount(amount)
            rows = TransactionItem.objects.filter(pk=item.pk)
            if rows.exclude(authorized_value=left).update(authorized_value=left):
                updates_amounts_for_order(Order.objects.get(pk=order.pk))

    def has_deficit_beside_pending(self) -> bool:
        """Tell whether a sibling's pending authorization meets another's deficit."""
        return min(self.read().unfloored) < 0 and self.has_pending_authorization()

    def check(self):
        self.follow_deficits()
        payment = TransactionItem.objects.get(pk=self.payment.pk)
        stored = {name: getattr(payment, name) for name in AMOUNTS}
        recalculate_transaction_amounts(payment, save=False)
        assert {name: getattr(payment, name) for name in AMOUNTS} == stored
        shares = [TransactionItem.objects.get(pk=share.pk) for share in self.shares]
        items = [TransactionItem.objects.get(pk=item.pk) for item in self.items]
        seen = {name: [getattr(share, name) for share in shares] for name in AMOUNTS}
        for name in AMOUNTS:
            assert sum(seen[name]) == stored[name], name
        assert_parts_sum(payment, shares)
        self.payouts.read(payment)
        suspects = self.get_suspects()
        certain = [index for index in ORDERS if index not in suspects]
        assert {name: [seen[name][i] for i in certain] for name in AMOUNTS} == {
            name: [getattr(items[i], name) for i in certain] for name in AMOUNTS
        }
        for index in suspects:
            for name in AMOUNTS:
                low = min(getattr(items[index], name), Decimal(0))
                assert seen[name][index] >= low, name
        for index in certain:
            assert self.describe(self.orders[index]) == self.describe(
                self.plain_orders[index]
            )

    def describe(self, order):
        order = Order.objects.get(pk=order.pk)
        is_certain = not any(
            request.reference
            for request in self.get_unanswered()
            if request.action == "refund"
        )
        # Saleor leaves a refund pending that was reported before it was answered.
        is_certain &= not any(
            request.action == "refund" and id(request) in self.done
            for request in self.requests
        )
        refunds = [
            (refund.amount_value, refund.status if is_certain else None)
            for refund in order.granted_refunds.order_by("pk")
        ]
        return {name: getattr(order, name) for name in STATUSES}, refunds


def keep(parts) -> dict[int, int]:
    """Return the orders that have a part."""
    return {index: part for index, part in enumerate(parts) if part}


@pytest.fixture
def make_world(
    make_cart,
    transaction_item_generator,
    complete,
    app_api_client,
    payment_app,
    permission_manage_payments,
    permission_manage_orders,
    order_groups_plugin,
    channel_USD,
    monkeypatch,
    no_patience,
):
    """Return a function that makes a fresh world of the same rows."""
    app_api_client.app.permissions.add(
        permission_manage_payments, permission_manage_orders
    )

    def post(query, **variables):
        content = get_graphql_content(app_api_client.post_graphql(query, variables))
        [data] = content["data"].values()
        return data

    def authorize(item, amount):
        data = post(
            REPORT,
            id=Node.to_global_id("TransactionItem", item.token),
            type="AUTHORIZATION_SUCCESS",
            amount=str(to_amount(amount)),
            reference=INTENT,
        )
        assert data["errors"] == []

    checkout = make_cart(CART, shipping="5.53")
    payment = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    authorize(payment, PAID)
    assert not complete(checkout)["errors"]
    orders = list(Order.objects.order_by("number"))
    plain_orders = [copy_order(order) for order in orders]
    items = [
        transaction_item_generator(
            order_id=order.pk, app=app_api_client.app, psp_reference=None
        )
        for order in plain_orders
    ]
    for item, total in zip(items, TOTALS, strict=True):
        authorize(item, total)
    deliveries: list[tuple] = []
    deliver = handle_transaction_request_task.delay
    monkeypatch.setattr(
        handle_transaction_request_task,
        "delay",
        lambda *arguments: deliveries.append(arguments),
    )

    def divide_anew(*args, **kwargs):
        raise AssertionError("Everybody's amounts would be divided anew.")

    monkeypatch.setattr(share_transactions, "divide_anew", divide_anew)

    def set_answer(answer):
        payment_app.answer = lambda request: answer

    def _make():
        deliveries.clear()
        return World(
            post=post,
            payment=payment,
            orders=orders,
            shares=[order.payment_transactions.get() for order in orders],
            plain_orders=plain_orders,
            items=items,
            deliveries=deliveries,
            deliver=deliver,
            set_answer=set_answer,
            switch=lambda active: order_groups_plugin(channel_USD, active=active),
        )

    return _make


def copy_order(order: Order) -> Order:
    """Make an order of the same amounts that is in no group."""
    plain = Order.objects.get(pk=order.pk)
    copy = Order(
        **{
            field.attname: getattr(plain, field.attname)
            for field in Order._meta.concrete_fields
            if field.name not in ("id", "number", "token", "checkout_token")
        }
    )
    copy.save(force_insert=True)
    # Saleor derives the status of an order from its lines.
    for line in plain.lines.all():
        line.pk, line.order, line.token = uuid4(), copy, uuid4()
        line.save(force_insert=True)
    return copy


def run(world: World, steps) -> list[str]:
    """Play a sequence, and check the world after every step."""
    world.check()
    outcomes = []
    for step in steps:
        outcomes.append(world.play(step))
        if outcomes[-1] == "left out":
            continue
        if world.has_deficit_beside_pending():
            break
        try:
            world.check()
        except AssertionError as error:
            error.add_note(f"after {outcomes}, the last step {step}")
            raise
    return outcomes


# ------------------------------------------------------------------ fixed sequences

CHARGED = Report(None, "CHARGE_SUCCESS", PAID)
A, B, C = ORDERS
# References are numbered as they come up: the intent's is 0, the first report's 1.
CORPUS = {
    "crash after the answer to a request of the group": [
        Report(None, "CHARGE_SUCCESS", 7000),
        AskGroup("CHARGE", 1000),
        Answer(0, "later", crash="before settling"),
    ],
    "failure of the group's request beside a granted refund": [
        Report(None, "CHARGE_SUCCESS", 10500),
        Ask(B, "REFUND", 6333, is_granted=True),
        End(C, "canceled"),
        Ask(C, "REFUND", 250, is_granted=True),
        AskGroup("REFUND", 1000),
        Answer(2, "unreadable", crash="before settling"),
        Answer(0, "whole", crash="before telling"),
    ],
    "answer to the group, after a report of another of its requests": [
        AskGroup("CHARGE", 1227),
        Report(B, "CANCEL_SUCCESS", 3541),
        AskGroup("CHARGE"),
        Report(None, "CHARGE_SUCCESS", 1000, whose=1),
        Answer(0, "success", crash="before telling"),
    ],
    "authorization of the intent again, after an adjustment of one order": [
        Report(C, "AUTHORIZATION_ADJUSTMENT", 599, reference=0),
        Report(None, "AUTHORIZATION_REQUEST", 1282, reference=0),
        Update("charged", 1680),
    ],
    "answer to one order's request, after the authorization was set below it": [
        Ask(C, "CHARGE", 548),
        Update("authorized", 433),
        Answer(0, "success", is_intent=True),
    ],
    "a charge revives a canceled order": [
        End(B, "canceled"),
        Update("charged", 11999),
        Update("authorized", 5550),
    ],
    "captured seller by seller, all named by the intent": [
        Ask(A, "CHARGE"),
        Answer(0, "success", is_intent=True),
        Ask(B, "CHARGE"),
        Answer(0, "failure", is_intent=True),
        Ask(B, "CHARGE"),
        Answer(0, "success", is_intent=True),
        Ask(C, "CHARGE", 500),
        Answer(0, "success", is_intent=True),
        Ask(A, "REFUND", 1000),
        Answer(0, "success", is_intent=True),
        Ask(B, "REFUND", 1000),
        Answer(0, "failure", is_intent=True),
        Ask(A, "REFUND"),
        Answer(0, "success"),
    ],
    "reports that overtake the answers": [
        CHARGED,
        Ask(A, "REFUND", 1000, is_granted=True),
        Ask(B, "REFUND", 1000, is_granted=True),
        Report(None, "REFUND_SUCCESS", -1, whose=1),
        Report(None, "REFUND_SUCCESS", -1),
        Answer(0, "success"),
        Answer(0, "success"),
    ],
    "one of two that may be meant": [
        Ask(A, "CHARGE", 1000),
        Ask(B, "CHARGE", 1000),
        Report(None, "CHARGE_SUCCESS", -1, whose=1),
        Answer(0, "success"),
        Answer(0, "later"),
    ],
    "failure, success and reversal of one order's refund": [
        CHARGED,
        Ask(A, "REFUND", 2000),
        Answer(0, "later"),
        Report(None, "REFUND_FAILURE", 2000, reference=2),
        Report(None, "REFUND_SUCCESS", 2000, reference=2),
        Report(None, "REFUND_REVERSE", 1500, reference=2),
    ],
    "failure older than the charge, refunds on shares": [
        CHARGED,
        Report(None, "CHARGE_FAILURE", PAID, reference=1, minutes=-5),
        Report(C, "REFUND_SUCCESS", 1000),
        Report(None, "REFUND_SUCCESS", 3000),
    ],
    "failure of one order of a charge of all": [
        CHARGED,
        Report(A, "CHARGE_FAILURE", 6333, reference=1),
        Report(None, "REFUND_SUCCESS", 2000),
        Repeat(0),
    ],
    "adjustment without a canceled order": [
        End(C, OrderStatus.CANCELED),
        Report(None, "AUTHORIZATION_ADJUSTMENT", 9500),
        Report(A, "CHARGE_SUCCESS", 6333),
        Report(None, "AUTHORIZATION_ADJUSTMENT", 8000),
    ],
    "authorization beside a canceled order that has less than nothing": [
        End(C, OrderStatus.CANCELED),
        Update("authorized", 5697),
        Report(None, "REFUND_SUCCESS", 1495),
        Update("authorized", 10500),
        Report(None, "CHARGE_SUCCESS", 10600),
    ],
    "charge-back beside a refund": [
        CHARGED,
        Ask(A, "REFUND"),
        Answer(0, "success"),
        Report(None, "CHARGE_BACK", 2200, reference=1),
        Ask(B, "REFUND"),
        Answer(0, "success"),
        Report(A, "CHARGE_BACK", 1000),
        Ask(C, "REFUND"),
    ],
    "charge-back of what nobody named": [
        Report(None, "CHARGE_SUCCESS", 7000),
        Report(B, "CHARGE_SUCCESS", 500),
        Report(None, "CHARGE_BACK", 2200),
    ],
    "adjustment of one order, and a charge beyond it": [
        Report(A, "AUTHORIZATION_ADJUSTMENT", 5000),
        Report(A, "CHARGE_SUCCESS", 6333),
        Report(C, "CHARGE_SUCCESS", 500),
        Report(A, "CHARGE_FAILURE", 6333, reference=2),
    ],
    "refund of all, and then of one order by the same name": [
        Report(None, "CHARGE_SUCCESS", 7000),
        Report(None, "REFUND_SUCCESS", 641, reference=0),
        Ask(C, "REFUND", 500, is_granted=True),
        Answer(0, "later", is_intent=True),
        Report(None, "REFUND_SUCCESS", 300),
    ],
    "refund that timed out and was done": [
        CHARGED,
        Ask(A, "REFUND", 2000),
        Answer(0, "none"),
        Report(None, "REFUND_SUCCESS", -1),
        Ask(A, "REFUND"),
        Answer(0, "success"),
    ],
    "charge and refund of the group, in part": [
        AskGroup("CHARGE", 9000),
        Answer(0, "later"),
        Report(None, "CHARGE_SUCCESS", 8000, reference=1),
        AskGroup("REFUND", 3000),
        Answer(0, "part"),
        Report(None, "REFUND_REVERSE", 500, reference=2),
    ],
    "charge of the rest of the group": [
        Ask(A, "CHARGE"),
        Answer(0, "success"),
        AskGroup("CHARGE", 3000),
        Answer(0, "later"),
        Report(None, "CHARGE_SUCCESS", 3000, reference=2),
    ],
    "app that does the whole": [
        Ask(A, "CHARGE"),
        Answer(0, "whole"),
        Ask(B, "REFUND"),
        Answer(0, "whole"),
    ],
    "amounts that are set": [
        Update("charged", 3000),
        Update("authorized", 9000),
        Report(None, "CHARGE_SUCCESS", 4000),
    ],
    "crashes": [
        Report(A, "CHARGE_SUCCESS", 6333, crash="before settling", whose=1),
        Report(None, "CHARGE_SUCCESS", 4000, crash="before telling", whose=1),
        Report(B, "REFUND_SUCCESS", 500, crash="before settling"),
        Ask(A, "REFUND", 1000),
        Answer(0, "success", crash="before settling"),
    ],
    "plugin that is off": [
        Switch(),
        Report(None, "CHARGE_SUCCESS", 7000),
        Report(A, "REFUND_SUCCESS", 500),
        Switch(),
        Report(None, "REFUND_SUCCESS", 700),
    ],
    "cancelation of all": [
        Ask(A, "CHARGE", 1000),
        Answer(0, "success"),
        End(A, OrderStatus.CANCELED),
        End(B, OrderStatus.EXPIRED),
        End(C, OrderStatus.CANCELED),
        Answer(0, "success"),
    ],
}


@pytest.mark.parametrize("_case", CORPUS)
def test_fixed_sequence(make_world, _case):
    # given
    world = make_world()

    # when
    outcomes = run(world, CORPUS[_case])

    # then
    assert "left out" not in outcomes
    assert len(outcomes) == len(CORPUS[_case])


# ------------------------------------------------------------------ broken on purpose


def swap(original):
    """Give the first order's part to the second one."""

    def draw(*args, **kwargs):
        first, second, *rest = original(*args, **kwargs)
        return [second, first, *rest]

    return draw


def forget_the_cap(original):
    def undo(self, action, amount, division):
        return apportion(amount, division if any(division) else self.totals)

    return undo


def forget_failures(original):
    def find(self, action, reference):
        return self.find(action, "success", reference)

    return find


def divide_by_totals(original):
    def draw(self, amount, stages, weights=None):
        return apportion(amount, self.totals)

    return draw


def keep_the_whole(original):
    def answer(self, index, action, amount, pending):
        return [amount if position == index else 0 for position in ORDERS]

    return answer


def lend_nothing(original):
    return lambda authorizations, live: [0] * len(authorizations)


def adjust_by_totals(original):
    return lambda self, amount: apportion(amount, self.totals)


def follow_by_totals(original):
    return lambda self, amount, division: apportion(amount, self.totals)


def count_what_failed(original):
    """Count every linked part, also one that a failure has undone."""
    return lambda locked, entry: [
        {index: row.own_event.amount_value for index, row in entry.rows.items()}
    ]


# What is broken, how, and a sequence that tells.
MUTATIONS = {
    "swap two orders": (
        "ledger.Ledger._draw",
        swap,
        "charge-back of what nobody named",
    ),
    "drop the cap": (
        "ledger.Ledger.undo",
        forget_the_cap,
        "charge-back beside a refund",
    ),
    "forget a failure": (
        "amounts.Book.find_counting_success",
        forget_failures,
        "failure of one order of a charge of all",
    ),
    "divide by totals": (
        "ledger.Ledger._draw",
        divide_by_totals,
        "failure older than the charge, refunds on shares",
    ),
    "keep the siblings' money": (
        "ledger.Ledger.answer",
        keep_the_whole,
        "app that does the whole",
    ),
    "lend nothing": (
        "lending.lend",
        lend_nothing,
        "adjustment of one order, and a charge beyond it",
    ),
    "adjust by totals": (
        "ledger.Ledger._adjust",
        adjust_by_totals,
        "adjustment without a canceled order",
    ),
    "forget how a reference divides": (
        "ledger.Ledger.follow",
        follow_by_totals,
        "charge of the rest of the group",
    ),
    "count parts that have failed": (
        "counted_parts._find_divisions",
        count_what_failed,
        "failure of one order of a charge of all",
    ),
}


@pytest.mark.parametrize("_case", MUTATIONS)
def test_broken_ledger_is_caught(make_world, monkeypatch, _case):
    # given
    name, break_, sequence = MUTATIONS[_case]
    target = f"saleor_order_groups.payments.{name}"
    monkeypatch.setattr(target, break_(pkgutil.resolve_name(target)))
    world = make_world()

    # when / then
    with pytest.raises(AssertionError):
        run(world, CORPUS[sequence])


@PROPERTY
@given(steps=SEQUENCES)
def test_each_order_is_as_with_a_payment_of_its_own(make_world, steps):
    with rolled_back():
        # given
        world = make_world()

        # when / then
        for outcome in run(world, steps):
            event(outcome)
