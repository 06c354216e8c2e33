"""ORDER_GROUP_CREATED in webhookCreate, app manifests, dry runs and samples."""

import json

import graphene
import pytest
from saleor.app.models import App
from saleor.core.models import EventDelivery
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.webhook.models import Webhook

from tests.helpers.subscriptions import (
    CHANNELS_SUBSCRIPTION,
    DRY_RUN_MUTATION,
    EVENT_SUBSCRIPTION,
    ROOT_SUBSCRIPTION,
    SAMPLE_QUERY,
    TRIGGER_MUTATION,
    WEBHOOK_CREATE_MUTATION,
)

FETCH_MANIFEST_MUTATION = """
    mutation FetchManifest($url: String!) {
        appFetchManifest(manifestUrl: $url) {
            manifest { identifier webhooks { name asyncEvents query } }
            errors { field message code }
        }
    }
"""
INSTALL_MUTATION = """
    mutation Install($input: AppInstallInput!) {
        appInstall(input: $input) {
            errors { field message code }
        }
    }
"""


def create_webhook_as(client, **input):
    variables = {"input": {"targetUrl": "https://example.com/hook", **input}}
    response = client.post_graphql(WEBHOOK_CREATE_MUTATION, variables)
    return get_graphql_content(response)["data"]["webhookCreate"]


def test_webhook_create_by_app(app_api_client, orders_app):
    # when
    data = create_webhook_as(app_api_client, asyncEvents=["ORDER_GROUP_CREATED"])

    # then
    assert data["errors"] == []
    assert data["webhook"]["asyncEvents"] == [
        {"eventType": "ORDER_GROUP_CREATED", "name": "Order group created"}
    ]
    webhook = Webhook.objects.get()
    assert webhook.app == orders_app
    assert [event.event_type for event in webhook.events.all()] == [
        "order_group_created"
    ]


@pytest.mark.parametrize("_case_event", ["ORDER_CREATED", "ORDER_GROUP_CREATED"])
def test_webhook_create_without_the_permission_is_accepted_as_for_orders(
    _case_event, app_api_client
):
    # when
    data = create_webhook_as(app_api_client, asyncEvents=[_case_event])

    # then
    # Such a webhook gets nothing: see test_no_webhook_without_the_permission.
    assert data["errors"] == []
    assert Webhook.objects.get().events.get().event_type == _case_event.lower()


@pytest.mark.parametrize("_case_form", ["event", "root field"])
def test_webhook_create_finds_the_event_in_the_query(
    _case_form, app_api_client, orders_app
):
    # given
    query = {"event": EVENT_SUBSCRIPTION, "root field": ROOT_SUBSCRIPTION}[_case_form]

    # when
    data = create_webhook_as(app_api_client, query=query)

    # then
    assert data["errors"] == []
    webhook = Webhook.objects.get()
    assert webhook.events.get().event_type == "order_group_created"
    assert webhook.subscription_query == query
    assert webhook.filterable_channel_slugs == []


def test_webhook_create_keeps_the_channels_of_the_query(
    app_api_client, orders_app, channel_USD
):
    # when
    data = create_webhook_as(
        app_api_client, query=CHANNELS_SUBSCRIPTION % channel_USD.slug
    )

    # then
    assert data["errors"] == []
    assert Webhook.objects.get().filterable_channel_slugs == [channel_USD.slug]


def test_webhook_create_with_an_unknown_field_is_refused(app_api_client, orders_app):
    # when
    data = create_webhook_as(
        app_api_client,
        query="subscription { orderGroupCreated { orderGroup { nothing } } }",
    )

    # then
    assert data["webhook"] is None
    assert data["errors"] == [
        {
            "field": "query",
            "message": 'Cannot query field "nothing" on type "OrderGroup".',
            "code": "GRAPHQL_ERROR",
        }
    ]
    assert not Webhook.objects.exists()


@pytest.fixture
def manifest(receiver):
    receiver.manifest = {
        "id": "order.groups.app",
        "version": "1.0.0",
        "name": "Order groups app",
        "tokenTargetUrl": f"{receiver.url}/register",
        "permissions": ["MANAGE_ORDERS"],
        "webhooks": [
            {
                "name": "Groups",
                "asyncEvents": ["ORDER_GROUP_CREATED"],
                "query": EVENT_SUBSCRIPTION,
                "targetUrl": f"{receiver.url}/hook",
            },
            {
                "name": "Groups by root field",
                "query": ROOT_SUBSCRIPTION,
                "targetUrl": f"{receiver.url}/hook",
            },
        ],
    }
    return receiver.manifest


def test_manifest_with_the_event_is_valid(manifest, receiver, superuser_api_client):
    # when
    response = superuser_api_client.post_graphql(
        FETCH_MANIFEST_MUTATION, {"url": f"{receiver.url}/manifest"}
    )

    # then
    data = get_graphql_content(response)["data"]["appFetchManifest"]
    assert data["errors"] == []
    assert data["manifest"]["webhooks"] == [
        {
            "name": "Groups",
            "asyncEvents": ["ORDER_GROUP_CREATED"],
            "query": EVENT_SUBSCRIPTION,
        },
        {
            "name": "Groups by root field",
            "asyncEvents": [],
            "query": ROOT_SUBSCRIPTION,
        },
    ]


def test_manifest_with_a_misspelt_event_is_refused(
    manifest, receiver, superuser_api_client
):
    # given
    manifest["webhooks"][0]["asyncEvents"] = ["ORDER_GROUPS_CREATED"]

    # when
    response = superuser_api_client.post_graphql(
        FETCH_MANIFEST_MUTATION, {"url": f"{receiver.url}/manifest"}
    )

    # then
    data = get_graphql_content(response)["data"]["appFetchManifest"]
    assert data["errors"] == [
        {
            "field": "webhooks",
            "message": "Invalid asynchronous event.",
            "code": "INVALID",
        }
    ]


def test_app_installed_from_a_manifest_subscribes(
    manifest, receiver, superuser_api_client
):
    # given
    variables = {
        "input": {
            "appName": "Order groups app",
            "manifestUrl": f"{receiver.url}/manifest",
            "permissions": ["MANAGE_ORDERS"],
            "activateAfterInstallation": True,
        }
    }

    # when
    response = superuser_api_client.post_graphql(INSTALL_MUTATION, variables)

    # then
    assert get_graphql_content(response)["data"]["appInstall"]["errors"] == []
    app = App.objects.get(identifier="order.groups.app")
    assert [
        [event.event_type for event in webhook.events.all()]
        for webhook in app.webhooks.order_by("pk")
    ] == [["order_group_created"], ["order_group_created"]]


@pytest.mark.parametrize("_case_form", ["event", "root field"])
def test_dry_run(
    _case_form,
    staff_api_client,
    permission_group_manage_orders,
    order_group,
    order_group_id,
    order_list,
):
    # given
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    query = {"event": EVENT_SUBSCRIPTION, "root field": ROOT_SUBSCRIPTION}[_case_form]

    # when
    response = staff_api_client.post_graphql(
        DRY_RUN_MUTATION, {"query": query, "objectId": order_group_id}
    )

    # then
    data = get_graphql_content(response)["data"]["webhookDryRun"]
    assert data["errors"] == []
    payload = json.loads(data["payload"])
    assert "errors" not in payload
    if _case_form == "root field":
        payload = payload["data"]["orderGroupCreated"]
    assert payload["orderGroup"] == {
        "id": order_group_id,
        "number": str(order_group.number),
        "channel": {"slug": order_group.channel.slug},
        "sellerCount": 3,
        "orders": [
            {"id": graphene.Node.to_global_id("Order", order.pk)}
            for order in order_list
        ],
    }


def test_dry_run_needs_the_permission(staff_api_client, order_group_id):
    # when
    response = staff_api_client.post_graphql(
        DRY_RUN_MUTATION, {"query": EVENT_SUBSCRIPTION, "objectId": order_group_id}
    )

    # then
    data = get_graphql_content(response)["data"]["webhookDryRun"]
    assert data["payload"] is None
    assert data["errors"] == [
        {
            "field": None,
            "message": "The user doesn't have required permission: manage_orders.",
            "code": "MISSING_PERMISSION",
        }
    ]


@pytest.mark.parametrize("_case_client", ["user_api_client", "app_api_client"])
def test_dry_run_is_for_staff(_case_client, request, order_group_id):
    # given
    client = request.getfixturevalue(_case_client)

    # when
    response = client.post_graphql(
        DRY_RUN_MUTATION, {"query": EVENT_SUBSCRIPTION, "objectId": order_group_id}
    )

    # then
    assert_no_permission(response)


def test_dry_run_of_an_object_of_another_type(superuser_api_client, order):
    # given
    order_id = graphene.Node.to_global_id("Order", order.pk)

    # when
    response = superuser_api_client.post_graphql(
        DRY_RUN_MUTATION, {"query": EVENT_SUBSCRIPTION, "objectId": order_id}
    )

    # then
    data = get_graphql_content(response)["data"]["webhookDryRun"]
    assert data["errors"] == [
        {
            "field": "objectId",
            "message": "ObjectId doesn't match event type.",
            "code": "INVALID_ID",
        }
    ]


@pytest.mark.parametrize("_case_pk", ["00000000-0000-0000-0000-000000000000", "1"])
def test_dry_run_of_a_group_that_does_not_exist(_case_pk, superuser_api_client, db):
    # given
    object_id = graphene.Node.to_global_id("OrderGroup", _case_pk)

    # when
    response = superuser_api_client.post_graphql(
        DRY_RUN_MUTATION, {"query": EVENT_SUBSCRIPTION, "objectId": object_id}
    )

    # then
    data = get_graphql_content(response)["data"]["webhookDryRun"]
    assert data["payload"] is None
    assert [(error["field"], error["code"]) for error in data["errors"]] == [
        ("objectId", "NOT_FOUND")
    ]


@pytest.mark.parametrize(
    ("_case_type", "_case_event"),
    [("Order", "OrderCreated"), ("OrderGroup", "OrderGroupCreated")],
)
def test_dry_run_of_a_malformed_id_is_refused_as_for_orders(
    _case_type, _case_event, superuser_api_client
):
    # given
    object_id = graphene.Node.to_global_id(_case_type, "not-a-uuid")
    query = f"subscription {{ event {{ ... on {_case_event} {{ issuedAt }} }} }}"

    # when
    response = superuser_api_client.post_graphql(
        DRY_RUN_MUTATION, {"query": query, "objectId": object_id}
    )

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"]["webhookDryRun"] is None
    assert [error["message"] for error in content["errors"]] == [
        f"Invalid ID: {object_id}."
    ]


def test_webhook_trigger_delivers(
    superuser_api_client, create_webhook, orders_app, receiver, order_group_id
):
    # given
    webhook = create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    variables = {
        "webhookId": graphene.Node.to_global_id("Webhook", webhook.pk),
        "objectId": order_group_id,
    }

    # when
    response = superuser_api_client.post_graphql(TRIGGER_MUTATION, variables)

    # then
    data = get_graphql_content(response)["data"]["webhookTrigger"]
    assert data["errors"] == []
    assert data["delivery"]["eventType"] == "ORDER_GROUP_CREATED"
    [received] = receiver.requests
    assert received.headers["saleor-event"] == "order_group_created"
    assert received.json["orderGroup"]["id"] == order_group_id


def test_webhook_trigger_needs_the_permission(
    staff_api_client, create_webhook, orders_app, receiver, order_group_id
):
    # given
    webhook = create_webhook(orders_app, query=EVENT_SUBSCRIPTION)
    variables = {
        "webhookId": graphene.Node.to_global_id("Webhook", webhook.pk),
        "objectId": order_group_id,
    }

    # when
    response = staff_api_client.post_graphql(TRIGGER_MUTATION, variables)

    # then
    data = get_graphql_content(response)["data"]["webhookTrigger"]
    assert [error["code"] for error in data["errors"]] == ["MISSING_PERMISSION"]
    assert receiver.requests == []
    assert not EventDelivery.objects.exists()


def test_sample_payload_is_of_no_real_group(app_api_client, orders_app, order_group):
    # given
    of_sample = {"eventType": "ORDER_GROUP_CREATED"}

    # when
    response = app_api_client.post_graphql(SAMPLE_QUERY, of_sample)
    order_group.delete()
    without_groups = app_api_client.post_graphql(SAMPLE_QUERY, of_sample)

    # then the same made-up ID
    for each in (response, without_groups):
        text = get_graphql_content(each)["data"]["webhookSamplePayload"]
        sample = json.loads(text)
        assert set(sample) == {"id", "event", "meta"}
        assert graphene.Node.from_global_id(sample["id"]) == (
            "OrderGroup",
            "00000000-0000-4000-8000-000000000001",
        )


def test_sample_payload_of_saleors_own_events(app_api_client, orders_app, order):
    # given
    order.status = "unfulfilled"
    order.save(update_fields=["status"])

    # when
    response = app_api_client.post_graphql(SAMPLE_QUERY, {"eventType": "ORDER_CREATED"})

    # then
    sample = json.loads(get_graphql_content(response)["data"]["webhookSamplePayload"])
    assert sample[0]["type"] == "Order"


def test_sample_payload_needs_the_permission(app_api_client, order_group):
    # when
    response = app_api_client.post_graphql(
        SAMPLE_QUERY, {"eventType": "ORDER_GROUP_CREATED"}
    )

    # then
    assert_no_permission(response)
