"""Properties of `orderGroups` over generated orders, filters and sorts.

What the API answers is what a plain reading of the rules in Python answers over the same
rows: which groups, in which order, on which page, with which statuses and totals.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest
from django.utils import timezone
from graphene import Node
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order

from saleor_order_groups.graphql import schema
from saleor_order_groups.graphql.groups import filters as filters_module
from saleor_order_groups.graphql.groups import (
    status_pages,
    total_pages,
    updated_pages,
)
from saleor_order_groups.lifecycle import changes, records
from saleor_order_groups.models import OrderGroup, OrderGroupState, Recovery

PROPERTY = settings(
    max_examples=50,
    deadline=None,
    # An example takes requests: without shrinking a failure is told at once.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

QUERY = """
query Groups(
  $where: OrderGroupWhereInput, $sortBy: OrderGroupSortingInput
  $first: Int, $last: Int, $after: String, $before: String
) {
  orderGroups(
    where: $where, sortBy: $sortBy
    first: $first, last: $last, after: $after, before: $before
  ) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges {
      node {
        number status fulfillmentStatus chargeStatus authorizeStatus updatedAt
        total { gross { amount } }
        orders { number }
      }
    }
  }
}
"""

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
DAYS = [START + datetime.timedelta(days=day) for day in range(5)]
STATUSES = [
    "unconfirmed",
    "unfulfilled",
    "partially fulfilled",
    "fulfilled",
    "partially_returned",
    "returned",
    "canceled",
    "expired",
]
CHARGE_STATUSES = ["none", "partial", "full", "overcharged"]
AUTHORIZE_STATUSES = ["none", "partial", "full"]
TOTALS = [Decimal(0), Decimal("5.00"), Decimal("7.50"), Decimal("12.30")]


@dataclass
class OrderRow:
    number: int
    seller: str | None
    status: str = "unfulfilled"
    charge_status: str = "none"
    authorize_status: str = "none"
    total: Decimal = Decimal(0)
    updated_at: datetime.datetime = START


@dataclass
class GroupRow:
    """What a group is filtered by; IDs are global ones."""

    pk: Any
    id: str
    number: int
    created_at: datetime.datetime
    own_updated_at: datetime.datetime
    user: str | None
    user_email: str
    channel: str
    currency: str
    checkout: str | None
    external_reference: str | None
    metadata: dict[str, str]
    orders: list[OrderRow] = field(default_factory=list)

    @property
    def live(self):
        return [row for row in self.orders if row.status not in ("canceled", "expired")]

    @property
    def counted(self):
        return self.live or self.orders

    @property
    def total(self):
        return sum((row.total for row in self.counted), Decimal(0))

    @property
    def updated_at(self):
        return max([self.own_updated_at, *(row.updated_at for row in self.orders)])

    @property
    def status(self):
        live = {row.status for row in self.live}
        if not live:
            canceled = any(row.status == "canceled" for row in self.orders)
            return "CANCELED" if canceled else "EXPIRED"
        if live == {"unconfirmed"}:
            return "UNCONFIRMED"
        if not live - {"unconfirmed", "unfulfilled"}:
            return "UNFULFILLED"
        if live in ({"fulfilled"}, {"returned"}):
            return live.pop().upper()
        if "returned" in live or "partially_returned" in live:
            return "PARTIALLY_RETURNED"
        return "PARTIALLY_FULFILLED"

    @property
    def fulfillment_status(self):
        names = {
            "UNCONFIRMED": "NOT_FULFILLED",
            "UNFULFILLED": "NOT_FULFILLED",
            "EXPIRED": "CANCELED",
        }
        return names.get(self.status, self.status)

    def payment_status(self, name):
        payable = [row for row in self.counted if row.total] or self.counted
        found = {getattr(row, name) for row in payable}
        if not found:
            return "NONE"
        if len(found) == 1:
            return found.pop().upper()
        return "OVERCHARGED" if found == {"full", "overcharged"} else "PARTIAL"


def matches_values(value, condition):
    """Tell whether a value is what `eq`, `oneOf` or `range` says."""
    if "eq" in condition:
        return value == condition["eq"]
    if "oneOf" in condition:
        return value in condition["oneOf"]
    return in_range(value, condition["range"])


def in_range(value, bounds):
    lower, upper = bounds.get("gte"), bounds.get("lte")
    return (lower is None or value >= lower) and (upper is None or value <= upper)


def matches_metadata(metadata, condition):
    if condition["key"] not in metadata:
        return False
    value = condition.get("value")
    return value is None or matches_values(metadata[condition["key"]], value)


def matches_price(group, condition):
    currency = condition.get("currency")
    return currency in (None, group.currency) and matches_values(
        group.total, condition["amount"]
    )


FILTERS = {
    "ids": lambda group, value: group.id in value,
    "number": lambda group, value: matches_values(group.number, value),
    "createdAt": lambda group, value: in_range(group.created_at, value),
    "updatedAt": lambda group, value: in_range(group.updated_at, value),
    "user": lambda group, value: matches_values(group.user, value),
    "userEmail": lambda group, value: matches_values(group.user_email, value),
    "channelId": lambda group, value: matches_values(group.channel, value),
    "seller": lambda group, value: any(
        row.seller and matches_values(row.seller, value) for row in group.orders
    ),
    "hasShopOrder": lambda group, value: (
        any(row.seller is None for row in group.orders) is value
    ),
    "checkoutId": lambda group, value: matches_values(group.checkout, value),
    "externalReference": lambda group, value: matches_values(
        group.external_reference, value
    ),
    "orderNumber": lambda group, value: any(
        matches_values(row.number, value) for row in group.orders
    ),
    "status": lambda group, value: matches_values(group.status, value),
    "fulfillmentStatus": lambda group, value: matches_values(
        group.fulfillment_status, value
    ),
    "chargeStatus": lambda group, value: matches_values(
        group.payment_status("charge_status"), value
    ),
    "authorizeStatus": lambda group, value: matches_values(
        group.payment_status("authorize_status"), value
    ),
    "totalGross": matches_price,
    "metadata": lambda group, value: matches_metadata(group.metadata, value),
}

SORTS = {
    "NUMBER": lambda group: group.number,
    "CREATED_AT": lambda group: (group.created_at, group.pk),
    "UPDATED_AT": lambda group: (group.updated_at, group.pk),
    "TOTAL": lambda group: (group.total, group.pk),
}


def matches(group, where):
    if "AND" in where:
        return all(matches(group, part) for part in where["AND"])
    if "OR" in where:
        return any(matches(group, part) for part in where["OR"])
    return all(FILTERS[name](group, value) for name, value in where.items())


def select(groups, where, sort_by):
    field_name, direction = sort_by or ("CREATED_AT", "DESC")
    return sorted(
        (group for group in groups if matches(group, where or {})),
        key=SORTS[field_name],
        reverse=direction == "DESC",
    )


def to_json(value):
    """Write a filter as JSON variables have it."""
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def one_of(values):
    values = st.sampled_from(values)
    return st.one_of(
        st.fixed_dictionaries({"eq": values}),
        st.fixed_dictionaries({"oneOf": st.lists(values, min_size=1, max_size=3)}),
    )


def ranges(values):
    values = st.sampled_from(values)
    return st.dictionaries(st.sampled_from(["gte", "lte"]), values, min_size=1)


def numbers(values):
    return one_of(values) | st.fixed_dictionaries({"range": ranges(values)})


def names(values):
    return one_of([value.replace(" ", "_").upper() for value in values])


@st.composite
def leaves(draw, groups):
    """Draw one to three conditions that some of the groups may meet."""
    ids = [group.id for group in groups]
    order_numbers = [row.number for group in groups for row in group.orders]
    sellers = sorted(
        {row.seller for group in groups for row in group.orders if row.seller}
    )
    totals = [*TOTALS, Decimal("12.50"), Decimal("24.60")]
    conditions = {
        "ids": st.lists(st.sampled_from(ids), min_size=1, max_size=4),
        "number": numbers([group.number for group in groups]),
        "createdAt": ranges(DAYS),
        "updatedAt": ranges(DAYS),
        "user": one_of(sorted({group.user for group in groups if group.user})),
        "userEmail": one_of(sorted({group.user_email for group in groups})),
        "channelId": one_of(sorted({group.channel for group in groups})),
        "seller": one_of(sellers),
        "hasShopOrder": st.booleans(),
        "checkoutId": one_of([group.checkout for group in groups if group.checkout]),
        "externalReference": one_of(
            [group.external_reference for group in groups if group.external_reference]
        ),
        "orderNumber": numbers(order_numbers),
        "status": names(
            [
                "unconfirmed",
                "unfulfilled",
                "partially_fulfilled",
                "fulfilled",
                "partially_returned",
                "returned",
                "canceled",
                "expired",
            ]
        ),
        "fulfillmentStatus": names(
            [
                "not_fulfilled",
                "partially_fulfilled",
                "fulfilled",
                "partially_returned",
                "returned",
                "canceled",
            ]
        ),
        "chargeStatus": names(CHARGE_STATUSES),
        "authorizeStatus": names(AUTHORIZE_STATUSES),
        "totalGross": st.fixed_dictionaries(
            {"amount": numbers(totals)},
            optional={"currency": st.sampled_from(["USD", "PLN"])},
        ),
        "metadata": st.fixed_dictionaries(
            {"key": st.sampled_from(["color", "size"])},
            optional={"value": one_of(["red", "blue"])},
        ),
    }
    chosen = draw(
        st.lists(
            st.sampled_from(sorted(conditions)), min_size=1, max_size=3, unique=True
        )
    )
    return {name: draw(conditions[name]) for name in chosen}


def filters(groups):
    """Draw a filter, with operators up to three levels deep."""
    return st.recursive(
        leaves(groups),
        lambda parts: st.builds(
            lambda operator, inner: {operator: inner},
            st.sampled_from(["AND", "OR"]),
            st.lists(parts, min_size=1, max_size=3),
        ),
        max_leaves=5,
    )


order_values = st.fixed_dictionaries(
    {
        "status": st.sampled_from(STATUSES),
        "charge_status": st.sampled_from(CHARGE_STATUSES),
        "authorize_status": st.sampled_from(AUTHORIZE_STATUSES),
        "total": st.sampled_from(TOTALS),
        "updated_at": st.sampled_from(DAYS),
    }
)
sorts = st.none() | st.tuples(
    st.sampled_from(sorted(SORTS)), st.sampled_from(["ASC", "DESC"])
)


@pytest.fixture
def groups(
    create_group,
    create_seller,
    customer_user,
    customer_user2,
    channel_USD,
    channel_PLN,
    orders_of,
    to_id,
):
    """Make groups of 0 to 3 orders; the rows as Python reads them."""
    acme, bolt = create_seller("acme"), create_seller("bolt")
    rows = []
    for index, (sellers, user, channel, metadata) in enumerate(
        [
            ((None,), customer_user, channel_USD, {"color": "red"}),
            ((acme,), customer_user, channel_USD, {"color": "blue", "size": "red"}),
            ((None, acme, bolt), customer_user2, channel_USD, {}),
            ((acme, bolt), None, channel_PLN, {"size": "blue"}),
            ((), None, channel_PLN, {}),
            ((bolt,), customer_user2, channel_PLN, {"color": "red"}),
            ((None, bolt), None, channel_USD, {}),
        ]
    ):
        # Two of each day: ties are broken by the key.
        created_at = DAYS[index // 2]
        reference = f"web-{index}" if index % 3 else None
        token = f"e1a0e8ba-6d1c-4a3b-8f4f-1b1f7a3b7a1{index}" if index % 2 else None
        group = create_group(
            sellers,
            user=user,
            channel=channel,
            metadata=metadata,
            checkout_token=token,
            external_reference=reference,
            created_at=created_at,
        )
        OrderGroup.objects.filter(pk=group.pk).update(updated_at=created_at)
        rows.append(
            GroupRow(
                pk=group.pk,
                id=to_id(group),
                number=group.number,
                created_at=created_at,
                own_updated_at=created_at,
                user=to_id(user) if user else None,
                user_email=group.user_email,
                channel=to_id(channel),
                currency=channel.currency_code,
                checkout=Node.to_global_id("Checkout", token) if token else None,
                external_reference=reference,
                metadata=metadata,
                orders=[
                    OrderRow(order.number, to_id(seller) if seller else None)
                    for order, seller in zip(orders_of(group), sellers, strict=True)
                ],
            )
        )
    return rows


def store(groups, draw):
    """Give every order drawn values, in the database and in the rows alike."""
    rows = {row.number: row for group in groups for row in group.orders}
    orders = list(Order.objects.filter(number__in=rows).order_by("number"))
    for order in orders:
        for name, value in draw().items():
            setattr(rows[order.number], name, value)
            setattr(order, "total_gross_amount" if name == "total" else name, value)
    Order.objects.bulk_update(
        orders,
        [
            "status",
            "charge_status",
            "authorize_status",
            "total_gross_amount",
            "updated_at",
        ],
    )
    OrderGroupState.objects.all().delete()
    records.record_present(group.pk for group in groups)


@pytest.fixture
def ask(app_api_client, permission_manage_orders):
    app_api_client.app.permissions.add(permission_manage_orders)

    def ask(where=None, sort_by=None, **page):
        variables = {
            "where": to_json(where),
            "sortBy": sort_by and {"field": sort_by[0], "direction": sort_by[1]},
            **page,
        }
        content = get_graphql_content(app_api_client.post_graphql(QUERY, variables))
        return content["data"]["orderGroups"]

    return ask


@pytest.fixture(params=["few", "many"])
def size_of_list(request, monkeypatch):
    """Treat the groups as the few that they are, and as many of a large shop."""
    if request.param == "many":
        monkeypatch.setattr(filters_module, "_FEW", 1)
        monkeypatch.setattr(filters_module, "_FEW_CANDIDATES", 2)
        monkeypatch.setattr(status_pages, "_NEARBY", (1, 3))
        monkeypatch.setattr(total_pages, "_SIZES", (1, 3))
        monkeypatch.setattr(updated_pages, "_SIZES", (1, 3))
    return request.param


@pytest.fixture(params=["recorded", "unrecorded", "derived"])
def statuses(request, groups, monkeypatch):
    """Let statuses and totals of all groups be recorded, or wrong, or not looked at.

    Wrong are those of groups with orders: they have changed since the last sweep.
    """
    swept_until = START if request.param == "unrecorded" else timezone.now()
    Recovery.objects.update_or_create(pk=1, defaults={"looked_until": swept_until})
    # What the fixtures have placed now is no change.
    monkeypatch.setattr(changes, "_OVERLAP", datetime.timedelta(0))
    if request.param == "derived":
        Recovery.objects.all().delete()
    if request.param == "unrecorded":
        record_present = records.record_present
        wrong = cycle(["unconfirmed", "returned", "expired", None])
        wrong_totals = cycle([Decimal(6), None])

        def record_wrong_ones(keys):
            record_present(keys)
            for group in groups:
                state = OrderGroupState.objects.filter(pk=group.pk)
                status = next(wrong)
                if group.orders and status:
                    state.update(status=status, total_gross=next(wrong_totals))
                elif group.orders:
                    state.delete()

        monkeypatch.setattr(records, "record_present", record_wrong_ones)
    return request.param


def test_every_filter_finds_what_python_finds(groups, ask, size_of_list, statuses):
    # given every status in turn
    values = zip(
        cycle(STATUSES), cycle(CHARGE_STATUSES), cycle(["full", "none"]),
        cycle(TOTALS), cycle(DAYS),
    )  # fmt: skip
    names = ("status", "charge_status", "authorize_status", "total", "updated_at")
    store(groups, lambda: dict(zip(names, next(values), strict=True)))
    numbers_ = [row.number for group in groups for row in group.orders]
    conditions = {
        "ids": [[groups[0].id, groups[3].id]],
        "number": [{"eq": groups[1].number}, {"range": {"gte": groups[2].number}}],
        "createdAt": [{"gte": DAYS[1]}, {"lte": DAYS[1]}, {"gte": DAYS[1], "lte": DAYS[2]}],
        "updatedAt": [{"gte": DAYS[3]}, {"lte": DAYS[3]}, {"gte": DAYS[1], "lte": DAYS[3]}],
        "user": [{"eq": groups[0].user}],
        "userEmail": [{"eq": "guest@example.com"}],
        "channelId": [{"eq": groups[0].channel}],
        "seller": [{"eq": groups[1].orders[0].seller}],
        "hasShopOrder": [True, False],
        "checkoutId": [{"oneOf": [groups[1].checkout, groups[3].checkout]}],
        "externalReference": [{"eq": "web-4"}, {"oneOf": ["web-1", "web-2", "web-3"]}],
        "orderNumber": [{"eq": numbers_[3]}, {"range": {"lte": numbers_[4]}}],
        "status": [{"eq": group.status} for group in groups],
        "fulfillmentStatus": [{"eq": group.fulfillment_status} for group in groups],
        "chargeStatus": [{"eq": group.payment_status("charge_status")} for group in groups],
        "authorizeStatus": [
            {"eq": group.payment_status("authorize_status")} for group in groups
        ],
        "totalGross": [
            {"amount": {"eq": groups[2].total}},
            {"amount": {"range": {"gte": Decimal("7.50")}}},
            {"currency": "PLN", "amount": {"range": {"gte": 0}}},
        ],
        "metadata": [{"key": "size"}, {"key": "color", "value": {"eq": "red"}}],
    }  # fmt: skip
    assert set(conditions) == set(FILTERS)

    for name, values_of_filter in conditions.items():
        for value in values_of_filter:
            # when
            page = ask({name: value}, first=100)

            # then each finds some and not all
            expected = select(groups, {name: value}, None)
            found = [int(edge["node"]["number"]) for edge in page["edges"]]
            assert found == [group.number for group in expected], (name, value)
            assert 0 < len(found) < len(groups), (name, value)


@PROPERTY
@given(data=st.data())
def test_filters_and_sorts_agree_with_a_reading_in_python(
    data, groups, ask, size_of_list, statuses
):
    # given
    store(groups, lambda: data.draw(order_values))
    where = data.draw(st.none() | filters(groups))
    sort_by = data.draw(sorts)

    # when
    page = ask(where, sort_by, first=100)

    # then each group is whole, whatever it was found by
    expected = select(groups, where, sort_by)
    assert page["totalCount"] == len(expected)
    assert [edge["node"] for edge in page["edges"]] == [
        {
            "number": str(group.number),
            "status": group.status,
            "fulfillmentStatus": group.fulfillment_status,
            "chargeStatus": group.payment_status("charge_status"),
            "authorizeStatus": group.payment_status("authorize_status"),
            "updatedAt": group.updated_at.isoformat(),
            "total": {"gross": {"amount": float(group.total)}},
            "orders": [{"number": str(row.number)} for row in group.orders],
        }
        for group in expected
    ]


def read_all(ask, where, sort_by, size):
    """Return the numbers of all pages, from the start and from the end."""
    forward, after, has_more = [], None, True
    while has_more:
        page = ask(where, sort_by, first=size, after=after)
        forward += [edge["node"]["number"] for edge in page["edges"]]
        after, has_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    backward, before, has_more = [], None, True
    while has_more:
        page = ask(where, sort_by, last=size, before=before)
        info = page["pageInfo"]
        backward = [edge["node"]["number"] for edge in page["edges"]] + backward
        before, has_more = info["startCursor"], info["hasPreviousPage"]
    return forward, backward


@settings(PROPERTY, max_examples=10)
@given(data=st.data())
def test_pages_of_filters_and_sorts(data, groups, ask, size_of_list, statuses):
    # given
    store(groups, lambda: data.draw(order_values))
    where = data.draw(st.none() | leaves(groups))
    sort_by = data.draw(sorts)
    size = data.draw(st.integers(min_value=1, max_value=3))

    # when
    forward, backward = read_all(ask, where, sort_by, size)

    # then
    expected = [str(group.number) for group in select(groups, where, sort_by)]
    assert forward == expected
    assert backward == expected


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field_name", ["NUMBER", "CREATED_AT"])
def test_pages_of_a_status_that_are_full_soon(
    field_name, direction, groups, ask, monkeypatch
):
    # given groups of which all but the fourth, and the fifth without orders, are returned
    for_each = {row.number: "returned" for group in groups for row in group.orders}
    for_each |= {row.number: "unfulfilled" for row in groups[3].orders}
    statuses = (for_each[number] for number in sorted(for_each))
    for index, group in enumerate(groups):
        group.created_at = START + datetime.timedelta(hours=index)
        OrderGroup.objects.filter(pk=group.pk).update(created_at=group.created_at)
    store(groups, lambda: {"status": next(statuses)})
    monkeypatch.setattr(status_pages, "_NEARBY", (1, 2))
    pages = note_pages(monkeypatch, "slice_nearby")
    where, sort_by = {"status": {"eq": "RETURNED"}}, (field_name, direction)

    # when
    forward, backward = read_all(ask, where, sort_by, size=1)

    # then pages of one, and one more, are full where two or three groups have been
    # looked at: of those up and down the list, the second last has just two left
    expected = [str(group.number) for group in select(groups, where, sort_by)]
    assert len(expected) == 5
    assert forward == backward == expected
    upwards, downwards = [1, 1, 0, 0, 0], [1, 0, 0, 1, 0]
    by_direction = [upwards, downwards] if direction == "ASC" else [downwards, upwards]
    assert [int(page is not None) for page in pages] == sum(by_direction, [])
    assert ask(where, sort_by, first=1)["totalCount"] == 5


def note_pages(monkeypatch, shortcut):
    """Return a list: the pages that a shortcut finds are added, None where it does not."""
    find = getattr(schema, shortcut)
    pages = []
    monkeypatch.setattr(
        schema, shortcut, lambda page: pages.append(find(page)) or pages[-1]
    )
    return pages


@pytest.fixture
def windows_of_updates(monkeypatch):
    return note_pages(monkeypatch, "slice_by_update")


@pytest.fixture
def windows_of_totals(monkeypatch):
    return note_pages(monkeypatch, "slice_by_total")


HOURS = [START + datetime.timedelta(hours=hour) for hour in range(24)]


@settings(PROPERTY, max_examples=25)
@given(data=st.data())
def test_pages_by_last_update(data, groups, ask, windows_of_updates, monkeypatch):
    # given updates at any time, some of them at the same
    windows_of_updates.clear()
    hours = st.sampled_from(HOURS)
    store(groups, lambda: {"updated_at": data.draw(hours)})
    for group in groups:
        group.own_updated_at = data.draw(hours)
        rows = OrderGroup.objects.filter(pk=group.pk)
        rows.update(updated_at=group.own_updated_at)
    sizes = data.draw(st.sampled_from([(1,), (2, 4), (3, 100), (100,)]))
    monkeypatch.setattr(updated_pages, "_SIZES", sizes)
    field_names = ("updatedAt", "channelId")
    where = data.draw(
        st.none() | leaves(groups).filter(lambda w: {*w} <= {*field_names})
    )
    sort_by = ("UPDATED_AT", data.draw(st.sampled_from(["ASC", "DESC"])))

    # when
    forward, backward = read_all(ask, where, sort_by, size=data.draw(st.integers(1, 3)))

    # then
    expected = [str(group.number) for group in select(groups, where, sort_by)]
    assert forward == backward == expected
    # A window without an end always has the page.
    assert all(windows_of_updates) or sizes != (100,)


@settings(PROPERTY, max_examples=25)
@given(data=st.data())
def test_pages_by_total(data, groups, ask, windows_of_totals, monkeypatch, statuses):
    # given totals of which some are the same, and unconfirmed orders
    windows_of_totals.clear()
    store(groups, lambda: data.draw(order_values))
    sizes = data.draw(st.sampled_from([(1,), (2, 4), (3, 100), (100,)]))
    monkeypatch.setattr(total_pages, "_SIZES", sizes)
    where = data.draw(
        st.none() | leaves(groups).filter(lambda where: {*where} <= {"channelId"})
    )
    sort_by = ("TOTAL", data.draw(st.sampled_from(["ASC", "DESC"])))

    # when
    forward, backward = read_all(ask, where, sort_by, size=data.draw(st.integers(1, 3)))

    # then
    expected = [str(group.number) for group in select(groups, where, sort_by)]
    assert forward == backward == expected
    # A window without an end always has the page.
    if sizes == (100,):
        assert {bool(each) for each in windows_of_totals} == {statuses != "derived"}


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_a_window_that_is_full_is_the_page(
    direction, groups, ask, windows_of_updates, monkeypatch
):
    # given groups without other updates than those of their orders, each at its hour
    hours = iter(HOURS[1:])
    store(groups, lambda: {"updated_at": next(hours)})
    OrderGroup.objects.update(updated_at=START)
    for group in groups:
        group.own_updated_at = START
    sort_by = ("UPDATED_AT", direction)
    expected = [str(group.number) for group in select(groups, None, sort_by)]
    monkeypatch.setattr(updated_pages, "_SIZES", (4,))

    # when
    page = ask(None, sort_by, first=2)

    # then
    assert [edge["node"]["number"] for edge in page["edges"]] == expected[:2]
    assert page["pageInfo"]["hasNextPage"]
    assert page["totalCount"] == len(groups)
    # All groups were updated at the same time, before all orders.
    assert [bool(each) for each in windows_of_updates] == [direction == "DESC"]
