import graphene
import pytest
from saleor.graphql.tests.utils import get_graphql_content

QUERY = """
query Seller($id: ID, $slug: String, $externalReference: String) {
  seller(id: $id, slug: $slug, externalReference: $externalReference) {
    id slug name isActive externalReference createdAt updatedAt
    metadata { key value }
  }
}
"""

LIST = """
query Sellers($first: Int, $last: Int, $before: String, $after: String) {
  sellers(first: $first, last: $last, before: $before, after: $after) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { node { id slug name isActive metadata { key } } }
  }
}
"""

PRODUCTS = """
query Products($ids: [ID!], $channel: String) {
  products(first: 20, where: { ids: $ids }, channel: $channel) {
    edges { node { id seller { slug } variants { id seller { slug } } } }
  }
}
"""

CHECKOUT = """
query Checkout($id: ID) {
  checkout(id: $id) { lines { id seller { slug isActive } } }
}
"""


def slugs(response):
    data = get_graphql_content(response)["data"]["sellers"]
    return [edge["node"]["slug"] for edge in data["edges"]]


@pytest.mark.parametrize(
    ("argument", "value"),
    [("id", None), ("slug", "acme"), ("externalReference", "erp-7")],
)
def test_anyone_sees_an_active_seller(
    argument, value, api_client, create_seller, to_id
):
    # given
    seller = create_seller(
        external_reference="erp-7", metadata={"a": "b"}, private_metadata={"c": "d"}
    )
    create_seller("bolt")

    # when
    response = api_client.post_graphql(QUERY, {argument: value or to_id(seller)})

    # then
    assert get_graphql_content(response)["data"]["seller"] == {
        "id": to_id(seller),
        "slug": "acme",
        "name": "Acme",
        "isActive": True,
        "externalReference": "erp-7",
        "createdAt": seller.created_at.isoformat(),
        "updatedAt": seller.updated_at.isoformat(),
        "metadata": [{"key": "a", "value": "b"}],
    }


@pytest.mark.parametrize(
    ("_case", "variables"),
    [
        ("malformed ID", {"id": "nonsense"}),
        ("unknown ID", {"id": graphene.Node.to_global_id("Seller", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa")}),
        ("key of another kind", {"id": graphene.Node.to_global_id("Seller", 1)}),
        ("another type", {"id": graphene.Node.to_global_id("Product", 1)}),
        ("unknown slug", {"slug": "nobody"}),
        ("unknown external reference", {"externalReference": "nobody"}),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_null(_case, variables, api_client, seller):
    # when
    response = api_client.post_graphql(QUERY, variables)

    # then
    assert get_graphql_content(response)["data"] == {"seller": None}


@pytest.mark.parametrize(
    ("_case", "variables"), [("none", {}), ("two", {"slug": "a", "id": "b"})]
)
def test_exactly_one_argument(_case, variables, api_client):
    # when
    response = api_client.post_graphql(QUERY, variables)

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"] == {"seller": None}
    assert len(content["errors"]) == 1


@pytest.mark.parametrize(
    ("who", "allowed", "sees_inactive"),
    [
        ("anonymous", False, False),
        ("customer", False, False),
        ("staff without permission", False, False),
        ("staff without permission", True, True),
        ("app without permission", False, False),
        ("app without permission", True, True),
    ],
)
def test_who_sees_inactive_sellers(
    who, allowed, sees_inactive, client_of, manage_products, create_seller, to_id
):
    # given
    inactive = create_seller("acme", is_active=False)
    create_seller("bolt")
    client = client_of(who)
    if allowed:
        manage_products(client)

    # when
    one = client.post_graphql(QUERY, {"id": to_id(inactive)})
    listed = client.post_graphql(LIST, {"first": 10})

    # then
    data = get_graphql_content(one)["data"]["seller"]
    assert (data is not None) == sees_inactive
    assert slugs(listed) == (["acme", "bolt"] if sees_inactive else ["bolt"])


def test_pages_in_both_directions(api_client, create_seller):
    # given
    expected = ["a", "b", "c"]
    for slug in reversed(expected):
        create_seller(slug, name="One name")

    # when
    first = api_client.post_graphql(LIST, {"first": 2})
    page = get_graphql_content(first)["data"]["sellers"]["pageInfo"]
    rest = api_client.post_graphql(LIST, {"first": 2, "after": page["endCursor"]})
    last = api_client.post_graphql(LIST, {"last": 2})
    page = get_graphql_content(last)["data"]["sellers"]["pageInfo"]
    front = api_client.post_graphql(LIST, {"last": 2, "before": page["startCursor"]})

    # then
    assert slugs(first) + slugs(rest) == expected
    assert slugs(front) + slugs(last) == expected
    assert get_graphql_content(rest)["data"]["sellers"]["totalCount"] == 3


def test_statements_of_the_list_do_not_depend_on_sellers(
    api_client, create_seller, count_statements
):
    # given
    create_seller("a")
    count_statements(api_client, LIST, {"first": 20})

    # when
    few, count_of_few = count_statements(api_client, LIST, {"first": 20})
    for number in range(5):
        create_seller(f"seller-{number}")
    many, count_of_many = count_statements(api_client, LIST, {"first": 20})

    # then
    assert len(few["sellers"]["edges"]) == 1
    assert len(many["sellers"]["edges"]) == 6
    assert count_of_many == count_of_few


def test_products_and_variants_tell_their_seller(
    api_client,
    product_list,
    channel_USD,
    create_seller,
    assign,
    count_statements,
    to_id,
):
    # given
    first, second, third = product_list
    assign(create_seller("acme"), first)
    assign(create_seller("bolt", is_active=False), second)
    variables = {"channel": channel_USD.slug, "ids": [to_id(first)]}
    count_statements(api_client, PRODUCTS, variables)

    # when
    _, count_of_one = count_statements(api_client, PRODUCTS, variables)
    variables["ids"] = [to_id(product) for product in product_list]
    data, count_of_all = count_statements(api_client, PRODUCTS, variables)

    # then
    sellers = {
        edge["node"]["id"]: edge["node"]["seller"] for edge in data["products"]["edges"]
    }
    assert sellers == {
        to_id(first): {"slug": "acme"},
        to_id(second): {"slug": "bolt"},
        to_id(third): None,
    }
    for edge in data["products"]["edges"]:
        assert [variant["seller"] for variant in edge["node"]["variants"]] == [
            edge["node"]["seller"]
        ]
    assert count_of_all == count_of_one


def test_checkout_lines_tell_their_seller(
    api_client,
    checkout_with_items,
    checkout_with_item,
    create_seller,
    assign,
    count_statements,
    to_id,
):
    # given
    lines = list(checkout_with_items.lines.all())
    acme = create_seller("acme", is_active=False)
    assign(acme, lines[0].variant.product)
    one_line = {"id": to_id(checkout_with_item)}
    count_statements(api_client, CHECKOUT, one_line)

    # when
    _, count_of_one = count_statements(api_client, CHECKOUT, one_line)
    data, count_of_all = count_statements(
        api_client, CHECKOUT, {"id": to_id(checkout_with_items)}
    )

    # then
    sellers = {line["id"]: line["seller"] for line in data["checkout"]["lines"]}
    assert len(sellers) == len(lines) > 1
    assert sellers.pop(to_id(lines[0])) == {"slug": "acme", "isActive": False}
    assert list(sellers.values()) == [None] * (len(lines) - 1)
    assert count_of_all == count_of_one
