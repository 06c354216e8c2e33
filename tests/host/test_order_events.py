"""Order events that are inserted together are those that Saleor inserts one by one."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from saleor.order import OrderEvents, events
from saleor.order.models import OrderEvent

from saleor_order_groups.host.order_events import insert_together


def record(order, user):
    events.order_created_event(order=order, user=user, app=None)
    events.order_fully_paid_event(order=order, user=user, app=None, gateway="dummy")
    events.order_confirmed_event(order=order, user=user, app=None)


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
        with insert_together():
            record(together, customer_user)

    # then
    assert len(read(plain)) == 3
    assert read(together) == read(plain)
    statements = [each["sql"] for each in queries]
    table = f'INSERT INTO "{OrderEvent._meta.db_table}"'
    assert sum(each.startswith(table) for each in statements) == 1


def test_nothing_is_inserted_after_a_failure(order):
    # given
    def fail():
        with transaction.atomic(), insert_together():
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
    with transaction.atomic(), insert_together():
        event.parameters = {"changed": True}
        event.save(update_fields=["parameters"])

    # then
    assert order.events.get().parameters == {"changed": True}


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_needed():
    with pytest.raises(RuntimeError, match="transaction"), insert_together():
        pass
