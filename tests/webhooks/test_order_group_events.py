"""ORDER_GROUP_CREATED on its way to a receiver."""

import hashlib
import hmac
import json

import graphene
import jwt
import pytest
from freezegun import freeze_time
from saleor import __version__
from saleor.core.jwt_manager import get_jwt_manager
from saleor.core.models import EventDelivery, EventDeliveryAttempt
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups.lifecycle.records import record_created
from saleor_order_groups.models import OrderGroupEvent
from saleor_order_groups.webhooks.sending import trigger_order_group_event
from tests.helpers.events import announce_created
from tests.helpers.subscriptions import (
    CHANNELS_SUBSCRIPTION,
    EVENT_SUBSCRIPTION,
    ROOT_SUBSCRIPTION,
)

DELIVERIES_QUERY = """
    query Deliveries($id: ID!) {
        webhook(id: $id) {
            eventDeliveries(first: 10) {
                edges {
                    node {
                        id
                        eventType
                        status
                        payload
                        attempts(first: 10) {
                            edges { node { status responseStatusCode } }
                        }
                    }
                }
            }
        }
    }
"""
RETRY_MUTATION = """
    mutation Retry($id: ID!) {
        eventDeliveryRetry(id: $id) {
            delivery { status }
            errors { field message code }
        }
    }
"""


@freeze_time("2026-03-04 05:06:07")
def test_payload_without_a_query(
    create_webhook, orders_app, receiver, order_group, order_group_id, customer_user
):
    # given
    create_webhook(orders_app, asyncEvents=["ORDER_GROUP_CREATED"])

    # when
    announce_created(order_group, customer_user)

    # then
    [received] = receiver.requests
    event = OrderGroupEvent.objects.get()
    assert received.json == {
        "id": order_group_id,
        "event": {
            "id": graphene.Node.to_global_id("OrderGroupEvent", event.pk),
            "sequence": 1,
            "type": "CREATED",
            "createdAt": "2026-03-04T05:06:07Z",
        },
        "meta": {
            "issued_at": "2026-03-04T05:06:07+00:00",
            "version": __version__,
            "issuing_principal": {
                "id": graphene.Node.to_global_id("User", customer_user.pk),
                "type": "user",
            },
        },
    }


def test_payload_of_a_guests_group(create_webhook, orders_app, receiver, order_group):
    # given
    create_webhook(orders_app, asyncEvents=["ORDER_GROUP_CREATED"])

    # when
    announce_created(order_group, None)

    # then
    [received] = receiver.requests
    assert received.json["meta"]["issuing_principal"] == {"id": None, "type": None}


@pytest.mark.parametrize("_case_form", ["event", "root field"])
def test_payload_of_a_subscription(
    _case_form,
    create_webhook,
    orders_app,
    receiver,
    order_group,
    order_group_id,
    order_list,
    customer_user,
):
    # given
    query = {"event": EVENT_SUBSCRIPTION, "root field": ROOT_SUBSCRIPTION}[_case_form]
    create_webhook(orders_app, query=query)

    # when
    announce_created(order_group, customer_user)

    # then
    payload = {
        "version": __version__,
        "recipient": {"name": orders_app.name},
        "orderGroup": {
            "id": order_group_id,
            "number": str(order_group.number),
            "channel": {"slug": order_group.channel.slug},
            "sellerCount": 3,
            "orders": [
                {"id": graphene.Node.to_global_id("Order", order.pk)}
                for order in order_list
            ],
        },
    }
    [received] = receiver.requests
    # Saleor wraps the payload of a root field and not that of `event`.
    assert (
        received.json
        == {
            "event": payload,
            "root field": {"data": {"orderGroupCreated": payload}},
        }[_case_form]
    )


def test_headers_are_those_of_saleor_with_the_webhooks_secret(
    create_webhook, orders_app, receiver, order_group
):
    # given
    create_webhook(
        orders_app,
        asyncEvents=["ORDER_GROUP_CREATED"],
        secretKey="secret",
        customHeaders=json.dumps({"X-Shop": "demo"}),
    )

    # when
    announce_created(order_group, None)

    # then
    [received] = receiver.requests
    assert received.path == "/hook"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["saleor-event"] == "order_group_created"
    assert received.headers["saleor-domain"] == "example.com"
    assert received.headers["saleor-api-url"] == "https://example.com/graphql/"
    assert received.headers["x-shop"] == "demo"
    assert (
        received.headers["saleor-signature"]
        == hmac.new(b"secret", received.body, hashlib.sha256).hexdigest()
    )


def test_signature_without_a_secret_is_saleors_detached_jws(
    create_webhook, orders_app, receiver, order_group
):
    # given
    create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    [key] = get_jwt_manager().get_jwks()["keys"]

    # when
    announce_created(order_group, None)

    # then
    [received] = receiver.requests
    decoded = jwt.PyJWS().decode_complete(
        received.headers["saleor-signature"],
        key=jwt.PyJWK(key).key,
        algorithms=["RS256"],
        detached_payload=received.body,
    )
    assert decoded["header"]["kid"] == key["kid"]


def test_every_webhook_gets_one_request(
    create_webhook, orders_app, receiver, order_group
):
    # given
    for path in ("legacy", "event", "root"):
        query = {
            "legacy": {"asyncEvents": ["ORDER_GROUP_CREATED"]},
            "event": {"query": EVENT_SUBSCRIPTION},
            "root": {"query": ROOT_SUBSCRIPTION},
        }[path]
        create_webhook(orders_app, targetUrl=f"{receiver.url}/{path}", **query)

    # when
    announce_created(order_group, None)

    # then
    assert sorted(request.path for request in receiver.requests) == [
        "/event",
        "/legacy",
        "/root",
    ]


def test_webhook_of_any_event_gets_it(
    create_webhook, orders_app, receiver, order_group, order_group_id
):
    # given
    create_webhook(orders_app, asyncEvents=["ANY_EVENTS"])

    # when
    announce_created(order_group, None)

    # then
    [received] = receiver.requests
    assert received.json["id"] == order_group_id


def test_webhook_of_another_event_does_not_get_it(
    create_webhook, orders_app, receiver, order_group
):
    # given
    create_webhook(orders_app, asyncEvents=["ORDER_CREATED"])

    # when
    announce_created(order_group, None)

    # then
    assert receiver.requests == []
    assert not EventDelivery.objects.exists()


def test_channels_of_the_subscription_filter(
    create_webhook,
    orders_app,
    receiver,
    order_group,
    order_group_id,
    channel_USD,
    channel_PLN,
):
    # given
    for channel in (channel_USD, channel_PLN):
        create_webhook(
            orders_app,
            targetUrl=f"{receiver.url}/{channel.slug}",
            query=CHANNELS_SUBSCRIPTION % channel.slug,
        )

    # when
    announce_created(order_group, None)

    # then
    [received] = receiver.requests
    assert received.path == f"/{channel_USD.slug}"
    assert received.json == {
        "data": {"orderGroupCreated": {"orderGroup": {"id": order_group_id}}}
    }
    assert not EventDelivery.objects.exists()


def test_no_webhook_without_the_permission(create_webhook, app, receiver, order_group):
    # given
    create_webhook(app, query=EVENT_SUBSCRIPTION)
    create_webhook(app, asyncEvents=["ORDER_GROUP_CREATED"])
    create_webhook(app, asyncEvents=["ANY_EVENTS"])

    # when
    announce_created(order_group, None)

    # then
    assert receiver.requests == []
    assert not EventDelivery.objects.exists()


@pytest.mark.parametrize("_case_field", ["is_active", "removed_at"])
def test_no_webhook_of_an_app_that_is_gone(
    _case_field, create_webhook, orders_app, receiver, order_group
):
    # given
    create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    value = {"is_active": False, "removed_at": order_group.created_at}[_case_field]
    setattr(orders_app, _case_field, value)
    orders_app.save(update_fields=[_case_field])

    # when
    announce_created(order_group, None)

    # then
    assert receiver.requests == []


def test_delivery_that_succeeds_leaves_no_log_as_in_saleor(
    create_webhook, orders_app, receiver, order_group
):
    # given
    create_webhook(orders_app, query=EVENT_SUBSCRIPTION)

    # when
    announce_created(order_group, None)

    # then
    assert len(receiver.requests) == 1
    assert not EventDelivery.objects.exists()


def test_delivery_is_retried_until_it_succeeds(
    create_webhook, orders_app, receiver, order_group
):
    # given
    create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    receiver.statuses = [500, 503]

    # when
    announce_created(order_group, None)

    # then
    first, second, third = receiver.requests
    assert first.body == second.body == third.body
    assert not EventDelivery.objects.exists()


def test_delivery_that_fails_for_good_is_in_the_log_and_can_be_sent_again(
    create_webhook,
    orders_app,
    receiver,
    order_group,
    order_group_id,
    superuser_api_client,
    order_groups_plugin_with_webhooks,
):
    # given
    webhook = create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    receiver.statuses = [500] * 6
    variables = {"id": graphene.Node.to_global_id("Webhook", webhook.pk)}

    # when
    announce_created(order_group, None)

    # then
    assert len(receiver.requests) == 6
    content = get_graphql_content(
        superuser_api_client.post_graphql(DELIVERIES_QUERY, variables)
    )
    [edge] = content["data"]["webhook"]["eventDeliveries"]["edges"]
    delivery = edge["node"]
    assert delivery["eventType"] == "ORDER_GROUP_CREATED"
    assert delivery["status"] == "FAILED"
    assert json.loads(delivery["payload"])["orderGroup"]["id"] == order_group_id
    assert [attempt["node"] for attempt in delivery["attempts"]["edges"]] == [
        {"status": "FAILED", "responseStatusCode": 500}
    ] * 6

    # when
    response = superuser_api_client.post_graphql(RETRY_MUTATION, {"id": delivery["id"]})

    # then
    data = get_graphql_content(response)["data"]["eventDeliveryRetry"]
    assert data["errors"] == []
    assert len(receiver.requests) == 7
    assert receiver.requests[-1].body == receiver.requests[0].body
    assert not EventDelivery.objects.exists()


def test_delivery_refused_by_the_receiver_is_not_retried(
    create_webhook, orders_app, receiver, order_group
):
    # given
    create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    receiver.statuses = [404]

    # when
    announce_created(order_group, None)

    # then
    assert len(receiver.requests) == 1
    delivery = EventDelivery.objects.get()
    assert delivery.event_type == "order_group_created"
    assert delivery.status == "failed"
    attempt = EventDeliveryAttempt.objects.get()
    assert attempt.response_status_code == 404


def test_group_deleted_before_the_worker_reads_it(
    create_webhook, orders_app, receiver, order_group, group_orders
):
    # given
    create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    record_created([order_group], None)
    event = OrderGroupEvent.objects.select_related("group__channel").get()
    OrderGroupEvent.objects.get().group.delete()

    # when
    trigger_order_group_event(event, None)

    # then
    assert receiver.requests == []
    assert EventDelivery.objects.get().status == "failed"
