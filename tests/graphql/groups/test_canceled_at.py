"""When a group was canceled."""

import datetime

import pytest
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroup

FIRST = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
LAST = FIRST + datetime.timedelta(hours=2)
QUERY = "query($id: ID) { orderGroup(id: $id) { status canceledAt } }"
LIST = "{ orderGroups(first: 100) { edges { node { status canceledAt } } } }"
CANCEL = """
mutation Cancel($id: ID!) {
  orderGroupCancel(id: $id) {
    orderGroup { status canceledAt }
    results { errors { code } }
    errors { code }
  }
}
"""


@pytest.fixture
def manager(staff_api_client, permission_group_manage_orders):
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    return staff_api_client


@pytest.fixture
def cancel(orders_of):
    """Give the orders of a group these statuses, canceled ones with Saleor's event."""

    def cancel(group, *statuses_and_dates):
        orders = orders_of(group)
        for order, (status, date) in zip(orders, statuses_and_dates, strict=True):
            Order.objects.filter(pk=order.pk).update(status=status)
            if date:
                order.events.create(type="canceled", date=date)

    return cancel


@pytest.mark.parametrize(
    ("_case", "orders", "status", "canceled_at"),
    [
        ("all canceled", [("canceled", LAST), ("canceled", FIRST)], "CANCELED", LAST),
        ("one expired", [("canceled", FIRST), ("expired", None)], "CANCELED", FIRST),
        ("one live", [("canceled", FIRST), ("unfulfilled", None)], "UNFULFILLED", None),
        ("all expired", [("expired", None), ("expired", None)], "EXPIRED", None),
        ("no event", [("canceled", None), ("canceled", None)], "CANCELED", None),
    ],
)
def test_canceled_at(
    _case, orders, status, canceled_at, user_api_client, create_group, cancel, orders_of, to_id
):  # fmt: skip
    # given other events, and a canceled group beside it
    cancel(create_group(), ("canceled", LAST + datetime.timedelta(days=1)))
    group = create_group([None, None])
    cancel(group, *orders)
    for order in orders_of(group):
        order.events.create(
            type="fulfillment_canceled", date=LAST + datetime.timedelta(days=2)
        )

    # when
    response = user_api_client.post_graphql(QUERY, {"id": to_id(group)})

    # then
    assert get_graphql_content(response)["data"]["orderGroup"] == {
        "status": status,
        "canceledAt": canceled_at and canceled_at.isoformat(),
    }


def test_group_that_is_canceled_now_tells_when(manager, create_group, orders_of, to_id):
    # given
    group = create_group([None, None])

    # when
    response = manager.post_graphql(CANCEL, {"id": to_id(group)})

    # then
    data = get_graphql_content(response)["data"]["orderGroupCancel"]
    assert data["errors"] == []
    assert [row["errors"] for row in data["results"]] == [[], []]
    dates = [order.events.get(type="canceled").date for order in orders_of(group)]
    assert data["orderGroup"] == {
        "status": "CANCELED",
        "canceledAt": max(dates).isoformat(),
    }


def test_statements_do_not_depend_on_groups(
    manager, create_group, cancel, count_statements
):
    # given
    cancel(create_group(), ("canceled", FIRST))
    count_statements(manager, LIST)

    # when
    one, count_of_one = count_statements(manager, LIST)
    for _ in range(9):
        cancel(create_group([None, None]), ("canceled", FIRST), ("canceled", LAST))
    many, count_of_many = count_statements(manager, LIST)

    # then
    dates = [
        {edge["node"]["canceledAt"] for edge in data["orderGroups"]["edges"]}
        for data in (one, many)
    ]
    assert dates == [{FIRST.isoformat()}, {FIRST.isoformat(), LAST.isoformat()}]
    assert OrderGroup.objects.count() == 10
    assert count_of_many == count_of_one
