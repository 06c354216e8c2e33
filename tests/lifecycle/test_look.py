"""What happens to a purchase is recorded as its events, through Saleor's own API."""

import datetime
from decimal import Decimal
from unittest import mock

import graphene
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from freezegun import freeze_time
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.order.tasks import expire_orders_task
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.lifecycle import look as look_module
from saleor_order_groups.models import OrderGroup, OrderGroupEvent
from saleor_order_groups.verification.runner import verify
from tests.helpers.database import run_hooks
from tests.helpers.events import get_event_types
from tests.helpers.payments import get_orders

D = Decimal
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")]
EVENTS = """
    query Events($id: ID!) {
      orderGroup(id: $id) {
        events {
          sequence typeSequence type createdAt order { number }
          previousStatus status previousFulfillmentStatus fulfillmentStatus
          previousChargeStatus chargeStatus previousAuthorizeStatus authorizeStatus
          previousTotalCharged { amount } totalCharged { amount currency }
          previousTotalRefunded { amount } totalRefunded { amount }
        }
      }
    }
"""
UPDATE = """
    mutation Update($id: ID!) {
      orderGroupUpdate(id: $id, input: {externalReference: "erp-1"}) {
        errors { field message }
      }
    }
"""


@pytest.fixture
def place(make_cart, pay, complete, channel_USD):
    """Return a function that places a purchase of three sellers, 105.00 in all."""

    def _place(*, confirmed=True, **amounts):
        channel_USD.automatically_confirm_all_new_orders = confirmed
        channel_USD.save()
        checkout = make_cart(CART)
        pay(checkout, **amounts)
        assert not complete(checkout)["errors"]
        return get_orders()

    return _place


def test_three_sellers_paid_at_once_and_fulfilled_one_by_one(
    place, order_life, customer_user
):
    # given
    orders = place(charged_value=D(105))

    # when
    for order in orders:
        order_life.fulfill(order)

    # then
    group = OrderGroup.objects.get()
    id = graphene.Node.to_global_id("OrderGroup", group.pk)
    events = order_life.post(EVENTS, id=id)["events"]
    first, second, third = (str(order.number) for order in orders)
    assert [
        (
            event["sequence"],
            event["typeSequence"],
            event["type"],
            event["order"] and event["order"]["number"],
            event["status"],
            event["chargeStatus"],
        )
        for event in events
    ] == [
        (1, 1, "CREATED", None, "UNCONFIRMED", "NONE"),
        (2, 1, "CONFIRMED", first, "UNFULFILLED", "FULL"),
        (3, 1, "FULLY_PAID", first, "UNFULFILLED", "FULL"),
        (4, 1, "UPDATED", first, "PARTIALLY_FULFILLED", "FULL"),
        (5, 1, "FULFILLED", third, "FULFILLED", "FULL"),
    ]
    created, confirmed, *_, fulfilled = events
    assert created["previousStatus"] is created["previousTotalCharged"] is None
    assert created["totalCharged"] == {"amount": 0.0, "currency": "USD"}
    assert confirmed["previousStatus"] == "UNCONFIRMED"
    assert confirmed["previousTotalCharged"] == {"amount": 0.0}
    assert confirmed["totalCharged"] == {"amount": 105.0, "currency": "USD"}
    assert fulfilled["previousFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert fulfilled["fulfillmentStatus"] == "FULFILLED"
    assert not OrderGroupEvent.objects.filter(announced_at=None).exists()
    parameters = OrderGroupEvent.objects.get(sequence=1).parameters
    assert parameters["user_id"] == customer_user.pk
    assert list(verify()) == []


def test_going_back_and_entering_again(place, order_life):
    # given
    orders = place(charged_value=D(105))
    for order in orders:
        order_life.fulfill(order)

    # when
    order_life.cancel_fulfillment(orders[0])
    order_life.fulfill(orders[0])
    order_life.return_goods(orders[0])

    # then
    assert get_event_types()[4:] == ["fulfilled", "updated", "fulfilled", "updated"]


def test_confirmed_one_by_one(place, order_life):
    # given
    orders = place(confirmed=False)

    # when / then
    assert get_event_types() == ["created", "updated"]  # authorized
    for order in orders[:2]:
        order_life.confirm(order)
    assert get_event_types() == ["created", "updated", "updated"]
    order_life.confirm(orders[2])
    assert get_event_types()[3:] == ["confirmed"]


def test_canceling_siblings(place, order_life):
    # given
    orders = place(charged_value=D(105))
    order_life.fulfill(orders[0])
    before = get_event_types()

    # when: what is left live is fulfilled
    order_life.cancel(orders[1])
    order_life.cancel(orders[2])

    # then
    assert get_event_types()[len(before) :] == ["fulfilled"]

    # when
    order_life.cancel_fulfillment(orders[0])
    order_life.cancel(orders[0])

    # then
    assert get_event_types()[len(before) + 1 :] == ["updated", "cancelled"]


def test_expired_at_once(make_cart, complete, channel_USD):
    # given: nobody has paid
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.allow_unpaid_orders = True
    channel_USD.expire_orders_after = 1
    channel_USD.save()
    assert not complete(make_cart(CART))["errors"]
    assert get_event_types() == ["created"]

    # when
    connection.run_on_commit.clear()
    with freeze_time(timezone.now() + datetime.timedelta(minutes=10)):
        expire_orders_task()
        run_hooks()

    # then
    assert get_event_types() == ["created", "expired"]


def test_charges_and_refunds_reported_on_the_payment(
    make_cart, transaction_item_generator, complete, report, app_api_client
):
    # given
    checkout = make_cart(CART)
    payment = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(payment, "AUTHORIZATION_SUCCESS", "105.00", "pi-1")
    assert not complete(checkout)["errors"]
    before = get_event_types()
    assert before == ["created", "confirmed"]

    # when: one look for three orders
    report(payment, "CHARGE_SUCCESS", "105.00", "pi-1")
    report(payment, "CHARGE_SUCCESS", "105.00", "pi-1")
    report(payment, "REFUND_SUCCESS", "5.00", "re-1")
    report(payment, "REFUND_SUCCESS", "100.00", "re-2")

    # then
    assert get_event_types()[2:] == [
        "fully_paid",
        "refunded",
        "refunded",
        "fully_refunded",
    ]
    last = OrderGroupEvent.objects.get(sequence=6).parameters
    assert last["previous"]["refunded_amount"] == "5.000"
    assert last["present"]["refunded_amount"] == "105.000"


def test_update_of_the_group(place, order_life):
    # given
    place(charged_value=D(105))
    group = OrderGroup.objects.get()
    before = get_event_types()

    # when
    order_life.post(UPDATE, id=graphene.Node.to_global_id("OrderGroup", group.pk))

    # then
    assert get_event_types()[len(before) :] == ["updated"]


def test_purchase_of_one_seller(make_cart, pay, complete):
    # given
    checkout = make_cart([("alpha", "60.00")])
    pay(checkout, charged_value=D(65))

    # when
    assert not complete(checkout)["errors"]

    # then
    assert get_event_types() == ["created", "confirmed", "fully_paid"]
    assert OrderGroup.objects.get().order_links.get().announced_at


def test_plugin_off_in_the_channel(place, order_life, order_groups_plugin, channel_USD):
    # given
    [first, *_] = place(charged_value=D(105))
    order_groups_plugin(channel_USD, active=False)
    before = get_event_types()

    # when
    order_life.fulfill(first)

    # then: the sweep will see it
    assert get_event_types() == before


def test_look_that_fails_keeps_nothing_from_saleor(place, order_life, caplog):
    # given
    orders = place(charged_value=D(105))
    before = get_event_types()

    # when
    with mock.patch.object(look_module, "derive_states", side_effect=RuntimeError):
        order_life.fulfill(orders[0])

    # then
    assert Order.objects.get(pk=orders[0].pk).status == "fulfilled"
    assert get_event_types() == before
    assert f"Looking at the group of order {orders[0].pk} failed." in caplog.text


def test_without_a_broker_the_order_succeeds_and_the_event_waits(
    make_cart, pay, complete, listen
):
    # given
    listen("order_group_created")
    checkout = make_cart(CART)
    pay(checkout, charged_value=D(105))

    # when
    with mock.patch(
        "saleor_order_groups.lifecycle.tasks.announce_events_task.delay",
        side_effect=ConnectionError("no broker"),
    ):
        data = complete(checkout)

    # then
    assert not data["errors"]
    assert get_event_types() == ["created", "confirmed", "fully_paid"]
    assert OrderGroupEvent.objects.filter(announced_at=None).count() == 3


@pytest.mark.parametrize(
    ("names", "is_active", "is_heard"),
    [
        (["order_group_expired"], True, True),
        (["any_events"], True, True),
        (["order_group_created"], False, False),
        (["order_created", "transaction_shares_updated"], True, False),
        ([], True, False),
    ],
)
def test_a_worker_announces_only_what_somebody_may_hear(
    names, is_active, is_heard, make_cart, pay, complete, listen
):
    # given
    checkout = make_cart(CART)
    pay(checkout, charged_value=D(105))
    webhook = listen(*names)
    webhook.is_active = is_active
    webhook.save()

    # when
    with mock.patch(
        "saleor_order_groups.lifecycle.tasks.announce_events_task.delay"
    ) as announce:
        assert not complete(checkout)["errors"]

    # then
    assert get_event_types() == ["created", "confirmed", "fully_paid"]
    waiting = OrderGroupEvent.objects.filter(announced_at=None).count()
    assert (announce.call_count, waiting) == ((1, 3) if is_heard else (0, 0))


def test_timeline_needs_manage_orders(place, user_api_client, order_life):
    # given
    place()
    id = graphene.Node.to_global_id("OrderGroup", OrderGroup.objects.get().pk)

    # when
    response = user_api_client.post_graphql(EVENTS, {"id": id})

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert content["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


# ------------------------------------------------------------------ statements


@pytest.fixture
def count(order_groups_plugin):
    """Return a function that counts the statements of a hook, savepoints left out."""

    def _count(order):
        manager = get_plugins_manager(allow_replica=False)
        # What a manager reads once is read.
        manager.order_metadata_updated(order, webhooks=[])
        connection.run_on_commit.clear()
        with CaptureQueriesContext(connection) as queries:
            manager.order_updated(order, webhooks=[])
            run_hooks()
        return len([each for each in queries if "SAVEPOINT" not in each["sql"]])

    return _count


def test_statements_of_a_hook(
    place, count, order, order_groups_plugin, channel_USD, monkeypatch
):
    # given
    place(charged_value=D(105))
    monkeypatch.setattr(look_module, "request_announcement", lambda group_id: None)
    in_group = Order.objects.filter(order_group_link__isnull=False)
    first = in_group.select_related("channel").order_by("number")[0]

    # when / then: no group, no transition, a transition; and one asks for sellers' apps
    assert count(order) == 1 + 1
    assert count(first) == 2 + 1
    Order.objects.filter(pk=first.pk).update(status="fulfilled")
    assert count(first) == 3 + 1
    order_groups_plugin(channel_USD, active=False)
    assert count(first) == 0
