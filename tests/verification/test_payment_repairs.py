"""What `verify_order_groups --repair` puts right of payments, and what it leaves alone."""

from contextlib import suppress
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from saleor.order.models import Order
from saleor.payment.models import TransactionEvent, TransactionItem

from saleor_order_groups.models import GroupPayment, OrderGroup, PaymentShare
from saleor_order_groups.payments.divided_amounts import DIVIDED_AMOUNT
from saleor_order_groups.verification.runner import verify
from tests.helpers.payments import (
    CART,
    assert_shares_sum_to,
    get_amounts,
    get_orders,
    get_share,
)


def unbind_share(payment):
    TransactionItem.objects.filter(pk=get_share(get_orders()[0]).pk).update(order=None)


def bind_payment(payment):
    TransactionItem.objects.filter(pk=payment.pk).update(order=get_orders()[1])


def remove_share(payment):
    # An order without a part of any event can lose its share.
    link = PaymentShare.objects.get(order=get_orders()[1])
    TransactionEvent.objects.filter(transaction=link.transaction_id).delete()
    TransactionItem.objects.filter(pk=link.transaction_id).delete()


def leave_unsettled(payment):
    TransactionEvent.objects.create(
        transaction=get_share(get_orders()[0]),
        type="charge_success",
        psp_reference="charge-a",
        amount_value=Decimal(63),
        currency="USD",
        include_in_calculations=True,
    )


def change_amount(payment):
    share = get_share(get_orders()[0])
    TransactionItem.objects.filter(pk=share.pk).update(authorized_value=Decimal(60))


def change_order(payment):
    Order.objects.filter(pk=get_orders()[0].pk).update(total_charged_amount=Decimal(5))


@pytest.mark.parametrize(
    ("damage", "repair"),
    [
        (unbind_share, "bind the share of order #{first}"),
        (bind_payment, "unbind it from order and checkout"),
        (leave_unsettled, "settle its reports"),
        (change_amount, "recalculate its amounts from its events"),
    ],
)
def test_what_has_one_right_answer_is_repaired(paid_group, damage, repair):
    # given
    first, _ = get_orders()
    damage(paid_group)
    before = list(TransactionItem.objects.order_by("pk").values())
    findings = [str(finding) for finding in verify()]
    assert findings
    number = OrderGroup.objects.get().number
    line = (
        f"Group #{number}: transaction {paid_group.token}:"
        f" {repair.format(first=first.number)}"
    )

    # when
    found, told = run()

    # then: it only says so
    assert found == findings
    assert f"--repair would: {line}" in told
    assert list(TransactionItem.objects.order_by("pk").values()) == before

    # when
    found, told = run(repair=True)

    # then
    assert found == []
    assert f"Repair: {line}" in told
    assert told[-1] == "No violations found."
    assert_shares_sum_to(paid_group)
    # and once
    _, told = run(repair=True)
    assert not [line for line in told if line.startswith("Repair")]


def test_order_gets_what_its_payments_sum_to(paid_group):
    # given
    change_order(paid_group)
    first, _ = get_orders()

    # when
    found, told = run(repair=True)

    # then
    assert found == []
    assert (
        f"Repair: Order #{first.number}: recalculate its charged and authorized amounts"
    ) in told
    first.refresh_from_db()
    assert first.total_charged_amount == 0


def test_order_without_a_share_gets_one_of_zero(paid_group):
    # given: the payment is that of the first order alone
    _, second = get_orders()
    remove_share(paid_group)
    paid_group.events.update(amount_value=Decimal(63))
    TransactionItem.objects.filter(pk=paid_group.pk).update(authorized_value=63)
    Order.objects.filter(pk=second.pk).update(
        total_authorized_amount=0, authorize_status="none"
    )
    assert len(list(verify())) == 1

    # when
    found, told = run(repair=True)

    # then
    assert found == []
    assert (
        f"Repair: Group #{OrderGroup.objects.get().number}: transaction"
        f" {paid_group.token}: add a share of zero for #{second.number}"
    ) in told
    assert get_amounts("authorized_value") == [63, [63, 0]]
    assert get_share(second).psp_reference == "auth-1"


def test_dry_run_leaves_divided_amounts(
    make_cart, transaction_item_generator, complete, app_api_client
):
    # given: amounts that did not follow from events when the orders were placed
    checkout = make_cart(CART)
    payment = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, authorized_value=Decimal(105)
    )
    payment.events.all().delete()
    assert not complete(checkout)["errors"]
    divided = TransactionEvent.objects.filter(message=DIVIDED_AMOUNT)
    assert divided.count() == 2
    change_amount(payment)
    before = list(TransactionEvent.objects.order_by("pk").values())

    # when
    found, told = run()

    # then
    assert [line for line in found if "authorized_value" in line]
    assert [line for line in told if line.startswith("--repair would")]
    assert list(TransactionEvent.objects.order_by("pk").values()) == before


def test_sums_that_the_events_do_not_give_are_left_alone(paid_group):
    # given
    share = get_share(get_orders()[0])
    share.events.update(amount_value=Decimal(60))
    TransactionItem.objects.filter(pk=share.pk).update(authorized_value=Decimal(60))
    findings = [str(finding) for finding in verify()]

    # when
    found, told = run(repair=True)

    # then
    assert [line for line in found if "authorized_value" in line]
    assert set(found) <= set(findings)
    assert get_amounts("authorized_value") == [105, [60, 42]]
    assert GroupPayment.objects.get().divided_anew_at is None


def run(**options):
    """Return what the command finds, and what it tells beside."""
    stdout, stderr = StringIO(), StringIO()
    # It fails where it finds something.
    with suppress(CommandError):
        call_command("verify_order_groups", stdout=stdout, stderr=stderr, **options)
    return stdout.getvalue().splitlines(), stderr.getvalue().splitlines()
