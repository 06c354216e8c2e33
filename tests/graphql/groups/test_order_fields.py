import pytest
from saleor.graphql.tests.utils import get_graphql_content

ORDER = """
query Order($id: ID!) {
  order(id: $id) { id orderGroup { id number } seller { slug } }
}
"""

ORDERS = """
{
  orders(first: 20) {
    edges { node { id seller { slug } orderGroup { number orders { id } } } }
  }
}
"""

COMPLETE = """
mutation CheckoutComplete($id: ID!) {
  checkoutComplete(id: $id) {
    order { id }
    orderGroup { id orders { id } }
    errors { field code }
  }
}
"""


@pytest.mark.parametrize("is_active", [True, False])
def test_order_tells_its_group_and_seller(
    is_active, api_client, create_group, create_seller, orders_of, to_id
):
    # given
    group = create_group([None, create_seller(is_active=is_active)])
    shops_own, acmes = orders_of(group)

    # when
    first = api_client.post_graphql(ORDER, {"id": to_id(shops_own)})
    second = api_client.post_graphql(ORDER, {"id": to_id(acmes)})

    # then whoever was given the order
    order_group = {"id": to_id(group), "number": str(group.number)}
    assert get_graphql_content(first)["data"]["order"] == {
        "id": to_id(shops_own),
        "orderGroup": order_group,
        "seller": None,
    }
    assert get_graphql_content(second)["data"]["order"] == {
        "id": to_id(acmes),
        "orderGroup": order_group,
        "seller": {"slug": "acme"},
    }


def test_order_of_no_group(api_client, order, to_id):
    # when
    response = api_client.post_graphql(ORDER, {"id": to_id(order)})

    # then
    assert get_graphql_content(response)["data"]["order"] == {
        "id": to_id(order),
        "orderGroup": None,
        "seller": None,
    }


def test_replacement_has_the_seller_of_what_it_replaces(
    api_client, create_group, seller, order_generator, orders_of, to_id
):
    # given a replacement of a replacement
    (replaced,) = orders_of(create_group([seller]))
    for _ in range(2):
        replacement = order_generator()
        replacement.original = replaced
        replacement.save(update_fields=["original"])
        replaced = replacement

    # when
    response = api_client.post_graphql(ORDER, {"id": to_id(replacement)})

    # then
    assert get_graphql_content(response)["data"]["order"] == {
        "id": to_id(replacement),
        "orderGroup": None,
        "seller": {"slug": "acme"},
    }


def test_statements_do_not_depend_on_orders(
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
    count_statements(staff_api_client, ORDERS)

    # when
    few, count_of_few = count_statements(staff_api_client, ORDERS)
    create_group([None, *sellers])
    create_group(sellers)
    many, count_of_many = count_statements(staff_api_client, ORDERS)

    # then
    assert len(few["orders"]["edges"]) == 1
    assert len(many["orders"]["edges"]) == 8
    assert count_of_many == count_of_few


def test_repeated_completion_tells_the_group(
    api_client, create_group, seller, orders_of, checkout_with_item, to_id
):
    # given a checkout that was completed into one order
    checkout_id = to_id(checkout_with_item)
    group = create_group([seller], checkout_token=checkout_with_item.pk)
    (order,) = orders_of(group)
    order.checkout_token = str(checkout_with_item.pk)
    order.save(update_fields=["checkout_token"])
    checkout_with_item.delete()

    # when
    response = api_client.post_graphql(COMPLETE, {"id": checkout_id})

    # then
    assert get_graphql_content(response)["data"]["checkoutComplete"] == {
        "order": {"id": to_id(order)},
        "orderGroup": {"id": to_id(group), "orders": [{"id": to_id(order)}]},
        "errors": [],
    }


def test_failed_completion_tells_no_group(api_client, checkout, to_id):
    # when
    response = api_client.post_graphql(COMPLETE, {"id": to_id(checkout)})

    # then
    data = get_graphql_content(response)["data"]["checkoutComplete"]
    assert data["order"] is None
    assert data["orderGroup"] is None
    assert data["errors"] != []
