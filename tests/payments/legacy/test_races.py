"""Requests on the parts of one legacy payment that meet at the provider."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, connections
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.models import Transaction
from saleor.tests.utils import prepare_test_db_connections

from saleor_order_groups.verification.runner import verify
from tests.helpers.legacy_payments import get_parts

# The rivals see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

IN_TIME = 10


def wait_until_somebody_waits_for_us():
    deadline = time.monotonic() + IN_TIME
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            # What a transaction has read of the statistics it keeps, until told.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    # Not pytest.fail: Saleor's promises would wait for ever.
    raise AssertionError("The rival did not come to the lock.")


@pytest.fixture
def race(ask, provider):
    """Return a function that asks while the provider answers; both answers' messages."""

    def _race(first, rival):
        def ask_as_rival():
            # The connections are each thread's own.
            prepare_test_db_connections()
            try:
                return ask(*rival)
            finally:
                connections.close_all()

        def send_rival():
            # Saleor has looked at the rival's payment before it waits.
            provider.meet = lambda: None
            answers.append(pool.submit(ask_as_rival))
            wait_until_somebody_waits_for_us()

        answers = []
        provider.meet = send_rival
        with ThreadPoolExecutor(1) as pool:
            data = ask(*first)
            rival_data = answers[0].result(timeout=IN_TIME)
        return [
            [error["message"] for error in answer["errors"]]
            for answer in (data, rival_data)
        ]

    return _race


def test_one_part_is_refunded_once(place, race, provider):
    # given: refunds that the provider does later, for which it has the siblings' money
    alpha, beta, _ = place(token=ChargeStatus.FULLY_CHARGED)
    provider.refunds_later = True

    # when
    answers = race(("refund", alpha, Decimal(40)), ("refund", alpha, Decimal(40)))

    # then
    assert answers == [
        [],
        ["Cannot refund more than captured, and refunds of 40.00 USD are in progress."],
    ]
    assert provider.asked == [("refund", Decimal(40))]


def test_two_parts_are_refunded_at_once(place, race, provider):
    # given
    alpha, beta, gamma = place(token=ChargeStatus.FULLY_CHARGED)

    # when
    answers = race(("refund", alpha, Decimal(63)), ("payment_refund", beta, "42"))

    # then
    assert answers == [[], []]
    assert provider.asked == [("refund", Decimal(63)), ("refund", Decimal(42))]
    assert get_parts([alpha, beta]) == [
        (ChargeStatus.FULLY_REFUNDED, Decimal(63), Decimal(0), False),
        (ChargeStatus.FULLY_REFUNDED, Decimal(42), Decimal(0), False),
    ]
    for order in (alpha, beta):
        order.refresh_from_db()
        assert order.total_charged_amount == 0
    assert list(verify()) == []


def test_two_parts_are_captured_at_once(place, race, provider):
    # given: a provider that takes all of it whichever part it is asked for
    alpha, beta, _ = place()
    provider.captures = Decimal(105)

    # when
    answers = race(("capture", alpha, Decimal(63)), ("capture", beta, Decimal(42)))

    # then
    assert answers == [[], ["This payment cannot be captured."]]
    assert provider.asked == [("capture", Decimal(63))]
    captures = Transaction.objects.filter(kind=TransactionKind.CAPTURE)
    assert {row.payment.order_id: row.amount for row in captures} == {
        alpha.pk: Decimal(63),
        beta.pk: Decimal(42),
    }
    for order in (alpha, beta):
        order.refresh_from_db()
        assert order.total_charged_amount == order.total_gross_amount
    assert list(verify()) == []


@pytest.mark.parametrize("name", ["void", "payment_capture"])
def test_nothing_is_done_to_an_authorization_that_is_being_voided(
    place,
    ask,
    race,
    provider,
    name,
):
    # given
    alpha, beta, _ = place()
    for order in (alpha, beta):
        assert not ask("cancel", order)["errors"]

    # when
    answers = race(("void", alpha), (name, beta, Decimal(42)))

    # then
    assert answers[0] == []
    assert answers[1] in (
        ["Nothing is authorized on this payment."],
        ["This payment cannot be captured."],
    )
    assert provider.asked == [("void", Decimal(63))]
    assert get_parts([alpha, beta]) == [
        (ChargeStatus.NOT_CHARGED, Decimal(63), Decimal(0), False),
        (ChargeStatus.NOT_CHARGED, Decimal(42), Decimal(0), False),
    ]
