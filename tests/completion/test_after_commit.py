"""What happens after the commit: once for each order, and only then."""

from unittest import mock

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from saleor.account.models import CustomerEvent
from saleor.core.models import EventDelivery
from saleor.order.models import Order, OrderEvent
from saleor.plugins.manager import PluginsManager

from saleor_order_groups.completion import after_commit as events
from saleor_order_groups.models import OrderGroup, OrderGroupEvent, OrderGroupOrder
from saleor_order_groups.recovery.sweep import sweep
from tests.helpers.events import get_event_types
from tests.helpers.recovery import make_old

CART = [(None, "10.00"), ("alpha", "60.00"), ("beta", "40.00")]

TWO_SELLERS = [("alpha", "60.00"), ("beta", "40.00")]


committing = pytest.mark.django_db(transaction=True)


class PowerCutError(Exception):
    pass


def test_events_fire_once_for_each_order_after_commit(
    make_cart, pay, complete, order_groups_plugin_with_webhooks, listen
):
    # given
    listen("order_group_created")
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with (
        mock.patch(
            "saleor_order_groups.completion.after_commit.order_created"
        ) as order_created,
        mock.patch(
            "saleor_order_groups.completion.after_commit.send_order_confirmation"
        ) as confirm,
        mock.patch(
            "saleor_order_groups.lifecycle.announcing.trigger_order_group_event"
        ) as announce,
    ):
        complete(checkout)
        complete(checkout)

    # then
    orders = list(Order.objects.order_by("number"))
    assert [
        call.kwargs["order_info"].order for call in order_created.call_args_list
    ] == orders
    assert [
        call.kwargs["order_info"].order for call in confirm.call_args_list
    ] == orders
    group = OrderGroup.objects.get()
    assert get_event_types(group) == ["created", "confirmed"]
    announced = [call.args[0] for call in announce.call_args_list]
    assert announced == list(group.events.order_by("sequence"))
    assert not group.events.filter(announced_at=None).exists()
    assert not group.order_links.filter(announced_at=None).exists()


@committing
@pytest.mark.parametrize("position", [0, 1, 2])
def test_hook_of_one_order_that_fails_keeps_nothing_from_the_others(
    position, make_cart, pay, complete, monkeypatch, caplog
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    heard = []

    def hear(self, order, *args, **kwargs):
        if order.order_group_link.position == position:
            raise RuntimeError("power cut")
        heard.append(order)

    monkeypatch.setattr(PluginsManager, "order_created", hear)

    # when
    with mock.patch(
        "saleor_order_groups.completion.after_commit.send_order_confirmation"
    ) as confirm:
        assert not complete(checkout)["errors"]

    # then
    orders = list(Order.objects.order_by("number"))
    failed = orders.pop(position)
    assert heard == orders
    assert f"Order {failed.number} was not announced." in caplog.text
    assert confirm.call_count == 3
    for order in [*orders, failed]:
        assert order.events.filter(type="placed").count() == 1
    # The sweep does the order's work again.
    assert OrderGroupOrder.objects.get(announced_at=None).order == failed


@committing
@pytest.mark.parametrize("is_robust", [True, False])
def test_robust_hook_that_fails_does_not_stop_the_later_hooks_of_its_order(
    is_robust, make_cart, pay, complete, monkeypatch
):
    # given a plugin of the shop
    checkout = make_cart(CART)
    pay(checkout)
    heard, order_created = [], events.order_created

    def create(*, order_info, **kwargs):
        def fail():
            raise RuntimeError("power cut")

        transaction.on_commit(fail, robust=is_robust)
        order_created(order_info=order_info, **kwargs)

    monkeypatch.setattr(events, "order_created", create)
    monkeypatch.setattr(
        PluginsManager,
        "order_created",
        lambda self, order, *_, **__: heard.append(order),
    )

    # when
    assert not complete(checkout)["errors"]

    # then
    assert heard == (list(Order.objects.order_by("number")) if is_robust else [])
    # The sweep does the orders' work again if Saleor's own may have failed.
    is_done = OrderGroupOrder.objects.exclude(announced_at=None).exists()
    assert is_done == is_robust


@committing
def test_deliveries_of_all_orders_are_stored_together(
    make_cart, pay, complete, order_groups_plugin_with_webhooks, listen, webhook_tasks
):
    # given
    listen("order_created", "order_updated", is_deferred=True)
    listen("order_created", is_deferred=True)
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with CaptureQueriesContext(connection) as queries:
        assert not complete(checkout)["errors"]

    # then
    orders = list(Order.objects.order_by("number"))
    assert len(orders) == 3
    deliveries = EventDelivery.objects.in_bulk()
    told = [
        (
            deliveries.pop(key).event_type,
            arguments["deferred_payload_data"]["object_id"],
        )
        for _, arguments, _ in webhook_tasks
        for key in arguments["event_delivery_ids"]
    ]
    assert not deliveries
    types = [told_type for told_type, _ in told]
    assert types == sorted(types)
    created = [key for told_type, key in told if told_type == "order_created"]
    assert created == [order.pk for order in orders for _ in range(2)]
    inserts = [
        each["sql"]
        for each in queries
        if each["sql"].startswith(f'INSERT INTO "{EventDelivery._meta.db_table}"')
    ]
    assert len(inserts) == len(set(types))


@committing
def test_deliveries_that_cannot_be_stored_are_left_to_the_sweep(
    make_cart,
    pay,
    complete,
    order_groups_plugin_with_webhooks,
    listen,
    webhook_tasks,
    monkeypatch,
    caplog,
):
    # given
    listen("order_created", is_deferred=True)
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with monkeypatch.context() as patch:

        def fail(*args, **kwargs):
            raise OperationalError("The server closed the connection.")

        patch.setattr(EventDelivery.objects, "bulk_create", fail)
        assert not complete(checkout)["errors"]

    # then
    assert "The server closed the connection." in caplog.text
    orders = list(Order.objects.order_by("number"))
    assert OrderEvent.objects.filter(type="placed").count() == len(orders) == 3
    assert not webhook_tasks
    assert OrderGroupOrder.objects.filter(announced_at=None).count() == 3

    # when
    make_old(OrderGroup.objects.get())
    list(sweep())

    # then
    assert OrderEvent.objects.filter(type="placed").count() == 3
    told = [task[1]["deferred_payload_data"]["object_id"] for task in webhook_tasks]
    assert told == [order.pk for order in orders]
    assert not OrderGroupOrder.objects.filter(announced_at=None).exists()


@committing
def test_deliveries_that_fail_before_an_event_that_cannot_wait_are_sent_at_the_end(
    make_cart,
    pay,
    complete,
    order_groups_plugin_with_webhooks,
    listen,
    webhook_tasks,
    monkeypatch,
):
    # given a webhook without a subscription: Saleor builds its payload at once
    listen("order_created", is_deferred=True)
    listen("order_confirmed")
    checkout = make_cart(CART)
    pay(checkout)
    store, calls = EventDelivery.objects.bulk_create, []

    def fail_once(*args, **kwargs):
        calls.append(args)
        if len(calls) == 1:
            raise OperationalError("The server closed the connection.")
        return store(*args, **kwargs)

    monkeypatch.setattr(EventDelivery.objects, "bulk_create", fail_once)

    # when
    assert not complete(checkout)["errors"]

    # then: the first order's event was not lost
    orders = list(Order.objects.order_by("number"))
    created = [
        arguments["deferred_payload_data"]["object_id"]
        for kind, arguments, _ in webhook_tasks
        if kind == "build"
    ]
    assert sorted(created) == sorted(order.pk for order in orders)
    # The order whose later events were not sent is left to the sweep.
    unannounced = OrderGroupOrder.objects.get(announced_at=None)
    assert unannounced.order == orders[0]


def test_rolled_back_completion_announces_nothing(make_cart, pay, fail_to_complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with (
        mock.patch(
            "saleor_order_groups.lifecycle.announcing.trigger_order_group_event"
        ) as announce,
        mock.patch(
            "saleor_order_groups.completion.after_commit.order_created"
        ) as order_created,
        mock.patch(
            "saleor.checkout.complete_checkout.delete_checkouts",
            side_effect=PowerCutError,
        ),
    ):
        fail_to_complete(checkout, PowerCutError)

    # then
    announce.assert_not_called()
    assert not OrderGroupEvent.objects.exists()
    order_created.assert_not_called()
    assert not OrderGroup.objects.exists()


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("has_begun", [True, False])
def test_events_of_one_order_that_fail_keep_nothing_from_the_others(
    position, has_begun, make_cart, pay, complete, customer_user, caplog, listen
):
    # given
    listen("order_group_created")
    checkout = make_cart(CART)
    pay(checkout)
    number_of_orders = customer_user.number_of_orders
    order_created = events.order_created
    created = []

    def fail_for_one(*, order_info, **kwargs):
        created.append(order_info.order)
        fails = order_info.order.order_group_link.position == position
        if fails and not has_begun:
            raise RuntimeError("power cut")
        order_created(order_info=order_info, **kwargs)
        if fails:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

    # when
    with (
        mock.patch.object(events, "order_created", fail_for_one),
        mock.patch(
            "saleor_order_groups.lifecycle.announcing.trigger_order_group_event"
        ) as announce,
    ):
        data = complete(checkout)

    # then
    assert not data["errors"]
    orders = list(Order.objects.order_by("number"))
    assert created == orders
    failed = orders[position]
    assert f"Order {failed.number} was not announced." in caplog.text
    for order in orders:
        is_placed = order != failed
        assert order.events.filter(type="placed").count() == is_placed
        of_customer = CustomerEvent.objects.filter(order=order)
        assert of_customer.count() == is_placed
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == number_of_orders + 2
    assert announce.call_count == OrderGroupEvent.objects.count() > 0
    # The sweep does the order's work again.
    unannounced = OrderGroupOrder.objects.get(announced_at=None)
    assert unannounced.order == failed
