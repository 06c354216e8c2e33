"""Groups whose channel Saleor deleted while the plugin was not installed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.order.models import Order

from saleor_order_groups.groups.channels import get_channel
from saleor_order_groups.models import OrderGroup
from saleor_order_groups.verification.runner import verify

LIST = """
    query Groups($where: OrderGroupWhereInput) {
      orderGroups(first: 10, where: $where) {
        totalCount
        edges { node { number channel { slug } } }
      }
    }
"""
ONE = "query Group($id: ID) { orderGroup(id: $id) { number channel { slug } } }"
OF_USER = """
    query User($id: ID!) {
      user(id: $id) { orderGroups(first: 10) { edges { node { number } } } }
    }
"""
CONFIRM = """
    mutation Confirm($id: ID!) {
      orderGroupConfirm(id: $id) {
        orderGroup { number channel { slug } }
        results { order { id } }
        errors { field code }
      }
    }
"""
REPAIR_HINT = "run manage.py verify_order_groups --repair"


def lose_channel(*groups):
    """Do what the database does when Saleor deletes the channel."""
    keys = [group.pk for group in groups]
    OrderGroup.objects.filter(pk__in=keys).update(channel=None)


def lose_orders(group):
    Order.objects.filter(order_group_link__group=group).delete()


def read(client, query, **variables):
    return get_graphql_content(client.post_graphql(query, variables))["data"]


def list_groups(client, **variables):
    data = read(client, LIST, **variables)["orderGroups"]
    nodes = [edge["node"] for edge in data["edges"]]
    assert data["totalCount"] == len(nodes)
    return [(node["number"], node["channel"]["slug"]) for node in nodes]


def run(**options):
    stdout, stderr = StringIO(), StringIO()
    try:
        call_command("verify_order_groups", stdout=stdout, stderr=stderr, **options)
    except CommandError:
        pass
    return stdout.getvalue().splitlines(), stderr.getvalue().splitlines()


@pytest.fixture
def lost(create_group, channel_USD, channel_PLN):
    """Create a customer's group of two orders that has lost its channel.

    Its first order is in `channel_USD`, its second in another, for which it does not count.
    """
    group = create_group([None, None])
    second = group.order_links.get(position=1).order
    Order.objects.filter(pk=second.pk).update(channel=channel_PLN)
    lose_channel(group)
    group.refresh_from_db()
    assert group.channel is None
    return group


@pytest.mark.parametrize(
    ("who", "is_seen"),
    [
        ("customer", True),
        ("other customer", False),
        ("staff with permission", True),
        ("staff of another channel", False),
        ("staff without permission", False),
        ("app with permission", True),
    ],
)
def test_it_is_listed_to_who_may_see_its_first_orders_channel(
    who, is_seen, client_of, lost, channel_USD
):
    # when
    groups = list_groups(client_of(who))

    # then
    assert groups == ([(str(lost.number), channel_USD.slug)] if is_seen else [])


@pytest.mark.parametrize(
    ("who", "is_seen"),
    [("staff with permission", True), ("staff of another channel", False)],
)
def test_it_is_read_by_its_id_as_listed(
    who, is_seen, client_of, lost, channel_USD, to_id
):
    # when
    data = read(client_of(who), ONE, id=to_id(lost))

    # then
    group = {"number": str(lost.number), "channel": {"slug": channel_USD.slug}}
    assert data["orderGroup"] == (group if is_seen else None)


@pytest.mark.parametrize(
    ("who", "is_seen"),
    [("staff with permission", True), ("staff of another channel", False)],
)
def test_it_is_among_the_groups_of_its_customer(
    who, is_seen, client_of, lost, customer_user, permission_manage_users, to_id
):
    # given
    client = client_of(who)
    client.user.user_permissions.add(permission_manage_users)

    # when
    data = read(client, OF_USER, id=to_id(customer_user))

    # then
    numbers = [edge["node"]["number"] for edge in data["user"]["orderGroups"]["edges"]]
    assert numbers == ([str(lost.number)] if is_seen else [])


def test_it_is_found_by_its_first_orders_channel(
    client_of, lost, create_group, channel_USD, channel_PLN, to_id
):
    # given
    client = client_of("app with permission")
    other = create_group(channel=channel_PLN)
    of_usd = create_group()

    def find(**channel_id):
        found = list_groups(client, where={"channelId": channel_id})
        return sorted(int(number) for number, _ in found)

    # when
    found = [
        find(eq=to_id(channel_USD)),
        find(eq=to_id(channel_PLN)),
        find(oneOf=[to_id(channel_USD), to_id(channel_PLN)]),
    ]

    # then
    assert found == [
        [lost.number, of_usd.number],
        [other.number],
        sorted([lost.number, of_usd.number, other.number]),
    ]


def test_its_payments_are_listed_to_the_staff_of_its_first_orders_channel(
    client_of,
    lost,
    transaction_item_generator,
    permission_manage_payments,
    staff_of_channel,
    channel_USD,
):
    # given
    payment = transaction_item_generator()
    lost.payments.create(transaction=payment)
    client = client_of("staff of another channel")
    client.user.user_permissions.add(permission_manage_payments)
    query = "{ transactions(first: 5) { edges { node { token } } } }"

    # when
    before = read(client, query)
    staff_of_channel(client.user, channel_USD)
    after = read(client, query)

    # then
    assert before["transactions"]["edges"] == []
    tokens = [edge["node"]["token"] for edge in after["transactions"]["edges"]]
    assert tokens == [str(payment.token)]


def test_staff_of_another_channel_may_ask_nothing_of_it(client_of, lost, to_id):
    # given
    Order.objects.update(status="unconfirmed")
    client = client_of("staff of another channel")

    # when
    response = client.post_graphql(CONFIRM, {"id": to_id(lost)})

    # then
    assert_no_permission(response)
    assert set(Order.objects.values_list("status", flat=True)) == {"unconfirmed"}


def test_staff_of_its_first_orders_channel_may(client_of, lost, channel_USD, to_id):
    # when
    data = read(client_of("staff with permission"), CONFIRM, id=to_id(lost))

    # then
    assert data["orderGroupConfirm"]["errors"] == []
    assert data["orderGroupConfirm"]["orderGroup"] == {
        "number": str(lost.number),
        "channel": {"slug": channel_USD.slug},
    }
    assert len(data["orderGroupConfirm"]["results"]) == 2


def test_a_page_of_them_takes_as_many_statements_as_one(
    client_of, create_group, count_statements
):
    # given: what a process reads once is read
    client = client_of("staff with permission")
    count_statements(client, LIST)
    lose_channel(create_group([None]))
    data, first = count_statements(client, LIST)
    assert data["orderGroups"]["totalCount"] == 1

    # when
    lose_channel(*[create_group([None]) for _ in range(4)])
    data, second = count_statements(client, LIST)

    # then
    assert data["orderGroups"]["totalCount"] == 5
    assert first == second


@pytest.mark.parametrize("who", ["customer", "app with permission"])
def test_without_channel_and_orders_it_is_gone(
    who, client_of, lost, create_group, channel_USD, to_id
):
    # given
    lose_orders(lost)
    kept = create_group()
    lose_orders(kept)
    client = client_of(who)

    # when
    groups = list_groups(client)
    data = read(client, ONE, id=to_id(lost))

    # then: one that lost its orders alone is not
    assert groups == [(str(kept.number), channel_USD.slug)]
    assert data["orderGroup"] is None
    assert get_channel(lost) is None


def test_nothing_is_asked_of_one_that_is_gone(client_of, lost, to_id):
    # given
    lose_orders(lost)

    # when
    data = read(client_of("staff with permission"), CONFIRM, id=to_id(lost))

    # then
    assert data["orderGroupConfirm"]["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_they_are_found_and_repaired(lost, create_group, channel_USD, channel_PLN):
    # given: one whose orders are gone too, and one that has lost nothing
    gone, kept = create_group(), create_group(channel=channel_PLN)
    lose_channel(gone)
    lose_orders(gone)
    numbers = (lost.number, gone.number)
    Order.objects.filter(order_group_link__group=lost).update(channel=channel_USD)
    would = [
        f"Group #{lost.number}: set its channel to {channel_USD.slug}, the channel of its"
        " first order",
        f"Group #{gone.number}: delete it: it has neither a channel nor orders",
    ]

    # when
    lines, progress = run()

    # then
    found = [line for line in lines if ": channel: " in line]
    assert sorted(found) == sorted(
        f"Group #{number}: channel: the group has no channel; {REPAIR_HINT}"
        for number in numbers
    )
    assert progress[:2] == [f"--repair would: {line}" for line in would]
    assert OrderGroup.objects.filter(channel=None).count() == 2

    # when
    _, progress = run(repair=True)

    # then
    assert progress[:2] == [f"Repair: {line}" for line in would]
    assert dict(OrderGroup.objects.values_list("pk", "channel__slug")) == {
        lost.pk: channel_USD.slug,
        kept.pk: channel_PLN.slug,
    }
    assert [row for row in verify() if row.invariant == "channel"] == []


# Outside a transaction: an index is built concurrently.
@pytest.mark.django_db(transaction=True)
def test_a_migration_back_gives_them_their_first_orders_channel(
    lost, create_group, channel_USD
):
    # given
    gone = create_group()
    lose_channel(gone)
    lose_orders(gone)
    connection.check_constraints()
    app = "saleor_order_groups"

    # when
    MigrationExecutor(connection).migrate([(app, "0018_order_group_adoption")])

    # then
    assert list(OrderGroup.objects.values_list("pk", "channel")) == [
        (lost.pk, channel_USD.pk)
    ]

    # when
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes(app))

    # then
    lose_channel(lost)
    connection.check_constraints()
    lost.refresh_from_db()
    assert lost.channel is None
