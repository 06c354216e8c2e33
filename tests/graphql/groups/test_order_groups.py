import datetime

import graphene
import pytest
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

from saleor_order_groups.models import OrderGroup

QUERY = """
query OrderGroups(
  $first: Int, $last: Int, $before: String, $after: String, $where: OrderGroupWhereInput
) {
  orderGroups(
    first: $first, last: $last, before: $before, after: $after, where: $where
  ) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { number } }
  }
}
"""

DETAILS = """
{
  orderGroups(first: 20) {
    edges {
      node {
        id
        number
        updatedAt
        user { id }
        channel { id }
        orders { id seller { id } orderGroup { id } user { id } }
        sellers { id }
        sellerCount
        total { gross { amount } }
        placedTotal { gross { amount } }
        totalCharged { amount }
        status
        chargeStatus
        metadata { key }
      }
    }
  }
}
"""


def numbers(response):
    content = get_graphql_content(response)
    return [
        int(edge["node"]["number"]) for edge in content["data"]["orderGroups"]["edges"]
    ]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("customer", ["own"]),
        ("other customer", []),
        ("staff without permission", []),
        ("staff with permission", ["own", "guest's", "other channel's"]),
        ("staff of another channel", ["other channel's"]),
        ("app with permission", ["own", "guest's", "other channel's"]),
    ],
)
def test_who_lists_which_groups(
    who,
    seen,
    client_of,
    create_group,
    channel_PLN,
):
    # given
    groups = {
        "own": create_group(),
        "guest's": create_group(user=None),
        "other channel's": create_group(user=None, channel=channel_PLN),
    }

    # when
    response = client_of(who).post_graphql(QUERY, {"first": 10})

    # then newest first
    assert numbers(response) == [groups[name].number for name in reversed(seen)]


@pytest.mark.parametrize("who", ["anonymous", "app without permission"])
def test_who_lists_no_groups(who, client_of, create_group):
    # given
    create_group()

    # when
    response = client_of(who).post_graphql(QUERY, {"first": 10})

    # then
    assert_no_permission(response)


def test_staff_of_another_channel_lists_their_own_groups(
    staff_api_client, staff_of_channel, channel_PLN, create_group
):
    # given
    staff_of_channel(staff_api_client.user, channel_PLN)
    own = create_group(user=staff_api_client.user)
    create_group()

    # when
    response = staff_api_client.post_graphql(QUERY, {"first": 10})

    # then
    assert numbers(response) == [own.number]


def test_group_of_several_own_orders_is_listed_once(
    user_api_client, create_group, create_seller
):
    # given
    group = create_group([None, create_seller("acme"), create_seller("bolt")])

    # when
    response = user_api_client.post_graphql(QUERY, {"first": 10})

    # then
    assert numbers(response) == [group.number]
    assert get_graphql_content(response)["data"]["orderGroups"]["totalCount"] == 1


@pytest.mark.parametrize("_case", ["different times", "the same time"])
def test_pages_in_both_directions(_case, user_api_client, create_group):
    # given
    groups = [create_group() for _ in range(5)]
    if _case == "the same time":
        now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        OrderGroup.objects.update(created_at=now)
        groups = sorted(groups, key=lambda group: group.pk)
    expected = [group.number for group in reversed(groups)]

    # when
    forward, after = [], None
    while True:
        response = user_api_client.post_graphql(QUERY, {"first": 2, "after": after})
        forward += numbers(response)
        page = get_graphql_content(response)["data"]["orderGroups"]["pageInfo"]
        after = page["endCursor"]
        if not page["hasNextPage"]:
            break
    backward, before = [], None
    while True:
        response = user_api_client.post_graphql(QUERY, {"last": 2, "before": before})
        backward = numbers(response) + backward
        page = get_graphql_content(response)["data"]["orderGroups"]["pageInfo"]
        before = page["startCursor"]
        if not page["hasPreviousPage"]:
            break

    # then
    assert forward == expected
    assert backward == expected


@pytest.mark.parametrize(
    ("_case", "cursor"),
    [("no cursor", "nonsense"), ("another list's", "WyJhIl0="), ("no date", "WyJhIiwiYiJd")],
)  # fmt: skip
def test_invalid_cursor(_case, cursor, user_api_client, create_group):
    # given
    create_group()

    # when
    response = user_api_client.post_graphql(QUERY, {"first": 2, "after": cursor})

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"] == {"orderGroups": None}
    assert len(content["errors"]) == 1


def test_page_needs_a_size(user_api_client):
    # when
    response = user_api_client.post_graphql(QUERY, {})

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"] == {"orderGroups": None}
    assert (
        "You must provide a `first` or `last` value"
        in (content["errors"][0]["message"])
    )


def test_where_ids(user_api_client, create_group, to_id):
    # given
    first, second, third = create_group(), create_group(), create_group(user=None)
    ids = [
        to_id(first),
        to_id(third),
        graphene.Node.to_global_id("OrderGroup", 1),
        graphene.Node.to_global_id("Order", second.pk),
    ]

    # when
    response = user_api_client.post_graphql(QUERY, {"first": 9, "where": {"ids": ids}})

    # then a group of somebody else, and what is no group, match nothing
    assert numbers(response) == [first.number]


def test_where_no_ids(user_api_client, create_group):
    # given
    create_group()

    # when
    response = user_api_client.post_graphql(QUERY, {"first": 9, "where": {"ids": []}})

    # then
    assert numbers(response) == []


def test_where_malformed_ids(user_api_client, create_group):
    # given
    create_group()

    # when
    response = user_api_client.post_graphql(
        QUERY, {"first": 9, "where": {"ids": ["nonsense"]}}
    )

    # then as in Saleor's own lists
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"] == {"orderGroups": None}
    assert len(content["errors"]) == 1


def test_statements_do_not_depend_on_groups_orders_and_sellers(
    staff_api_client,
    permission_group_manage_orders,
    create_group,
    create_seller,
    count_statements,
):
    # given
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    sellers = [create_seller(f"seller-{number}") for number in range(3)]
    create_group(sellers[:1])
    count_statements(staff_api_client, DETAILS)

    # when
    few, count_of_few = count_statements(staff_api_client, DETAILS)
    for _ in range(4):
        create_group([None, *sellers])
    many, count_of_many = count_statements(staff_api_client, DETAILS)

    # then
    assert len(few["orderGroups"]["edges"]) == 1
    assert len(many["orderGroups"]["edges"]) == 5
    assert count_of_many == count_of_few
