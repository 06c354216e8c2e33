"""Who works on a seller's orders: its members, and who may name and read them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import graphene
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from saleor.account.models import User
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

from saleor_order_groups.models import SellerApp, SellerMember

SAVE = """
    mutation Save($seller: ID!, $user: ID!, $rights: [SellerRightEnum!]!) {
      sellerMemberSave(sellerId: $seller, userId: $user, rights: $rights) {
        seller { slug }
        errors { field message code }
      }
    }
"""
REMOVE = """
    mutation Remove($seller: ID!, $user: ID!) {
      sellerMemberRemove(sellerId: $seller, userId: $user) {
        seller { slug }
        errors { field message code }
      }
    }
"""
ORDERS, USERS, STAFF, PAYMENTS = (
    "MANAGE_ORDERS",
    "MANAGE_USERS",
    "MANAGE_STAFF",
    "HANDLE_PAYMENTS",
)
UNKNOWN_SELLER = graphene.Node.to_global_id(
    "Seller", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa"
)
BAD_USER_IDS = [
    ("unknown", graphene.Node.to_global_id("User", 1_000_000)),
    ("out of range", graphene.Node.to_global_id("User", 10**20)),
    ("malformed", "nonsense"),
    ("empty", ""),
    ("key of another kind", graphene.Node.to_global_id("User", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa")),
    ("another type", graphene.Node.to_global_id("App", 1)),
]  # fmt: skip


def get_rows():
    rows = SellerMember.objects.order_by("seller__slug", "user__email")
    return list(rows.values_list("seller__slug", "user__email", "rights"))


def ask(client, query, seller, user, /, **more):
    variables = {
        "seller": graphene.Node.to_global_id("Seller", seller.pk),
        "user": graphene.Node.to_global_id("User", user.pk),
        **more,
    }
    return client.post_graphql(query, variables)


def read(response):
    [data] = get_graphql_content(response)["data"].values()
    return data


@pytest.fixture
def portal(caller):
    """Return the client of a portal's back end, which may name customers."""
    return caller("app", ORDERS, USERS)


@pytest.fixture
def member(seller, customer_user):
    return SellerMember.objects.create(
        seller=seller, user=customer_user, rights=["decide"]
    )


def test_save_makes_a_member(portal, seller, other_seller, customer_user):
    # when
    response = ask(portal, SAVE, seller, customer_user, rights=["FULFILL", "DECIDE"])

    # then
    assert read(response) == {"seller": {"slug": "acme"}, "errors": []}
    assert get_rows() == [("acme", customer_user.email, ["decide", "fulfill"])]

    # when: an account may belong to several sellers
    response = ask(portal, SAVE, other_seller, customer_user, rights=[])

    # then
    assert read(response)["errors"] == []
    assert get_rows() == [
        ("acme", customer_user.email, ["decide", "fulfill"]),
        ("bolt", customer_user.email, []),
    ]


def test_saving_again_replaces_the_rights(portal, member):
    # given
    created_at = member.created_at

    # when: a right is named twice
    rights = ["FULFILL", "FULFILL"]
    response = ask(portal, SAVE, member.seller, member.user, rights=rights)

    # then
    assert read(response)["errors"] == []
    assert get_rows() == [("acme", member.user.email, ["fulfill"])]
    member.refresh_from_db()
    assert member.created_at == created_at


def test_two_mutations_of_a_request_each_answer_the_present(
    portal, seller, customer_user
):
    # given
    query = """
        mutation Two($seller: ID!, $user: ID!) {
          first: sellerMemberSave(sellerId: $seller, userId: $user, rights: [DECIDE]) {
            seller { members { rights } }
          }
          second: sellerMemberRemove(sellerId: $seller, userId: $user) {
            seller { members { rights } }
          }
        }
    """

    # when
    data = get_graphql_content(ask(portal, query, seller, customer_user))["data"]

    # then
    assert data == {
        "first": {"seller": {"members": [{"rights": ["DECIDE"]}]}},
        "second": {"seller": {"members": []}},
    }


@pytest.mark.parametrize("is_active", [True, False])
def test_remove(is_active, portal, member):
    # given
    User.objects.filter(pk=member.user_id).update(is_active=is_active)

    # when: also once more
    for _ in range(2):
        response = ask(portal, REMOVE, member.seller, member.user)

        # then
        assert read(response) == {"seller": {"slug": "acme"}, "errors": []}
        assert get_rows() == []
    assert User.objects.filter(pk=member.user_id).exists()


def test_remove_leaves_other_memberships(portal, member, other_seller, staff_user):
    # given
    other_seller.members.create(user=member.user, rights=["refund"])
    member.seller.members.create(user=staff_user)

    # when
    response = ask(portal, REMOVE, member.seller, member.user)

    # then
    assert read(response)["errors"] == []
    assert get_rows() == [
        ("acme", staff_user.email, []),
        ("bolt", member.user.email, ["refund"]),
    ]


def test_inactive_account_is_refused(portal, member):
    # given
    User.objects.filter(pk=member.user_id).update(is_active=False)

    # when
    response = ask(portal, SAVE, member.seller, member.user, rights=["FULFILL"])

    # then
    assert read(response) == {
        "seller": None,
        "errors": [
            {
                "field": "userId",
                "message": "The account is not active. Activate it first.",
                "code": "INVALID",
            }
        ],
    }
    assert get_rows() == [("acme", member.user.email, ["decide"])]


@pytest.mark.parametrize(("_case", "user_id"), BAD_USER_IDS)
@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_unknown_account(query, _case, user_id, portal, member):
    # when
    response = ask(
        portal, query, member.seller, member.user, user=user_id, rights=["FULFILL"]
    )

    # then
    assert read(response) == {
        "seller": None,
        "errors": [
            {
                "field": "userId",
                "message": f"Couldn't resolve to a user: {user_id}",
                "code": "NOT_FOUND",
            }
        ],
    }
    assert get_rows() == [("acme", member.user.email, ["decide"])]


@pytest.mark.parametrize("seller_id", [UNKNOWN_SELLER, "nonsense", ""])
@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_unknown_seller(query, seller_id, portal, member):
    # when
    response = ask(
        portal, query, member.seller, member.user, seller=seller_id, rights=[]
    )

    # then
    assert read(response) == {
        "seller": None,
        "errors": [
            {
                "field": "sellerId",
                "message": f"Couldn't resolve to a seller: {seller_id}",
                "code": "NOT_FOUND",
            }
        ],
    }
    assert get_rows() == [("acme", member.user.email, ["decide"])]


WHO = [
    ("anonymous", [], "customer", False),
    ("customer", [], "customer", False),
    ("staff", [ORDERS, USERS], "customer", True),
    ("staff", [ORDERS], "customer", False),
    ("staff", [USERS], "customer", False),
    ("staff", [USERS, PAYMENTS, "MANAGE_PRODUCTS", "MANAGE_APPS"], "customer", False),
    ("staff", [ORDERS, STAFF], "customer", False),
    ("staff of a channel", [ORDERS, USERS, STAFF], "customer", False),
    ("staff without a group", [ORDERS, USERS, STAFF], "customer", False),
    ("superuser", [], "customer", True),
    ("app", [ORDERS, USERS], "customer", True),
    ("app", [ORDERS], "customer", False),
    ("app", [USERS], "customer", False),
    # An account of staff.
    ("staff", [ORDERS, USERS], "staff", False),
    ("staff", [ORDERS, STAFF], "staff", True),
    ("staff", [STAFF, USERS], "staff", False),
    ("staff of a channel", [ORDERS, STAFF], "staff", False),
    ("superuser", [], "staff", True),
    ("app", [ORDERS, USERS], "staff", False),
    # Saleor's apps cannot manage staff.
    ("app", [ORDERS, USERS, STAFF], "staff", False),
]


@pytest.fixture
def make_account(customer_user2):
    """Return an account of a kind that is not the caller's."""

    def _make(kind):
        if kind == "customer":
            return customer_user2
        return User.objects.create(email="clerk@example.com", is_staff=True)

    return _make


@pytest.mark.parametrize(("who", "permissions", "whom", "allowed"), WHO)
@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_who_may_name_members(
    query, who, permissions, whom, allowed, caller, seller, make_account
):
    # given
    user = make_account(whom)
    client = caller(who, *permissions)
    if query is REMOVE:
        seller.members.create(user=user, rights=["refund"])
    before = get_rows()

    # when
    response = ask(client, query, seller, user, rights=["DECIDE", "FULFILL"])

    # then
    if allowed:
        assert read(response)["errors"] == []
        after = [("acme", user.email, ["decide", "fulfill"])]
        assert get_rows() == (after if query is SAVE else [])
    else:
        assert_no_permission(response)
        assert get_rows() == before


@pytest.mark.parametrize(
    ("who", "permissions", "allowed"),
    [
        ("staff", [ORDERS, USERS], False),
        ("staff", [ORDERS, USERS, PAYMENTS], True),
        ("staff of a channel", [ORDERS, USERS, PAYMENTS], False),
        ("superuser", [], True),
        ("app", [ORDERS, USERS], False),
        ("app", [ORDERS, USERS, PAYMENTS], True),
    ],
)
def test_who_may_grant_refunds(who, permissions, allowed, caller, member):
    # given
    client = caller(who, *permissions)

    # when
    rights = ["REFUND", "DECIDE"]
    response = ask(client, SAVE, member.seller, member.user, rights=rights)

    # then
    if allowed:
        assert read(response)["errors"] == []
        assert get_rows() == [("acme", member.user.email, ["decide", "refund"])]
    else:
        assert_no_permission(response)
        assert get_rows() == [("acme", member.user.email, ["decide"])]


def test_taking_the_right_of_refunds_does_not_require_it(portal, member):
    # given
    SellerMember.objects.update(rights=["refund"])

    # when
    response = ask(portal, SAVE, member.seller, member.user, rights=["DECIDE"])

    # then
    assert read(response)["errors"] == []
    assert get_rows() == [("acme", member.user.email, ["decide"])]


@pytest.mark.parametrize(
    ("who", "permissions"),
    [
        ("anonymous", []),
        ("customer", []),
        ("staff", [ORDERS]),
        ("staff", [USERS, STAFF]),
        ("staff of a channel", [ORDERS, USERS, STAFF]),
        ("app", [ORDERS]),
    ],
)
@pytest.mark.parametrize("query", [SAVE, REMOVE], ids=["save", "remove"])
def test_denied_callers_learn_nothing_of_ids(query, who, permissions, caller, member):
    # given
    client = caller(who, *permissions)
    unknown = BAD_USER_IDS[0][1]
    messages = set()

    # when
    for more in ({}, {"user": unknown}, {"seller": UNKNOWN_SELLER}):
        with CaptureQueriesContext(connection) as queries:
            response = ask(
                client, query, member.seller, member.user, rights=["FULFILL"], **more
            )

        # then
        assert_no_permission(response)
        assert not [row for row in queries if "sellermember" in row["sql"]]
        messages.add(response.json()["errors"][0]["message"])
    assert len(messages) == 1
    assert get_rows() == [("acme", member.user.email, ["decide"])]


def test_message_names_all_missing_permissions(caller, member):
    # given
    client = caller("staff", ORDERS)

    # when
    query = "query ($seller: ID!) { seller(id: $seller) { members { id } } }"
    response = ask(client, query, member.seller, member.user)

    # then
    [error] = response.json()["errors"]
    assert error["message"] == (
        "To access this path, you need all of the following permissions: MANAGE_ORDERS,"
        " MANAGE_USERS"
    )


SELLERS = """
    { sellers(first: 10) { edges { node {
      slug
      members { id seller { slug } user { email } rights createdAt }
    } } } }
"""


@pytest.mark.parametrize(
    ("who", "permissions", "allowed"),
    [
        ("anonymous", [], False),
        ("customer", [], False),
        ("staff", [ORDERS], False),
        ("staff", [USERS], False),
        ("staff", [ORDERS, USERS], True),
        ("staff", [ORDERS, STAFF], False),
        ("superuser", [], True),
        ("app", [ORDERS, USERS], True),
        ("app", [USERS, "MANAGE_APPS"], False),
    ],
)
def test_who_may_read_members(who, permissions, allowed, caller, member):
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
        "members": [
            {
                "id": graphene.Node.to_global_id("SellerMember", member.pk),
                "seller": {"slug": "acme"},
                "user": {"email": member.user.email},
                "rights": ["DECIDE"],
                "createdAt": member.created_at.isoformat(),
            }
        ],
    }


def test_a_member_does_not_read_members(user_api_client, member):
    assert member.user == user_api_client.user
    assert_no_permission(user_api_client.post_graphql(SELLERS))


def test_members_of_a_page_are_read_in_one_statement(portal, create_seller):
    # given
    counts = []
    for count in (1, 5):
        for number in range(count):
            seller = create_seller(f"seller-{count}-{number}")
            for name in "ab"[: number + 1]:
                user = User.objects.create(email=f"{name}@{seller.slug}.example.com")
                seller.members.create(user=user)

        # when: the permissions are read once
        portal.post_graphql(SELLERS)
        with CaptureQueriesContext(connection) as queries:
            response = portal.post_graphql(SELLERS)

        # then
        edges = get_graphql_content(response)["data"]["sellers"]["edges"]
        counts.append(len(queries))
        assert len([row for row in queries if "_sellermember" in row["sql"]]) == 1
    assert counts[0] == counts[1]
    assert [
        (
            edge["node"]["slug"],
            [row["user"]["email"] for row in edge["node"]["members"]],
        )
        for edge in edges[:3]
    ] == [
        ("seller-1-0", ["a@seller-1-0.example.com"]),
        ("seller-5-0", ["a@seller-5-0.example.com"]),
        ("seller-5-1", ["a@seller-5-1.example.com", "b@seller-5-1.example.com"]),
    ]


def test_right_that_this_version_does_not_know_is_not_shown(portal, member):
    # given a database that a later version has written to
    SellerMember.objects.update(rights=["repaint", "decide"])

    # when
    response = portal.post_graphql(SELLERS)

    # then
    [edge] = get_graphql_content(response)["data"]["sellers"]["edges"]
    assert edge["node"]["members"][0]["rights"] == ["DECIDE"]


def test_deleted_seller_takes_its_members_and_apps_along(caller, member, app):
    # given
    member.seller.apps.create(app=app)
    query = """
        mutation ($seller: ID!) { sellerDelete(id: $seller) { errors { code } } }
    """

    # when
    response = ask(
        caller("staff", "MANAGE_PRODUCTS"), query, member.seller, member.user
    )

    # then
    assert read(response)["errors"] == []
    assert get_rows() == []
    assert not SellerApp.objects.exists()
    member.user.refresh_from_db()
    app.refresh_from_db()


def test_deleted_account_takes_its_memberships_along(member, seller):
    # when
    member.user.delete()

    # then
    assert get_rows() == []
    seller.refresh_from_db()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("replica_of_threads")
def test_saves_at_once_make_one_member(portal, seller, customer_user):
    # given
    start = threading.Barrier(4)

    def save(rights):
        try:
            start.wait()
            return read(ask(portal, SAVE, seller, customer_user, rights=rights))
        finally:
            connections.close_all()

    # when
    choices = [["DECIDE"], ["FULFILL"], [], ["DECIDE", "FULFILL"]]
    with ThreadPoolExecutor(len(choices)) as pool:
        answers = list(pool.map(save, choices))

    # then
    assert [answer["errors"] for answer in answers] == [[]] * 4
    [(slug, email, rights)] = get_rows()
    assert (slug, email) == ("acme", customer_user.email)
    assert [right.upper() for right in rights] in choices


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("replica_of_threads")
def test_saves_and_the_deletion_of_the_account_at_once(portal, seller, customer_user):
    # given
    start = threading.Barrier(3)

    def save():
        start.wait()
        return read(ask(portal, SAVE, seller, customer_user, rights=["DECIDE"]))

    def delete():
        start.wait()
        return User.objects.get(pk=customer_user.pk).delete()

    def in_thread(function):
        try:
            return function()
        finally:
            connections.close_all()

    # when
    with ThreadPoolExecutor(3) as pool:
        *answers, _ = pool.map(in_thread, [save, save, delete])

    # then: a save came first, or found no account
    codes = {error["code"] for answer in answers for error in answer["errors"]}
    assert codes <= {"NOT_FOUND"}
    assert get_rows() == []
    connection.check_constraints()
