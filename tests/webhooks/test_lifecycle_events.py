"""Each event of a group's life on its way to a receiver."""

import json

import graphene
import pytest
from saleor.graphql.tests.utils import get_graphql_content
from saleor.webhook.event_types import WebhookEventAsyncType

from saleor_order_groups.lifecycle.announcing import announce_events
from saleor_order_groups.lifecycle.records import record_present, record_transitions
from saleor_order_groups.lifecycle.states import read_state
from saleor_order_groups.models import OrderGroupEventType, OrderGroupState
from tests.helpers.subscriptions import (
    DRY_RUN_MUTATION,
    SAMPLE_QUERY,
    TRIGGER_MUTATION,
)

TYPES = [each for each in OrderGroupEventType if each != OrderGroupEventType.CREATED]
QUERY = """
    subscription {
      orderGroup%s(channels: ["%s"]) {
        orderGroup { id number }
        groupEvent {
          id sequence typeSequence type createdAt order { number }
          previousStatus status chargeStatus totalCharged { amount }
          previousTotalRefunded { amount }
        }
      }
    }
"""


def get_name(type):
    """Return an event's name in GraphQL types: FullyPaid."""
    return "".join(map(str.capitalize, type.value.split("_")))


@pytest.fixture
def record(order_group):
    """Return a function that records an event of the group; the value is the event."""
    record_present([order_group.pk])

    def _record(type, order=None):
        row = OrderGroupState.objects.get(group=order_group)
        state = read_state(row)
        record_transitions(row, state, state, [type], order and order.pk)
        return order_group.events.order_by("sequence").last()

    return _record


@pytest.mark.parametrize("type", TYPES)
def test_subscription_of_a_channel(
    type,
    record,
    create_webhook,
    orders_app,
    receiver,
    order_group,
    order_group_id,
    order_list,
    channel_USD,
    channel_PLN,
):
    # given
    create_webhook(orders_app, query=QUERY % (get_name(type), channel_USD.slug))
    create_webhook(orders_app, query=QUERY % (get_name(type), channel_PLN.slug))
    event = record(type, order_list[1])

    # when
    announced = list(announce_events(order_group.pk))

    # then
    assert announced == [event]
    [received] = receiver.requests
    assert received.headers["saleor-event"] == f"order_group_{type.value}"
    data = received.json["data"]["orderGroup" + get_name(type)]
    assert data["orderGroup"] == {
        "id": order_group_id,
        "number": str(order_group.number),
    }
    assert data["groupEvent"] == {
        "id": graphene.Node.to_global_id("OrderGroupEvent", event.pk),
        "sequence": 1,
        "typeSequence": 1,
        "type": type.name,
        "createdAt": event.created_at.isoformat(),
        "order": {"number": str(order_list[1].number)},
        "previousStatus": "UNFULFILLED",
        "status": "UNFULFILLED",
        "chargeStatus": "NONE",
        "totalCharged": {"amount": 0.0},
        "previousTotalRefunded": {"amount": 0.0},
    }


@pytest.mark.parametrize("type", TYPES)
def test_payload_without_a_query(
    type, record, create_webhook, orders_app, receiver, order_group, order_group_id
):
    # given
    create_webhook(orders_app, asyncEvents=[f"ORDER_GROUP_{type.name}"])
    event = record(type)

    # when
    list(announce_events(order_group.pk))

    # then
    [received] = receiver.requests
    assert received.json["id"] == order_group_id
    assert received.json["event"]["sequence"] == 1
    assert received.json["event"]["type"] == type.name
    assert received.json["event"]["id"] == graphene.Node.to_global_id(
        "OrderGroupEvent", event.pk
    )


@pytest.mark.parametrize("type", TYPES)
def test_no_webhook_without_the_permission(
    type, record, create_webhook, app, receiver, order_group
):
    # given
    create_webhook(app, asyncEvents=[f"ORDER_GROUP_{type.name}"])
    record(type)

    # when
    list(announce_events(order_group.pk))

    # then
    assert receiver.requests == []
    assert WebhookEventAsyncType.PERMISSIONS[f"order_group_{type.value}"]


def test_deleted_order_is_null(
    record, create_webhook, orders_app, receiver, order_group, order_list, channel_USD
):
    # given
    create_webhook(orders_app, query=QUERY % ("Updated", channel_USD.slug))
    record(OrderGroupEventType.UPDATED, order_list[2])
    order_list[2].delete()

    # when
    list(announce_events(order_group.pk))

    # then
    [received] = receiver.requests
    assert received.json["data"]["orderGroupUpdated"]["groupEvent"]["order"] is None


@pytest.mark.parametrize("type", OrderGroupEventType)
def test_sample_payload(type, app_api_client, orders_app):
    # when
    response = app_api_client.post_graphql(
        SAMPLE_QUERY, {"eventType": f"ORDER_GROUP_{type.name}"}
    )

    # then
    text = get_graphql_content(response)["data"]["webhookSamplePayload"]
    assert json.loads(text)["event"]["type"] == type.name


@pytest.mark.parametrize("type", TYPES)
def test_dry_run_and_trigger_show_the_last_event_of_the_type(
    type,
    record,
    superuser_api_client,
    create_webhook,
    orders_app,
    receiver,
    order_group_id,
    channel_USD,
    order_groups_plugin_with_webhooks,
):
    # given
    query = QUERY % (get_name(type), channel_USD.slug)
    webhook = create_webhook(orders_app, query=query)
    other = TYPES[TYPES.index(type) - 1]
    record(other)

    def dry_run():
        response = superuser_api_client.post_graphql(
            DRY_RUN_MUTATION, {"query": query, "objectId": order_group_id}
        )
        data = get_graphql_content(response)["data"]["webhookDryRun"]
        assert data["errors"] == []
        return json.loads(data["payload"])["data"]["orderGroup" + get_name(type)]

    # when / then: there is none
    assert dry_run()["groupEvent"] is None
    record(type)
    record(type)
    record(other)
    event = dry_run()["groupEvent"]
    assert (event["sequence"], event["typeSequence"], event["type"]) == (
        3,
        2,
        type.name,
    )

    # when
    variables = {
        "webhookId": graphene.Node.to_global_id("Webhook", webhook.pk),
        "objectId": order_group_id,
    }
    response = superuser_api_client.post_graphql(TRIGGER_MUTATION, variables)

    # then
    data = get_graphql_content(response)["data"]["webhookTrigger"]
    assert data["errors"] == []
    [received] = receiver.requests
    [sent] = received.json["data"].values()
    assert sent["groupEvent"]["sequence"] == 3
