"""SELLER_ORDER_CREATED and SELLER_ORDER_UPDATED, to the apps of the seller alone."""

import datetime
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from graphene import Node
from saleor.app.models import App
from saleor.core.models import EventDelivery
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.actions import call_order_event
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from saleor.webhook.event_types import WebhookEventAsyncType
from saleor.webhook.models import Webhook

from saleor_order_groups.access.tasks import tell_after_hook
from saleor_order_groups.access.telling import tell
from saleor_order_groups.host.webhook_lookups import share_lookups
from saleor_order_groups.models import OrderGroupOrder, SellerApp
from saleor_order_groups.recovery.sweep import sweep
from tests.helpers.subscriptions import DRY_RUN_MUTATION, SAMPLE_QUERY, TRIGGER_MUTATION

QUERY = """
    subscription {
      event {
        __typename
        issuingPrincipal { __typename }
        recipient { id }
        ... on SellerOrderCreated { sellerOrder { ...Order } }
        ... on SellerOrderUpdated { sellerOrder { ...Order } }
      }
    }
    fragment Order on SellerOrder { id number updatedAt availableActions userEmail }
"""
ROOT_QUERY = "subscription { sellerOrderUpdated { sellerOrder { number } } }"


@pytest.fixture
def listen(receiver):
    """Return a function that lets an app listen to events of sellers' orders."""

    def _listen(app, *names, query=QUERY):
        names = names or ("seller_order_created", "seller_order_updated")
        webhook = Webhook.objects.create(
            app=app, name="orders", target_url=receiver.url, subscription_query=query
        )
        for name in names:
            webhook.events.create(event_type=name)
        return webhook

    return _listen


@pytest.fixture
def alpha(sell, order_groups_plugin_with_webhooks):
    return sell()["alpha"]


@pytest.fixture
def change():
    """Return a function that changes an order as Saleor does, with its hook."""

    def _change(order):
        order = Order.objects.select_related("channel").get(pk=order.pk)
        order.customer_note = "changed"
        order.save(update_fields=["customer_note", "updated_at"])
        manager = get_plugins_manager(allow_replica=False)
        call_order_event(manager, WebhookEventAsyncType.ORDER_UPDATED, order)
        return order

    return _change


def get_received(receiver):
    """Return what was received: the event's header and its data."""
    return [
        (request.headers["saleor-event"], request.json) for request in receiver.requests
    ]


@pytest.mark.django_db(transaction=True)
def test_created_then_updated(
    sell,
    order_groups_plugin_with_webhooks,
    link_app,
    listen,
    receiver,
    change,
    get_seller,
):
    # given
    apps = {slug: link_app(get_seller(slug)).app for slug in ("alpha", "beta")}
    for app in apps.values():
        listen(app)

    # when
    sales = sell()

    # then: each app hears of its own order alone, and by nobody
    def expect(name, slug):
        return {
            "__typename": name,
            "issuingPrincipal": None,
            "recipient": {"id": Node.to_global_id("App", apps[slug].pk)},
            "sellerOrder": {
                "id": sales[slug].id,
                "number": str(sales[slug].order.number),
                "updatedAt": sales[slug].order.updated_at.isoformat(),
                "availableActions": ["CANCEL", "FULFILL", "REFUND"],
                "userEmail": None,
            },
        }

    received = get_received(receiver)
    assert sorted(event for event, _ in received) == ["seller_order_created"] * 2
    by_number = {data["sellerOrder"]["number"]: data for _, data in received}
    for slug in ("alpha", "beta"):
        assert by_number[str(sales[slug].order.number)] == expect(
            "SellerOrderCreated", slug
        )

    # when
    receiver.requests.clear()
    change(sales["alpha"].order)

    # then
    assert get_received(receiver) == [
        ("seller_order_updated", expect("SellerOrderUpdated", "alpha"))
    ]
    link = OrderGroupOrder.objects.get(pk=sales["alpha"].link.pk)
    assert link.seller_told_at == sales["alpha"].order.updated_at
    assert not tell(link.order_id)


def test_legacy_payload_and_root_field(alpha, link_app, listen, receiver, change):
    # given
    app = link_app(alpha.seller).app
    listen(app, query=None)
    listen(app, "any_events", query=None)
    listen(app, "seller_order_updated", query=ROOT_QUERY)
    OrderGroupOrder.objects.update(seller_told_at=timezone.now())

    # when
    with_hook(alpha, change)

    # then
    legacy = {"id": alpha.id}
    root = {
        "data": {
            "sellerOrderUpdated": {"sellerOrder": {"number": str(alpha.order.number)}}
        }
    }
    received = [data for _, data in get_received(receiver) if "meta" not in data]
    assert received == [root]
    metas = [data for _, data in get_received(receiver) if "meta" in data]
    assert len(metas) == 2
    for data in metas:
        assert data.keys() == {"id", "meta"}
        assert data["id"] == legacy["id"]
        assert data["meta"]["issuing_principal"] == {"id": None, "type": None}


def with_hook(sale, change):
    """Change an order and tell its seller now, as the worker does after the commit."""
    change(sale.order)
    tell(sale.order.pk)


@pytest.mark.parametrize("reason", ["unlinked", "locked", "inactive"])
def test_nothing_is_sent_to_who_lost_access(
    alpha, link_app, listen, receiver, change, reason
):
    # given: the order has changed, and the worker has not told its seller yet
    app = link_app(alpha.seller).app
    listen(app)
    change(alpha.order)
    receiver.requests.clear()

    # when
    if reason == "unlinked":
        SellerApp.objects.all().delete()
    elif reason == "locked":
        alpha.seller.has_access = False
        alpha.seller.save()
    else:
        App.objects.filter(pk=app.pk).update(is_active=False)
    OrderGroupOrder.objects.update(seller_told_at=None)
    tell(alpha.order.pk)
    list(sweep())

    # then
    assert receiver.requests == []
    assert not EventDelivery.objects.filter(
        event_type__startswith="seller_order", status="pending"
    ).exists()


@pytest.mark.parametrize("has_other_seller", [False, True])
@pytest.mark.parametrize("is_locked", [False, True])
def test_waiting_deliveries_go_with_the_access(
    alpha,
    link_app,
    listen,
    receiver,
    superuser_api_client,
    get_seller,
    is_locked,
    has_other_seller,
):
    # given: the receiver is down, and Saleor will try again
    app = link_app(alpha.seller).app
    if has_other_seller:
        SellerApp.objects.create(seller=get_seller("beta"), app=app)
    webhook = listen(app)
    kept = [
        EventDelivery.objects.create(webhook=webhook, event_type=name, status=status)
        for name, status in (
            ("seller_order_updated", "failed"),
            ("order_updated", "pending"),
        )
    ]
    waiting = EventDelivery.objects.create(
        webhook=webhook, event_type="seller_order_updated", status="pending"
    )
    seller_id = Node.to_global_id("Seller", alpha.seller.pk)

    # when
    if is_locked:
        mutation = """mutation ($seller: ID!) {
          sellerUpdate(id: $seller, input: { hasAccess: false }) { errors { code } }
        }"""
        variables = {"seller": seller_id}
    else:
        mutation = """mutation ($seller: ID!, $app: ID!) {
          sellerAppRemove(sellerId: $seller, appId: $app) { errors { code } }
        }"""
        app_id = Node.to_global_id("App", app.pk)
        variables = {"seller": seller_id, "app": app_id}
    response = superuser_api_client.post_graphql(mutation, variables)
    [payload] = get_graphql_content(response)["data"].values()

    # then: an app with another seller keeps what may be that seller's
    assert payload["errors"] == []
    left = set(EventDelivery.objects.filter(webhook=webhook))
    assert left == {*kept, *([waiting] if has_other_seller else [])}


def test_nobody_else_hears(
    alpha, link_app, listen, receiver, change, app_with_all_permissions, get_seller
):
    # given
    link_app(alpha.seller)
    listen(app_with_all_permissions)
    listen(app_with_all_permissions, "any_events")
    listen(link_app(get_seller("beta")).app)
    receiver.requests.clear()

    # when
    with_hook(alpha, change)

    # then
    names = [event for event, _ in get_received(receiver)]
    assert [name for name in names if name.startswith("seller_order")] == []


@pytest.fixture
def app_with_all_permissions(app, permission_manage_orders, permission_manage_users):
    app.permissions.add(permission_manage_orders, permission_manage_users)
    return app


@pytest.mark.django_db(transaction=True)
def test_sweep_tells_what_a_crash_left(
    sell,
    order_groups_plugin_with_webhooks,
    link_app,
    listen,
    receiver,
    get_seller,
    mocker,
):
    # given: the process died before it could ask a worker
    listen(link_app(get_seller("alpha")).app)
    mocker.patch("saleor_order_groups.access.tasks.tell_seller_task.delay")
    alpha = sell()["alpha"]
    assert receiver.requests == []
    earlier = timezone.now() - datetime.timedelta(minutes=2)
    Order.objects.filter(pk=alpha.order.pk).update(updated_at=earlier)

    # when
    lines = list(sweep())

    # then
    assert lines == [f"Told a seller of order {alpha.order.pk}"]
    assert [event for event, _ in get_received(receiver)] == ["seller_order_created"]
    assert list(sweep()) == []

    # when: the process died between sending and marking
    OrderGroupOrder.objects.update(seller_told_at=None)
    assert len(list(sweep())) == 1

    # then: at least once
    assert len(receiver.requests) == 2


def test_change_while_telling_is_told_too(
    alpha, link_app, listen, receiver, mocker, change
):
    # given: the order changes while its seller is told; another process hears of it
    listen(link_app(alpha.seller).app)
    change(alpha.order)
    OrderGroupOrder.objects.update(seller_told_at=None)
    read = alpha.order.updated_at
    later = read + datetime.timedelta(seconds=1)
    names, by_others = [], []

    def send(link, name, app_ids):
        names.append(name)
        if len(names) == 1:
            Order.objects.filter(pk=alpha.order.pk).update(updated_at=later)
            by_others.append(tell(alpha.order.pk))

    mocker.patch("saleor_order_groups.access.telling.trigger_seller_order", send)

    # when
    times = tell(alpha.order.pk)

    # then: once for each state
    assert names == ["seller_order_created", "seller_order_updated"]
    assert (times, by_others) == (2, [0])
    link = OrderGroupOrder.objects.get(pk=alpha.link.pk)
    assert (link.seller_told_at, link.seller_claimed_at) == (later, None)


def test_failed_telling_stays_due(alpha, link_app, listen, mocker, change):
    # given
    listen(link_app(alpha.seller).app)
    change(alpha.order)
    OrderGroupOrder.objects.update(seller_told_at=None)
    send = mocker.patch(
        "saleor_order_groups.access.telling.trigger_seller_order",
        side_effect=[ValueError("no broker"), None],
    )

    # when
    with pytest.raises(ValueError, match="no broker"):
        tell(alpha.order.pk)

    # then
    assert tell(alpha.order.pk) == 1
    assert send.call_count == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("has_app", "statements"), [(False, 1), (True, 2)])
def test_statements_of_a_hook(sell, link_app, get_seller, has_app, statements):
    # given
    if has_app:
        link_app(get_seller("alpha"))
    order = sell()["alpha"].order
    OrderGroupOrder.objects.update(
        seller_told_at=timezone.now() + datetime.timedelta(hours=1)
    )

    # when
    with CaptureQueriesContext(connection) as context:
        tell_after_hook(order)

    # then
    assert len(context) == statements


@pytest.mark.django_db(transaction=True)
def test_sellers_apps_are_looked_up_once_for_the_orders_of_a_group(
    sell, link_app, get_seller, mocker
):
    # given
    delay = mocker.patch("saleor_order_groups.access.tasks.tell_seller_task.delay")
    link_app(get_seller("beta"))
    sales = sell()
    orders = [sale.order for sale in sales.values()]
    delay.reset_mock()

    # when
    with CaptureQueriesContext(connection) as context, share_lookups({}):
        for order in orders:
            tell_after_hook(order)

    # then: one is asked whether it is due
    assert len(orders) > 1
    assert len(context) == 2
    delay.assert_called_once_with(str(sales["beta"].order.pk))


def test_no_dry_run_trigger_or_sample(
    alpha,
    staff_api_client,
    permission_manage_orders,
    permission_manage_apps,
    link_app,
    listen,
):
    # given
    user = staff_api_client.user
    user.user_permissions.add(permission_manage_orders, permission_manage_apps)
    webhook = listen(link_app(alpha.seller).app)
    order_id = Node.to_global_id("Order", alpha.order.pk)

    # when, then
    for object_id in (alpha.id, order_id):
        for mutation, variables in (
            (DRY_RUN_MUTATION, {"query": QUERY, "objectId": object_id}),
            (
                TRIGGER_MUTATION,
                {
                    "objectId": object_id,
                    "webhookId": Node.to_global_id("Webhook", webhook.pk),
                },
            ),
        ):
            response = staff_api_client.post_graphql(mutation, variables)
            content = get_graphql_content(response, ignore_errors=True)
            assert str(alpha.order.number) not in json.dumps(content)
    response = staff_api_client.post_graphql(
        SAMPLE_QUERY, {"eventType": "SELLER_ORDER_UPDATED"}
    )
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"] == {"webhookSamplePayload": None}
