"""Finding sellers, and what a seller has: products, orders, customers."""

import pytest
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.order.models import Order
from saleor.product.models import ProductChannelListing

from saleor_order_groups.models import Seller, SellerCustomer

SELLERS = """
query Sellers(
  $where: SellerWhereInput, $sortBy: SellerSortingInput, $search: String
  $first: Int, $after: String
) {
  sellers(
    where: $where, sortBy: $sortBy, search: $search, first: $first, after: $after
  ) {
    totalCount
    pageInfo { endCursor hasNextPage }
    edges { node { slug } }
  }
}
"""
PRODUCTS = """
query Products($id: ID, $channel: String) {
  seller(id: $id) {
    products(first: 10, channel: $channel) {
      totalCount
      edges { node { slug seller { slug } } }
    }
  }
}
"""
ORDERS = """
query Orders($id: ID) {
  seller(id: $id) {
    orders(first: 10) { totalCount edges { node { number seller { slug } } } }
  }
}
"""
CUSTOMERS = """
query Customers($id: ID) {
  seller(id: $id) { customers(first: 10) { totalCount edges { node { email } } } }
}
"""


def nodes(response, name="products", key="slug"):
    connection = get_graphql_content(response)["data"]["seller"][name]
    found = [edge["node"][key] for edge in connection["edges"]]
    assert connection["totalCount"] == len(found)
    return found


@pytest.fixture
def find(staff_api_client, permission_manage_products):
    """Return the slugs of the sellers that are found."""
    staff_api_client.user.user_permissions.add(permission_manage_products)

    def find(**variables):
        response = staff_api_client.post_graphql(SELLERS, {"first": 10, **variables})
        data = get_graphql_content(response)["data"]["sellers"]
        return [edge["node"]["slug"] for edge in data["edges"]]

    return find


@pytest.fixture
def three_sellers(create_seller):
    """Create sellers, two of the same name."""
    return [
        create_seller("bolt", name="Zed & Co", metadata={"tier": "gold"}),
        create_seller("acme", name="Zed & Co", external_reference="erp-7"),
        create_seller("core", name="Anna", is_active=False, metadata={"tier": "tin"}),
    ]


@pytest.mark.parametrize(
    ("_case", "where", "slugs"),
    [
        ("slug", {"slug": {"eq": "bolt"}}, ["bolt"]),
        ("slugs", {"slug": {"oneOf": ["bolt", "core", "x"]}}, ["bolt", "core"]),
        ("name", {"name": {"eq": "Zed & Co"}}, ["acme", "bolt"]),
        ("active", {"isActive": True}, ["acme", "bolt"]),
        ("inactive", {"isActive": False}, ["core"]),
        ("null", {"isActive": None}, []),
        ("reference", {"externalReference": {"eq": "erp-7"}}, ["acme"]),
        ("no reference", {"externalReference": {"eq": None}}, ["bolt", "core"]),
        ("metadata", {"metadata": {"key": "tier", "value": {"eq": "gold"}}}, ["bolt"]),
        ("metadata key", {"metadata": {"key": "tier"}}, ["bolt", "core"]),
        ("and", {"AND": [{"isActive": True}, {"metadata": {"key": "tier"}}]}, ["bolt"]),
        ("or", {"OR": [{"isActive": False}, {"slug": {"eq": "acme"}}]}, ["acme", "core"]),
        ("no IDs", {"ids": []}, []),
        ("malformed slug", {"slug": {}}, []),
    ],
)  # fmt: skip
def test_where(_case, where, slugs, find, three_sellers):
    # then by slug
    assert find(where=where) == slugs


def test_where_ids(find, three_sellers, to_id):
    # given an ID of something else
    bolt, acme, _ = three_sellers
    ids = [to_id(bolt), to_id(acme), "U2VsbGVyOjE="]

    # then
    assert find(where={"ids": ids}) == ["acme", "bolt"]


@pytest.mark.parametrize(
    ("field", "direction", "slugs"),
    [
        ("NAME", "ASC", ["core", "acme", "bolt"]),
        ("NAME", "DESC", ["bolt", "acme", "core"]),
        ("CREATED_AT", "ASC", ["bolt", "acme", "core"]),
        ("CREATED_AT", "DESC", ["core", "acme", "bolt"]),
    ],
)
def test_sort_and_page(field, direction, slugs, find, three_sellers, staff_api_client):
    # given
    sort_by = {"field": field, "direction": direction}

    # when
    walked, after, has_next = [], None, True
    while has_next:
        response = staff_api_client.post_graphql(
            SELLERS, {"first": 1, "after": after, "sortBy": sort_by}
        )
        data = get_graphql_content(response)["data"]["sellers"]
        walked += [edge["node"]["slug"] for edge in data["edges"]]
        after, has_next = (
            data["pageInfo"]["endCursor"],
            data["pageInfo"]["hasNextPage"],
        )

    # then sellers of one name are in the order of their slugs
    assert walked == find(sortBy=sort_by) == slugs


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("zed", ["acme", "bolt"]),
        ("zed bol", ["bolt"]),
        ("ERP-7", ["acme"]),
        ("ann", ["core"]),
        ("%", []),
        ("", ["acme", "bolt", "core"]),
    ],
)
def test_search(text, slugs, find, three_sellers):
    # then
    assert find(search=text) == slugs


def test_filters_show_no_inactive_seller_to_the_public(api_client, three_sellers):
    # when
    response = api_client.post_graphql(
        SELLERS, {"first": 9, "where": {"isActive": False}, "search": "anna"}
    )

    # then
    data = get_graphql_content(response)["data"]["sellers"]
    assert data["totalCount"] == 0
    assert data["edges"] == []


def test_products_are_those_that_saleor_lists(
    api_client,
    staff_api_client,
    permission_manage_products,
    seller,
    other_seller,
    assign,
    product_list,
    channel_USD,
    channel_PLN,
    to_id,
):
    # given a product that is unpublished, one that is not listed, and another's
    published, unpublished, unlisted = product_list
    assign(seller, *product_list)
    listings = ProductChannelListing.objects.filter(channel=channel_USD)
    listings.filter(product=unpublished).update(is_published=False)
    listings.filter(product=unlisted).update(visible_in_listings=False)
    variables = {"id": to_id(seller)}
    in_usd = {**variables, "channel": channel_USD.slug}
    in_pln = {**variables, "channel": channel_PLN.slug}
    staff_api_client.user.user_permissions.add(permission_manage_products)

    # when
    of_public = api_client.post_graphql(PRODUCTS, in_usd)
    of_public_elsewhere = api_client.post_graphql(PRODUCTS, in_pln)
    of_staff = staff_api_client.post_graphql(PRODUCTS, variables)
    of_other = staff_api_client.post_graphql(PRODUCTS, {"id": to_id(other_seller)})

    # then
    assert nodes(of_public) == [published.slug]
    assert nodes(of_public_elsewhere) == []
    assert nodes(of_staff) == sorted(product.slug for product in product_list)
    assert nodes(of_other) == []
    [*edges] = get_graphql_content(of_staff)["data"]["seller"]["products"]["edges"]
    assert {edge["node"]["seller"]["slug"] for edge in edges} == {"acme"}


def test_orders_are_those_that_staff_may_list(
    app_api_client,
    staff_api_client,
    permission_manage_orders,
    staff_of_channel,
    create_group,
    orders_of,
    seller,
    other_seller,
    channel_PLN,
    to_id,
):
    # given orders in two channels, and one that is a draft again
    in_usd = orders_of(create_group([None, seller, other_seller]))[1]
    in_pln = orders_of(create_group([seller], channel=channel_PLN))[0]
    draft = orders_of(create_group([seller]))[0]
    Order.objects.filter(pk=draft.pk).update(status="draft")
    app_api_client.app.permissions.add(permission_manage_orders)
    staff_of_channel(staff_api_client.user, channel_PLN)

    # when
    of_app = app_api_client.post_graphql(ORDERS, {"id": to_id(seller)})
    of_staff = staff_api_client.post_graphql(ORDERS, {"id": to_id(seller)})

    # then newest first
    assert nodes(of_app, "orders", "number") == [str(in_pln.number), str(in_usd.number)]
    assert nodes(of_staff, "orders", "number") == [str(in_pln.number)]


def test_customers(
    staff_api_client,
    permission_manage_users,
    seller,
    other_seller,
    customer_user,
    customer_user2,
    to_id,
):
    # given
    for customer, of_seller in [
        (customer_user, seller),
        (customer_user2, seller),
        (customer_user2, other_seller),
    ]:
        SellerCustomer.objects.create(user=customer, seller=of_seller)
    staff_api_client.user.user_permissions.add(permission_manage_users)

    # when
    response = staff_api_client.post_graphql(CUSTOMERS, {"id": to_id(seller)})

    # then
    assert nodes(response, "customers", "email") == sorted(
        [customer_user.email, customer_user2.email]
    )


@pytest.mark.parametrize("query", [ORDERS, CUSTOMERS], ids=["orders", "customers"])
@pytest.mark.parametrize(
    "who",
    ["anonymous", "customer", "staff without permission", "app without permission"],
)
def test_who_does_not_read_what_a_seller_has(who, query, client_of, seller, to_id):
    # when
    response = client_of(who).post_graphql(query, {"id": to_id(seller)})

    # then
    assert_no_permission(response)


def test_statements_do_not_depend_on_what_a_seller_has(
    app_api_client,
    permission_manage_orders,
    permission_manage_users,
    permission_manage_products,
    create_group,
    create_seller,
    customer_user,
    customer_user2,
    assign,
    product_list,
    count_statements,
    to_id,
):
    # given
    app_api_client.app.permissions.add(
        permission_manage_orders, permission_manage_users, permission_manage_products
    )
    query = """
        query($id: ID) {
          seller(id: $id) {
            products(first: 10) { edges { node { id seller { id } } } }
            orders(first: 10) { edges { node { id seller { id } orderGroup { id } } } }
            customers(first: 10) { edges { node { id } } }
          }
        }
    """
    few, many = create_seller("few"), create_seller("many")
    for seller, count in ((few, 1), (many, 2)):
        for customer in (customer_user, customer_user2)[:count]:
            create_group([seller, None], user=customer)
            SellerCustomer.objects.create(user=customer, seller=seller)
    assign(few, product_list[0])
    assign(many, *product_list[1:])
    count_statements(app_api_client, query, {"id": to_id(few)})

    # when
    of_few, count_of_few = count_statements(app_api_client, query, {"id": to_id(few)})
    of_many, count_of_many = count_statements(
        app_api_client, query, {"id": to_id(many)}
    )

    # then
    assert [len(part["edges"]) for part in of_few["seller"].values()] == [1, 1, 1]
    assert [len(part["edges"]) for part in of_many["seller"].values()] == [2, 2, 2]
    assert count_of_many == count_of_few
    assert Seller.objects.count() == 2
