"""The recorded total of a group: missing ones are recorded, and wrong ones forgotten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest import mock
from uuid import uuid4

import pytest
from django.db import connections, transaction
from saleor.order.models import Order

from saleor_order_groups.lifecycle import look as look_module
from saleor_order_groups.lifecycle import recorded_totals
from saleor_order_groups.lifecycle.look import find_changed, look
from saleor_order_groups.lifecycle.recorded_totals import record_missing_totals
from saleor_order_groups.lifecycle.records import record_present
from saleor_order_groups.models import OrderGroup, OrderGroupState
from tests.helpers.events import get_event_types


@pytest.fixture
def groups(create_group):
    """Make groups with totals of 10, 20 and 30: confirmed, expired and unconfirmed."""
    statuses = ("unfulfilled", "expired", "unconfirmed")
    groups = []
    for amount, status in zip((10, 20, 30), statuses, strict=True):
        groups.append(create_group((None,), amounts=[(amount, amount)]))
        orders = Order.objects.filter(order_group_link__group=groups[-1])
        orders.update(status=status, checkout_token=str(uuid4()))
    record_present(group.pk for group in groups)
    return groups


def get_totals(groups):
    totals = dict(OrderGroupState.objects.values_list("pk", "total_gross"))
    return [totals[group.pk] for group in groups]


def test_total_of_a_placed_group_is_recorded_at_once(make_cart, pay, complete):
    # given
    checkout = make_cart([("alpha", "60.00"), ("beta", "30.00")])
    pay(checkout, charged_value=Decimal(95))

    # when no look succeeds
    with mock.patch.object(look_module, "derive_states", side_effect=RuntimeError):
        assert not complete(checkout)["errors"]

    # then
    group = OrderGroup.objects.get()
    assert get_totals([group]) == [group.placed_total_gross_amount] == [Decimal(95)]


def test_new_prices_of_a_read_order(groups):
    # given
    order = groups[2].order_links.get().order
    updated_at = order.updated_at

    # when Saleor stores them
    order.total_gross_amount = 33
    order.save(update_fields=["total_gross_amount", "should_refresh_prices"])

    # then
    assert Order.objects.get(pk=order.pk).updated_at == updated_at
    assert get_totals(groups) == [Decimal(10), Decimal(20), None]
    assert list(record_missing_totals()) == [1]
    assert get_totals(groups) == [Decimal(10), Decimal(20), Decimal(33)]


def test_total_of_an_unconfirmed_order_that_staff_placed(
    groups, django_assert_num_queries
):
    # given
    order = groups[2].order_links.get().order
    Order.objects.filter(pk=order.pk).update(checkout_token="")
    order.refresh_from_db()

    # when it is looked at, no total is recorded
    look(groups[2].pk)
    assert get_totals(groups) == [Decimal(10), Decimal(20), None]
    assert list(record_missing_totals()) == []

    # and new prices take Saleor's statement alone
    with django_assert_num_queries(1):
        order.save(update_fields=["total_gross_amount"])

    # when it is confirmed
    Order.objects.filter(pk=order.pk).update(status="unfulfilled")
    look(groups[2].pk)

    # then
    assert get_totals(groups) == [Decimal(10), Decimal(20), Decimal(30)]


@pytest.mark.parametrize(
    ("place", "update_fields"),
    [
        (0, ["total_gross_amount"]),
        (2, ["total_gross_amount", "updated_at"]),
        (2, ["should_refresh_prices"]),
        (2, None),
    ],
)
def test_other_changes_of_an_order_cost_nothing(
    place, update_fields, groups, django_assert_num_queries
):
    # given
    order = groups[place].order_links.get().order

    # when
    with django_assert_num_queries(1):
        order.save(update_fields=update_fields)

    # then
    assert get_totals(groups) == [Decimal(10), Decimal(20), Decimal(30)]


def test_look_records_the_total_without_an_event(groups):
    # given
    orders = Order.objects.filter(order_group_link__group=groups[0])
    orders.update(total_gross_amount=12)

    # when / then
    assert find_changed([groups[0].pk]) == [groups[0].pk]
    assert look(groups[0].pk) == ()
    assert get_totals(groups) == [Decimal(12), Decimal(20), Decimal(30)]
    assert find_changed([groups[0].pk]) == []
    assert get_event_types(groups[0]) == []


@pytest.mark.parametrize("size", [1, 2, 500])
def test_missing_totals_are_recorded_in_batches(size, groups, monkeypatch):
    # given the states of an earlier version
    monkeypatch.setattr(recorded_totals, "_BATCH_SIZE", size)
    OrderGroupState.objects.update(total_gross=None)
    assert find_changed(group.pk for group in groups) == []

    # when
    numbers = list(record_missing_totals())

    # then
    assert numbers == {1: [1, 2, 3], 2: [2, 3], 500: [3]}[size]
    assert get_totals(groups) == [Decimal(10), Decimal(20), Decimal(30)]
    assert list(record_missing_totals()) == []


def test_total_is_forgotten_with_a_deleted_order(groups):
    # when
    Order.objects.filter(order_group_link__group=groups[1]).delete()

    # then
    assert get_totals(groups) == [Decimal(10), None, Decimal(30)]
    assert list(record_missing_totals()) == [1]
    assert get_totals(groups) == [Decimal(10), Decimal(0), Decimal(30)]


@pytest.mark.django_db(transaction=True)
def test_deletion_while_the_total_is_recorded(groups, monkeypatch):
    # given a total that is being recorded from orders that are about to be deleted
    OrderGroupState.objects.update(total_gross=None)
    derive_states = recorded_totals.derive_states
    has_derived, goes_on = threading.Event(), threading.Event()

    def derive_and_wait(keys):
        present = derive_states(keys)
        has_derived.set()
        goes_on.wait(timeout=10)
        return present

    def in_thread(function):
        try:
            return function()
        finally:
            connections.close_all()

    monkeypatch.setattr(recorded_totals, "derive_states", derive_and_wait)
    orders = Order.objects.filter(order_group_link__group=groups[1])
    with ThreadPoolExecutor() as pool:
        recording = pool.submit(in_thread, lambda: next(record_missing_totals()))
        assert has_derived.wait(timeout=10)

        # when the deletion begins before the total is committed
        deletion = pool.submit(in_thread, orders.delete)
        with pytest.raises(TimeoutError):
            deletion.result(timeout=1)
        goes_on.set()
        recording.result(timeout=10)
        deletion.result(timeout=10)

    # then the deletion comes last
    assert not orders.exists()
    assert get_totals(groups) == [Decimal(10), None, Decimal(30)]


@pytest.mark.django_db(transaction=True)
def test_recording_leaves_out_what_a_deletion_holds(groups):
    # given
    OrderGroupState.objects.update(total_gross=None)

    # when
    with transaction.atomic(), ThreadPoolExecutor() as pool:
        Order.objects.filter(order_group_link__group=groups[1]).delete()

        def record():
            try:
                return list(record_missing_totals())
            finally:
                connections.close_all()

        recorded = pool.submit(record).result(timeout=10)

    # then
    assert recorded == [2]
    assert get_totals(groups) == [Decimal(10), None, Decimal(30)]


def test_group_deleted_with_its_orders(groups):
    # when
    OrderGroup.objects.filter(pk=groups[0].pk).delete()

    # then
    assert not OrderGroupState.objects.filter(pk=groups[0].pk).exists()
