"""The operator's lock of a seller's members and apps: `Seller.hasAccess`."""

import graphene
import pytest
from saleor.app.models import App
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

from saleor_order_groups.models import Seller

UPDATE = """
    mutation Update($id: ID!, $input: SellerUpdateInput!) {
      sellerUpdate(id: $id, input: $input) {
        seller { slug name }
        errors { field message code }
      }
    }
"""
READ = "query ($id: ID!) { seller(id: $id) { slug hasAccess } }"
ORDERS, USERS, PAYMENTS, PRODUCTS = (
    "MANAGE_ORDERS",
    "MANAGE_USERS",
    "HANDLE_PAYMENTS",
    "MANAGE_PRODUCTS",
)


def update(client, seller, **given):
    seller_id = graphene.Node.to_global_id("Seller", seller.pk)
    return client.post_graphql(UPDATE, {"id": seller_id, "input": given})


def read(response):
    [data] = get_graphql_content(response)["data"].values()
    return data


def get_row():
    return Seller.objects.values_list("name", "has_access").get()


UNLOCK = [
    ("anonymous", [], False),
    ("customer", [], False),
    ("staff", [ORDERS, USERS], True),
    ("staff", [ORDERS, PRODUCTS], False),
    ("staff", [USERS, PRODUCTS], False),
    ("staff", [PRODUCTS], False),
    ("staff of a channel", [ORDERS, USERS], False),
    ("staff without a group", [ORDERS, USERS], False),
    ("superuser", [], True),
    ("app", [ORDERS, USERS], True),
    ("app", [ORDERS], False),
]
LOCK = [
    ("anonymous", [], False),
    ("customer", [], False),
    ("staff", [ORDERS], True),
    ("staff", [USERS], True),
    ("staff", [PRODUCTS, PAYMENTS], False),
    ("staff of a channel", [ORDERS], True),
    ("staff without a group", [USERS], True),
    ("superuser", [], True),
    ("app", [ORDERS], True),
    ("app", [USERS], True),
    ("app", [PRODUCTS], False),
]


@pytest.mark.parametrize(
    ("has_access", "who", "permissions", "allowed"),
    [(True, *row) for row in UNLOCK] + [(False, *row) for row in LOCK],
)
def test_who_may_lock_and_unlock(
    has_access, who, permissions, allowed, caller, create_seller
):
    # given
    seller = create_seller(has_access=not has_access)
    client = caller(who, *permissions)

    # when
    response = update(client, seller, hasAccess=has_access)

    # then
    if allowed:
        assert read(response) == {
            "seller": {"slug": "acme", "name": "Acme"},
            "errors": [],
        }
        assert get_row() == ("Acme", has_access)
    else:
        assert_no_permission(response)
        assert get_row() == ("Acme", not has_access)


@pytest.mark.parametrize("relation", ["members", "apps"])
@pytest.mark.parametrize(
    ("rights", "permissions", "allowed"),
    [
        (["decide", "fulfill"], [ORDERS, USERS], True),
        (["decide", "refund"], [ORDERS, USERS], False),
        (["decide", "refund"], [ORDERS, USERS, PAYMENTS], True),
    ],
)
def test_unlocking_somebody_with_refunds_requires_handle_payments(
    rights, permissions, allowed, relation, caller, create_seller, customer_user
):
    # given
    seller = create_seller(has_access=False)
    if relation == "members":
        seller.members.create(user=customer_user, rights=rights)
    else:
        seller.apps.create(app=App.objects.create(name="ERP"), rights=rights)
    client = caller("staff", *permissions)

    # when
    response = update(client, seller, hasAccess=True)

    # then
    if allowed:
        assert read(response)["errors"] == []
    else:
        assert_no_permission(response)
    assert get_row() == ("Acme", allowed)


def test_other_sellers_refunds_do_not_count(caller, create_seller, customer_user):
    # given
    seller = create_seller(has_access=False)
    create_seller("bolt").members.create(user=customer_user, rights=["refund"])

    # when
    response = update(caller("staff", ORDERS, USERS), seller, hasAccess=True)

    # then
    assert read(response)["errors"] == []
    assert Seller.objects.get(slug="acme").has_access


@pytest.mark.parametrize(
    ("permissions", "given", "expected"),
    [
        # None: denied.
        ([ORDERS, USERS], {"name": "Bolt"}, None),
        ([ORDERS, USERS], {}, None),
        ([ORDERS, USERS], {"hasAccess": None}, None),
        ([ORDERS, USERS], {"name": "Bolt", "hasAccess": False}, None),
        ([ORDERS, USERS], {"hasAccess": False, "metadata": []}, None),
        ([PRODUCTS], {"name": "Bolt", "hasAccess": False}, None),
        ([PRODUCTS], {"name": "Bolt", "hasAccess": True}, None),
        ([PRODUCTS], {"name": "Bolt", "hasAccess": None}, ("Bolt", True)),
        ([PRODUCTS], {"name": "Bolt"}, ("Bolt", True)),
        ([PRODUCTS, ORDERS], {"name": "Bolt", "hasAccess": False}, ("Bolt", False)),
        ([PRODUCTS, ORDERS], {"name": "Bolt", "hasAccess": True}, None),
        (
            [PRODUCTS, ORDERS, USERS],
            {"name": "Bolt", "hasAccess": True},
            ("Bolt", True),
        ),
    ],
)
def test_other_fields_require_manage_products(
    permissions, given, expected, caller, seller
):
    # when
    response = update(caller("staff", *permissions), seller, **given)

    # then
    if expected:
        assert read(response)["errors"] == []
        assert get_row() == expected
    else:
        assert_no_permission(response)
        assert get_row() == ("Acme", True)


def test_lock_does_not_stop_selling(caller, seller):
    # when
    update(caller("staff", ORDERS), seller, hasAccess=False)

    # then
    seller.refresh_from_db()
    assert (seller.is_active, seller.has_access) == (True, False)


@pytest.mark.parametrize("has_access", [True, False])
@pytest.mark.parametrize(
    ("who", "permissions", "knows"),
    [
        ("anonymous", [], False),
        ("customer", [], False),
        ("staff", [PRODUCTS], False),
        ("staff", [ORDERS], True),
        ("staff", [USERS], True),
        ("superuser", [], True),
        ("app", [], False),
        ("app", [USERS], True),
    ],
)
def test_who_knows_of_the_lock(
    who, permissions, knows, has_access, caller, create_seller
):
    # given
    seller = create_seller(has_access=has_access)
    client = caller(who, *permissions)

    # when
    seller_id = graphene.Node.to_global_id("Seller", seller.pk)
    response = client.post_graphql(READ, {"id": seller_id})

    # then
    expected = has_access if knows else None
    assert read(response) == {"slug": "acme", "hasAccess": expected}


def test_a_new_seller_cannot_be_given_the_field(caller):
    # when
    response = caller("superuser").post_graphql(
        'mutation { sellerCreate(input: { name: "A", hasAccess: false }) {'
        " seller { id } } }"
    )

    # then
    assert "hasAccess" in response.json()["errors"][0]["message"]
    assert not Seller.objects.exists()
