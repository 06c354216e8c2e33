"""What Saleor writes and tells of the only order of a group is what it would alone."""

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from saleor.account.models import CustomerEvent, User
from saleor.order import actions
from saleor.order.models import Order, OrderEvent
from saleor.plugins.manager import PluginsManager

from saleor_order_groups.models import OrderGroup

HOOKS = (
    "order_created",
    "order_confirmed",
    "order_paid",
    "order_fully_paid",
    "order_updated",
    "notify",
)
# The hooks run after a real commit.
pytestmark = pytest.mark.django_db(transaction=True)


class PowerCutError(Exception):
    pass


@pytest.fixture
def place(make_cart, pay, complete, fail_to_complete, customer_user, monkeypatch):
    """Return a function that completes a cart of one seller.

    It returns what was written and told, and the SQL statements.
    """
    told, mailed = [], []

    def hear(name):
        hook = getattr(PluginsManager, name)

        def tell(self, *args, **kwargs):
            if name == "notify":
                mailed.append(args[0])
            else:
                told.append(name)
            return hook(self, *args, **kwargs)

        monkeypatch.setattr(PluginsManager, name, tell)

    for name in HOOKS:
        hear(name)

    def place(*, is_charged, fails=False):
        number = User.objects.get(pk=customer_user.pk).number_of_orders
        checkout = make_cart([("alpha", "60.00"), ("alpha", "40.00")])
        transaction = pay(checkout)
        if is_charged:
            transaction.charged_value = transaction.authorized_value
            transaction.authorized_value = 0
            transaction.save()
        told.clear()
        mailed.clear()
        with CaptureQueriesContext(connection) as queries:
            if fails:
                fail_to_complete(checkout, PowerCutError)
            else:
                assert not complete(checkout)["errors"]
        order = Order.objects.latest("number")
        events = OrderEvent.objects.filter(order=order).order_by("pk")
        of_customer = CustomerEvent.objects.filter(order=order)
        counted = User.objects.get(pk=customer_user.pk).number_of_orders - number
        done = {
            "orders counted": counted,
            "status": order.status,
            "charge status": order.charge_status,
            "events": list(events.values_list("type", "user", "app", "parameters")),
            "of the customer": list(of_customer.values_list("type", "user", "app")),
            "told": list(told),
            # The payment's confirmation is sent first, before the events are told.
            "mailed": list(mailed),
        }
        return done, [each["sql"] for each in queries]

    return place


@pytest.mark.parametrize("is_charged", [True, False])
@pytest.mark.parametrize("confirms", [True, False])
def test_rows_and_events_are_saleors(
    confirms, is_charged, place, order_groups_plugin, channel_USD
):
    # given
    channel_USD.automatically_confirm_all_new_orders = confirms
    channel_USD.save()

    # when
    ours, our_statements = place(is_charged=is_charged)
    order_groups_plugin(channel_USD, active=False)
    plain, statements = place(is_charged=is_charged)

    # then
    assert OrderGroup.objects.count() == 1
    assert ours == plain
    assert ours["orders counted"] == 1
    assert len(ours["events"]) == 1 + confirms + is_charged
    assert count_inserts(statements) == len(ours["events"])
    assert count_inserts(our_statements) == 1


@pytest.mark.parametrize(
    "function", ["send_payment_confirmation", "order_confirmed", "order_charged"]
)
def test_failure_leaves_what_saleor_would_have_written(
    function, place, order_groups_plugin, channel_USD, monkeypatch
):
    # given
    def fail(*args, **kwargs):
        raise PowerCutError

    monkeypatch.setattr(actions, function, fail)

    # when
    ours, _ = place(is_charged=True, fails=True)
    order_groups_plugin(channel_USD, active=False)
    plain, _ = place(is_charged=True, fails=True)

    # then
    assert OrderGroup.objects.count() == 1
    assert ours == plain
    assert ours["orders counted"] == 1
    assert ours["events"][0][0] == "placed"


def test_database_error_is_told_and_leaves_no_row(
    make_cart, pay, fail_to_complete, customer_user, monkeypatch
):
    # given
    number = customer_user.number_of_orders

    def fail(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(actions, "order_confirmed", fail)
    checkout = make_cart([("alpha", "60.00")])
    pay(checkout)

    # when
    fail_to_complete(checkout, DataError)

    # then
    order = OrderGroup.objects.get().order_links.get().order
    assert not OrderEvent.objects.filter(order=order).exists()
    assert User.objects.get(pk=customer_user.pk).number_of_orders == number


def count_inserts(statements):
    return sum(sql.startswith('INSERT INTO "order_orderevent"') for sql in statements)
