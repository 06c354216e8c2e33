"""Saleor's gates before its mutations, which `saleor_mutations` opens for sellers.

Each test fails when one of Saleor's classes gains a gate: somebody then has to decide
whether the seller's scope takes its place.
"""

import inspect
import re

import pytest
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.api import schema
from saleor.graphql.core.mutations import BaseMutation
from saleor.permission.enums import OrderPermissions, PaymentPermissions

from saleor_order_groups.graphql.seller_orders.saleor_mutations import (
    MUTATIONS,
    _InScope,
)

# What Saleor checks of the permission and the channel, and what sellers skip of it.
GATES = {
    "_validate_permissions",
    "check_channel_permissions",
    "check_metadata_permissions",
    "check_permissions",
}
# Checks of the input, which stay.
CHECKS = {
    "OrderFulfill": {
        "check_lines_for_duplicates",
        "check_lines_for_preorder",
        "check_total_quantity_of_items",
        "check_warehouses_for_duplicates",
    }
}
# What the classes' own source says of permissions and requestors.
WORDS = {
    "OrderConfirm": {"check_channel_permissions", "permissions"},
    "OrderCancel": {"check_channel_permissions", "permissions"},
    "OrderFulfill": {"check_channel_permissions", "permissions"},
    "FulfillmentCancel": {"check_channel_permissions", "permissions"},
    # Whether a reason is required; the caller may be an app.
    "OrderGrantRefundCreate": {"permissions", "requestor_is_user"},
    "TransactionRequestRefundForGrantedRefund": {
        "check_channel_permissions",
        "permissions",
    },
    "DeprecatedModelMutation": set(),
}
PERMISSIONS = {
    "OrderConfirm": OrderPermissions.MANAGE_ORDERS,
    "OrderCancel": OrderPermissions.MANAGE_ORDERS,
    "OrderFulfill": OrderPermissions.MANAGE_ORDERS,
    "FulfillmentCancel": OrderPermissions.MANAGE_ORDERS,
    "OrderGrantRefundCreate": OrderPermissions.MANAGE_ORDERS,
    "TransactionRequestRefundForGrantedRefund": PaymentPermissions.HANDLE_PAYMENTS,
}
_WORD = re.compile(
    r"\w*(?:permission|Permission|is_owner|owned_by|has_access|requestor|has_perm|"
    r"is_staff|is_superuser)\w*"
)


@pytest.fixture(params=MUTATIONS, ids=lambda each: each.__name__)
def mutation(request):
    return request.param


def get_saleors(mutation):
    """Return Saleor's class of one of ours."""
    bases = mutation.__bases__
    assert bases[0] is _InScope
    [saleors] = bases[1:]
    return saleors


def test_ours_open_one_gate_and_change_nothing_else(mutation):
    assert {name for name in vars(mutation) if not name.startswith("__")} <= {"_meta"}
    assert {name for name in vars(_InScope) if not name.startswith("__")} == {
        "check_channel_permissions"
    }
    assert {get_saleors(each).__name__ for each in MUTATIONS} == PERMISSIONS.keys()


def test_saleors_classes_have_known_gates(mutation):
    # given
    saleors = get_saleors(mutation)

    # when
    found = {
        name
        for name in dir(saleors)
        if name.startswith("check_") or "permission" in name
    }

    # then
    name = saleors.__name__
    assert found == GATES | CHECKS.get(name, set())
    assert saleors._meta.permissions == (PERMISSIONS[name],)


def test_saleors_classes_ask_for_nothing_more(mutation):
    for each in get_saleors(mutation).__mro__:
        if each.__module__.startswith("saleor.") and each is not BaseMutation:
            found = set(_WORD.findall(inspect.getsource(each)))
            found -= {each.value for each in PERMISSIONS.values()}
            found -= {"OrderPermissions", "PaymentPermissions"}
            # A name for the same in the first versions of 3.23.
            found -= {"requestor_is_app"}
            assert found == WORDS[each.__name__], each


def test_way_into_saleors_mutations_is_the_known_one(mutation):
    # given
    saleors = get_saleors(mutation)

    # when
    called = re.findall(r"\b(cls\.\w+|\w+)\(", inspect.getsource(saleors.mutate))

    # then: what sellers skip of it is `check_permissions`
    assert saleors.mutate.__func__ is BaseMutation.mutate.__func__
    assert set(called) == {
        "allow_writer",
        "mutate",
        "disallow_replica_in_context",
        "setup_context_user",
        "cls.check_permissions",
        "PermissionDenied",
        "cls.perform_mutation",
        "cls.handle_errors",
    }


def test_none_of_ours_is_in_the_schema():
    # given
    ours = set(MUTATIONS)
    names = {each.__name__ for each in MUTATIONS}

    # when
    types = schema.get_type_map()
    resolvers = {
        getattr(field.resolver, "__self__", None)
        for field in schema.get_type("Mutation").fields.values()
    }

    # then
    assert not ours & resolvers
    assert get_saleors(MUTATIONS[0]) in resolvers
    assert not names & types.keys()
    assert not ours & {getattr(each, "graphene_type", None) for each in types.values()}


def test_permission_is_still_asked_for_by_the_way_into_them(
    mutation, rf, customer_user
):
    # given
    info = make_info(rf, customer_user)

    # when, then
    with pytest.raises(PermissionDenied):
        mutation.mutate(None, info, id="", input={})


def make_info(rf, user):
    context = rf.post("/graphql/")
    context.user, context.app, context.dataloaders = user, None, {}
    context.decoded_auth_token = None
    context.allow_replica = True
    return type("Info", (), {"context": context, "schema": schema})()
