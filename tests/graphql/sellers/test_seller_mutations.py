from unittest import mock

import graphene
import pytest
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.product.models import Product

from saleor_order_groups.graphql.sellers.mutations.seller_create import SellerCreate
from saleor_order_groups.models import OrderGroupOrder, ProductSeller, Seller

PAYLOAD = """
    seller {
      id slug name isActive externalReference
      metadata { key value }
      privateMetadata { key value }
    }
    errors { field message code }
"""
CREATE = (
    """
mutation SellerCreate($input: SellerCreateInput!) {
  sellerCreate(input: $input) {"""
    + PAYLOAD
    + "}}"
)
UPDATE = (
    """
mutation SellerUpdate($id: ID, $externalReference: String, $input: SellerUpdateInput!) {
  sellerUpdate(id: $id, externalReference: $externalReference, input: $input) {"""
    + PAYLOAD
    + "}}"
)
DELETE = """
mutation SellerDelete($id: ID, $externalReference: String) {
  sellerDelete(id: $id, externalReference: $externalReference) {
    seller { id slug }
    errors { field message code }
  }
}
"""
ASSIGN = """
mutation SellerAssignProducts(
  $id: ID, $externalReference: String, $products: [ID!]!
) {
  sellerAssignProducts(
    id: $id, externalReference: $externalReference, products: $products
  ) {
    seller { slug }
    errors { field message code }
  }
}
"""
UNASSIGN = """
mutation SellerUnassignProducts(
  $id: ID, $externalReference: String, $products: [ID!]!
) {
  sellerUnassignProducts(
    id: $id, externalReference: $externalReference, products: $products
  ) {
    seller { slug }
    errors { field message code }
  }
}
"""

UNKNOWN_ID = graphene.Node.to_global_id(
    "Seller", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa"
)
BAD_IDS = [
    ("unknown", UNKNOWN_ID),
    ("malformed", "nonsense"),
    ("key of another kind", graphene.Node.to_global_id("Seller", 1)),
    ("another type", graphene.Node.to_global_id("Product", 1)),
]
BAD_PRODUCT_IDS = [
    ("unknown", graphene.Node.to_global_id("Product", 1_000_000)),
    ("out of range", graphene.Node.to_global_id("Product", 10**20)),
    ("malformed", "nonsense"),
    ("key of another kind", graphene.Node.to_global_id("Product", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa")),
    ("another type", UNKNOWN_ID),
]  # fmt: skip


@pytest.fixture
def client(staff_api_client, manage_products):
    return manage_products(staff_api_client)


def payload(response):
    (data,) = get_graphql_content(response)["data"].values()
    return data


def errors(response):
    data = payload(response)
    assert data["seller"] is None
    return [(error["field"], error["code"]) for error in data["errors"]]


def snapshot():
    """Return all that the mutations may change."""
    return (
        list(Seller.objects.order_by("pk").values()),
        list(ProductSeller.objects.order_by("pk").values()),
        list(OrderGroupOrder.objects.order_by("pk").values()),
    )


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("anonymous", False),
        ("customer", False),
        ("staff without permission", False),
        ("staff with permission", False),
        ("staff without permission", True),
        ("app without permission", False),
        ("app without permission", True),
    ],
)
@pytest.mark.parametrize("name", ["create", "update", "delete", "assign", "unassign"])
def test_who_may_change_sellers(
    name,
    who,
    allowed,
    client_of,
    manage_products,
    create_seller,
    product,
    assign,
    to_id,
):
    # given
    seller = create_seller()
    if name == "unassign":
        assign(seller, product)
    query, variables = {
        "create": (CREATE, {"input": {"name": "Bolt"}}),
        "update": (UPDATE, {"id": to_id(seller), "input": {"name": "Bolt"}}),
        "delete": (DELETE, {"id": to_id(seller)}),
        "assign": (ASSIGN, {"id": to_id(seller), "products": [to_id(product)]}),
        "unassign": (UNASSIGN, {"id": to_id(seller), "products": [to_id(product)]}),
    }[name]
    client = client_of(who)
    if allowed:
        manage_products(client)
    before = snapshot()

    # when
    response = client.post_graphql(query, variables)

    # then
    if allowed:
        assert payload(response)["errors"] == []
        assert snapshot() != before
    else:
        assert_no_permission(response)
        assert snapshot() == before


def test_create(client, to_id):
    # given
    variables = {
        "input": {
            "name": " Acme & Söhne ",
            "slug": "acme",
            "externalReference": "erp-7",
            "isActive": False,
            "metadata": [{"key": "a", "value": "b"}],
            "privateMetadata": [{"key": "c", "value": "d"}],
        }
    }

    # when
    response = client.post_graphql(CREATE, variables)

    # then
    data = payload(response)
    seller = Seller.objects.get()
    assert data["errors"] == []
    assert data["seller"] == {
        "id": to_id(seller),
        "slug": "acme",
        "name": "Acme & Söhne",
        "isActive": False,
        "externalReference": "erp-7",
        "metadata": [{"key": "a", "value": "b"}],
        "privateMetadata": [{"key": "c", "value": "d"}],
    }
    assert (seller.slug, seller.is_active) == ("acme", False)


@pytest.mark.parametrize("slug", [None, ""])
def test_slug_is_made_from_the_name(slug, client, create_seller):
    # given
    create_seller("acme-sohne")

    # when
    response = client.post_graphql(
        CREATE, {"input": {"name": "Acme Söhne", "slug": slug}}
    )

    # then
    assert payload(response)["seller"]["slug"] == "acme-sohne-2"
    assert payload(response)["seller"]["isActive"] is True


@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("no name", {"name": ""}, [("name", "REQUIRED")]),
        ("blank name", {"name": "  "}, [("name", "REQUIRED")]),
        ("long name", {"name": "x" * 251}, [("name", "INVALID")]),
        ("bad slug", {"name": "A", "slug": "a b"}, [("slug", "INVALID")]),
        ("taken slug", {"name": "A", "slug": "acme"}, [("slug", "UNIQUE")]),
        ("taken reference", {"name": "A", "externalReference": "7"}, [("externalReference", "UNIQUE")]),
        ("no key", {"name": "A", "metadata": [{"key": " ", "value": "b"}]}, [("metadata", "REQUIRED")]),
        ("no private key", {"name": "A", "privateMetadata": [{"key": "", "value": "b"}]}, [("privateMetadata", "REQUIRED")]),
    ],
)  # fmt: skip
def test_create_refuses_bad_input(_case, given, expected, client, create_seller):
    # given
    create_seller("acme", external_reference="7")
    before = snapshot()

    # when
    response = client.post_graphql(CREATE, {"input": given})

    # then
    assert errors(response) == expected
    assert snapshot() == before


def test_slug_that_a_rival_takes_meanwhile(client, create_seller):
    # given a rival that saves after our look for a free slug and our validation
    validate = SellerCreate.clean_instance

    def rival(*args):
        validate(*args)
        create_seller("acme")

    # when
    with mock.patch.object(SellerCreate, "clean_instance", rival):
        response = client.post_graphql(CREATE, {"input": {"name": "Acme"}})

    # then the error is on what the slug was made of
    assert errors(response) == [("name", "UNIQUE")]
    assert Seller.objects.count() == 1


def test_two_sellers_without_external_reference(client):
    # when
    for name in ("Acme", "Bolt"):
        response = client.post_graphql(
            CREATE, {"input": {"name": name, "externalReference": ""}}
        )

        # then
        assert payload(response)["errors"] == []
        assert payload(response)["seller"]["externalReference"] is None


@pytest.mark.parametrize("by", ["id", "externalReference"])
def test_update(by, client, create_seller, to_id):
    # given
    seller = create_seller(external_reference="7", metadata={"a": "b"})
    created_at = seller.created_at
    variables = {
        by: to_id(seller) if by == "id" else "7",
        "input": {
            "name": "Bolt",
            "slug": "bolt",
            "externalReference": "8",
            "isActive": False,
            "metadata": [{"key": "c", "value": "d"}],
        },
    }

    # when
    response = client.post_graphql(UPDATE, variables)

    # then
    assert payload(response) == {
        "seller": {
            "id": to_id(seller),
            "slug": "bolt",
            "name": "Bolt",
            "isActive": False,
            "externalReference": "8",
            "metadata": [{"key": "a", "value": "b"}, {"key": "c", "value": "d"}],
            "privateMetadata": [],
        },
        "errors": [],
    }
    updated_at = seller.updated_at
    seller.refresh_from_db()
    assert (seller.name, seller.slug, seller.is_active) == ("Bolt", "bolt", False)
    assert seller.created_at == created_at
    assert seller.updated_at > updated_at


def test_update_leaves_what_is_not_given(client, create_seller, to_id):
    # given
    seller = create_seller(external_reference="7")

    # when
    response = client.post_graphql(
        UPDATE, {"id": to_id(seller), "input": {"isActive": None}}
    )

    # then
    data = payload(response)["seller"]
    assert data["name"] == "Acme"
    assert data["isActive"] is True
    assert data["externalReference"] == "7"


@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("no name", {"name": " "}, [("name", "REQUIRED")]),
        ("null name", {"name": None}, [("name", "REQUIRED")]),
        ("no slug", {"slug": ""}, [("slug", "REQUIRED")]),
        ("null slug", {"slug": None}, [("slug", "REQUIRED")]),
        ("bad slug", {"slug": "a b"}, [("slug", "INVALID")]),
        ("taken slug", {"slug": "bolt"}, [("slug", "UNIQUE")]),
        ("taken reference", {"externalReference": "7"}, [("externalReference", "UNIQUE")]),
    ],
)  # fmt: skip
def test_update_refuses_bad_input(
    _case, given, expected, client, seller, create_seller, to_id
):
    # given
    create_seller("bolt", external_reference="7")
    before = snapshot()

    # when
    response = client.post_graphql(UPDATE, {"id": to_id(seller), "input": given})

    # then
    assert errors(response) == expected
    assert snapshot() == before


@pytest.mark.parametrize(("_case", "bad_id"), BAD_IDS)
@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (UPDATE, {"input": {"name": "Bolt"}}),
        (DELETE, {}),
        (ASSIGN, {"products": []}),
        (UNASSIGN, {"products": []}),
    ],
)
def test_unknown_seller(query, variables, _case, bad_id, client, seller):
    # given
    before = snapshot()

    # when
    response = client.post_graphql(query, {**variables, "id": bad_id})

    # then
    assert errors(response) == [("id", "NOT_FOUND")]
    assert snapshot() == before


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (UPDATE, {"input": {"name": "Bolt"}}),
        (DELETE, {}),
        (ASSIGN, {"products": []}),
        (UNASSIGN, {"products": []}),
    ],
)
@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("unknown", {"externalReference": "nobody"}, [("externalReference", "NOT_FOUND")]),
        ("none", {}, [(None, "GRAPHQL_ERROR")]),
        ("two", {"id": UNKNOWN_ID, "externalReference": "7"}, [(None, "GRAPHQL_ERROR")]),
    ],
)  # fmt: skip
def test_exactly_one_known_argument(
    _case, given, expected, query, variables, client, seller
):
    # given
    before = snapshot()

    # when
    response = client.post_graphql(query, {**variables, **given})

    # then
    assert errors(response) == expected
    assert snapshot() == before


@pytest.mark.parametrize("by", ["id", "externalReference"])
def test_delete(by, client, create_seller, to_id):
    # given
    seller = create_seller(external_reference="7")
    seller_id = to_id(seller)
    other = create_seller("bolt")

    # when
    response = client.post_graphql(DELETE, {by: seller_id if by == "id" else "7"})

    # then
    assert payload(response) == {
        "seller": {"id": seller_id, "slug": "acme"},
        "errors": [],
    }
    assert list(Seller.objects.all()) == [other]


@pytest.mark.parametrize("referrer", ["order", "product"])
def test_delete_is_refused_while_something_refers_to_the_seller(
    referrer, client, seller, create_group, product, assign, to_id
):
    # given
    if referrer == "order":
        create_group([seller])
    else:
        assign(seller, product)
    before = snapshot()

    # when
    response = client.post_graphql(DELETE, {"id": to_id(seller)})

    # then
    assert errors(response) == [("id", "CANNOT_DELETE")]
    assert snapshot() == before


def test_assign_moves_products_and_keeps_past_orders(
    client, seller, other_seller, create_group, product_list, assign, to_id
):
    # given
    first, second, third = product_list
    assign(seller, first)
    assign(other_seller, second)
    group = create_group([other_seller])
    products = [to_id(first), to_id(second), to_id(second)]

    # when
    response = client.post_graphql(ASSIGN, {"id": to_id(seller), "products": products})

    # then
    assert payload(response) == {"seller": {"slug": "acme"}, "errors": []}
    assert dict(ProductSeller.objects.values_list("product_id", "seller_id")) == {
        first.pk: seller.pk,
        second.pk: seller.pk,
    }
    assert group.order_links.get().seller == other_seller


def test_unassign_makes_products_the_shops_own(
    client, seller, create_group, product_list, assign, to_id
):
    # given
    first, second, third = product_list
    assign(seller, first, second)
    group = create_group([seller])
    products = [to_id(first), to_id(third)]

    # when
    response = client.post_graphql(
        UNASSIGN, {"id": to_id(seller), "products": products}
    )

    # then
    assert payload(response) == {"seller": {"slug": "acme"}, "errors": []}
    assert [row.product for row in ProductSeller.objects.all()] == [second]
    assert group.order_links.get().seller == seller
    assert Product.objects.filter(pk=first.pk).exists()


def test_products_are_assigned_and_unassigned_by_external_reference(
    client, create_seller, other_seller, product, to_id
):
    # given
    create_seller(external_reference="7")
    variables = {"externalReference": "7", "products": [to_id(product)]}

    # when
    assigned = client.post_graphql(ASSIGN, variables)
    rows = list(ProductSeller.objects.values_list("product_id", "seller__slug"))
    unassigned = client.post_graphql(UNASSIGN, variables)

    # then
    for response in (assigned, unassigned):
        assert payload(response) == {"seller": {"slug": "acme"}, "errors": []}
    assert rows == [(product.pk, "acme")]
    assert ProductSeller.objects.count() == 0


def test_unassign_refuses_products_of_another_seller(
    client, seller, other_seller, product_list, assign, to_id
):
    # given
    first, second, _ = product_list
    assign(seller, first)
    assign(other_seller, second)
    before = snapshot()
    products = [to_id(first), to_id(second)]

    # when
    response = client.post_graphql(
        UNASSIGN, {"id": to_id(seller), "products": products}
    )

    # then
    assert errors(response) == [("products", "INVALID")]
    assert to_id(second) in payload(response)["errors"][0]["message"]
    assert snapshot() == before


@pytest.mark.parametrize("query", [ASSIGN, UNASSIGN])
@pytest.mark.parametrize(("_case", "bad_id"), BAD_PRODUCT_IDS)
def test_unknown_products(
    _case, bad_id, query, client, seller, other_seller, product, assign, to_id
):
    # given
    assign(seller if query == UNASSIGN else other_seller, product)
    before = snapshot()

    # when
    response = client.post_graphql(
        query, {"id": to_id(seller), "products": [to_id(product), bad_id]}
    )

    # then
    assert errors(response) == [("products", "NOT_FOUND")]
    assert bad_id in payload(response)["errors"][0]["message"]
    assert snapshot() == before


@pytest.mark.parametrize("query", [ASSIGN, UNASSIGN])
def test_statements_do_not_depend_on_products(
    query, client, seller, product_list, assign, count_statements, to_id
):
    # given
    def variables(products):
        return {"id": to_id(seller), "products": [to_id(one) for one in products]}

    count_statements(client, query, variables(product_list[:1]))
    if query == UNASSIGN:
        assign(seller, *product_list)

    # when
    _, count_of_one = count_statements(client, query, variables(product_list[:1]))
    _, count_of_two = count_statements(client, query, variables(product_list[1:]))

    # then
    assert count_of_two == count_of_one


def test_payout_reference(staff_api_client, permission_manage_products):
    # given
    staff_api_client.user.user_permissions.add(permission_manage_products)
    create = """
        mutation($input: SellerCreateInput!) {
          sellerCreate(input: $input) {
            seller { id payoutReference } errors { field message code }
          }
        }
    """
    update = """
        mutation($id: ID!, $input: SellerUpdateInput!) {
          sellerUpdate(id: $id, input: $input) {
            seller { id payoutReference } errors { field message code }
          }
        }
    """

    def post(query, **variables):
        content = get_graphql_content(staff_api_client.post_graphql(query, variables))
        [data] = content["data"].values()
        return data

    # when
    created = post(create, input={"name": "Anna", "payoutReference": "acct_1"})
    id = created["seller"]["id"]
    same = post(create, input={"name": "Ben", "payoutReference": "acct_1"})
    kept = post(update, id=id, input={"name": "Anna's"})
    emptied = post(update, id=id, input={"payoutReference": ""})
    too_long = post(update, id=id, input={"payoutReference": "a" * 251})

    # then: two shops of one seller may have one account
    for data, reference in (
        (created, "acct_1"),
        (same, "acct_1"),
        (kept, "acct_1"),
        (emptied, None),
    ):
        assert data["errors"] == []
        assert data["seller"]["payoutReference"] == reference
    [error] = too_long["errors"]
    assert error["field"] == "payoutReference"
