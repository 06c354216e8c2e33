"""Which delivery methods are sellers' own, and who may say so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

from saleor_order_groups.models import Seller, SellerShippingMethod

ASSIGN = """
    mutation Assign($id: ID, $externalReference: String, $methods: [ID!]!) {
      sellerAssignShippingMethods(
        id: $id, externalReference: $externalReference, shippingMethods: $methods
      ) {
        seller { slug }
        errors { field message code }
      }
    }
"""
UNASSIGN = ASSIGN.replace("sellerAssign", "sellerUnassign")


def to_ids(*methods, type_name="ShippingMethodType"):
    return [Node.to_global_id(type_name, method.pk) for method in methods]


@pytest.fixture
def ask(staff_api_client, permission_manage_shipping):
    staff_api_client.user.user_permissions.add(permission_manage_shipping)

    def _ask(mutation, seller, method_ids):
        variables = {
            "id": Node.to_global_id("Seller", seller.pk),
            "methods": method_ids,
        }
        response = staff_api_client.post_graphql(mutation, variables)
        [data] = get_graphql_content(response)["data"].values()
        return data

    return _ask


def get_rows():
    return set(
        SellerShippingMethod.objects.values_list("seller__slug", "shipping_method")
    )


def test_methods_are_assigned_and_unassigned(ask, get_seller, make_method):
    # given
    alpha, beta = get_seller("alpha"), get_seller("beta")
    van, bike = make_method("1.00"), make_method("2.00")

    # when: also once more, and by the storefront's IDs
    for _ in range(2):
        data = ask(ASSIGN, alpha, to_ids(van, bike))
    shared = ask(ASSIGN, beta, to_ids(bike, type_name="ShippingMethod"))

    # then
    assert data == {"seller": {"slug": "alpha"}, "errors": []}
    assert shared["errors"] == []
    assert get_rows() == {("alpha", van.pk), ("alpha", bike.pk), ("beta", bike.pk)}

    # when
    data = ask(UNASSIGN, alpha, to_ids(bike))

    # then
    assert data == {"seller": {"slug": "alpha"}, "errors": []}
    assert get_rows() == {("alpha", van.pk), ("beta", bike.pk)}


def test_methods_are_assigned_and_unassigned_by_external_reference(
    ask, staff_api_client, get_seller, make_method
):
    # given
    get_seller("beta")
    Seller.objects.filter(pk=get_seller("alpha").pk).update(external_reference="7")
    van = make_method("1.00")
    variables = {"externalReference": "7", "methods": to_ids(van)}

    for mutation, rows in ((ASSIGN, {("alpha", van.pk)}), (UNASSIGN, set())):
        # when
        response = staff_api_client.post_graphql(mutation, variables)

        # then
        [data] = get_graphql_content(response)["data"].values()
        assert data == {"seller": {"slug": "alpha"}, "errors": []}
        assert get_rows() == rows


@pytest.mark.parametrize(
    ("_case", "given", "expected"),
    [
        ("unknown", {"externalReference": "8"}, [("externalReference", "NOT_FOUND")]),
        ("none", {}, [(None, "GRAPHQL_ERROR")]),
        ("two", {"id": "x", "externalReference": "7"}, [(None, "GRAPHQL_ERROR")]),
    ],
)
@pytest.mark.parametrize("mutation", [ASSIGN, UNASSIGN])
def test_exactly_one_known_argument(
    mutation, _case, given, expected, ask, staff_api_client, get_seller, make_method
):
    # given
    Seller.objects.filter(pk=get_seller("alpha").pk).update(external_reference="7")
    van, bike = make_method("1.00", "alpha"), make_method("2.00")

    # when
    response = staff_api_client.post_graphql(
        mutation, {**given, "methods": to_ids(van, bike)}
    )

    # then
    [data] = get_graphql_content(response)["data"].values()
    assert [(error["field"], error["code"]) for error in data["errors"]] == expected
    assert get_rows() == {("alpha", van.pk)}


@pytest.mark.parametrize("mutation", [ASSIGN, UNASSIGN])
def test_unknown_methods_are_named_and_nothing_is_changed(
    mutation, ask, get_seller, make_method, warehouse
):
    # given
    alpha = get_seller("alpha")
    van = make_method("1.00", "alpha")
    bike = make_method("1.00")
    unknown = [
        Node.to_global_id("ShippingMethodType", 0),
        Node.to_global_id("Warehouse", warehouse.pk),
        Node.to_global_id("app", "1:express"),
        "garbage",
    ]

    # when
    data = ask(mutation, alpha, [*to_ids(van, bike), *unknown])

    # then
    assert data == {
        "seller": None,
        "errors": [
            {
                "field": "shippingMethods",
                "message": (
                    f"Couldn't resolve to shipping methods: {', '.join(unknown)}"
                ),
                "code": "NOT_FOUND",
            }
        ],
    }
    assert get_rows() == {("alpha", van.pk)}


def test_unknown_seller_is_named(ask, make_method):
    # given
    method = make_method("1.00")

    # when
    data = ask(ASSIGN, Seller(slug="nobody"), to_ids(method))

    # then
    [error] = data["errors"]
    assert (error["field"], error["code"]) == ("id", "NOT_FOUND")


@pytest.mark.parametrize("mutation", [ASSIGN, UNASSIGN])
def test_others_may_not(
    mutation,
    api_client,
    user_api_client,
    staff_api_client,
    app_api_client,
    permission_manage_products,
    get_seller,
    make_method,
):
    # given
    van = make_method("1.00", "alpha")
    bike = make_method("1.00")
    staff_api_client.user.user_permissions.add(permission_manage_products)
    variables = {
        "id": Node.to_global_id("Seller", get_seller("alpha").pk),
        "methods": to_ids(van, bike),
    }

    # when / then
    for client in (api_client, user_api_client, staff_api_client, app_api_client):
        assert_no_permission(client.post_graphql(mutation, variables))
    assert get_rows() == {("alpha", van.pk)}


def test_app_with_the_permission_may(
    app_api_client, permission_manage_shipping, get_seller, make_method
):
    # given
    app_api_client.app.permissions.add(permission_manage_shipping)
    van = make_method("1.00")
    variables = {
        "id": Node.to_global_id("Seller", get_seller("alpha").pk),
        "methods": to_ids(van),
    }

    # when
    response = app_api_client.post_graphql(ASSIGN, variables)

    # then
    data = get_graphql_content(response)["data"]["sellerAssignShippingMethods"]
    assert data == {"seller": {"slug": "alpha"}, "errors": []}
    assert get_rows() == {("alpha", van.pk)}


SELLERS = """
    { sellers(first: 10) { edges { node { slug shippingMethods { id name } } } } }
"""


def test_sellers_list_their_methods_in_one_statement(
    staff_api_client, permission_manage_shipping, make_method, get_seller
):
    # given
    staff_api_client.user.user_permissions.add(permission_manage_shipping)
    van = make_method("1.00", "alpha", name="Van")
    van.seller_shipping_methods.create(seller=get_seller("beta"))
    make_method("1.00", "alpha", name="Bike")
    make_method("1.00", name="Parcel")
    get_seller("gamma")

    # when
    with CaptureQueriesContext(connection) as queries:
        response = staff_api_client.post_graphql(SELLERS)

    # then
    edges = get_graphql_content(response)["data"]["sellers"]["edges"]
    assert [
        (
            edge["node"]["slug"],
            [method["name"] for method in edge["node"]["shippingMethods"]],
        )
        for edge in edges
    ] == [("alpha", ["Van", "Bike"]), ("beta", ["Van"]), ("gamma", [])]
    assert edges[1]["node"]["shippingMethods"][0]["id"] == to_ids(van)[0]
    assert len([row for row in queries if "sellershippingmethod" in row["sql"]]) == 1


def test_others_do_not_see_sellers_methods(user_api_client, make_method):
    # given
    make_method("1.00", "alpha")

    # when
    response = user_api_client.post_graphql(SELLERS)

    # then
    assert_no_permission(response)


def test_seller_and_method_take_their_rows_with_them(get_seller, make_method):
    # given
    van = make_method("1.00", "alpha")
    bike = make_method("1.00", "beta")

    # when
    get_seller("alpha").delete()
    bike.delete()

    # then
    assert get_rows() == set()
    van.refresh_from_db()
