"""What is written together is what Saleor writes one by one."""

from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from saleor.account import CustomerEvents
from saleor.account.models import CustomerEvent, User
from saleor.order import OrderEvents, events
from saleor.order.models import OrderEvent

from saleor_order_groups.host.new_events import write_together


def record(order, user):
    events.order_created_event(order=order, user=user, app=None)
    events.order_fully_paid_event(order=order, user=user, app=None, gateway="dummy")
    events.order_confirmed_event(order=order, user=user, app=None)


def count_inserts(queries, model):
    beginning = f'INSERT INTO "{model._meta.db_table}"'
    return sum(each["sql"].startswith(beginning) for each in queries)


def read(order):
    fields = ("type", "user", "app", "parameters", "related")
    rows = OrderEvent.objects.filter(order=order).order_by("pk")
    assert list(rows) == list(rows.order_by("date", "pk"))
    return list(rows.values_list(*fields))


def test_rows_are_saleors(order_generator, customer_user):
    # given
    plain, together = order_generator(), order_generator()
    record(plain, customer_user)

    # when
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        with write_together():
            record(together, customer_user)

    # then
    assert len(read(plain)) == 3
    assert read(together) == read(plain)
    for model in (OrderEvent, CustomerEvent):
        assert count_inserts(queries, model) == 1
    of_customer = CustomerEvent.objects.order_by("pk")
    assert [
        (event.order, event.user, event.app, event.type, event.parameters)
        for event in of_customer
    ] == [
        (order, customer_user, None, CustomerEvents.PLACED_ORDER, {})
        for order in (plain, together)
    ]


def test_blocks_in_a_block(order_generator, customer_user):
    # given
    orders = [order_generator() for _ in range(3)]

    # when the second of three fails
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        with write_together():
            for order in orders:
                with suppress(LookupError), write_together():
                    record(order, customer_user)
                    if order == orders[1]:
                        raise LookupError

    # then its events are missing
    assert [len(read(order)) for order in orders] == [3, 0, 3]
    of_customer = CustomerEvent.objects.filter(order__in=orders).order_by("pk")
    # and the rows are in the order in which orders are locked
    expected = sorted([orders[0], orders[2]], key=lambda order: order.pk)
    assert [event.order for event in of_customer] == expected
    of_orders = OrderEvent.objects.filter(order__in=orders).order_by("pk")
    assert [event.order for event in of_orders] == sorted(
        3 * expected, key=lambda order: order.pk
    )
    for model in (OrderEvent, CustomerEvent):
        assert count_inserts(queries, model) == 1


def test_nothing_is_inserted_after_a_failure(order):
    # given
    def fail():
        with transaction.atomic(), write_together():
            record(order, None)
            raise LookupError

    # when
    with pytest.raises(LookupError):
        fail()

    # then, and what is recorded later is inserted at once
    assert not order.events.exists()
    events.order_confirmed_event(order=order, user=None, app=None)
    assert order.events.get().type == OrderEvents.CONFIRMED


def test_event_that_is_changed_in_the_block_is_saved(order):
    # given
    event = events.order_confirmed_event(order=order, user=None, app=None)

    # when
    with transaction.atomic(), write_together():
        event.parameters = {"changed": True}
        event.save(update_fields=["parameters"])

    # then
    assert order.events.get().parameters == {"changed": True}


def test_orders_of_customers_are_counted_at_once(customer_user, staff_user):
    # given
    def count(user):
        # As Saleor does for each order.
        user.number_of_orders = F("number_of_orders") + 1
        user.save(update_fields=["number_of_orders"])

    customer_user.number_of_orders = 5
    customer_user.save()

    # when the third of four fails
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        with write_together():
            for number in range(4):
                with suppress(LookupError), write_together():
                    count(User.objects.get(pk=customer_user.pk))
                    if number == 2:
                        raise LookupError
            count(staff_user)

    # then
    updates = [each for each in queries if each["sql"].startswith("UPDATE")]
    assert len(updates) == 2
    for user in (customer_user, staff_user):
        user.refresh_from_db()
    assert (customer_user.number_of_orders, staff_user.number_of_orders) == (8, 1)


@pytest.mark.parametrize(
    ("fields", "update_fields", "saved"),
    [
        ({"number_of_orders": 7}, ["number_of_orders"], (7, "Eve")),
        (
            {"number_of_orders": F("number_of_orders") + 2},
            ["number_of_orders"],
            (5, "Eve"),
        ),
        (
            {"number_of_orders": F("number_of_orders") + 1, "first_name": "Ada"},
            ["number_of_orders", "first_name"],
            (4, "Ada"),
        ),
        ({"first_name": "Ada"}, None, (3, "Ada")),
    ],
)
def test_other_changes_of_a_customer_are_saved_at_once(
    fields, update_fields, saved, customer_user
):
    # given
    customer_user.number_of_orders, customer_user.first_name = 3, "Eve"
    customer_user.save()
    in_database = User.objects.filter(pk=customer_user.pk)
    in_database = in_database.values_list("number_of_orders", "first_name")
    for name, value in fields.items():
        setattr(customer_user, name, value)

    # when
    with transaction.atomic(), write_together():
        customer_user.save(update_fields=update_fields)

        # then
        assert in_database.get() == saved
    assert in_database.get() == saved


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_needed():
    with pytest.raises(RuntimeError, match="transaction"), write_together():
        pass
