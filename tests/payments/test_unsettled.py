"""What a crash left between a report and its settling is found and settled."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from saleor.payment.models import TransactionEvent

from saleor_order_groups.models import GroupPayment, OrderGroup
from saleor_order_groups.unsettled import find_unsettled, settle_unsettled
from saleor_order_groups.verification import verify

from .conftest import assert_shares_sum_to, get_amounts, get_orders, get_share


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


def test_report_on_the_payment(paid_group, leave_unsettled):
    # given
    leave_unsettled(paid_group, 105)
    number = OrderGroup.objects.get().number
    findings = [str(finding) for finding in verify()]
    assert findings == [
        f"Group #{number}: unsettled: transaction {paid_group.token} has reports that"
        " its orders do not have; run manage.py settle_payments"
    ]
    out, err = StringIO(), StringIO()

    # when
    call_command("settle_payments", stdout=out, stderr=err)

    # then
    assert out.getvalue() == f"Settled a payment of group #{number}\n"
    assert err.getvalue() == "1 of 1 payments looked at\n1 payments settled.\n"
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert [order.total_charged_amount for order in get_orders()] == [63, 42]
    assert list(verify()) == []
    assert_shares_sum_to(paid_group)


def test_report_on_a_share(paid_group, leave_unsettled):
    # given
    leave_unsettled(get_share(get_orders()[1]), 42)

    # when
    settled = list(settle_unsettled())

    # then
    assert [payment.transaction_id for payment in settled] == [paid_group.pk]
    assert get_amounts("charged_value") == [42, [0, 42]]
    assert list(settle_unsettled()) == []


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
    settled = list(settle_unsettled(1, progress.append))

    # then
    assert {payment.transaction_id for payment in settled} == {
        paid_group.pk,
        second.pk,
    }
    assert progress == [1, 2]
