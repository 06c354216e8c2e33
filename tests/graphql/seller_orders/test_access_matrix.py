"""Who reads and does what with sellers' orders: each caller × each field and mutation.

The fields and mutations are compared with the schema: a new one fails a test until it
has a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from graphene import Node
from graphql import GraphQLInterfaceType, GraphQLObjectType
from graphql.type.definition import get_named_type
from saleor.account.models import Group, User
from saleor.app.models import App
from saleor.core.jwt import create_access_token_for_app
from saleor.graphql.api import schema
from saleor.graphql.tests.fixtures import ApiClient
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.permission.models import Permission

from saleor_order_groups.models import (
    OrderGroupOrder,
    SellerAct,
    SellerApp,
    SellerMember,
    SellerRight,
)
from tests.helpers.checksums import checksum_rows
from tests.helpers.database import rolled_back
from tests.helpers.schema_walk import find_reachable, select_all
from tests.helpers.seller_orders import (
    ACCESS,
    CANCEL,
    CANCEL_FULFILLMENT,
    CONFIRM,
    FULFILL,
    ORDER,
    ORDERS,
    REFUND,
    SET_REFERENCE,
    TRACK,
)

DECIDE, FULFILLS, REFUNDS = SellerRight.DECIDE, SellerRight.FULFILL, SellerRight.REFUND
EVERYTHING = (DECIDE, FULFILLS, REFUNDS)
OPERATOR = ("manage_orders", "manage_users", "manage_apps", "handle_payments")


@dataclass(frozen=True)
class Caller:
    """Who calls, and what is expected of that.

    `sees`: the slugs of the sellers in the scope.
    `knows_lock`: whether `Seller.hasAccess` is shown.
    `operates`: whether the caller names members and apps.
    """

    make: Callable[["World"], ApiClient]
    sees: tuple[str, ...] = ()
    rights: tuple[SellerRight, ...] = ()
    is_anonymous: bool = False
    knows_lock: bool = False
    operates: bool = False


@dataclass
class World:
    """A purchase of the sellers alpha and beta."""

    alpha: Any
    beta: Any
    add_member: Callable[..., ApiClient]
    link_app: Callable[..., ApiClient]
    buyer: User


def make_staff(world, *codenames, **fields):
    client = world.add_member(is_staff=True, **fields)
    if codenames:
        group = Group.objects.create(name="staff", restricted_access_to_channels=False)
        group.permissions.add(*Permission.objects.filter(codename__in=codenames))
        group.user_set.add(client.user)
    return client


def make_app(world, *codenames):
    client = world.link_app()
    client.app.permissions.add(*Permission.objects.filter(codename__in=codenames))
    return client


def make_former_member(world):
    client = world.add_member(world.alpha.seller)
    SellerMember.objects.filter(user=client.user).delete()
    return client


def make_former_app(world):
    client = world.link_app(world.alpha.seller)
    SellerApp.objects.filter(app=client.app).delete()
    return client


def make_member_of_changed(world, **fields):
    client = world.add_member(world.alpha.seller)
    for name, value in fields.items():
        setattr(world.alpha.seller, name, value)
    world.alpha.seller.save()
    return client


def make_app_of_locked(world):
    client = world.link_app(world.alpha.seller)
    world.alpha.seller.has_access = False
    world.alpha.seller.save()
    return client


def make_removed_app(world):
    client = world.link_app(world.alpha.seller)
    App.objects.filter(pk=client.app.pk).update(
        is_active=False, removed_at=timezone.now()
    )
    return client


def make_thirdparty(world, *, is_linked):
    """Return the client of an app that holds a token of a member."""
    client = world.add_member(world.alpha.seller)
    app = world.link_app(*([world.alpha.seller] if is_linked else [])).app
    client.token = create_access_token_for_app(app, client.user)
    return client


def make_buyer_a_member(world):
    SellerMember.objects.create(
        seller=world.alpha.seller, user=world.buyer, rights=[DECIDE.value]
    )
    return ApiClient(user=world.buyer)


CALLERS = {
    "anonymous": Caller(lambda world: ApiClient(user=None), is_anonymous=True),
    "customer": Caller(lambda world: world.add_member()),
    "buyer": Caller(lambda world: ApiClient(user=world.buyer)),
    "member without rights": Caller(
        lambda world: world.add_member(world.alpha.seller, rights=[]), sees=("alpha",)
    ),
    **{
        f"member who may {right.value}": Caller(
            lambda world, right=right: world.add_member(
                world.alpha.seller, rights=[right]
            ),
            sees=("alpha",),
            rights=(right,),
        )
        for right in EVERYTHING
    },
    "member": Caller(
        lambda world: world.add_member(world.alpha.seller),
        sees=("alpha",),
        rights=EVERYTHING,
    ),
    "buyer who is a member": Caller(
        make_buyer_a_member, sees=("alpha",), rights=(DECIDE,)
    ),
    "former member": Caller(make_former_member),
    "member of a locked seller": Caller(
        lambda world: make_member_of_changed(world, has_access=False)
    ),
    "member of an inactive seller": Caller(
        lambda world: make_member_of_changed(world, is_active=False),
        sees=("alpha",),
        rights=EVERYTHING,
    ),
    "member of another seller": Caller(
        lambda world: world.add_member(world.beta.seller),
        sees=("beta",),
        rights=EVERYTHING,
    ),
    "staff": Caller(make_staff),
    "staff with MANAGE_ORDERS": Caller(
        lambda world: make_staff(world, "manage_orders"), knows_lock=True
    ),
    "staff with MANAGE_PRODUCTS": Caller(
        lambda world: make_staff(world, "manage_products")
    ),
    "operator": Caller(
        lambda world: make_staff(world, *OPERATOR), knows_lock=True, operates=True
    ),
    "superuser": Caller(
        lambda world: make_staff(world, is_superuser=True),
        knows_lock=True,
        operates=True,
    ),
    "linked app": Caller(
        lambda world: world.link_app(world.alpha.seller),
        sees=("alpha",),
        rights=EVERYTHING,
    ),
    "linked app without rights": Caller(
        lambda world: world.link_app(world.alpha.seller, rights=[]), sees=("alpha",)
    ),
    "app of two sellers": Caller(
        lambda world: world.link_app(world.alpha.seller, world.beta.seller),
        sees=("alpha", "beta"),
        rights=EVERYTHING,
    ),
    "app": Caller(make_app),
    "former app": Caller(make_former_app),
    "removed app": Caller(make_removed_app, is_anonymous=True),
    "app of a locked seller": Caller(make_app_of_locked),
    "app with MANAGE_ORDERS": Caller(
        lambda world: make_app(world, "manage_orders"), knows_lock=True
    ),
    "operating app": Caller(
        lambda world: make_app(world, *OPERATOR), knows_lock=True, operates=True
    ),
    "app with a member's token": Caller(
        lambda world: make_thirdparty(world, is_linked=False)
    ),
    "linked app with a member's token": Caller(
        lambda world: make_thirdparty(world, is_linked=True)
    ),
}


@pytest.fixture
def world(sell, add_member, link_app, customer_user):
    sales = sell()
    reference = OrderGroupOrder.objects.filter(pk=sales["alpha"].link.pk)
    reference.update(seller_reference="E-1")
    return World(sales["alpha"], sales["beta"], add_member, link_app, customer_user)


@pytest.fixture(params=CALLERS)
def caller(request, world):
    """Return somebody with the client of a fresh account or app."""
    expected = CALLERS[request.param]
    return expected, expected.make(world)


# ---------------------------------------------------------------- what there is

# The types of this feature; the value says who reads its fields.
SCOPED, OPERATORS = "the scope", "operators"
TYPES = {
    "SellerAccess": SCOPED,
    "SellerName": SCOPED,
    "SellerChannelCustomerData": SCOPED,
    "SellerOrderCountableConnection": SCOPED,
    "SellerOrderCountableEdge": SCOPED,
    "SellerOrder": SCOPED,
    "SellerOrderLine": SCOPED,
    "SellerLineWarehouse": SCOPED,
    "SellerFulfillment": SCOPED,
    "SellerFulfillmentLine": SCOPED,
    "SellerRefund": SCOPED,
    "SellerRefundLine": SCOPED,
    "SellerOrderAddress": SCOPED,
    "SellerOrderPayload": SCOPED,
    "SellerOrderError": SCOPED,
    "SellerOrderCreated": SCOPED,
    "SellerOrderUpdated": SCOPED,
    "SellerMember": OPERATORS,
    "SellerApp": OPERATORS,
    "SellerAccessPayload": OPERATORS,
}
# All fields that lead into these types from elsewhere.
ENTRIES = {
    "Query.sellerAccess",
    "Query.sellerOrder",
    "Query.sellerOrders",
    "Mutation.sellerOrderConfirm",
    "Mutation.sellerOrderCancel",
    "Mutation.sellerOrderFulfill",
    "Mutation.sellerFulfillmentUpdateTracking",
    "Mutation.sellerFulfillmentCancel",
    "Mutation.sellerOrderRefund",
    "Mutation.sellerOrderSetReference",
    "Mutation.sellerMemberSave",
    "Mutation.sellerMemberRemove",
    "Mutation.sellerAppSave",
    "Mutation.sellerAppRemove",
    "Seller.members",
    "Seller.apps",
    "Subscription.sellerOrderCreated",
    "Subscription.sellerOrderUpdated",
}
# Fields of an order that depend on more than the scope: what they show by right.
BY_RIGHT = {"refundable", "availableActions"}
# Fields of an order that the channel hides here from everybody.
HIDDEN = {"billingAddress", "userEmail"}
# Everybody in the scope reads the others.
SHOWN = set(
    "id number seller externalReference channelSlug createdAt updatedAt status "
    "chargeStatus authorizeStatus languageCode lines fulfillments refunds subtotal "
    "shippingPrice undiscountedTotal total totalCharged totalRefunded "
    "deliveryMethodName collectionPointName shippingAddress customerNote".split()
)
SELLER_FIELDS = {"hasAccess", "members", "apps"}


def test_matrix_has_all_types_and_entries():
    # given
    prefix = "Seller"
    shared = {"Seller", "SellerCountableConnection", "SellerCountableEdge"}
    inside = {
        name for name in TYPES if not name.endswith("Payload") and TYPES[name] == SCOPED
    }

    # when
    entries, types = set(), set()
    for type_name, each in schema.get_type_map().items():
        if not isinstance(each, GraphQLObjectType | GraphQLInterfaceType):
            continue
        if type_name.startswith(prefix) and type_name not in shared:
            types.add(type_name)
        for field_name, one in each.fields.items():
            if get_named_type(one.type).name in TYPES and type_name not in TYPES:
                entries.add(f"{type_name}.{field_name}")

    # then: the types of the other mutations of sellers are named after them
    others = {
        get_named_type(one.type).name
        for one in schema.get_type("Mutation").fields.values()
    }
    assert types - (others - TYPES.keys()) - {"SellerError"} == TYPES.keys()
    assert entries == ENTRIES
    assert find_reachable("SellerOrder").keys() - inside == {
        "Money",
        "TaxedMoney",
        "MetadataItem",
    }


def test_matrix_has_all_fields_and_mutations():
    fields = set(schema.get_type("SellerOrder").fields)
    assert fields == SHOWN | HIDDEN | BY_RIGHT
    mutations = {
        each.removeprefix("Mutation.") for each in ENTRIES if "Mutation" in each
    }
    assert ACTS.keys() | OPERATIONS.keys() == mutations | {"sellerUpdate"}
    added = set(schema.get_type("SellerUpdateInput").fields) - set(
        schema.get_type("SellerCreateInput").fields
    )
    assert added == {"hasAccess"}
    assert SELLER_FIELDS <= set(schema.get_type("Seller").fields)


# ---------------------------------------------------------------- reading


def ask(client, query, **variables):
    """Return the data, and the codes of errors."""
    content = client.post_graphql(query, variables).json()
    errors = [
        error["extensions"]["exception"]["code"] for error in content.get("errors", ())
    ]
    return content.get("data"), errors


def list_numbers(client, **variables):
    data, errors = ask(client, ORDERS, first=10, **variables)
    assert not errors
    return {edge["node"]["number"] for edge in data["sellerOrders"]["edges"]}


def test_reading(world, caller):
    # given
    expected, client = caller
    alpha, beta = world.alpha, world.beta
    seller_id = Node.to_global_id("Seller", alpha.seller.pk)
    number = str(alpha.order.number)
    before = checksum_rows()

    # when
    access, access_errors = ask(client, ACCESS)
    page, page_errors = ask(client, ORDERS, first=10)
    found = [
        ask(client, ORDER, **variables)
        for variables in (
            {"id": alpha.id},
            {"number": number},
            {"reference": {"sellerId": seller_id, "reference": "E-1"}},
        )
    ]

    # then
    if expected.is_anonymous:
        assert (access_errors, page_errors) == (["PermissionDenied"],) * 2
        assert access is None
        assert page == {"sellerOrders": None}
    else:
        assert (access_errors, page_errors) == ([], [])
        slugs = [one["seller"]["slug"] for one in access["sellerAccess"]]
        assert slugs == list(expected.sees)
        for one in access["sellerAccess"]:
            assert one["rights"] == [right.name for right in expected.rights]
        sales = {"alpha": alpha, "beta": beta}
        assert list_numbers(client) == {
            str(sales[slug].order.number) for slug in expected.sees
        }
        sees_alpha = "alpha" in expected.sees
        for variables in (
            {"sellerId": seller_id},
            {"search": number},
            {"where": {"ids": [alpha.id]}},
            {"where": {"externalReference": {"eq": "E-1"}}},
        ):
            assert list_numbers(client, **variables) == (
                {number} if sees_alpha else set()
            )
    for data, errors in found:
        assert not errors
        order = data["sellerOrder"]
        assert (order and order["number"]) == (
            number if "alpha" in expected.sees else None
        )
    assert checksum_rows() == before


def test_token_of_an_inactive_account_is_refused(world, add_member):
    # given
    client = add_member(world.alpha.seller)
    assert len(list_numbers(client)) == 1

    # when
    User.objects.filter(pk=client.user.pk).update(is_active=False)

    # then
    for query, variables in (
        (ACCESS, {}),
        (ORDERS, {"first": 10}),
        (ORDER, {"id": world.alpha.id}),
        (SET_REFERENCE, {"id": world.alpha.id, "reference": "E-2"}),
    ):
        data, errors = ask(client, query, **variables)
        assert not any((data or {}).values())
        assert errors == ["InvalidTokenError"]
    assert not SellerAct.objects.exists()


def test_each_field(world, caller):
    # given
    expected, client = caller
    fields = schema.get_type("SellerOrder").fields

    # when
    for name, one in fields.items():
        below = get_named_type(one.type)
        is_object = isinstance(below, GraphQLObjectType)
        selection = f"{name} {select_all(below.name)}" if is_object else name
        query = f"query($id: ID!) {{ sellerOrder(id: $id) {{ {selection} }} }}"
        data, errors = ask(client, query, id=world.alpha.id)

        # then
        assert not errors, name
        if "alpha" not in expected.sees:
            assert data == {"sellerOrder": None}, name
        elif name in HIDDEN:
            assert data == {"sellerOrder": {name: None}}, name
        elif name == "refundable":
            amount = data["sellerOrder"][name]["amount"]
            assert amount == (122.86 if REFUNDS in expected.rights else 0)
        elif name == "availableActions":
            actions = {DECIDE: "CANCEL", FULFILLS: "FULFILL", REFUNDS: "REFUND"}
            assert data["sellerOrder"][name] == [
                action for right, action in actions.items() if right in expected.rights
            ]
        elif name not in ("collectionPointName", "customerNote"):
            assert data["sellerOrder"][name] is not None, name


def test_what_operators_read(world, caller, add_member, link_app):
    # given
    expected, client = caller
    seller = world.beta.seller
    member = add_member(seller).user
    app = link_app(seller).app
    seller_id = Node.to_global_id("Seller", seller.pk)

    def read(selection):
        query = f"query($id: ID!) {{ seller(id: $id) {{ {selection} }} }}"
        data, errors = ask(client, query, id=seller_id)
        return errors, data["seller"]

    # when
    lock = read("hasAccess")
    members = read("members { id seller { id } user { email } rights createdAt }")
    apps = read("apps { id seller { id } app { name } rights createdAt }")

    # then
    assert lock == ([], {"hasAccess": True if expected.knows_lock else None})
    if not expected.operates:
        assert members == (["PermissionDenied"], {"members": None})
        assert apps == (["PermissionDenied"], {"apps": None})
        return
    assert (members[0], apps[0]) == ([], [])
    emails = [one["user"]["email"] for one in members[1]["members"]]
    assert emails == [member.email]
    assert [one["app"]["name"] for one in apps[1]["apps"]] == [app.name]


# ---------------------------------------------------------------- acts


def start_unconfirmed(world):
    orders = Order.objects.filter(pk=world.alpha.order.pk)
    orders.update(status=OrderStatus.UNCONFIRMED)


def start_fulfilled(world):
    client = world.add_member(world.alpha.seller)
    variables = {"id": world.alpha.id, "input": of_line(world)}
    data, errors = ask(client, FULFILL, **variables)
    # Nobody may fulfill orders of a locked seller, until it is unlocked for a moment.
    if not errors and data["sellerOrderFulfill"]["errors"]:
        seller = world.alpha.seller
        seller.has_access = True
        seller.save()
        data, _ = ask(client, FULFILL, **variables)
        seller.has_access = False
        seller.save()
    assert data["sellerOrderFulfill"]["errors"] == []


def of_line(world):
    return {"lines": [{"lineId": world.alpha.line_ids[0], "quantity": 1}]}


def of_order(**more):
    return lambda world: {"id": world.alpha.id, **more}


def of_fulfillment(**more):
    return lambda world: {"id": world.alpha.fulfillment_ids[0], **more}


# The right, the act, its variables, and what comes before it.
ACTS: dict[str, tuple] = {
    "sellerOrderConfirm": (DECIDE, CONFIRM, of_order(), start_unconfirmed),
    "sellerOrderCancel": (DECIDE, CANCEL, of_order(reason="No"), None),
    "sellerOrderFulfill": (
        FULFILLS,
        FULFILL,
        lambda world: {"id": world.alpha.id, "input": of_line(world)},
        None,
    ),
    "sellerFulfillmentUpdateTracking": (
        FULFILLS,
        TRACK,
        of_fulfillment(number="T", notify=True),
        start_fulfilled,
    ),
    "sellerFulfillmentCancel": (
        FULFILLS,
        CANCEL_FULFILLMENT,
        of_fulfillment(),
        start_fulfilled,
    ),
    "sellerOrderRefund": (REFUNDS, REFUND, of_order(input={"amount": "1"}), None),
    "sellerOrderSetReference": (None, SET_REFERENCE, of_order(reference="E-2"), None),
}


def test_acts(world, caller):
    # given
    expected, client = caller
    for name, (right, mutation, get_variables, start) in ACTS.items():
        may = "alpha" in expected.sees and (right is None or right in expected.rights)
        with rolled_back():
            if start:
                start(world)
            variables = get_variables(world)
            SellerAct.objects.all().delete()
            before = checksum_rows()

            # when
            data, errors = ask(client, mutation, **variables)

            # then
            if may:
                assert (errors, data[name]["errors"]) == ([], []), name
                assert data[name]["sellerOrder"]["id"] == world.alpha.id
                assert SellerAct.objects.get().link == world.alpha.link
                who = (client.user.pk, None) if client.user else (None, client.app.pk)
                acts = SellerAct.objects.values_list("user_id", "app_id")
                assert list(acts) == [who]
                continue
            assert checksum_rows() == before, name
            if expected.is_anonymous:
                assert (data, errors) == ({name: None}, ["PermissionDenied"]), name
                continue
            assert not errors, name
            assert data[name]["sellerOrder"] is None
            assert [(one["field"], one["code"]) for one in data[name]["errors"]] == [
                (None, "NOT_ALLOWED")
                if "alpha" in expected.sees
                else ("id", "NOT_FOUND")
            ], name


# ---------------------------------------------------------------- the operator's


def name_operation(name, arguments, selection="seller { slug }"):
    declared = ", ".join(f"${key}: {type}" for key, type in arguments.items())
    given = ", ".join(f"{key}: ${key}" for key in arguments)
    return (
        f"mutation({declared}) {{ {name}({given}) "
        f"{{ {selection} errors {{ field code }} }} }}"
    )


RIGHTS = "[SellerRightEnum!]!"
OPERATIONS: dict[str, tuple[dict[str, str], Callable]] = {
    "sellerMemberSave": (
        {"sellerId": "ID!", "userId": "ID!", "rights": RIGHTS},
        lambda seller, user, app: {
            "sellerId": seller,
            "userId": user,
            "rights": ["REFUND"],
        },
    ),
    "sellerMemberRemove": (
        {"sellerId": "ID!", "userId": "ID!"},
        lambda seller, user, app: {"sellerId": seller, "userId": user},
    ),
    "sellerAppSave": (
        {"sellerId": "ID!", "appId": "ID!", "rights": RIGHTS},
        lambda seller, user, app: {
            "sellerId": seller,
            "appId": app,
            "rights": ["REFUND"],
        },
    ),
    "sellerAppRemove": (
        {"sellerId": "ID!", "appId": "ID!"},
        lambda seller, user, app: {"sellerId": seller, "appId": app},
    ),
    "sellerUpdate": (
        {"id": "ID!", "input": "SellerUpdateInput!"},
        lambda seller, user, app: {"id": seller, "input": {"hasAccess": True}},
    ),
}


def test_operations(world, caller, add_member, link_app):
    # given: an own membership or link is no permission to change it
    expected, client = caller
    seller = world.alpha.seller
    user = client.user or add_member(seller, rights=[DECIDE]).user
    app = client.app or link_app(seller, rights=[DECIDE]).app
    if expected.operates:
        user, app = add_member().user, link_app().app
    ids = (
        Node.to_global_id("Seller", seller.pk),
        Node.to_global_id("User", user.pk),
        Node.to_global_id("App", app.pk),
    )
    for name, (arguments, get_variables) in OPERATIONS.items():
        before = checksum_rows()

        # when
        with rolled_back():
            data, errors = ask(
                client, name_operation(name, arguments), **get_variables(*ids)
            )
            after = checksum_rows()

        # then
        if expected.operates:
            assert (errors, data[name]["errors"]) == ([], []), name
            assert data[name]["seller"] == {"slug": "alpha"}
            is_removal = name.endswith("Remove")
            assert (after == before) == is_removal, name
        else:
            assert (data, errors) == ({name: None}, ["PermissionDenied"]), name
            assert after == before, name
