"""What is delivered together is what Saleor delivers one by one."""

from collections import Counter
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from saleor.core.models import EventDelivery
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from saleor.webhook.models import Webhook

from saleor_order_groups.host import webhook_deliveries
from saleor_order_groups.host.webhook_deliveries import collect, deliver_together

NAMES = ["order_created", "order_confirmed", "order_fully_paid", "order_updated"]


@pytest.fixture
def manager(order_groups_plugin_with_webhooks, channel_USD):
    order_groups_plugin_with_webhooks(channel_USD)
    return get_plugins_manager(allow_replica=False)


def read(tasks):
    """Return what is told in which order: (event, order, webhook, kind, queue)."""
    told = []
    deliveries = EventDelivery.objects.in_bulk()
    for kind, kwargs, queue in tasks:
        data = kwargs.get("deferred_payload_data", {})
        keys = kwargs.get("event_delivery_ids") or [kwargs["event_delivery_id"]]
        for key in keys:
            delivery = deliveries.pop(key)
            order = data.get("object_id")
            told.append(
                (order, delivery.event_type, delivery.webhook_id, kind, queue, data)
            )
    assert not deliveries
    return told


def trigger(manager, orders):
    for order in orders:
        for name in NAMES:
            getattr(manager, name)(order)


@pytest.mark.django_db(transaction=True)
def test_deliveries_are_saleors(manager, order_generator, listen, webhook_tasks):
    # given
    orders = [order_generator() for _ in range(3)]
    for name in [*NAMES[:3], NAMES[0]]:
        listen(name, is_deferred=True)
    trigger(manager, orders)
    one_by_one = read(webhook_tasks)
    webhook_tasks.clear()
    EventDelivery.objects.all().delete()

    # when
    with CaptureQueriesContext(connection) as queries, deliver_together():
        trigger(manager, orders)

        # then
        assert not webhook_tasks
    told = read(webhook_tasks)
    assert len(told) == 12
    for order in orders:
        assert [each for each in told if each[0] == order.pk] == [
            each for each in one_by_one if each[0] == order.pk
        ]
    inserts = [each["sql"] for each in queries if "INSERT" in each["sql"]]
    assert len(inserts) == 3


@pytest.mark.django_db(transaction=True)
def test_event_that_cannot_wait_comes_after_those_before(
    manager, order_generator, listen, webhook_tasks
):
    # given a webhook without a subscription: Saleor builds its payload at once
    orders = [order_generator() for _ in range(2)]
    for name in (NAMES[0], NAMES[2], NAMES[3]):
        listen(name, is_deferred=True)
    listen(NAMES[2])
    for name in NAMES:
        getattr(manager, name)(orders[0])
    alone = [each[1] for each in read(webhook_tasks)]
    assert Counter(alone) == {NAMES[0]: 1, NAMES[2]: 2, NAMES[3]: 1}
    webhook_tasks.clear()
    EventDelivery.objects.all().delete()

    # when
    with deliver_together():
        trigger(manager, orders)

    # then
    told = [each[1] for each in read(webhook_tasks)]
    created, paid, updated = NAMES[0], NAMES[2], NAMES[3]
    assert told == [created, paid, paid, updated, created, paid, paid, updated]


@pytest.mark.django_db(transaction=True)
def test_what_came_before_an_exception_is_told(
    manager, order_generator, listen, webhook_tasks
):
    # given
    listen(NAMES[0], is_deferred=True)
    order = order_generator()

    # when
    with suppress(RuntimeError), deliver_together():
        manager.order_created(order)
        raise RuntimeError("power cut")

    # then
    assert [each[:2] for each in read(webhook_tasks)] == [(order.pk, NAMES[0])]
    # and later events are told at once
    manager.order_created(order)
    assert len(webhook_tasks) == 2


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(NAMES[:3]), st.integers(0, 1))
    )
)
def test_events_of_an_order_keep_their_order(happened):
    # given
    orders = [Order() for _ in range(4)]
    listeners = [[Webhook(pk=pk, subscription_query="subscription")] for pk in (1, 2)]
    sent = []

    def send(*, event_type, webhooks, webhook_payloads_data, requestor):
        assert requestor == "staff"
        objects = [each.subscribable_object for each in webhook_payloads_data]
        assert len(set(objects)) == len(objects) > 0
        sent.extend((each, event_type, webhooks) for each in objects)

    # when
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        deliver_together(),
    ):
        monkeypatch.setattr(
            webhook_deliveries, "trigger_webhooks_async_for_objects", send
        )
        for place, name, listener in happened:
            options = {"requestor": "staff"}
            assert collect(name, listeners[listener], orders[place], options)
        assert not sent

    # then
    for place, order in enumerate(orders):
        assert [each[1:] for each in sent if each[0] == order] == [
            (name, listeners[listener])
            for at, name, listener in happened
            if at == place
        ]
