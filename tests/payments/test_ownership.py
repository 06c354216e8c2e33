"""Each order keeps its own money: what a report, a failure or a crash does to whom.

Three orders of 66.00, 33.00 and 11.00, paid with one payment: A, B and C below. Payment
apps that name events by the payment intent name all of them `pi-1`.
"""

import logging
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.order.utils import updates_amounts_for_order
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts
from saleor.plugins.manager import PluginsManager
from saleor.webhook.transport.synchronous import transport
from saleor.webhook.transport.synchronous.transport import (
    handle_transaction_request_task,
)

from saleor_order_groups.models import GroupPayment, ShareAnnouncement
from saleor_order_groups.payments import announcements, settlement
from saleor_order_groups.payments.split import AMOUNTS
from saleor_order_groups.verification.runner import verify
from tests.apps.payment import accept, fail, succeed
from tests.helpers.crash import dying
from tests.helpers.database import rolled_back
from tests.helpers.payments import (
    assert_shares_sum_to,
    get_amounts,
    get_errors,
    get_orders,
    get_share,
)

D = Decimal
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")]
A, B, C = range(3)

ERRORS = "errors { field message code }"
GRANT_REFUND = f"""
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


@pytest.fixture
def payment(
    make_cart,
    transaction_item_generator,
    report,
    complete,
    app_api_client,
    payment_app,
    permission_manage_orders,
):
    """Authorize 110.00 for three orders; the value is their payment."""
    app_api_client.app.permissions.add(permission_manage_orders)
    checkout = make_cart(CART, shipping="10.00")
    payment = transaction_item_generator(
        checkout_id=checkout.pk,
        app=app_api_client.app,
        psp_reference=None,
        available_actions=["charge", "refund"],
    )
    report(payment, "AUTHORIZATION_SUCCESS", "110.00", "pi-1")
    assert not complete(checkout)["errors"]
    assert [order.total_gross_amount for order in get_orders()] == [66, 33, 11]
    payment.refresh_from_db()
    return payment


@pytest.fixture
def charged_payment(payment, report):
    report(payment, "CHARGE_SUCCESS", "110.00", "pi-1")
    payment.refresh_from_db()
    return payment


@pytest.fixture
def ask(request_action, payment_app):
    """Return a function that requests an action of an order, and answers it."""

    def _ask(index, action, amount=None, answer=None):
        payment_app.answer = answer
        return request_action(get_share(get_orders()[index]), action, amount)

    return _ask


@pytest.fixture
def post(app_api_client):
    """Return a function that runs a mutation as the payment app, without errors."""

    def _post(query, **variables):
        content = get_graphql_content(app_api_client.post_graphql(query, variables))
        [data] = content["data"].values()
        assert data["errors"] == []
        return data

    return _post


@pytest.fixture
def cancel_order(post):
    def _cancel(index):
        post(
            f"mutation($id: ID!) {{ orderCancel(id: $id) {{ {ERRORS} }} }}",
            id=Node.to_global_id("Order", get_orders()[index].pk),
        )

    return _cancel


@pytest.fixture
def refund_granted(post):
    """Return a function that grants an order a refund and requests it."""

    def _refund(index, amount):
        order = get_orders()[index]
        item_id = Node.to_global_id("TransactionItem", get_share(order).token)
        granted = post(
            GRANT_REFUND,
            id=Node.to_global_id("Order", order.pk),
            input={"amount": amount, "transactionId": item_id},
        )["grantedRefund"]
        post(REQUEST_GRANTED, id=item_id, refund=granted["id"])

    return _refund


class InFlight:
    """Requests that the app has not seen yet, in the order in which they were made."""

    def __init__(self, deliver):
        self._deliver = deliver
        self._requests = []

    def add(self, *arguments):
        self._requests.append(arguments)

    def arrive(self, number):
        """Let a request reach the app, which answers it."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            self._deliver(*self._requests[number])


@pytest.fixture
def in_flight(monkeypatch):
    """Hold requests back until the test lets them arrive."""
    in_flight = InFlight(handle_transaction_request_task.delay)
    monkeypatch.setattr(handle_transaction_request_task, "delay", in_flight.add)
    return in_flight


def assert_amounts(payment, **expected):
    """Check amounts of the shares; payment and orders must be in line with them."""
    below_zero = [
        f"{name}_value"
        for name, parts in expected.items()
        if min(parts) < 0 < sum(parts)
    ]
    assert_shares_sum_to(payment, below_zero)
    for name, parts in expected.items():
        assert get_amounts(f"{name}_value") == [sum(parts), parts], name
    for item in [payment, *(get_share(order) for order in get_orders())]:
        derived = TransactionItem.objects.get(pk=item.pk)
        recalculate_transaction_amounts(derived, save=False)
        for name in AMOUNTS:
            assert getattr(derived, name) == getattr(item, name), name
    for order in get_orders():
        derived = Order.objects.get(pk=order.pk)
        updates_amounts_for_order(derived, save=False)
        for name in (
            "total_charged_amount",
            "total_authorized_amount",
            "charge_status",
            "authorize_status",
        ):
            assert getattr(order, name) == getattr(derived, name), name


def get_refund_statuses():
    return [
        [refund.status for refund in order.granted_refunds.order_by("pk")]
        for order in get_orders()
    ]


# ------------------------------------------------------------------ failures


def test_failed_charge_of_one_order_takes_nothing_from_another_of_the_same_reference(
    payment, ask
):
    # given
    assert ask(A, "CHARGE", answer=succeed("pi-1")) == []

    # when
    assert ask(B, "CHARGE", answer=fail_as("pi-1")) == []

    # then
    assert_amounts(
        payment, charged=[66, 0, 0], charge_pending=[0, 0, 0], authorized=[0, 33, 11]
    )


def fail_as(reference):
    """Return an answer: the action failed, and this is the reference of the intent."""
    return lambda request: {**fail()(request), "pspReference": reference}


def test_failed_refund_of_one_order_frees_nothing_of_another_of_the_same_reference(
    charged_payment, ask, payment_app
):
    # given
    assert ask(A, "REFUND", "10.00", succeed("pi-1")) == []
    assert ask(B, "REFUND", "10.00", fail_as("pi-1")) == []
    assert_amounts(charged_payment, refunded=[10, 0, 0], charged=[56, 33, 11])

    # when
    assert ask(A, "REFUND", answer=succeed("re-2")) == []

    # then
    assert [request.amount for request in payment_app.requests] == [10, 10, 56]
    assert_amounts(charged_payment, refunded=[66, 0, 0], charged=[0, 33, 11])


def test_failure_of_one_order_of_a_charge_of_all_takes_only_its_part(
    charged_payment, report
):
    # when
    report(get_share(get_orders()[A]), "CHARGE_FAILURE", "66.00", "pi-1")

    # then
    assert_amounts(charged_payment, charged=[0, 33, 11], authorized=[66, 0, 0])
    # and on the payment the failure is on record, and not counted
    [failure] = charged_payment.events.filter(type="charge_failure")
    assert not failure.include_in_calculations
    [success] = charged_payment.events.filter(type="charge_success")
    assert success.amount_value == 44


def test_answer_after_its_report_leaves_the_siblings_theirs(
    payment, request_action, payment_app, report, in_flight
):
    # given: the report overtakes the answer
    assert request_action(get_share(get_orders()[B]), "CHARGE") == []
    report(payment, "CHARGE_SUCCESS", "33.00", "ch-b")
    assert_amounts(payment, charged=[0, 33, 0], authorized=[66, 0, 11])

    # when
    payment_app.answer = succeed("ch-b")
    in_flight.arrive(0)

    # then
    assert_amounts(
        payment, charged=[0, 33, 0], authorized=[66, 0, 11], charge_pending=[0, 0, 0]
    )


@pytest.mark.parametrize("order_of_arrival", [(0, 1), (1, 0)])
def test_late_failures_of_one_reference_leave_nothing_pending(
    payment, request_action, payment_app, report, in_flight, order_of_arrival
):
    # given: a report was taken for the answer to the first request
    share = get_share(get_orders()[B])
    assert request_action(share, "CHARGE") == []
    report(payment, "CHARGE_FAILURE", "33.00", "other")
    assert request_action(share, "CHARGE") == []

    # when: the app names its answers by the payment intent
    payment_app.answer = lambda request: {
        "pspReference": "pi-1",
        "result": "CHARGE_FAILURE",
        "amount": request.amount,
    }
    for number in order_of_arrival:
        in_flight.arrive(number)

    # then
    assert_amounts(
        payment, charged=[0, 0, 0], authorized=[66, 33, 11], charge_pending=[0, 0, 0]
    )


@pytest.mark.parametrize("action", ["charge", "refund"])
def test_success_after_a_failure_is_the_orders_that_asked(payment, ask, report, action):
    # given
    kind = action.upper()
    if action == "refund":
        report(payment, "CHARGE_SUCCESS", "110.00", "pi-1")
    assert ask(A, kind, "20.00", accept("a-1")) == []
    report(payment, f"{kind}_FAILURE", "20.00", "a-1")
    assert get_amounts(f"{action}_pending_value") == [0, [0, 0, 0]]

    # when
    report(payment, f"{kind}_SUCCESS", "20.00", "a-1")

    # then
    expected = {
        "charge": {"charged": [20, 0, 0], "authorized": [46, 33, 11]},
        "refund": {"refunded": [20, 0, 0], "charged": [46, 33, 11]},
    }
    assert_amounts(payment, **expected[action])


def test_success_after_a_failure_of_a_refund_of_some_orders_is_theirs(
    charged_payment,
    payment_app,
    operate,
    report,
):
    # given
    payment_app.answer = accept("re-1")
    orders = [Node.to_global_id("Order", get_orders()[i].pk) for i in (A, C)]
    assert get_errors(operate("Refund", amount="14.00", orders=orders)) == [[], []]
    assert get_amounts("refund_pending_value") == [14, [12, 0, 2]]
    report(charged_payment, "REFUND_FAILURE", "14.00", "re-1")
    assert_amounts(charged_payment, refund_pending=[0, 0, 0], charged=[66, 33, 11])

    # when
    report(charged_payment, "REFUND_SUCCESS", "14.00", "re-1")

    # then
    assert_amounts(charged_payment, refunded=[12, 0, 2], charged=[54, 33, 9])


def test_failure_that_is_older_than_the_charge_moves_nothing(charged_payment, report):
    # when
    time = (timezone.now() - timedelta(minutes=5)).isoformat()
    report(charged_payment, "CHARGE_FAILURE", "110.00", "pi-1", time=time)

    # then
    assert_amounts(charged_payment, charged=[66, 33, 11], authorized=[0, 0, 0])
    assert_refunds_are_of_who_was_charged(charged_payment, report)


def test_failure_that_comes_before_the_charge_moves_nothing(payment, report):
    # given
    report(payment, "CHARGE_FAILURE", "110.00", "ch-1")
    assert_amounts(payment, charged=[0, 0, 0], authorized=[66, 33, 11])

    # when
    report(payment, "CHARGE_SUCCESS", "110.00", "ch-1")

    # then
    assert_amounts(payment, charged=[66, 33, 11], authorized=[0, 0, 0])
    assert_refunds_are_of_who_was_charged(payment, report)


def assert_refunds_are_of_who_was_charged(payment, report):
    report(get_share(get_orders()[C]), "REFUND_SUCCESS", "11.00", "re-c")
    assert_amounts(payment, refunded=[0, 0, 11], charged=[66, 33, 0])
    report(payment, "REFUND_SUCCESS", "33.00", "re-x")
    assert_amounts(payment, refunded=[22, 11, 11], charged=[44, 22, 0])


# ------------------------------------------------------------------ authorizations


def test_adjustment_is_of_who_is_live_and_an_event_of_every_order(
    payment, report, cancel_order
):
    # given
    cancel_order(C)

    # when
    report(payment, "AUTHORIZATION_ADJUSTMENT", "99.00", "pi-1")

    # then
    assert_amounts(payment, authorized=[66, 33, 0])
    assert get_adjustments() == [[66], [33], [0]]


def get_adjustments():
    return [
        [
            event.amount_value
            for event in get_share(order)
            .events.filter(type="authorization_adjustment")
            .order_by("created_at", "pk")
        ]
        for order in get_orders()
    ]


@pytest.mark.parametrize(
    ("amount", "events", "authorized"),
    [
        # what was charged, and what the others need
        ("110.00", [66, 33, 11], [0, 33, 11]),
        # and the rest by totals
        ("130.00", [78, 39, 13], [12, 39, 13]),
        # and what the others need in part
        ("88.00", [66, D("16.50"), D("5.50")], [0, D("16.50"), D("5.50")]),
        ("0.00", [0, 0, 0], [0, 0, 0]),
    ],
)
def test_adjustment_covers_first_what_was_charged(
    payment, ask, report, amount, events, authorized
):
    # given
    assert ask(A, "CHARGE", answer=succeed("ch-a")) == []

    # when
    report(payment, "AUTHORIZATION_ADJUSTMENT", amount, "pi-1")

    # then
    assert_amounts(payment, charged=[66, 0, 0], authorized=authorized)
    assert get_adjustments() == [[event] for event in events]


def test_adjustment_of_one_order_sets_that_order_alone(payment, report):
    # when
    report(get_share(get_orders()[A]), "AUTHORIZATION_ADJUSTMENT", "50.00", "ad-a")

    # then
    assert_amounts(payment, authorized=[50, 33, 11])
    [event] = payment.events.filter(type="authorization_adjustment")
    assert event.amount_value == 94


def test_adjustment_of_one_order_keeps_what_a_sibling_was_charged(payment, ask, report):
    # given
    assert ask(A, "CHARGE", answer=succeed("ch-a")) == []

    # when
    report(get_share(get_orders()[B]), "AUTHORIZATION_ADJUSTMENT", "20.00", "ad-b")

    # then
    assert_amounts(payment, charged=[66, 0, 0], authorized=[0, 20, 11])
    [event] = payment.events.filter(type="authorization_adjustment")
    assert event.amount_value == 97


@pytest.mark.parametrize(
    ("canceled", "authorized"), [(None, [0, 21, 7]), (C, [0, 28, 0])]
)
def test_charge_beyond_the_authorization_is_taken_from_the_siblings(
    payment, report, cancel_order, canceled, authorized
):
    # given
    share = get_share(get_orders()[A])
    report(share, "AUTHORIZATION_ADJUSTMENT", "50.00", "ad-a")
    if canceled is not None:
        cancel_order(canceled)

    # when: 16.00 more than is authorized
    report(share, "CHARGE_SUCCESS", "66.00", "ch-a")

    # then
    assert_amounts(payment, charged=[66, 0, 0], authorized=authorized)
    # and each sibling has an event of it
    assert get_adjustments()[1:] == [[authorized[B]], [authorized[C]]]
    # and when the charge fails, they have it back
    report(share, "CHARGE_FAILURE", "66.00", "ch-a")
    assert_amounts(payment, charged=[0, 0, 0], authorized=[50, 33, 11])


# ------------------------------------------------------------------ what is undone


def test_charge_back_leaves_each_order_its_own(charged_payment, ask, report):
    # given
    assert ask(A, "REFUND", answer=succeed("re-a")) == []

    # when
    report(charged_payment, "CHARGE_BACK", "22.00", "pi-1")

    # then: 6.60 and 2.20 by the charge, and what A has no more of what they have
    assert_amounts(charged_payment, charged=[0, D("16.50"), D("5.50")])
    # and B can refund what it has left, once
    assert ask(B, "REFUND", answer=succeed("re-b")) == []
    assert_amounts(
        charged_payment, charged=[0, 0, D("5.50")], refunded=[66, D("16.50"), 0]
    )
    [error] = ask(B, "REFUND", "2.91", succeed("re-b2"))
    assert error["code"] == "INVALID"
    assert_amounts(charged_payment, charged=[0, 0, D("5.50")])


def test_charge_back_of_more_than_there_is_goes_by_the_charge_again(
    charged_payment, report
):
    # when
    report(charged_payment, "CHARGE_BACK", "121.00", "pi-1")

    # then
    assert_amounts(charged_payment, charged=[D("-6.60"), D("-3.30"), D("-1.10")])


@pytest.mark.parametrize("is_refunded", [False, True])
def test_charge_back_of_one_order_is_its_own(charged_payment, ask, report, is_refunded):
    # given
    if is_refunded:
        assert ask(A, "REFUND", answer=succeed("re-a")) == []

    # when
    report(get_share(get_orders()[A]), "CHARGE_BACK", "22.00", "pi-1")

    # then
    left = -22 if is_refunded else 44
    assert_amounts(charged_payment, charged=[left, 33, 11])
    # and the siblings have theirs
    for index in (B, C):
        assert ask(index, "REFUND", answer=succeed(f"re-{index}")) == []
    assert_amounts(charged_payment, charged=[left, 0, 0])


def test_reversed_refund_goes_by_the_refund(charged_payment, report):
    # given
    report(charged_payment, "REFUND_SUCCESS", "55.00", "re-1")
    report(get_share(get_orders()[C]), "REFUND_SUCCESS", "5.50", "re-c")
    assert_amounts(charged_payment, refunded=[33, D("16.50"), 11])

    # when
    report(charged_payment, "REFUND_REVERSE", "22.00", "re-1")

    # then
    assert_amounts(
        charged_payment,
        refunded=[D("19.80"), D("9.90"), D("8.80")],
        charged=[D("46.20"), D("23.10"), D("2.20")],
    )


def test_reversed_refund_of_one_order_is_its_own(charged_payment, ask, report):
    # given
    for index in (A, B):
        assert ask(index, "REFUND", "10.00", succeed(f"re-{index}")) == []

    # when
    report(get_share(get_orders()[B]), "REFUND_REVERSE", "10.00", "re-1")

    # then
    assert_amounts(charged_payment, refunded=[10, 0, 0], charged=[56, 33, 11])


# ------------------------------------------------------------------ whose answer it is


@pytest.mark.parametrize("is_crossed", [False, True])
def test_reports_that_overtake_the_answers_of_two_granted_refunds(
    charged_payment, refund_granted, payment_app, report, in_flight, told, is_crossed
):
    # given
    refund_granted(A, "10.00")
    refund_granted(B, "10.00")
    assert get_refund_statuses() == [["pending"], ["pending"], []]

    # when
    report(charged_payment, "REFUND_SUCCESS", "10.00", "re-1")
    assert_amounts(charged_payment, refunded=[10, 0, 0], charged=[56, 33, 11])
    report(charged_payment, "REFUND_SUCCESS", "10.00", "re-2")
    assert_amounts(charged_payment, refunded=[10, 10, 0], charged=[56, 23, 11])
    references = ["re-2", "re-1"] if is_crossed else ["re-1", "re-2"]
    for number, reference in enumerate(references):
        payment_app.answer = succeed(reference)
        in_flight.arrive(number)

        # then
        assert_amounts(charged_payment, refunded=[10, 10, 0], charged=[56, 23, 11])
    assert get_refund_statuses() == [["success"], ["success"], []]
    assert told.count("order_refunded") == [1, 1, 0]
    assert told.count("order_refund_confirmation") == [1, 1, 0]
    assert not TransactionEvent.objects.filter(type="refund_failure").exists()


def test_answer_that_names_the_reference_of_what_was_taken_for_anothers(
    charged_payment, refund_granted, payment_app, report, in_flight, told
):
    # given: reported of B, but A's request is older
    refund_granted(A, "10.00")
    refund_granted(B, "10.00")
    report(charged_payment, "REFUND_SUCCESS", "10.00", "re-b")
    assert_amounts(charged_payment, refunded=[10, 0, 0])
    before = told.count("order_updated")
    history = get_history()

    # when
    payment_app.answer = succeed("re-b")
    in_flight.arrive(1)

    # then: A is corrected, and told as an update alone
    assert_amounts(charged_payment, refunded=[0, 10, 0], charged=[66, 23, 11])
    assert told.count("order_refunded") == [1, 1, 0]
    assert told.count("order_refund_confirmation") == [1, 1, 0]
    after = told.count("order_updated")
    assert [more - less for more, less in zip(after, before, strict=True)] == [1, 1, 0]
    assert get_history()[A] == history[A]
    assert get_refund_statuses() == [["pending"], ["success"], []]
    # and when A's own refund is done
    payment_app.answer = succeed("re-a")
    in_flight.arrive(0)
    assert_amounts(charged_payment, refunded=[10, 10, 0], charged=[56, 23, 11])
    assert get_refund_statuses() == [["success"], ["success"], []]


def test_answer_to_the_group_leaves_a_report_to_another_open_request(
    charged_payment, ask, operate, payment_app, report, in_flight, told
):
    # given: reported of B, but the request of all orders is older
    assert get_errors(operate("Refund", amount="30.00")) == [[], [], []]
    assert ask(B, "REFUND", "20.00") == []
    report(charged_payment, "REFUND_SUCCESS", "10.00", "re-b")
    assert_amounts(charged_payment, refunded=[6, 3, 1])

    # when
    payment_app.answer = succeed("re-all")
    in_flight.arrive(0)

    # then
    assert_amounts(charged_payment, refunded=[18, 19, 3], charged=[48, 14, 8])
    # A correction is no second refund; the answer is one.
    assert told.count("order_refunded") == [2, 2, 2]


def test_answer_to_the_group_that_names_the_reference_of_what_was_taken_for_anothers(
    charged_payment, ask, operate, payment_app, report, in_flight, told
):
    # given: reported of all orders, but B's request is older
    assert ask(B, "REFUND", "20.00") == []
    assert get_errors(operate("Refund", amount="30.00")) == [[], [], []]
    report(charged_payment, "REFUND_SUCCESS", "10.00", "re-all")
    assert_amounts(charged_payment, refunded=[0, 10, 0])

    # when
    payment_app.answer = lambda request: {
        "pspReference": "re-all",
        "result": "REFUND_SUCCESS",
        "amount": "10.00",
    }
    in_flight.arrive(1)

    # then: as the request was divided, 22.00, 4.33 and 3.67
    assert_amounts(charged_payment, refunded=[D("7.34"), D("1.44"), D("1.22")])
    # and when B's own refund is done
    payment_app.answer = succeed("re-b")
    in_flight.arrive(0)
    assert_amounts(charged_payment, refunded=[D("7.34"), D("21.44"), D("1.22")])


def test_charge_that_is_corrected_is_told_as_an_update(
    payment, ask, payment_app, report, in_flight, told
):
    # given: B's charge is reported, but A's request is older
    assert ask(A, "CHARGE", "33.00", None) == []
    assert ask(B, "CHARGE", "33.00", None) == []
    report(payment, "CHARGE_SUCCESS", "33.00", "ch-b")
    assert_amounts(payment, charged=[33, 0, 0], authorized=[33, 33, 11])
    assert told.count("order_paid") == [1, 0, 0]
    history = get_history()

    # when
    payment_app.answer = succeed("ch-b")
    in_flight.arrive(1)

    # then
    assert_amounts(payment, charged=[0, 33, 0], authorized=[66, 0, 11])
    assert told.count("order_paid") == [1, 1, 0]
    assert told.count("order_fully_paid") == [0, 1, 0]
    assert get_history()[A] == history[A]
    assert get_history()[B]["order_fully_paid"] == 1
    # and a repetition changes nothing
    assert report(payment, "CHARGE_SUCCESS", "33.00", "ch-b")["alreadyProcessed"]
    assert_amounts(payment, charged=[0, 33, 0], authorized=[66, 0, 11])
    assert told.count("order_paid") == [1, 1, 0]


@pytest.mark.parametrize(
    ("amount", "refunded"),
    [
        # exactly one's
        ("20.00", [20, 0, 0]),
        ("30.00", [0, 30, 0]),
        # exactly all of them together
        ("50.00", [20, 30, 0]),
        # less than one's: the oldest that is larger
        ("10.00", [10, 0, 0]),
        ("25.00", [0, 25, 0]),
        # neither: over what was charged
        ("55.00", [33, D("16.50"), D("5.50")]),
    ],
)
def test_report_without_a_known_reference_is_of_who_asked(
    charged_payment, ask, report, in_flight, amount, refunded
):
    # given
    assert ask(A, "REFUND", "20.00") == []
    assert ask(B, "REFUND", "30.00") == []

    # when
    report(charged_payment, "REFUND_SUCCESS", amount, "re-1")

    # then
    assert_amounts(charged_payment, refunded=refunded)


def test_refund_that_timed_out_and_was_done_all_the_same(charged_payment, ask, report):
    # given
    assert ask(A, "REFUND", "20.00", lambda request: None) == []

    # when
    report(charged_payment, "REFUND_SUCCESS", "20.00", "re-late")

    # then
    assert_amounts(charged_payment, refunded=[20, 0, 0], charged=[46, 33, 11])


def test_open_request_goes_before_one_that_timed_out(
    charged_payment, ask, report, payment_app, in_flight
):
    # given
    assert ask(A, "REFUND", "20.00") == []
    payment_app.answer = lambda request: None
    in_flight.arrive(0)
    assert ask(B, "REFUND", "20.00") == []

    # when
    report(charged_payment, "REFUND_SUCCESS", "20.00", "re-1")

    # then
    assert_amounts(charged_payment, refunded=[0, 20, 0])
    # and the next is the other's
    report(charged_payment, "REFUND_SUCCESS", "20.00", "re-2")
    assert_amounts(charged_payment, refunded=[20, 20, 0])


def test_request_that_timed_out_is_no_candidate_once_asked_again(
    charged_payment, ask, report
):
    # given
    assert ask(A, "REFUND", "20.00", lambda request: None) == []
    assert ask(A, "REFUND", "20.00", succeed("re-a")) == []

    # when
    report(charged_payment, "REFUND_SUCCESS", "9.00", "re-x")
    report(charged_payment, "REFUND_SUCCESS", "20.00", "re-y")

    # then: over 46.00, 33.00 and 11.00, and over what is left of them
    assert_amounts(
        charged_payment,
        refunded=[D("34.82"), D("10.63"), D("3.55")],
    )


def test_request_that_timed_out_is_no_candidate_after_a_day(
    charged_payment, ask, report
):
    # given
    assert ask(A, "REFUND", "20.00", lambda request: None) == []
    a_day_ago = timezone.now() - timedelta(hours=25)
    asked = get_share(get_orders()[A]).events.filter(type__startswith="refund")
    asked.update(created_at=a_day_ago)

    # when
    report(charged_payment, "REFUND_SUCCESS", "20.00", "re-late")

    # then
    assert_amounts(charged_payment, refunded=[12, 6, 2])


def test_amounts_that_are_set_are_of_the_whole_payment(
    payment,
    ask,
    in_flight,
    update,
):
    # given
    assert ask(A, "CHARGE", "55.00") == []

    # when
    update(payment, charged=55)

    # then
    assert_amounts(payment, charged=[33, D("16.50"), D("5.50")])


# ------------------------------------------------------------------ beyond its own


@pytest.mark.parametrize(
    ("amount", "refunded", "charged"),
    [("110.00", [66, 33, 11], [0, 0, 0]), ("120.00", [76, 33, 11], [-10, 0, 0])],
)
def test_answer_of_the_whole_is_the_siblings_up_to_what_they_have(
    charged_payment, ask, amount, refunded, charged
):
    # when
    assert ask(A, "REFUND", answer=succeed("re-1", amount)) == []

    # then
    assert_amounts(charged_payment, refunded=refunded, charged=charged)


def test_answer_of_a_whole_charge_is_what_live_siblings_need_first(
    payment, ask, cancel_order
):
    # given
    cancel_order(C)

    # when
    assert ask(A, "CHARGE", answer=succeed("ch-1", "101.00")) == []

    # then: what B needs, and the rest of C's, which nobody needs
    assert_amounts(payment, charged=[66, 33, 2], authorized=[0, 0, 9])


@pytest.mark.parametrize("amount", [7, 3])
def test_answer_to_two_requests_of_one_order_with_one_reference(
    payment, ask, report, amount
):
    # given
    assert ask(C, "CHARGE", "7.00", accept("pi-1")) == []
    assert ask(C, "CHARGE", "3.00", accept("pi-1")) == []

    # when
    report(get_share(get_orders()[C]), "CHARGE_SUCCESS", str(amount), "pi-1")

    # then: the siblings were not asked
    assert_amounts(
        payment,
        charged=[0, 0, amount],
        charge_pending=[0, 0, 0],
        authorized=[66, 33, 11 - amount],
    )


@pytest.mark.parametrize("amount", ["66.00", "110.00"])
def test_event_of_the_payment_that_is_reported_on_a_share_again(
    charged_payment, report, amount
):
    # when
    data = report(get_share(get_orders()[A]), "CHARGE_SUCCESS", amount, "pi-1")

    # then
    assert data["alreadyProcessed"]
    assert_amounts(charged_payment, charged=[66, 33, 11])


@pytest.mark.parametrize("target", ["payment", "share"])
@pytest.mark.parametrize("is_undone", [False, True])
def test_repeated_report_changes_nothing(payment, report, target, is_undone):
    # given
    item = payment if target == "payment" else get_share(get_orders()[A])
    report(item, "CHARGE_SUCCESS", "66.00", "ch-1")
    if is_undone:
        report(item, "CHARGE_FAILURE", "66.00", "ch-1")
    before = {name: get_amounts(name) for name in AMOUNTS}
    history = get_history()

    # when
    data = report(item, "CHARGE_SUCCESS", "66.00", "ch-1")

    # then
    assert data["alreadyProcessed"]
    assert {name: get_amounts(name) for name in AMOUNTS} == before
    assert get_history() == history
    assert_amounts(payment)


# ------------------------------------------------------------------ actions, metadata


def get_actions():
    return [sorted(get_share(order).available_actions) for order in get_orders()]


def test_no_actions_are_left_of_the_payment(payment, report):
    # given
    assert get_actions() == [["charge", "refund"]] * 3

    # when
    report(payment, "CHARGE_SUCCESS", "110.00", "pi-1", actions=[])

    # then
    assert get_actions() == [[], [], []]
    assert GroupPayment.objects.get().available_actions == []
    # and a report that says nothing of actions leaves it so
    report(payment, "REFUND_SUCCESS", "10.00", "re-1")
    assert get_actions() == [[], [], []]
    # and another one offers them again
    report(payment, "REFUND_SUCCESS", "20.00", "re-2", actions=["REFUND"])
    assert get_actions() == [["refund"]] * 3
    payment.refresh_from_db()
    assert payment.available_actions == []


def test_no_actions_are_left_of_one_order(payment, report):
    # when
    report(get_share(get_orders()[A]), "CHARGE_SUCCESS", "66.00", "ch-a", actions=[])

    # then
    assert get_actions() == [[], ["charge", "refund"], ["charge", "refund"]]


def test_no_actions_are_left_as_the_app_answers(charged_payment, ask):
    # when
    answer = succeed("re-a")
    assert ask(A, "REFUND", answer=lambda r: {**answer(r), "actions": []}) == []

    # then
    assert get_actions() == [[], ["charge", "refund"], ["charge", "refund"]]


@pytest.mark.parametrize("name", ["updateMetadata", "updatePrivateMetadata"])
def test_metadata_of_the_payment_follows_to_its_shares(payment, post, name):
    # given
    field = "metadata" if name == "updateMetadata" else "private_metadata"
    share = get_share(get_orders()[A])
    setattr(share, field, {"own": "A"})
    share.save(update_fields=[field])

    # when
    post(
        f"""mutation($id: ID!) {{
          {name}(id: $id, input: [{{ key: "risk", value: "low" }}]) {{ {ERRORS} }}
        }}""",
        id=Node.to_global_id("TransactionItem", payment.token),
    )

    # then
    assert [getattr(get_share(order), field) for order in get_orders()] == [
        {"own": "A", "risk": "low"},
        {"risk": "low"},
        {"risk": "low"},
    ]


# ------------------------------------------------------------------ odd answers, amounts


@pytest.mark.parametrize("answer", [[], [{"pspReference": "ch-1"}], "ok", 7])
def test_answer_that_is_no_object_closes_the_request(payment, ask, answer):
    # when
    assert ask(A, "CHARGE", answer=lambda request: answer) == []

    # then
    share = get_share(get_orders()[A])
    assert share.events.filter(type="charge_failure").count() == 1
    assert_amounts(payment, charged=[0, 0, 0], authorized=[66, 33, 11])
    # and it can be asked again
    assert ask(A, "CHARGE", answer=succeed("ch-a")) == []
    assert_amounts(payment, charged=[66, 0, 0], authorized=[0, 33, 11])


def test_answer_to_the_group_that_is_no_object_closes_the_request(
    payment,
    payment_app,
    operate,
):
    # given
    payment_app.answer = lambda request: []

    # when
    assert get_errors(operate("Charge")) == [[], [], []]

    # then
    for order in get_orders():
        assert get_share(order).events.filter(type="charge_failure").count() == 1
    # and it can be asked again
    payment_app.answer = succeed("ch-1")
    assert get_errors(operate("Charge")) == [[], [], []]
    assert_amounts(payment, charged=[66, 33, 11])


@pytest.mark.parametrize("name", ["Charge", "Refund"])
@pytest.mark.parametrize("amount", ["110.01", "1e27", "1e40"])
def test_amount_that_is_too_large_is_refused(
    payment,
    payment_app,
    operate,
    report,
    name,
    amount,
):
    # given
    if name == "Refund":
        report(payment, "CHARGE_SUCCESS", "110.00", "pi-1")

    # when
    data = operate(name, amount=amount)

    # then
    assert data["errors"] == [
        {
            "field": "amount",
            "code": "AMOUNT_GREATER_THAN_AVAILABLE",
            "message": "Only 110.00 USD is left.",
        }
    ]
    assert data["results"] == []
    assert payment_app.requests == []
    assert not TransactionEvent.objects.filter(type__endswith="_request").exists()


# ------------------------------------------------------------------ crashes


class Told:
    """How often something was told of each order."""

    def __init__(self):
        self.counts = Counter()

    def count(self, name):
        return [self.counts[name, order.pk] for order in get_orders()]


@pytest.fixture
def told(monkeypatch):
    """Count what plugins are told of orders, e-mails included."""
    told = Told()

    def watch(name):
        original = getattr(PluginsManager, name)

        def tell(self, order, *args, **kwargs):
            told.counts[name, order.pk] += 1
            return original(self, order, *args, **kwargs)

        monkeypatch.setattr(PluginsManager, name, tell)

    for name in (
        "order_updated",
        "order_paid",
        "order_fully_paid",
        "order_refunded",
        "order_fully_refunded",
    ):
        watch(name)
    notify = PluginsManager.notify

    def mail(self, event, payload_func, *args, **kwargs):
        order = payload_func().get("order")
        if order:
            number = Order.objects.get(number=order["number"]).pk
            told.counts[str(event), number] += 1
        return notify(self, event, payload_func, *args, **kwargs)

    monkeypatch.setattr(PluginsManager, "notify", mail)
    return told


def get_history():
    """Return how often each kind of entry is in each order's history."""
    return [
        Counter(order.events.values_list("type", flat=True)) for order in get_orders()
    ]


def describe(told):
    """Return all that a crash must not change."""
    return (
        {name: get_amounts(name) for name in AMOUNTS},
        [
            (
                order.status,
                order.charge_status,
                order.authorize_status,
                order.total_charged_amount,
                order.total_authorized_amount,
            )
            for order in get_orders()
        ],
        get_history(),
        get_refund_statuses(),
        dict(told.counts),
    )


def test_order_that_is_told_late_is_told_of_that_change_alone(
    payment, report, told, monkeypatch
):
    # given: a process is slow to tell A of a pending charge
    share = get_share(get_orders()[A])
    tell, late = settlement.tell, []
    monkeypatch.setattr(settlement, "tell", lambda *args: late.append(args))
    report(share, "CHARGE_REQUEST", "66.00", "re-a")
    monkeypatch.setattr(settlement, "tell", tell)

    # when: another one is faster with the charge itself
    report(share, "CHARGE_SUCCESS", "66.00", "re-a")
    for args in late:
        tell(*args)

    # then
    assert told.count("order_paid") == [1, 0, 0]
    assert told.count("order_fully_paid") == [1, 0, 0]
    assert get_history()[A]["order_fully_paid"] == 1


# After Saleor has saved the report; after so many orders were told of what was settled.
CRASHES = {
    "before settling": (settlement, "settle", 0),
    "before the first order is told": (
        announcements,
        "order_transaction_updated",
        0,
    ),
    "before the second order is told": (
        announcements,
        "order_transaction_updated",
        1,
    ),
}
# What was reported, on which transaction (None is the payment), and before it.
REPORTS = {
    "charge of the payment": ([], None, "CHARGE_SUCCESS", "110.00"),
    "charge of a share": ([], A, "CHARGE_SUCCESS", "66.00"),
    "charge of a share in part": ([], B, "CHARGE_SUCCESS", "10.00"),
    "charge of the whole on a share": ([], A, "CHARGE_SUCCESS", "110.00"),
    "refund of the payment": (["CHARGE_SUCCESS"], None, "REFUND_SUCCESS", "55.00"),
    "refund of a share": (["CHARGE_SUCCESS"], C, "REFUND_SUCCESS", "11.00"),
    "charge-back of a share": (["CHARGE_SUCCESS"], B, "CHARGE_BACK", "33.00"),
    "failure of a share": (["CHARGE_SUCCESS"], A, "CHARGE_FAILURE", "66.00"),
    "failure of the payment": (["CHARGE_SUCCESS"], None, "CHARGE_FAILURE", "110.00"),
    "adjustment of a share": ([], A, "AUTHORIZATION_ADJUSTMENT", "50.00"),
    "adjustment of the payment": ([], None, "AUTHORIZATION_ADJUSTMENT", "99.00"),
    "cancelation of a share": ([], C, "CANCEL_SUCCESS", "11.00"),
}


TOLD_TO_SEVERAL = ("charge of the payment", "charge of the whole on a share")


@pytest.mark.parametrize(
    ("_case", "crash", "repair"),
    [(case, "before settling", "settle_payments") for case in REPORTS]
    + [(case, crash, "repetition") for case in TOLD_TO_SEVERAL for crash in CRASHES]
    + [
        (case, crash, "settle_payments")
        for case in (*TOLD_TO_SEVERAL, "refund of the payment", "charge of a share")
        for crash in CRASHES
        if crash != "before settling"
    ]
    + [("refund of a share", "before settling", "repetition")],
)
def test_crash_between_a_report_and_its_settling(
    payment, report, told, settle_payments, _case, crash, repair
):
    # given
    before, target, type, amount = REPORTS[_case]
    for earlier in before:
        report(payment, earlier, "110.00", "pi-1")
    item = payment if target is None else get_share(get_orders()[target])
    reference = "re-1" if type.startswith("REFUND") else "pi-1"
    told.counts.clear()
    with rolled_back():
        report(item, type, amount, reference)
        expected = describe(told)
    told.counts.clear()

    # when
    with dying(*CRASHES[crash]) as happened:
        report(item, type, amount, reference)
    # Where one order is concerned, there is no second one.
    assert happened.has_happened or crash == "before the second order is told"
    if repair == "repetition":
        assert report(item, type, amount, reference)["alreadyProcessed"]
    else:
        settle_payments()

    # then
    assert describe(told) == expected
    assert_amounts(payment)
    # and nothing is left to do
    settle_payments()
    assert describe(told) == expected
    assert list(verify()) == []


@pytest.fixture
def settle_payments(db, no_patience):
    """Return a function that runs the command; its value is what it has settled."""

    def _settle():
        out = StringIO()
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("recover_order_groups", stdout=out, stderr=StringIO())
        lines = out.getvalue().splitlines(keepends=True)
        return "".join(line for line in lines if line.startswith("Settled"))

    return _settle


def test_crash_leaves_a_share_for_settle_payments(payment, report, settle_payments):
    # given
    share = get_share(get_orders()[A])
    with dying(settlement, "settle") as happened:
        report(share, "CHARGE_SUCCESS", "66.00", "ch-a")
    assert happened.has_happened
    number = GroupPayment.objects.get().group.number
    assert get_orders()[A].total_charged_amount == 0

    # when
    printed = settle_payments()

    # then
    assert printed == f"Settled a payment of group #{number}\n"
    assert_amounts(payment, charged=[66, 0, 0], authorized=[0, 33, 11])
    order = get_orders()[A]
    assert (order.total_charged_amount, order.charge_status) == (66, "full")
    assert order.events.filter(type="order_fully_paid").count() == 1
    # and again
    assert settle_payments() == ""
    assert order.events.filter(type="order_fully_paid").count() == 1


def test_crashes_before_an_announcement_is_forgotten(payment, report, settle_payments):
    # given: the orders were told, and told again
    with rolled_back():
        report(payment, "CHARGE_SUCCESS", "110.00", "pi-1")
        expected = get_history()
    for act in (
        lambda: report(payment, "CHARGE_SUCCESS", "110.00", "pi-1"),
        settle_payments,
        settle_payments,
    ):
        with dying(ShareAnnouncement, "delete") as happened:
            act()
        assert happened.has_happened

    # when
    settle_payments()

    # then
    assert get_history() == expected
    assert not ShareAnnouncement.objects.exists()


def answer_refund(app):
    """Give Saleor the app's answer to the request that waits for it."""
    request = TransactionEvent.objects.get(type="refund_request")
    answer = {"pspReference": "re-1", "result": "REFUND_SUCCESS", "amount": "11.00"}
    with TestCase.captureOnCommitCallbacks(execute=True):
        transport.create_transaction_event_from_request_and_webhook_response(
            request, app, answer
        )


@pytest.mark.parametrize("crash", CRASHES)
@pytest.mark.parametrize("index", [A, C])
def test_crash_after_an_answer(
    charged_payment,
    refund_granted,
    app_api_client,
    told,
    in_flight,
    settle_payments,
    crash,
    index,
):
    # `in_flight`: the app never sees the request; its answer is given below.
    # given
    refund_granted(index, "11.00")
    told.counts.clear()
    with rolled_back():
        answer_refund(app_api_client.app)
        expected = describe(told)
    told.counts.clear()

    # when
    with dying(*CRASHES[crash]) as happened:
        answer_refund(app_api_client.app)
    # Where one order is concerned, there is no second one.
    assert happened.has_happened or crash == "before the second order is told"
    settle_payments()

    # then
    assert describe(told) == expected
    assert list(verify()) == []


# ------------------------------------------------------------------ the last resort


def test_dividing_anew_is_recorded_and_found(payment, report, caplog):
    # given: nothing of Saleor or of the app does this
    share = get_share(get_orders()[A])
    share.events.update(amount_value=D(60))

    # when
    with caplog.at_level(logging.ERROR):
        report(payment, "CHARGE_SUCCESS", "55.00", "ch-1")

    # then
    assert_shares_sum_to(payment)
    group_payment = GroupPayment.objects.get()
    assert group_payment.divided_anew_at is not None
    [_, record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.getMessage() == (
        f"The shares of the payment {payment.token} did not sum to it and were divided"
        " anew."
    )
    findings = [str(finding) for finding in verify()]
    assert [each for each in findings if "divided anew" in each] == [
        f"Group #{group_payment.group.number}: divided anew: the shares of transaction"
        f" {payment.token} did not sum to it at"
        f" {group_payment.divided_anew_at:%Y-%m-%d %H:%M}: compare each order's share"
        " with the payment provider's books"
    ]


def test_amounts_that_an_app_set_without_events_are_no_last_resort(
    make_cart, pay, complete, caplog
):
    # given
    checkout = make_cart(CART, shipping="10.00")
    payment = pay(checkout, authorized_value=D(110))

    # when
    with caplog.at_level(logging.ERROR):
        assert not complete(checkout)["errors"]

    # then
    assert_amounts(payment, authorized=[66, 33, 11])
    assert GroupPayment.objects.get().divided_anew_at is None
    assert [
        record for record in caplog.records if record.levelno >= logging.ERROR
    ] == []
