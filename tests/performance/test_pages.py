"""Pages deep in a list: right, and found by an index without reading what is before."""

import json
from base64 import b64encode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups.models import OrderGroup, Seller

QUERY = """
query Groups(
  $first: Int, $last: Int, $after: String, $before: String
  $where: OrderGroupWhereInput, $sortBy: OrderGroupSortingInput
) {
  orderGroups(
    first: $first, last: $last, after: $after, before: $before
    where: $where, sortBy: $sortBy
  ) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { node { number } }
  }
}
"""
SELLERS = """
query Sellers($first: Int, $after: String, $sortBy: SellerSortingInput) {
  sellers(first: $first, after: $after, sortBy: $sortBy) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { slug } }
  }
}
"""
NEWEST_FIRST = None
SORTS = [NEWEST_FIRST] + [
    {"field": field, "direction": direction}
    for field in ("NUMBER", "CREATED_AT")
    for direction in ("ASC", "DESC")
]


@pytest.fixture
def manager(staff_api_client, permission_group_manage_orders):
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    return staff_api_client


@pytest.fixture
def groups(channel_USD):
    """Nine groups without orders, of which seven were created at the same time."""
    groups = OrderGroup.objects.bulk_create(
        OrderGroup(
            channel=channel_USD,
            currency="USD",
            placed_total_net_amount=0,
            placed_total_gross_amount=0,
            created_at=f"2026-01-0{day}T00:00:00.123456Z",
        )
        for day in (3, 2, 2, 2, 2, 2, 2, 2, 1)
    )
    return list(OrderGroup.objects.filter(pk__in=[group.pk for group in groups]))


def read(client, **variables):
    response = client.post_graphql(QUERY, variables)
    return get_graphql_content(response)["data"]["orderGroups"]


def walk(client, **variables):
    """Return the numbers of all pages of two, from the start and from the end."""
    directions = []
    for size, cursor, at, more in (
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ):
        pages, place = [], None
        while len(pages) < 10:
            page = read(client, **{size: 2, cursor: place}, **variables)
            pages.append([int(edge["node"]["number"]) for edge in page["edges"]])
            place = page["pageInfo"][at]
            if not page["pageInfo"][more]:
                break
        ordered = pages if size == "first" else pages[::-1]
        directions.append([number for page in ordered for number in page])
    return directions


def sort(groups, sort_by):
    def key(group):
        if sort_by and sort_by["field"] == "NUMBER":
            return group.number
        return group.created_at, group.pk

    is_ascending = sort_by and sort_by["direction"] == "ASC"
    ordered = sorted(groups, key=key, reverse=not is_ascending)
    return [group.number for group in ordered]


@pytest.mark.parametrize("sort_by", SORTS)
def test_pages_among_equals_in_both_directions(sort_by, manager, groups):
    # when
    forwards, backwards = walk(manager, sortBy=sort_by)

    # then
    assert forwards == backwards == sort(groups, sort_by)


def test_deep_pages_of_what_a_filter_keeps(manager, groups):
    # given
    low, high = sorted(group.number for group in groups)[1:8:6]
    where = {"number": {"range": {"gte": low, "lte": high}}}
    kept = [group for group in groups if low <= group.number <= high]
    sort_by = {"field": "CREATED_AT", "direction": "ASC"}

    # when
    forwards, backwards = walk(manager, sortBy=sort_by, where=where)

    # then
    assert len(kept) == 7
    assert forwards == backwards == sort(kept, sort_by)


def test_a_deep_page_counts_all_groups(manager, groups):
    # given
    first = read(manager, first=7)

    # when
    last = read(manager, first=7, after=first["pageInfo"]["endCursor"])

    # then
    assert [len(page["edges"]) for page in (first, last)] == [7, 2]
    assert [page["totalCount"] for page in (first, last)] == [9, 9]


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_deep_pages_of_sellers_of_the_same_name(direction, manager):
    # given
    slugs = [f"seller-{n}" for n in range(5)]
    Seller.objects.bulk_create(Seller(name="Acme", slug=slug) for slug in slugs)
    variables = {"first": 2, "sortBy": {"field": "NAME", "direction": direction}}

    # when
    met, counts = [], []
    while len(counts) < 10:
        content = get_graphql_content(manager.post_graphql(SELLERS, variables))
        data = content["data"]["sellers"]
        met += [edge["node"]["slug"] for edge in data["edges"]]
        counts.append(data["totalCount"])
        variables["after"] = data["pageInfo"]["endCursor"]
        if not data["pageInfo"]["hasNextPage"]:
            break

    # then
    assert met == (slugs if direction == "ASC" else slugs[::-1])
    assert counts == [5, 5, 5]


@pytest.mark.parametrize("size", ["first", "last"])
@pytest.mark.parametrize("sort_by", SORTS)
def test_an_index_finds_where_a_deep_page_starts(sort_by, size, manager, groups):
    # given
    is_first = size == "first"
    page = read(manager, **{size: 3}, sortBy=sort_by)
    place = page["pageInfo"]["endCursor" if is_first else "startCursor"]
    variables = {size: 3, "after" if is_first else "before": place, "sortBy": sort_by}

    # when
    with CaptureQueriesContext(connection) as queries:
        read(manager, **variables)

    # then
    [sql] = [
        query["sql"]
        for query in queries
        if 'FROM "saleor_order_groups_ordergroup"' in query["sql"]
        and "LIMIT 4" in query["sql"]
    ]
    with connection.cursor() as cursor:
        # As among many groups: there are too few here to use an index for.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        [[[plan]]] = cursor.fetchall()
    node = plan["Plan"]
    while node["Node Type"] in ("Limit", "Result"):
        node = node["Plans"][-1]
    is_ascending = bool(sort_by and sort_by["direction"] == "ASC") == is_first
    column = "number" if sort_by and sort_by["field"] == "NUMBER" else "created_at"
    assert node["Node Type"] == "Index Scan"
    assert node["Scan Direction"] == ("Forward" if is_ascending else "Backward")
    assert column in node["Index Cond"]
    assert (">" if is_ascending else "<") in node["Index Cond"]
    assert node["Index Name"] == (
        "saleor_order_groups_ordergroup_number_key"
        if column == "number"
        else "ordergroup_created_idx"
    )


def encode(value):
    return b64encode(json.dumps(value).encode()).decode()


# Saleor 3.23.2 has another answer than later ones.
OF_SALEOR = "whatever Saleor answers"


@pytest.mark.parametrize(
    ("cursor", "message"),
    [
        ("nonsense", "Received cursor is invalid."),
        (encode({"number": 1}), OF_SALEOR),
        (encode(["1", "2"]), "Received cursor is invalid."),
        (encode(["one"]), "Received cursor is invalid."),
        (encode(["1" * 30]), None),
        (encode([None]), None),
    ],
)
def test_invalid_cursors_are_answered_as_those_of_orders(
    cursor, message, manager, groups
):
    # given
    query = """
        query ($after: String, $groups: OrderGroupSortingInput,
               $orders: OrderSortingInput) {
          orderGroups(first: 2, after: $after, sortBy: $groups) { edges { cursor } }
          orders(first: 2, after: $after, sortBy: $orders) { edges { cursor } }
        }
    """
    sort_by = {"field": "NUMBER", "direction": "ASC"}

    # when
    response = manager.post_graphql(
        query, {"after": cursor, "groups": sort_by, "orders": sort_by}
    )

    # then
    content = get_graphql_content(response, ignore_errors=True)
    messages = {
        error["path"][0]: error["message"] for error in content.get("errors", [])
    }
    assert messages.get("orderGroups") == messages.get("orders")
    if message != OF_SALEOR:
        assert messages.get("orders") == message


@pytest.mark.parametrize("many", [False, True])
def test_groups_by_updates_among_few_and_among_many(
    many, manager, channel_USD, order_generator
):
    # given: a group that was updated, an order of another, one too late, one too early
    base = {
        "channel": channel_USD,
        "currency": "USD",
        "placed_total_net_amount": 0,
        "placed_total_gross_amount": 0,
    }
    own, of_order, late, early = OrderGroup.objects.bulk_create(
        OrderGroup(**base) for _ in range(4)
    )
    OrderGroup.objects.update(updated_at="2026-01-01T00:00:00Z")
    OrderGroup.objects.filter(pk=own.pk).update(updated_at="2026-02-01T00:00:00Z")
    for group, day in ((of_order, "2026-02-02"), (late, "2026-03-01")):
        order = order_generator()
        type(order).objects.filter(pk=order.pk).update(updated_at=f"{day}T00:00:00Z")
        group.order_links.create(
            order=order,
            position=0,
            placed_total_net_amount=0,
            placed_total_gross_amount=0,
        )
    count = 2001 if many else 1
    others = OrderGroup.objects.bulk_create(OrderGroup(**base) for _ in range(count))
    OrderGroup.objects.filter(pk__in=[group.pk for group in others]).update(
        updated_at="2026-02-03T00:00:00Z"
    )
    between = {"gte": "2026-02-01T00:00:00Z", "lte": "2026-02-10T00:00:00Z"}
    since = {"gte": "2026-02-01T00:00:00Z"}
    by_number = {"field": "NUMBER", "direction": "ASC"}

    # when
    open_page = read(manager, first=3, where={"updatedAt": since}, sortBy=by_number)
    with CaptureQueriesContext(connection) as queries:
        page = read(manager, first=2, where={"updatedAt": between}, sortBy=by_number)

    # then
    def numbers(page):
        return [int(edge["node"]["number"]) for edge in page["edges"]]

    assert numbers(page) == [own.number, of_order.number]
    assert numbers(open_page) == [own.number, of_order.number, late.number]
    assert [page["totalCount"], open_page["totalCount"]] == [count + 2, count + 3]
    # Only few keys are collected; among many each group is asked for its own.
    [sql] = [query["sql"] for query in queries if "LIMIT 3" in query["sql"]]
    assert ("OR EXISTS(" in sql) is many
