"""Orders that are processed together end as Saleor's function leaves each of them."""

import pytest
from django.db.models import F
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.payment.utils import process_order_with_transaction
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.host.order_processing import process_orders
from saleor_order_groups.models import PaymentShare

WRITTEN_EACH_TIME = ("updated_at",)


@pytest.fixture
def shares(make_cart, pay, complete):
    """Place three orders whose shares have changed since Saleor looked at them."""
    checkout = make_cart([("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")])
    pay(checkout)
    assert not complete(checkout)["errors"]
    shares = [each.transaction for each in PaymentShare.objects.order_by("order")]
    for number, share in enumerate(shares):
        share.charged_value = share.authorized_value / (number + 1)
        share.authorized_value -= share.charged_value
        share.psp_reference = f"share-{number}"
        share.save()
        share.events.create(
            type="charge_success",
            amount_value=share.charged_value,
            currency=share.currency,
            psp_reference=f"charge-{number}",
        )
        share.order.events.create(type="note_added", parameters={"message": "Ring"})
        share.order.invoices.create(number=f"invoice-{number}")
    return shares


def get_rows():
    return {
        row["id"]: {
            name: value for name, value in row.items() if name not in WRITTEN_EACH_TIME
        }
        for row in Order.objects.values()
    }


@pytest.mark.parametrize("is_confirmed_by_channel", [True, False])
@pytest.mark.parametrize("status", [OrderStatus.UNCONFIRMED, OrderStatus.UNFULFILLED])
def test_rows_are_those_of_saleors_function(shares, status, is_confirmed_by_channel):
    # given
    channel = Order.objects.first().channel
    channel.automatically_confirm_all_new_orders = is_confirmed_by_channel
    channel.save()
    Order.objects.update(status=status, search_vector="", charge_status="none")
    before = get_rows()

    # when
    processed = process_orders({share.order_id: share.pk for share in shares})

    # then
    together = get_rows()
    assert together != before
    assert {
        key: (order.status, order.charge_status, transaction.pk)
        for key, (order, transaction) in processed.items()
    } == {
        share.order_id: (
            together[share.order_id]["status"],
            together[share.order_id]["charge_status"],
            share.pk,
        )
        for share in shares
    }
    Order.objects.update(
        status=status,
        search_vector="",
        charge_status="none",
        total_charged_amount=F("total_charged_amount") + 1,
    )
    manager = get_plugins_manager(allow_replica=False)
    for share in shares:
        process_order_with_transaction(share, manager, None, None)
    assert get_rows() == together


def test_an_order_that_was_deleted_is_left_out(shares):
    # given
    gone = shares[1].order
    key = gone.pk
    ids = {share.order_id: share.pk for share in shares}
    shares[1].delete()
    gone.delete()

    # when
    processed = process_orders(ids)

    # then
    assert processed.keys() == ids.keys() - {key} != set()
