"""Filters by status look up what is recorded, and find what is not recorded yet."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderEvents
from saleor.order.models import Order, OrderEvent

from saleor_order_groups.graphql.groups import status_pages
from saleor_order_groups.lifecycle import changes
from saleor_order_groups.lifecycle.records import record_present
from saleor_order_groups.models import OrderGroupState, Recovery

QUERY = """
query Groups($where: OrderGroupWhereInput) {
  orderGroups(first: 10, where: $where) {
    totalCount
    edges { node { id status fulfillmentStatus } }
  }
}
"""
LONG_AGO = timezone.now() - datetime.timedelta(days=1)


@pytest.fixture
def find(app_api_client, permission_manage_orders):
    app_api_client.app.permissions.add(permission_manage_orders)

    def find(**where):
        response = app_api_client.post_graphql(QUERY, {"where": where})
        found = get_graphql_content(response)["data"]["orderGroups"]
        assert found["totalCount"] == len(found["edges"])
        return {edge["node"]["id"] for edge in found["edges"]}

    return find


@pytest.fixture
def groups(create_group, monkeypatch):
    """Three groups of a large shop, placed long ago, that a sweep has looked at."""
    monkeypatch.setattr(status_pages, "_NEARBY", (1, 3))
    groups = [create_group((None, None)) for _ in range(3)]
    Order.objects.update(status="unfulfilled", updated_at=LONG_AGO)
    record_present(group.pk for group in groups)
    now = timezone.now()
    Recovery.objects.update_or_create(pk=1, defaults={"looked_until": now})
    return groups


def select_orders(group):
    return Order.objects.filter(order_group_link__group=group)


def test_recorded_status_is_looked_up(groups, find, to_id):
    # given what is recorded of a group that nobody has changed
    OrderGroupState.objects.filter(pk=groups[1].pk).update(status="expired")

    # when, then
    assert find(status={"eq": "EXPIRED"}) == {to_id(groups[1])}
    assert find(status={"oneOf": ["UNFULFILLED", "EXPIRED"]}) == set(map(to_id, groups))
    assert find(status={"eq": "UNFULFILLED"}) == {to_id(groups[0]), to_id(groups[2])}


@pytest.mark.parametrize(
    ("status", "group_status", "fulfillment_status"),
    [
        ("fulfilled", "FULFILLED", "FULFILLED"),
        ("returned", "RETURNED", "RETURNED"),
        ("canceled", "CANCELED", "CANCELED"),
        ("expired", "EXPIRED", "CANCELED"),
        ("unconfirmed", "UNCONFIRMED", "NOT_FULFILLED"),
    ],
)
def test_change_that_no_look_has_seen_is_found(
    status, group_status, fulfillment_status, groups, find, to_id
):
    # given
    changed, others = to_id(groups[0]), {to_id(groups[1]), to_id(groups[2])}
    select_orders(groups[0]).update(status=status, updated_at=timezone.now())

    # when, then it is found by what it is, and not by what is recorded
    assert find(status={"eq": group_status}) == {changed}
    assert find(status={"eq": "UNFULFILLED"}) == others
    found = find(fulfillmentStatus={"eq": fulfillment_status})
    unchanged = find(fulfillmentStatus={"eq": "NOT_FULFILLED"})
    if fulfillment_status == "NOT_FULFILLED":
        assert found == unchanged == {changed} | others
    else:
        assert (found, unchanged) == ({changed}, others)


def test_orders_that_expired_in_bulk_are_found(groups, find, to_id):
    # given Saleor's clean-up, which does not write when it has changed the orders
    select_orders(groups[2]).update(status="expired", updated_at=LONG_AGO)
    for order in select_orders(groups[2]):
        OrderEvent.objects.create(order=order, type=OrderEvents.EXPIRED)

    # when, then
    assert find(status={"eq": "EXPIRED"}) == {to_id(groups[2])}


def test_group_that_was_placed_now_is_found(groups, find, create_group, to_id):
    # given a group without a recorded state
    group = create_group((None,))
    select_orders(group).update(status="fulfilled")

    # when, then
    assert find(status={"eq": "FULFILLED"}) == {to_id(group)}


def test_many_changes_are_derived(groups, find, monkeypatch, to_id):
    # given more changes than a filter looks at, and a state that is wrong
    monkeypatch.setattr(changes, "_MOST", 1)
    OrderGroupState.objects.filter(pk=groups[1].pk).update(status="returned")
    select_orders(groups[0]).update(status="returned", updated_at=timezone.now())

    # when, then
    assert find(status={"eq": "RETURNED"}) == {to_id(groups[0])}


def test_without_a_sweep_statuses_are_derived(groups, find):
    # given
    OrderGroupState.objects.filter(pk=groups[1].pk).update(status="returned")
    Recovery.objects.all().delete()

    # when, then
    assert find(status={"eq": "RETURNED"}) == set()


@pytest.mark.parametrize(
    ("where", "looks"),
    [
        ({"status": {"eq": "RETURNED"}}, 1),
        ({"OR": [{"status": {"eq": each}} for each in ("RETURNED", "EXPIRED")]}, 1),
        ({"AND": [{"status": {"eq": each}} for each in ("RETURNED", "EXPIRED")]}, 0),
    ],
)
def test_only_filter_looks_once_for_what_is_not_recorded(groups, find, where, looks):
    # given
    select_orders(groups[0]).update(status="returned", updated_at=timezone.now())

    # when
    with CaptureQueriesContext(connection) as queries:
        find(**where)

    # then
    table = f'FROM "{Recovery._meta.db_table}"'
    assert sum(table in each["sql"] for each in queries) == looks
