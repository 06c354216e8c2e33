"""Properties of settling over generated sequences of reports and requests.

Every sequence starts from the same group of three orders, paid with one authorization;
after every step payment, shares and orders must be in line. MONEY_EXAMPLES sets how many
sequences are generated.
"""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import Order, OrderEvent
from saleor.order.utils import updates_amounts_for_order
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import GroupPayment, PaymentEventShare, PaymentShare
from saleor_order_groups.money.minor_units import to_decimal
from saleor_order_groups.payments.divided_amounts import DIVIDED_AMOUNT
from saleor_order_groups.payments.group_requests import Requestor, cancel_rest
from saleor_order_groups.payments.settlement import settle
from saleor_order_groups.payments.split import AMOUNTS
from tests.apps.payment import Request
from tests.helpers.database import rolled_back

PROPERTY = settings(
    max_examples=int(os.environ.get("MONEY_EXAMPLES", "40")),
    # The same sequences with every run, but for longer runs.
    derandomize="MONEY_EXAMPLES" not in os.environ,
    deadline=None,
    # A step takes a tenth of a second: without shrinking a failure is told at once.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# In minor units: orders of 63.33, 31.67 and 10.00, all of it authorized.
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "9.47")]
PAID = 10_500
ORDERS = 3

REPORT = """
    mutation Report(
      $id: ID, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal
      $reference: String!, $time: DateTime
    ) {
      transactionEventReport(
        id: $id, type: $type, amount: $amount, pspReference: $reference, time: $time
      ) {
        alreadyProcessed
        errors { field message code }
      }
    }
"""

# ------------------------------------------------------------------ steps

EVENT_TYPES = (
    "AUTHORIZATION_SUCCESS AUTHORIZATION_ADJUSTMENT AUTHORIZATION_REQUEST"
    " AUTHORIZATION_FAILURE CHARGE_REQUEST CHARGE_SUCCESS CHARGE_SUCCESS CHARGE_FAILURE"
    " CHARGE_BACK REFUND_REQUEST REFUND_SUCCESS REFUND_SUCCESS REFUND_FAILURE"
    " REFUND_REVERSE CANCEL_REQUEST CANCEL_SUCCESS CANCEL_FAILURE INFO"
).split()
MINOR = st.one_of(
    st.sampled_from([1, 1000, 3167, 6333, PAID, 10_000, 5000]), st.integers(1, 15_000)
)
# Few, so that they meet again; the same one for several kinds of action.
REFERENCES = st.sampled_from(["a", "b", "c", "auth"])
# None is the payment.
TARGETS = st.one_of(st.none(), st.integers(0, ORDERS - 1))


@dataclass(frozen=True)
class Report:
    """What the app reports; `minutes` is how late it was, None for now."""

    target: int | None
    type: str
    reference: str
    amount: int | None
    minutes: int | None = None


@dataclass(frozen=True)
class Ask:
    """What is requested of a share, and the app's answer: see `ANSWERS`."""

    target: int
    action: str
    amount: int | None
    answer: str
    reference: str


@dataclass(frozen=True)
class AskGroup:
    """What is requested of all orders at once."""

    action: str
    amount: int | None
    answer: str
    reference: str


@dataclass(frozen=True)
class End:
    """An order that is not live any more; with the last, the rest is canceled."""

    target: int
    status: str
    answer: str


def _succeed(request: Request, reference: str) -> dict:
    return _answer(request, reference, "SUCCESS", request.amount)


def _succeed_in_part(request: Request, reference: str) -> dict:
    return _answer(request, reference, "SUCCESS", round(request.amount / 3, 2))


def _succeed_with_the_whole(request: Request, reference: str) -> dict:
    return _answer(request, reference, "SUCCESS", PAID / 100)


def _fail(request: Request, reference: str) -> dict:
    return _answer(request, reference, "FAILURE", request.amount)


def _answer(request: Request, reference: str, result: str, amount: float) -> dict:
    action = request.payload["action"]["actionType"]
    return {
        "pspReference": reference,
        "result": f"{action}_{result}",
        "amount": amount,
    }


ANSWERS = {
    "success": _succeed,
    "part": _succeed_in_part,
    "whole": _succeed_with_the_whole,
    "failure": _fail,
    "later": lambda request, reference: {"pspReference": reference},
    "unreadable": lambda request, reference: {},
    "none": lambda request, reference: None,
}

REPORTS = st.builds(
    Report,
    target=TARGETS,
    type=st.sampled_from(EVENT_TYPES),
    reference=REFERENCES,
    amount=st.one_of(MINOR, MINOR, MINOR, st.none()),
    minutes=st.one_of(st.none(), st.none(), st.integers(-9, 9)),
)
ASKED = st.builds(
    Ask,
    target=st.integers(0, ORDERS - 1),
    action=st.sampled_from(["CHARGE", "CHARGE", "REFUND", "REFUND", "CANCEL"]),
    amount=st.one_of(st.none(), MINOR),
    answer=st.sampled_from(list(ANSWERS)),
    reference=REFERENCES,
)
ASKED_OF_GROUP = st.builds(
    AskGroup,
    action=st.sampled_from(["CHARGE", "REFUND"]),
    amount=st.one_of(st.none(), MINOR),
    answer=st.sampled_from(list(ANSWERS)),
    reference=REFERENCES,
)
ENDED = st.builds(
    End,
    target=st.integers(0, ORDERS - 1),
    status=st.sampled_from([OrderStatus.CANCELED, OrderStatus.EXPIRED]),
    answer=st.sampled_from(["success", "later", "none"]),
)
STEP = st.one_of(*[REPORTS] * 4, *[ASKED] * 4, ASKED_OF_GROUP, ASKED_OF_GROUP, ENDED)
# Half of the sequences begin with money to refund.
BEGINNINGS = st.sampled_from([[], [Report(None, "CHARGE_SUCCESS", "first", 7000)]])
STEPS = st.builds(list.__add__, BEGINNINGS, st.lists(STEP, min_size=1, max_size=6))


# ------------------------------------------------------------------ playing them


@pytest.fixture
def group(
    make_cart,
    transaction_item_generator,
    report,
    complete,
    app_api_client,
    payment_app,
    permission_manage_payments,
):
    """Three orders, authorized by an app with one transaction of 105.00."""
    checkout = make_cart(CART, shipping="5.53")
    payment = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(payment, "AUTHORIZATION_SUCCESS", to_decimal(PAID, "USD"), "auth")
    assert not complete(checkout)["errors"]
    assert Order.objects.count() == ORDERS
    return GroupPayment.objects.get()


@pytest.fixture
def play(group, app_api_client, payment_app, request_action, permission_manage_orders):
    """Return a function that plays a step; its value tells what came of it."""
    app_api_client.app.permissions.add(permission_manage_orders)

    def _play(step):
        if not isinstance(step, Report):
            payment_app.answer = lambda request: ANSWERS[step.answer](
                request, getattr(step, "reference", "void")
            )
        return PLAYERS[type(step)](step)

    def end(step):
        order = find_link(step.target).order
        order.status = step.status
        order.save(update_fields=["status"])
        if step.status == OrderStatus.CANCELED:
            # As orderCancel does after the commit.
            cancel_rest(order, Requestor(get_plugins_manager(allow_replica=False)))
        return step.status

    def ask(step):
        share = find_link(step.target).transaction
        errors = request_action(share, step.action, get_amount(step))
        return f"{step.action} {'refused' if errors else 'requested'}, {step.answer}"

    def ask_group(step):
        name = f"orderGroup{step.action.title()}"
        data = post(
            f"""mutation Operate($id: ID!, $amount: PositiveDecimal) {{
              {name}(id: $id, amount: $amount) {{ errors {{ code }} }}
            }}""",
            id=Node.to_global_id("OrderGroup", group.group_id),
            amount=get_amount(step),
        )[name]
        outcome = "refused" if data["errors"] else "requested"
        return f"group's {step.action} {outcome}, {step.answer}"

    def report(step):
        link = group if step.target is None else find_link(step.target)
        time = None
        if step.minutes is not None:
            time = (timezone.now() + timedelta(minutes=step.minutes)).isoformat()
        data = post(
            REPORT,
            id=Node.to_global_id("TransactionItem", link.transaction.token),
            type=step.type,
            amount=get_amount(step),
            reference=step.reference,
            time=time,
        )["transactionEventReport"]
        if data["errors"]:
            return "report refused"
        return "report repeated" if data["alreadyProcessed"] else "reported"

    def post(query, **variables):
        return get_graphql_content(app_api_client.post_graphql(query, variables))[
            "data"
        ]

    def find_link(target):
        return PaymentShare.objects.order_by("order__number")[target]

    def get_amount(step):
        return None if step.amount is None else str(to_decimal(step.amount, "USD"))

    PLAYERS = {Report: report, Ask: ask, AskGroup: ask_group, End: end}
    return _play


# ------------------------------------------------------------------ what must hold


def get_rows():
    """Return all rows that settling could change."""
    return [
        list(rows)
        for rows in (
            TransactionItem.objects.order_by("pk").values(
                "pk", "psp_reference", "available_actions", *AMOUNTS
            ),
            TransactionEvent.objects.exclude(message=DIVIDED_AMOUNT)
            .order_by("pk")
            .values(),
            # They are made anew.
            TransactionEvent.objects.filter(message=DIVIDED_AMOUNT)
            .order_by("transaction", "type")
            .values("transaction", "type", "amount_value"),
            PaymentEventShare.objects.order_by("pk").values(),
            Order.objects.order_by("pk").values(
                "pk",
                "status",
                "total_charged_amount",
                "total_authorized_amount",
                "charge_status",
                "authorize_status",
            ),
            OrderEvent.objects.order_by("pk").values("pk"),
        )
    ]


# What each report on one share may take below zero: it is that order's alone, as of a
# plain transaction.
OF_ONE_ORDER = {
    "CHARGE_BACK": ("charged_value", "refunded_value"),
    "REFUND_REVERSE": ("charged_value", "refunded_value"),
    "REFUND_REQUEST": ("charged_value",),
}


def assert_in_line(group, played=()):
    """Check every invariant of a group's payment."""
    may_be_negative = {
        name
        for step in played
        if isinstance(step, Report) and step.target is not None
        for name in OF_ONE_ORDER.get(step.type, ())
    }
    payment = TransactionItem.objects.get(pk=group.transaction_id)
    shares = [link.transaction for link in group.shares.order_by("order__number")]
    for name in AMOUNTS:
        parts = [getattr(share, name) for share in shares]
        whole = getattr(payment, name)
        assert sum(parts) == whole, (name, parts, whole)
        if name not in may_be_negative:
            assert min(parts) >= min(whole, Decimal(0)), (name, parts, whole)
    stored = {name: getattr(payment, name) for name in AMOUNTS}
    recalculate_transaction_amounts(payment, save=False)
    assert {name: getattr(payment, name) for name in AMOUNTS} == stored
    for order in Order.objects.all():
        derived = Order.objects.get(pk=order.pk)
        updates_amounts_for_order(derived, save=False)
        for name in (
            "total_charged_amount",
            "total_authorized_amount",
            "charge_status",
            "authorize_status",
        ):
            assert getattr(order, name) == getattr(derived, name), name


def assert_settled(group):
    """Check that settling again finds nothing to do."""
    rows = get_rows()
    settle(
        GroupPayment.objects.get(pk=group.pk), get_plugins_manager(allow_replica=False)
    )
    for before, after in zip(rows, get_rows(), strict=True):
        assert after == before


def assert_within_bounds(payment_app, before):
    """Check what reached the app against what it was asked of."""
    for request in payment_app.requests[before:]:
        limit = request.transaction["authorizedAmount"]["amount"]
        if request.payload["action"]["actionType"] == "REFUND":
            limit = request.transaction["chargedAmount"]["amount"]
        assert 0 < request.amount <= limit


@PROPERTY
@given(steps=STEPS)
def test_generated_reports_and_requests_keep_payment_and_shares_in_line(
    group, play, payment_app, steps
):
    with rolled_back():
        outcomes = Counter()
        for number, step in enumerate(steps, 1):
            # when
            before = len(payment_app.requests)
            outcomes[play(step)] += 1

            # then
            assert_within_bounds(payment_app, before)
            assert_in_line(group, steps[:number])
            assert_settled(group)
        for outcome in outcomes:
            event(outcome)
