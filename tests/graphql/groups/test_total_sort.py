"""Pages sorted by TOTAL read the recorded totals, and find what is not recorded yet."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderEvents
from saleor.order.models import Order, OrderEvent
from saleor.order.tasks import delete_expired_orders_task

from saleor_order_groups.graphql import schema
from saleor_order_groups.graphql.groups import total_pages
from saleor_order_groups.graphql.groups.total_pages import slice_by_total
from saleor_order_groups.lifecycle import changes
from saleor_order_groups.lifecycle.records import record_present
from saleor_order_groups.models import OrderGroupState, Recovery

QUERY = """
query Groups($first: Int, $after: String, $where: OrderGroupWhereInput) {
  orderGroups(
    first: $first, after: $after, where: $where
    sortBy: { field: TOTAL, direction: ASC }
  ) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { number total { gross { amount } } } }
  }
}
"""
REFRESH = "query ($id: ID!) { order(id: $id) { total { gross { amount } } } }"
LONG_AGO = timezone.now() - datetime.timedelta(days=1)


@pytest.fixture
def windows(monkeypatch):
    """Return the pages that were read from a window, and None for each other page."""
    pages = []
    monkeypatch.setattr(
        schema,
        "slice_by_total",
        lambda page: pages.append(slice_by_total(page)) or pages[-1],
    )
    return pages


@pytest.fixture
def read(app_api_client, permission_manage_orders, windows):
    """Return a function that reads the list; it returns numbers and totals of groups."""
    app_api_client.app.permissions.add(permission_manage_orders)

    def read(size=10, **where):
        found, page_info = [], {"hasNextPage": True, "endCursor": None}
        while page_info["hasNextPage"]:
            variables = {"first": size, "after": page_info["endCursor"], "where": where}
            response = app_api_client.post_graphql(QUERY, variables)
            content = get_graphql_content(response)["data"]["orderGroups"]
            page_info = content["pageInfo"]
            found += [
                (int(edge["node"]["number"]), edge["node"]["total"]["gross"]["amount"])
                for edge in content["edges"]
            ]
        return found

    return read


@pytest.fixture
def groups(create_group):
    """Six groups with totals of 10, 20 and so on, that a sweep has looked at."""
    groups = [
        create_group((None,), amounts=[(amount, amount)])
        for amount in range(10, 70, 10)
    ]
    Order.objects.update(status="unfulfilled", updated_at=LONG_AGO)
    record_present(group.pk for group in groups)
    now = timezone.now()
    Recovery.objects.update_or_create(pk=1, defaults={"looked_until": now})
    return groups


def select_orders(group):
    return Order.objects.filter(order_group_link__group=group)


def get_expected(groups, **changed):
    """Return numbers and totals by total; `changed` are totals by the group's place."""
    rows = [
        (changed.get(f"g{index}", 10.0 * (index + 1)), group.pk, group.number)
        for index, group in enumerate(groups)
    ]
    return [(number, total) for total, _, number in sorted(rows)]


@pytest.mark.parametrize("sizes", [(1, 2), (3,), (500, 5_000)])
def test_page_is_read_from_a_window(sizes, groups, read, windows, monkeypatch):
    # given
    monkeypatch.setattr(total_pages, "_SIZES", sizes)

    # when, then a window of two, and one with all that is left, have a page of one
    assert read(size=1) == get_expected(groups)
    assert all(windows)
    assert len(windows) == len(groups)


def test_groups_outside_of_the_window_are_not_read(groups, read, windows, monkeypatch):
    # given a recorded total that is wrong, of a group that nobody has changed
    monkeypatch.setattr(total_pages, "_SIZES", (3,))
    states = OrderGroupState.objects.filter(pk=groups[0].pk)
    states.update(total_gross=Decimal(1_000))

    # when
    found = read(size=1)

    # then it is missing where it belongs
    assert found == get_expected(groups)[1:]


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("total", [5, 35, 60, 1_000])
def test_change_that_no_look_has_seen(total, size, groups, read, windows, monkeypatch):
    # given
    monkeypatch.setattr(total_pages, "_SIZES", (2, 4))
    orders = select_orders(groups[2])
    orders.update(total_gross_amount=total, updated_at=timezone.now())

    # when, then
    assert read(size=size) == get_expected(groups, g2=float(total))
    assert any(windows)


def test_orders_that_expired_in_bulk(groups, create_group, read, windows):
    # given a group whose other order is live, and Saleor's clean-up, which does not
    # write when it has changed the orders
    group = create_group((None, None), amounts=[(1, 1), (100, 100)])
    Order.objects.update(status="unfulfilled", updated_at=LONG_AGO)
    record_present([group.pk])
    order = select_orders(group).order_by("total_gross_amount").last()
    Order.objects.filter(pk=order.pk).update(status="expired", updated_at=LONG_AGO)
    OrderEvent.objects.create(order=order, type=OrderEvents.EXPIRED)

    # when, then
    assert read() == [(group.number, 1.0), *get_expected(groups)]
    assert all(windows)


def test_expired_orders_that_saleor_deletes(
    groups, read, windows, channel_USD, monkeypatch
):
    # given a group that expired long ago, which a sweep has seen
    monkeypatch.setattr(total_pages, "_SIZES", (2, 4))
    channel_USD.delete_expired_orders_after = datetime.timedelta(days=3)
    channel_USD.save()
    orders = select_orders(groups[4])
    long_ago = timezone.now() - datetime.timedelta(days=5)
    orders.update(status="expired", expired_at=long_ago, updated_at=long_ago)
    OrderGroupState.objects.all().delete()
    record_present(group.pk for group in groups)
    assert OrderGroupState.objects.get(pk=groups[4].pk).total_gross == 50
    assert read() == get_expected(groups)

    # when
    delete_expired_orders_task()

    # then
    assert not orders.exists()
    assert read(size=1) == get_expected(groups, g4=0.0)
    assert any(windows)


@pytest.mark.parametrize("is_from_checkout", [True, False])
def test_unconfirmed_order_gets_new_prices_when_it_is_read(
    is_from_checkout,
    groups,
    read,
    windows,
    order_with_lines,
    monkeypatch,
    to_id,
    app_api_client,
):
    # given a group with an unconfirmed order, which a sweep has seen
    monkeypatch.setattr(total_pages, "_SIZES", (2, 4))
    link = groups[1].order_links.get()
    order_with_lines.status = "unconfirmed"
    order_with_lines.should_refresh_prices = True
    order_with_lines.checkout_token = str(uuid4()) if is_from_checkout else ""
    order_with_lines.total_gross_amount = 20
    order_with_lines.save()
    Order.objects.update(updated_at=LONG_AGO)
    link.order.delete()
    link.order = order_with_lines
    link.pk = None
    link.save()
    OrderGroupState.objects.all().delete()
    record_present(group.pk for group in groups)
    assert read(size=1) == get_expected(groups)

    # when
    response = app_api_client.post_graphql(REFRESH, {"id": to_id(order_with_lines)})

    # then the change has left no trace but the total
    total = get_graphql_content(response)["data"]["order"]["total"]["gross"]["amount"]
    order_with_lines.refresh_from_db()
    assert order_with_lines.updated_at == LONG_AGO
    assert order_with_lines.total_gross_amount == Decimal(str(total)) != 20
    assert read(size=1) == get_expected(groups, g1=total)
    assert any(windows)


@pytest.mark.parametrize("cause", ["many changes", "many missing", "no sweep"])
def test_totals_are_derived(cause, groups, read, windows, monkeypatch):
    # given totals that are wrong
    OrderGroupState.objects.update(total_gross=7)
    if cause == "no sweep":
        Recovery.objects.all().delete()
    else:
        monkeypatch.setattr(changes, "_MOST", 1)
    if cause == "many changes":
        Order.objects.update(updated_at=timezone.now())
    if cause == "many missing":
        OrderGroupState.objects.update(total_gross=None)

    # when, then
    assert read(size=2) == get_expected(groups)
    assert not any(windows)


def test_other_filters_derive_the_totals(groups, read, windows):
    assert read(number={"eq": groups[1].number}) == [(groups[1].number, 20.0)]
    assert not any(windows)
