"""An order line tells its order, and who sold it when it was placed."""

import pytest
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroup, ProductSeller, Seller

LINES = """
query Lines($id: ID) {
  orderGroup(id: $id) {
    lines(first: 100) {
      edges { node {
        productName order { id number } seller { slug } variant { product { seller { slug } } }
      } }
    }
  }
}
"""
ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    lines { order { id userEmail shippingAddress { city } } seller { slug } }
  }
}
"""
LINES_OF_ORDERS = """
{
  orders(first: 100) {
    edges { node { lines { order { id number } seller { slug } } } }
  }
}
"""
EVERYONE = [
    "anonymous",
    "customer",
    "other customer",
    "staff without permission",
    "staff with permission",
    "staff of another channel",
    "app without permission",
    "app with permission",
]


def read(client, query, **variables):
    return get_graphql_content(client.post_graphql(query, variables))["data"]


def add_line(order):
    order.lines.create(
        product_name="Mug",
        variant_name="",
        quantity=1,
        is_shipping_required=True,
        is_gift_card=False,
        currency="USD",
        unit_price_net_amount=8,
        unit_price_gross_amount=10,
        total_price_net_amount=8,
        total_price_gross_amount=10,
        tax_rate="0.25",
    )


def test_seller_is_who_sold_the_line_when_it_was_placed(
    make_cart, pay, complete, user_api_client, orders_of, to_id
):
    # given a purchase of the shop's own and alpha's goods, that are beta's now
    checkout = make_cart([("alpha", "40.00"), (None, "5.00"), ("alpha", "6.00")])
    pay(checkout)
    assert complete(checkout)["errors"] == []
    group = OrderGroup.objects.get()
    beta = Seller.objects.create(name="Beta", slug="beta")
    assert ProductSeller.objects.update(seller=beta) == 2

    # when
    data = read(user_api_client, LINES, id=to_id(group))

    # then
    shops, alphas = orders_of(group)
    of_alpha = {
        "order": {"id": to_id(alphas), "number": str(alphas.number)},
        "seller": {"slug": "alpha"},
        "variant": {"product": {"seller": {"slug": "beta"}}},
    }
    assert [edge["node"] for edge in data["orderGroup"]["lines"]["edges"]] == [
        {
            "productName": "Product 1",
            "order": {"id": to_id(shops), "number": str(shops.number)},
            "seller": None,
            "variant": {"product": {"seller": None}},
        },
        {"productName": "Product 0", **of_alpha},
        {"productName": "Product 2", **of_alpha},
    ]


def test_line_of_a_replacement_has_the_seller_of_what_it_replaces(
    api_client, create_group, seller, order_generator, orders_of, to_id
):
    # given
    (replaced,) = orders_of(create_group([seller]))
    replacement = order_generator()
    replacement.original = replaced
    replacement.save(update_fields=["original"])
    add_line(replacement)

    # when
    data = read(api_client, ORDER, id=to_id(replacement))

    # then
    [line] = data["order"]["lines"]
    assert line["seller"] == {"slug": "acme"}
    assert line["order"]["id"] == to_id(replacement)


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("use_old_id", [False, True])
def test_line_shows_no_more_of_its_order_than_the_order(
    use_old_id, who, client_of, create_group, orders_of, address, to_id
):
    # given an order, of which the ID can be guessed or not
    [order] = orders_of(create_group())
    order.shipping_address = address.get_copy()
    order.use_old_id = use_old_id
    order.save()
    add_line(order)
    client = client_of(who)
    query = (
        "query($id: ID!) { order(id: $id) { id userEmail shippingAddress { city } } }"
    )

    # when
    of_line = read(client, ORDER, id=to_id(order))
    of_order = read(client, query, id=to_id(order))

    # then
    [line] = of_line["order"]["lines"]
    assert line == {"order": of_order["order"], "seller": None}
    is_shown = not use_old_id or who in (
        "customer", "staff with permission", "staff of another channel", "app with permission"
    )  # fmt: skip
    assert (line["order"]["userEmail"] == order.user_email) is is_shown


def test_statements_do_not_depend_on_lines(
    staff_api_client,
    permission_group_manage_orders,
    create_group,
    create_seller,
    orders_of,
    count_statements,
):
    # given
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    sellers = [create_seller(f"seller-{number}") for number in range(5)]
    for order in orders_of(create_group(sellers[:1])):
        add_line(order)
    count_statements(staff_api_client, LINES_OF_ORDERS)

    # when
    _, count_of_one = count_statements(staff_api_client, LINES_OF_ORDERS)
    for order in orders_of(create_group(sellers)):
        add_line(order)
        add_line(order)
    many, count_of_many = count_statements(staff_api_client, LINES_OF_ORDERS)

    # then
    assert Order.objects.count() == 6
    lines = [line for edge in many["orders"]["edges"] for line in edge["node"]["lines"]]
    assert len(lines) == 11
    assert {line["seller"]["slug"] for line in lines} == {s.slug for s in sellers}
    assert count_of_many == count_of_one
