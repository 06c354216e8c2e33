"""What a crash left between a report and its settling is found and settled."""

import datetime
from decimal import Decimal
from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from saleor.graphql.payment.mutations.transaction.utils import (
    create_transaction_event_requested,
)
from saleor.payment import PaymentError
from saleor.payment.models import TransactionEvent
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import GroupPayment, OrderGroup
from saleor_order_groups.payments.group_requests import Requestor, request_of_payment
from saleor_order_groups.payments.open_requests import find_open_requests
from saleor_order_groups.payments.recovery import (
    find_unsettled,
    give_up_requests,
)
from saleor_order_groups.payments.settlement import settle
from saleor_order_groups.recovery import sweep as sweep_module
from saleor_order_groups.verification.runner import verify
from tests.apps.payment import accept, succeed
from tests.helpers.payments import (
    assert_shares_sum_to,
    get_amounts,
    get_orders,
    get_share,
)


@pytest.fixture
def leave_unsettled():
    """Return a function that saves a report as Saleor does first."""

    def _leave(transaction, amount):
        TransactionEvent.objects.create(
            transaction=transaction,
            type="charge_success",
            psp_reference="charge-1",
            amount_value=Decimal(amount),
            currency="USD",
            include_in_calculations=True,
        )

    return _leave


def settle_unsettled(**options):
    """Run a sweep; return the transactions whose payments it has settled."""
    settled = []

    def record(payment, manager):
        settled.append(payment.transaction_id)
        settle(payment, manager)

    with mock.patch.object(sweep_module, "settle", record):
        list(sweep_module.sweep(**options))
    return settled


def test_report_on_the_payment(paid_group, leave_unsettled):
    # given
    leave_unsettled(paid_group, 105)
    number = OrderGroup.objects.get().number
    findings = [str(finding) for finding in verify()]
    assert findings == [
        f"Group #{number}: unsettled: transaction {paid_group.token} has unsettled"
        " reports; run manage.py recover_order_groups --all"
    ]
    out, err = StringIO(), StringIO()

    # when
    call_command("recover_order_groups", stdout=out, stderr=err)

    # then
    assert out.getvalue().splitlines() == [
        f"Settled a payment of group #{number}",
        f"Recorded fully_paid of group #{number}",
        f"Announced fully_paid of group #{number}",
    ]
    assert err.getvalue().splitlines() == [
        "1 payments looked at",
        "1 groups looked at",
        "3 things done.",
    ]
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert [order.total_charged_amount for order in get_orders()] == [63, 42]
    assert list(verify()) == []
    assert_shares_sum_to(paid_group)


def test_report_on_a_share(paid_group, leave_unsettled):
    # given
    leave_unsettled(get_share(get_orders()[1]), 42)

    # when
    settled = settle_unsettled()

    # then
    assert settled == [paid_group.pk]
    assert get_amounts("charged_value") == [42, [0, 42]]
    assert settle_unsettled() == []


def test_what_belongs_to_no_order_is_settled(paid_group, report):
    # when
    report(paid_group, "CHARGE_FAILURE", "105.00", "charge-1")
    report(paid_group, "INFO", "0", "info-1")

    # then
    assert not find_unsettled(GroupPayment.objects.all()).exists()


def test_batches_look_at_every_payment(
    paid_group, make_cart, complete, pay, leave_unsettled
):
    # given
    checkout = make_cart([("alpha", "10.00"), ("beta", "10.00")])
    second = pay(checkout, authorized_value=Decimal(25))
    assert not complete(checkout)["errors"]
    for payment, amount in ((paid_group, 105), (second, 25)):
        leave_unsettled(payment, amount)
    progress = []

    # when
    with mock.patch.object(sweep_module, "BATCH_SIZE", 1):
        settled = settle_unsettled(
            report_progress=lambda *what: progress.append(what), everything=True
        )

    # then
    assert set(settled) == {
        paid_group.pk,
        second.pk,
    }
    assert progress == [("payments", 1), ("payments", 2), ("groups", 1), ("groups", 2)]


@pytest.fixture
def ask_yesterday(report, paid_group):
    """Return a function that requests a refund which nobody has answered."""
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")

    def _ask(order, amount):
        request = create_transaction_event_requested(
            get_share(order), Decimal(amount), "refund"
        )
        TransactionEvent.objects.filter(pk=request.pk).update(
            created_at=timezone.now() - datetime.timedelta(hours=25)
        )

    return _ask


def test_requests_that_were_never_answered_can_be_given_up(
    paid_group, ask_yesterday, request_action, payment_app
):
    # given
    first, second = get_orders()
    ask_yesterday(first, "63.00")
    recent = create_transaction_event_requested(
        get_share(second), Decimal("42.00"), "refund"
    )
    assert request_action(get_share(first), "REFUND")
    number = OrderGroup.objects.get().number
    out = StringIO()

    # when
    call_command(
        "recover_order_groups", give_up_after=24, stdout=out, stderr=StringIO()
    )
    call_command(
        "recover_order_groups", give_up_after=24, stdout=out, stderr=StringIO()
    )

    # then
    assert out.getvalue() == f"Gave up a request to group #{number}\n"
    [failure] = TransactionEvent.objects.filter(type="refund_failure")
    assert failure.transaction == get_share(first)
    assert failure.message == "The app has not answered the request."
    payment_app.answer = succeed("refund-1")
    assert request_action(get_share(first), "REFUND") == []
    assert get_amounts("refunded_value") == [63, [63, 0]]
    # and the later one is open still
    assert request_action(get_share(second), "REFUND")
    assert find_open_requests([get_share(second).pk]) == [recent]


def test_request_of_the_group_that_was_never_answered_can_be_given_up(
    paid_group, payment_app, app_api_client
):
    # given
    orders = get_orders()
    payment = GroupPayment.objects.get()
    amounts = {order.pk: order.total_gross_amount for order in orders}
    app_api_client.app.webhooks.update(is_active=False)
    with pytest.raises(PaymentError):
        request_of_payment(
            payment, "charge", amounts, Requestor(get_plugins_manager(False))
        )
    # the failure never came
    TransactionEvent.objects.filter(type="charge_failure").delete()
    TransactionEvent.objects.filter(type="charge_request").update(
        created_at=timezone.now() - datetime.timedelta(hours=25)
    )
    assert len(find_open_requests([get_share(order).pk for order in orders])) == 2

    # when
    given_up = list(give_up_requests(timezone.now() - datetime.timedelta(hours=24)))

    # then
    assert given_up == [payment]
    assert find_open_requests([get_share(order).pk for order in orders]) == []
    assert find_open_requests([paid_group.pk]) == []


@pytest.mark.parametrize("hours", ["0", "-1", "soon"])
def test_hours_must_be_a_positive_number(db, hours):
    # when / then
    with pytest.raises(CommandError, match="must be a positive number of hours"):
        call_command("recover_order_groups", "--give-up-after", hours)


def test_failure_left_unsettled_by_a_crash_is_found(
    paid_group, payment_app, request_action
):
    # given
    payment_app.answer = accept("charge-a")
    assert request_action(get_share(get_orders()[0]), "CHARGE") == []
    assert get_amounts("charge_pending_value") == [63, [63, 0]]
    TransactionEvent.objects.create(
        transaction=paid_group,
        type="charge_failure",
        psp_reference="charge-a",
        amount_value=Decimal(63),
        currency="USD",
        include_in_calculations=True,
    )

    # when
    settled = settle_unsettled()

    # then
    assert settled == [paid_group.pk]
    assert get_amounts("charge_pending_value") == [0, [0, 0]]
    assert get_amounts("authorized_value") == [105, [63, 42]]
    assert settle_unsettled() == []
