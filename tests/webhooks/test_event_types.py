"""ORDER_GROUP_CREATED where Saleor lists its events."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from saleor.graphql.tests.utils import get_graphql_content
from saleor.permission.enums import OrderPermissions
from saleor.webhook.event_types import WebhookEventAsyncType

from saleor_order_groups.graphql.groups.subscription import extend_subscriptions
from saleor_order_groups.webhooks.event_types import register_event_types

ENUM_QUERY = """
    query Enum($name: String!) {
        __type(name: $name) {
            enumValues(includeDeprecated: true) { name description isDeprecated }
        }
    }
"""
TYPE_QUERY = """
    query Type($name: String!) {
        __type(name: $name) {
            kind
            interfaces { name }
            fields { name args { name type { kind ofType { name } } } }
        }
    }
"""


def test_event_is_registered_as_saleor_registers_its_own():
    assert WebhookEventAsyncType.ORDER_GROUP_CREATED == "order_group_created"
    assert WebhookEventAsyncType.EVENT_MAP["order_group_created"] == {
        "name": "Order group created",
        "permission": OrderPermissions.MANAGE_ORDERS,
        "is_deferred_payload": True,
    }
    assert (
        WebhookEventAsyncType.PERMISSIONS["order_group_created"]
        is OrderPermissions.MANAGE_ORDERS
    )
    assert WebhookEventAsyncType.ALL == [
        event for event, _name in WebhookEventAsyncType.CHOICES
    ]


def test_registering_twice_changes_nothing():
    # given
    choices = list(WebhookEventAsyncType.CHOICES)

    # when
    register_event_types()
    extend_subscriptions()

    # then
    assert WebhookEventAsyncType.CHOICES == choices
    assert WebhookEventAsyncType.ALL.count("order_group_created") == 1


def test_registering_after_the_enums_were_built_is_refused(monkeypatch):
    # given
    events = dict(WebhookEventAsyncType.EVENT_MAP)
    del events["order_group_created"]
    monkeypatch.setattr(WebhookEventAsyncType, "EVENT_MAP", events)

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        register_event_types()

    # then
    assert "saleor.graphql.webhook.enums was imported before" in str(error.value)
    assert "order_group_created" not in events


def test_registering_over_an_event_of_somebody_else_is_refused(monkeypatch):
    # given
    theirs = {"name": "Somebody else's", "permission": None}
    events = {**WebhookEventAsyncType.EVENT_MAP, "order_group_created": theirs}
    monkeypatch.setattr(WebhookEventAsyncType, "EVENT_MAP", events)

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        register_event_types()

    # then
    assert "already has an event order_group_created" in str(error.value)
    assert events["order_group_created"] is theirs


@pytest.mark.parametrize(
    "_case_enum", ["WebhookEventTypeEnum", "WebhookEventTypeAsyncEnum"]
)
def test_event_in_the_enums_of_the_api(_case_enum, api_client):
    # when
    response = api_client.post_graphql(ENUM_QUERY, {"name": _case_enum})

    # then
    values = get_graphql_content(response)["data"]["__type"]["enumValues"]
    assert [value for value in values if value["name"] == "ORDER_GROUP_CREATED"] == [
        {
            "name": "ORDER_GROUP_CREATED",
            "description": (
                "A checkout is completed into an order group."
                "\n\nAdded in saleor-order-groups 0.1."
            ),
            "isDeprecated": False,
        }
    ]


def test_event_in_the_enum_of_sample_payloads_and_not_of_synchronous_events(api_client):
    # when
    names = {}
    for enum in ("WebhookSampleEventTypeEnum", "WebhookEventTypeSyncEnum"):
        response = api_client.post_graphql(ENUM_QUERY, {"name": enum})
        values = get_graphql_content(response)["data"]["__type"]["enumValues"]
        names[enum] = {value["name"] for value in values}

    # then
    assert "ORDER_GROUP_CREATED" in names["WebhookSampleEventTypeEnum"]
    assert "ORDER_GROUP_CREATED" not in names["WebhookEventTypeSyncEnum"]


def test_subscription_type_implements_event(api_client):
    # when
    response = api_client.post_graphql(TYPE_QUERY, {"name": "OrderGroupCreated"})

    # then
    data = get_graphql_content(response)["data"]["__type"]
    assert data["interfaces"] == [{"name": "Event"}]
    assert {item["name"] for item in data["fields"]} == {
        "issuedAt",
        "version",
        "issuingPrincipal",
        "recipient",
        "orderGroup",
        "groupEvent",
    }


def test_subscription_field_takes_channels(api_client):
    # when
    response = api_client.post_graphql(TYPE_QUERY, {"name": "Subscription"})

    # then
    fields = get_graphql_content(response)["data"]["__type"]["fields"]
    assert [item for item in fields if item["name"] == "orderGroupCreated"] == [
        {
            "name": "orderGroupCreated",
            "args": [
                {"name": "channels", "type": {"kind": "LIST", "ofType": {"name": None}}}
            ],
        }
    ]
