"""The number of SQL statements of a read, with one and with fifty of everything."""

import pytest

from tests.helpers.groups import GROUP

ONE = "query($id: ID) { orderGroup(id: $id) { ...Group } }" + GROUP
LIST = (
    "query($where: OrderGroupWhereInput) { orderGroups(first: 100, where: $where)"
    " { totalCount edges { node { ...Group } } } }" + GROUP
)
OF_USER = (
    "query($id: ID!) { user(id: $id) { orderGroups(first: 100)"
    " { totalCount edges { node { ...Group } } } } }" + GROUP
)
ORDERS = (
    """
{ orders(first: 100) { edges { node { id seller { id } orderGroup { ...Group } } } } }
"""
    + GROUP
)


@pytest.fixture
def manager(app_api_client, permission_manage_orders, permission_manage_users):
    app_api_client.app.permissions.add(
        permission_manage_orders, permission_manage_users
    )
    return app_api_client


def test_one_group_with_one_and_with_fifty_of_everything(
    manager, create_full_group, count_statements, to_id
):
    # given
    small, large = create_full_group(1), create_full_group(50)
    count_statements(manager, ONE, {"id": to_id(small)})

    # when
    few, count_of_few = count_statements(manager, ONE, {"id": to_id(small)})
    many, count_of_many = count_statements(manager, ONE, {"id": to_id(large)})

    # then
    for data, count in ((few["orderGroup"], 1), (many["orderGroup"], 50)):
        assert len(data["orders"]) == data["sellerCount"] == count
        assert data["lines"]["totalCount"] == len(data["giftCards"]) == count
        assert len(data["transactions"]) == 2 * count
        assert [len(row["shares"]) for row in data["discounts"]] == [count, count]
        assert data["totalDiscount"]["amount"] == 2 * count
    assert count_of_many == count_of_few


def test_pages_of_one_and_of_fifty_groups(
    manager, create_full_group, customer_user, count_statements, to_id
):
    # given
    first = create_full_group(1)
    where = {"where": {"ids": [to_id(first)]}}
    of_user = {"id": to_id(customer_user)}
    for query, variables in ((LIST, where), (OF_USER, of_user), (ORDERS, {})):
        count_statements(manager, query, variables)
    page, count_of_page = count_statements(manager, LIST, where)
    _, count_of_user = count_statements(manager, OF_USER, of_user)
    orders, count_of_orders = count_statements(manager, ORDERS)
    assert len(page["orderGroups"]["edges"]) == len(orders["orders"]["edges"]) == 1
    groups = [first, *[create_full_group(1) for _ in range(49)]]

    # when
    where = {"where": {"ids": [to_id(group) for group in groups]}}
    pages, count_of_pages = count_statements(manager, LIST, where)
    users, count_of_users = count_statements(manager, OF_USER, of_user)
    many, count_of_many = count_statements(manager, ORDERS)

    # then
    assert pages["orderGroups"]["totalCount"] == 50
    assert len(pages["orderGroups"]["edges"]) == 50
    assert users["user"]["orderGroups"]["totalCount"] == 50
    assert len(many["orders"]["edges"]) == 50
    assert count_of_pages == count_of_page
    assert count_of_users == count_of_user
    assert count_of_many == count_of_orders
