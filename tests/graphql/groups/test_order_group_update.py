"""A group's own reference and metadata: who may change them, and how it is found."""

from unittest import mock

import graphene
import pytest
from django.db import IntegrityError, transaction
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

from saleor_order_groups.graphql.groups.mutations.order_group_update import (
    OrderGroupUpdate,
)
from saleor_order_groups.models import OrderGroup

UPDATE = """
mutation Update($id: ID, $externalReference: String, $input: OrderGroupUpdateInput!) {
  orderGroupUpdate(id: $id, externalReference: $externalReference, input: $input) {
    orderGroup {
      id externalReference
      metadata { key value }
      privateMetadata { key value }
    }
    errors { field message code }
  }
}
"""
UNKNOWN_ID = graphene.Node.to_global_id(
    "OrderGroup", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa"
)


@pytest.fixture
def update(staff_api_client, permission_group_manage_orders):
    """Return a function that updates a group as staff; its value is the answer."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    def update(**variables):
        response = staff_api_client.post_graphql(UPDATE, variables)
        return get_graphql_content(response)["data"]["orderGroupUpdate"]

    return update


def snapshot():
    return list(OrderGroup.objects.order_by("pk").values())


def get_errors(data):
    assert data["orderGroup"] is None
    return [(error["field"], error["code"]) for error in data["errors"]]


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("anonymous", "denied"),
        ("customer", "denied"),
        ("other customer", "denied"),
        ("staff without permission", "denied"),
        ("staff with permission", "updated"),
        ("staff of another channel", "not found"),
        ("app without permission", "denied"),
        ("app with permission", "updated"),
    ],
)
@pytest.mark.parametrize("by", ["id", "externalReference"])
def test_who_may_update_a_group(by, who, answer, client_of, create_group, to_id):
    # given
    group = create_group(external_reference="web-7")
    variables = {
        by: to_id(group) if by == "id" else "web-7",
        "input": {"externalReference": "web-8"},
    }
    client = client_of(who)
    before = snapshot()

    # when
    response = client.post_graphql(UPDATE, variables)

    # then
    if answer == "denied":
        assert_no_permission(response)
    else:
        data = get_graphql_content(response)["data"]["orderGroupUpdate"]
        if answer == "updated":
            assert data["errors"] == []
            assert OrderGroup.objects.get().external_reference == "web-8"
            return
        assert get_errors(data) == [(by, "NOT_FOUND")]
    assert snapshot() == before


def test_staff_do_not_update_an_own_purchase_of_another_channel(
    staff_api_client, staff_of_channel, channel_PLN, create_group, to_id
):
    # given a purchase that a member of the staff of another channel made
    staff_of_channel(staff_api_client.user, channel_PLN)
    group = create_group(user=staff_api_client.user)
    before = snapshot()

    # when
    response = staff_api_client.post_graphql(
        UPDATE, {"id": to_id(group), "input": {"externalReference": "web-7"}}
    )

    # then
    data = get_graphql_content(response)["data"]["orderGroupUpdate"]
    assert get_errors(data) == [("id", "NOT_FOUND")]
    assert snapshot() == before


def test_metadata_is_merged(update, create_group, to_id):
    # given
    group = create_group(
        metadata={"source": "fair", "booth": "7"}, private_metadata={"erp": "1"}
    )
    updated_at = group.updated_at

    # when
    data = update(
        id=to_id(group),
        input={
            "externalReference": "web-7",
            "metadata": [{"key": "booth", "value": "8"}],
            "privateMetadata": [{"key": "batch", "value": "2"}],
        },
    )

    # then
    assert data == {
        "orderGroup": {
            "id": to_id(group),
            "externalReference": "web-7",
            "metadata": [
                {"key": "booth", "value": "8"},
                {"key": "source", "value": "fair"},
            ],
            "privateMetadata": [
                {"key": "batch", "value": "2"},
                {"key": "erp", "value": "1"},
            ],
        },
        "errors": [],
    }
    group.refresh_from_db()
    assert group.metadata == {"source": "fair", "booth": "8"}
    assert group.private_metadata == {"erp": "1", "batch": "2"}
    assert group.updated_at > updated_at


@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("null removes it", {"externalReference": None}, None),
        ("empty is none", {"externalReference": ""}, None),
        ("not given", {}, "web-7"),
        ("null metadata", {"metadata": None, "privateMetadata": None}, "web-7"),
        ("the same again", {"externalReference": "web-7"}, "web-7"),
        ("as long as it may be", {"externalReference": "x" * 250}, "x" * 250),
    ],
)
def test_reference(_case, given, expected, update, create_group, to_id):
    # given another group without a reference
    group = create_group(external_reference="web-7", metadata={"a": "b"})
    create_group()

    # when
    data = update(id=to_id(group), input=given)

    # then
    assert data["errors"] == []
    assert data["orderGroup"]["externalReference"] == expected
    group.refresh_from_db()
    assert (group.external_reference, group.metadata) == (expected, {"a": "b"})


@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("taken", {"externalReference": "web-8"}, [("externalReference", "UNIQUE")]),
        ("too long", {"externalReference": "x" * 251}, [("externalReference", "INVALID")]),
        ("no key", {"metadata": [{"key": " ", "value": "b"}]}, [("metadata", "REQUIRED")]),
        ("no private key", {"privateMetadata": [{"key": "", "value": "b"}]}, [("privateMetadata", "REQUIRED")]),
    ],
)  # fmt: skip
def test_bad_input_is_refused(_case, given, expected, update, create_group, to_id):
    # given
    group = create_group(external_reference="web-7")
    create_group(external_reference="web-8")
    before = snapshot()

    # when
    data = update(
        id=to_id(group), input={"metadata": [{"key": "a", "value": "b"}]} | given
    )

    # then
    assert get_errors(data) == expected
    assert snapshot() == before


def test_reference_that_a_rival_takes_meanwhile(update, create_group, to_id):
    # given a rival that saves after ours was found to be free
    group, rival = create_group(), create_group()
    save = OrderGroup.full_clean

    def clean(*args, **kwargs):
        save(*args, **kwargs)
        OrderGroup.objects.filter(pk=rival.pk).update(external_reference="web-7")

    # when
    with mock.patch.object(OrderGroup, "full_clean", clean):
        data = update(id=to_id(group), input={"externalReference": "web-7"})

    # then
    assert data == {
        "orderGroup": None,
        "errors": [
            {
                "field": "externalReference",
                "code": "UNIQUE",
                "message": "Order group with this External reference already exists.",
            }
        ],
    }
    assert OrderGroup.objects.get(pk=group.pk).external_reference is None


def test_metadata_that_was_written_meanwhile_is_kept(update, create_group, to_id):
    # given a rival that writes before the row is locked
    group = create_group()
    lock = OrderGroupUpdate.lock_group

    def write_and_lock(*args):
        OrderGroup.objects.update(metadata={"rival": "1"})
        return lock(*args)

    # when
    with mock.patch.object(OrderGroupUpdate, "lock_group", write_and_lock):
        data = update(
            id=to_id(group), input={"metadata": [{"key": "ours", "value": "2"}]}
        )

    # then
    assert data["errors"] == []
    group.refresh_from_db()
    assert group.metadata == {"rival": "1", "ours": "2"}


def test_database_refuses_a_second_group_of_a_reference(create_group):
    # given
    create_group(external_reference="web-7")

    # when / then
    with pytest.raises(IntegrityError), transaction.atomic():
        create_group(external_reference="web-7")
    assert OrderGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("unknown", {"id": UNKNOWN_ID}, [("id", "NOT_FOUND")]),
        ("malformed", {"id": "nonsense"}, [("id", "NOT_FOUND")]),
        ("another type", {"id": graphene.Node.to_global_id("Order", 1)}, [("id", "NOT_FOUND")]),
        ("unknown reference", {"externalReference": "x"}, [("externalReference", "NOT_FOUND")]),
        ("neither", {}, [(None, "GRAPHQL_ERROR")]),
        ("both", {"id": UNKNOWN_ID, "externalReference": "x"}, [(None, "GRAPHQL_ERROR")]),
    ],
)  # fmt: skip
def test_exactly_one_known_group(_case, given, expected, update, create_group):
    # given
    create_group()
    before = snapshot()

    # when
    data = update(**given, input={"externalReference": "web-7"})

    # then
    assert get_errors(data) == expected
    assert snapshot() == before
