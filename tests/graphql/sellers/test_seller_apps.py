"""Which apps work on a seller's orders, and who may link and read them."""

import graphene
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from saleor.app.models import App
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

from saleor_order_groups.models import SellerApp

SAVE = """
    mutation Save($seller: ID!, $app: ID!, $rights: [SellerRightEnum!]!) {
      sellerAppSave(sellerId: $seller, appId: $app, rights: $rights) {
        seller { slug }
        errors { field message code }
      }
    }
"""
REMOVE = """
    mutation Remove($seller: ID!, $app: ID!) {
      sellerAppRemove(sellerId: $seller, appId: $app) {
        seller { slug }
        errors { field message code }
      }
    }
"""
ORDERS, APPS, PAYMENTS = "MANAGE_ORDERS", "MANAGE_APPS", "HANDLE_PAYMENTS"
UNKNOWN_SELLER = graphene.Node.to_global_id(
    "Seller", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa"
)
BAD_APP_IDS = [
    ("unknown", graphene.Node.to_global_id("App", 1_000_000)),
    ("out of range", graphene.Node.to_global_id("App", 10**20)),
    ("malformed", "nonsense"),
    ("empty", ""),
    ("key of another kind", graphene.Node.to_global_id("App", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa")),
    ("another type", graphene.Node.to_global_id("User", 1)),
]  # fmt: skip
WITH_PERMISSION = (
    "The app has %s and sees all orders through Saleor. Remove the"
    " permission from the app first."
)


def get_rows():
    rows = SellerApp.objects.order_by("seller__slug", "app__name")
    return list(rows.values_list("seller__slug", "app__name", "rights"))


def ask(client, query, seller, app, /, **more):
    variables = {
        "seller": graphene.Node.to_global_id("Seller", seller.pk),
        "app": graphene.Node.to_global_id("App", app.pk),
        **more,
    }
    return client.post_graphql(query, variables)


def read(response):
    [data] = get_graphql_content(response)["data"].values()
    return data


@pytest.fixture
def erp(db):
    return App.objects.create(name="ERP", is_active=True)


@pytest.fixture
def staff(caller):
    return caller("staff", ORDERS, APPS)


@pytest.fixture
def link(seller, erp):
    return SellerApp.objects.create(seller=seller, app=erp, rights=["fulfill"])


def test_save_links_an_app(staff, seller, other_seller, erp):
    # when
    response = ask(staff, SAVE, seller, erp, rights=["FULFILL", "DECIDE", "DECIDE"])

    # then
    assert read(response) == {"seller": {"slug": "acme"}, "errors": []}
    assert get_rows() == [("acme", "ERP", ["decide", "fulfill"])]

    # when: an app may work for several sellers, and rights are replaced
    ask(staff, SAVE, seller, erp, rights=["FULFILL"])
    response = ask(staff, SAVE, other_seller, erp, rights=[])

    # then
    assert read(response)["errors"] == []
    assert get_rows() == [("acme", "ERP", ["fulfill"]), ("bolt", "ERP", [])]


@pytest.mark.parametrize(
    "fields", [{}, {"is_active": False}, {"removed_at": timezone.now()}]
)
def test_remove(fields, staff, link):
    # given
    App.objects.filter(pk=link.app_id).update(**fields)

    # when: also once more
    for _ in range(2):
        response = ask(staff, REMOVE, link.seller, link.app)

        # then
        assert read(response) == {"seller": {"slug": "acme"}, "errors": []}
        assert get_rows() == []


@pytest.mark.parametrize(
    ("_case", "fields", "message", "code"),
    [
        ("inactive", {"is_active": False}, "The app is not active. Activate it first.", "INVALID"),
        ("removed", {"removed_at": timezone.now()}, "Couldn't resolve to an app: {}", "NOT_FOUND"),
    ],
)  # fmt: skip
def test_app_that_cannot_act_is_refused(_case, fields, message, code, staff, link):
    # given
    App.objects.filter(pk=link.app_id).update(**fields)

    # when
    response = ask(staff, SAVE, link.seller, link.app, rights=["DECIDE"])

    # then
    app_id = graphene.Node.to_global_id("App", link.app_id)
    assert read(response) == {
        "seller": None,
        "errors": [{"field": "appId", "message": message.format(app_id), "code": code}],
    }
    assert get_rows() == [("acme", "ERP", ["fulfill"])]


@pytest.mark.parametrize("name", ["MANAGE_ORDERS", "HANDLE_TAXES"])
def test_app_that_sees_all_orders_is_refused(
    name,
    staff,
    seller,
    erp,
    permission_manage_orders,
    permission_handle_taxes,
    permission_manage_products,
):
    # given
    permissions = (permission_manage_orders, permission_handle_taxes)
    permission = permissions[name == "HANDLE_TAXES"]
    erp.permissions.add(permission, permission_manage_products)

    # when
    response = ask(staff, SAVE, seller, erp, rights=[])

    # then
    assert read(response) == {
        "seller": None,
        "errors": [
            {"field": "appId", "message": WITH_PERMISSION % name, "code": "INVALID"}
        ],
    }
    assert get_rows() == []

    # when
    erp.permissions.remove(permission)
    response = ask(staff, SAVE, seller, erp, rights=[])

    # then
    assert read(response)["errors"] == []
    assert get_rows() == [("acme", "ERP", [])]


def test_linked_app_that_got_manage_orders_can_be_unlinked(
    staff, link, permission_manage_orders
):
    # given
    link.app.permissions.add(permission_manage_orders)

    # when
    response = ask(staff, REMOVE, link.seller, link.app)

    # then
    assert read(response)["errors"] == []
    assert get_rows() == []


def test_app_cannot_link_itself(caller, seller):
    # given: whoever may link apps has MANAGE_ORDERS
    client = caller("app", ORDERS, APPS)

    # when
    response = ask(client, SAVE, seller, client.app, rights=["DECIDE"])

    # then
    [error] = read(response)["errors"]
    assert error["message"] == WITH_PERMISSION % "MANAGE_ORDERS"
    assert get_rows() == []


@pytest.mark.parametrize(("_case", "app_id"), BAD_APP_IDS)
@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_unknown_app(query, _case, app_id, staff, link):
    # when
    response = ask(staff, query, link.seller, link.app, app=app_id, rights=[])

    # then
    assert read(response) == {
        "seller": None,
        "errors": [
            {
                "field": "appId",
                "message": f"Couldn't resolve to an app: {app_id}",
                "code": "NOT_FOUND",
            }
        ],
    }
    assert get_rows() == [("acme", "ERP", ["fulfill"])]


@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_unknown_seller(query, staff, link):
    # when
    response = ask(
        staff, query, link.seller, link.app, seller=UNKNOWN_SELLER, rights=[]
    )

    # then
    [error] = read(response)["errors"]
    assert (error["field"], error["code"]) == ("sellerId", "NOT_FOUND")
    assert get_rows() == [("acme", "ERP", ["fulfill"])]


@pytest.mark.parametrize(
    ("who", "permissions", "allowed"),
    [
        ("anonymous", [], False),
        ("customer", [], False),
        ("staff", [ORDERS], False),
        ("staff", [APPS], False),
        ("staff", [ORDERS, "MANAGE_USERS", "MANAGE_STAFF"], False),
        ("staff", [ORDERS, APPS], True),
        ("staff of a channel", [ORDERS, APPS], False),
        ("staff without a group", [ORDERS, APPS], False),
        ("superuser", [], True),
        ("app", [ORDERS], False),
        ("app", [ORDERS, APPS], True),
    ],
)
@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_who_may_link_apps(query, who, permissions, allowed, caller, link):
    # given
    client = caller(who, *permissions)
    before = get_rows()

    # when
    response = ask(client, query, link.seller, link.app, rights=["DECIDE"])

    # then
    if allowed:
        assert read(response)["errors"] == []
        assert get_rows() == ([("acme", "ERP", ["decide"])] if query is SAVE else [])
    else:
        assert_no_permission(response)
        assert get_rows() == before


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [([ORDERS, APPS], False), ([ORDERS, APPS, PAYMENTS], True)],
)
def test_who_may_grant_refunds(permissions, allowed, caller, link):
    # given
    client = caller("staff", *permissions)

    # when
    response = ask(client, SAVE, link.seller, link.app, rights=["REFUND"])

    # then
    if allowed:
        assert read(response)["errors"] == []
        assert get_rows() == [("acme", "ERP", ["refund"])]
    else:
        assert_no_permission(response)
        assert get_rows() == [("acme", "ERP", ["fulfill"])]


@pytest.mark.parametrize(
    ("who", "permissions"),
    [("customer", []), ("staff", [ORDERS]), ("staff of a channel", [ORDERS, APPS])],
)
@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_denied_callers_learn_nothing_of_ids(query, who, permissions, caller, link):
    # given
    client = caller(who, *permissions)

    # when
    messages = set()
    for more in ({}, {"app": BAD_APP_IDS[0][1]}, {"seller": UNKNOWN_SELLER}):
        response = ask(client, query, link.seller, link.app, rights=[], **more)
        assert_no_permission(response)
        messages.add(response.json()["errors"][0]["message"])

    # then
    assert len(messages) == 1
    assert get_rows() == [("acme", "ERP", ["fulfill"])]


SELLERS = """
    { sellers(first: 10) { edges { node {
      slug
      apps { id seller { slug } app { name } rights createdAt }
    } } } }
"""


@pytest.mark.parametrize(
    ("who", "permissions", "allowed"),
    [
        ("anonymous", [], False),
        ("customer", [], False),
        ("staff", [ORDERS], False),
        ("staff", [APPS], False),
        ("staff", [ORDERS, APPS], True),
        ("superuser", [], True),
        ("app", [ORDERS, "MANAGE_USERS"], False),
        ("app", [ORDERS, APPS], True),
    ],
)
def test_who_may_read_apps(who, permissions, allowed, caller, link):
    # given
    client = caller(who, *permissions)

    # when
    response = client.post_graphql(SELLERS)

    # then
    if not allowed:
        assert_no_permission(response)
        return
    [edge] = get_graphql_content(response)["data"]["sellers"]["edges"]
    assert edge["node"] == {
        "slug": "acme",
        "apps": [
            {
                "id": graphene.Node.to_global_id("SellerApp", link.pk),
                "seller": {"slug": "acme"},
                "app": {"name": "ERP"},
                "rights": ["FULFILL"],
                "createdAt": link.created_at.isoformat(),
            }
        ],
    }


def test_apps_of_a_page_are_read_in_one_statement(staff, create_seller):
    # given
    counts = []
    for count in (1, 5):
        for number in range(count):
            seller = create_seller(f"seller-{count}-{number}")
            seller.apps.create(app=App.objects.create(name=f"{count}-{number}"))

        # when: the permissions are read once
        staff.post_graphql(SELLERS)
        with CaptureQueriesContext(connection) as queries:
            response = staff.post_graphql(SELLERS)

        # then
        edges = get_graphql_content(response)["data"]["sellers"]["edges"]
        counts.append(len(queries))
        assert len([row for row in queries if "_sellerapp" in row["sql"]]) == 1
    assert counts[0] == counts[1]
    assert [edge["node"]["apps"][0]["app"]["name"] for edge in edges] == [
        "1-0", "5-0", "5-1", "5-2", "5-3", "5-4",
    ]  # fmt: skip


def test_app_that_is_being_removed_is_not_listed(staff, link):
    # given
    App.objects.update(removed_at=timezone.now())

    # when
    response = staff.post_graphql(SELLERS)

    # then
    [edge] = get_graphql_content(response)["data"]["sellers"]["edges"]
    assert edge["node"]["apps"] == []
