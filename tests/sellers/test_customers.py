"""Whose customer somebody is who bought as a guest and registered later."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from graphene import Node
from saleor.account.models import User
from saleor.graphql.account.mutations.account import confirm_account
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.order.utils import match_orders_with_new_user

from saleor_order_groups.models import OrderGroup, Seller, SellerCustomer
from saleor_order_groups.sellers.customers import repair_customers
from saleor_order_groups.verification.runner import verify

CUSTOMERS = """
    query Customers($id: ID!) {
      seller(id: $id) { customers(first: 10) { edges { node { email } } } }
    }
"""
# 3.23.2 confirms accounts by the general token, and asks for no password.
ASKS_FOR_PASSWORD = hasattr(confirm_account, "account_confirm_token_generator")
TOKENS = getattr(
    confirm_account,
    "account_confirm_token_generator" if ASKS_FOR_PASSWORD else "token_generator",
)
CONFIRM = """
    mutation Confirm($email: String!, $token: String!) {
      confirmAccount(email: $email, token: $token%s) {
        errors { field message }
      }
    }
""" % (', password: "secret"' if ASKS_FOR_PASSWORD else "")


@pytest.fixture
def placed_by_guest(make_cart, pay, complete, api_client):
    """Place two purchases of a guest: of alpha and the shop, of alpha and beta."""
    for lines in (
        [("alpha", "10.00"), (None, "10.00")],
        [("alpha", "10.00"), ("beta", "10.00")],
    ):
        checkout = make_cart(lines, user=None)
        pay(checkout)
        assert complete(checkout, api_client)["errors"] == []
    return list(OrderGroup.objects.order_by("number"))


@pytest.fixture
def list_customers(
    staff_api_client, permission_manage_users, permission_manage_products
):
    staff_api_client.user.user_permissions.add(
        permission_manage_users, permission_manage_products
    )

    def _list(slug):
        variables = {
            "id": Node.to_global_id("Seller", Seller.objects.get(slug=slug).pk)
        }
        response = staff_api_client.post_graphql(CUSTOMERS, variables)
        edges = get_graphql_content(response)["data"]["seller"]["customers"]["edges"]
        return [edge["node"]["email"] for edge in edges]

    return _list


def verify_in_shell(**options):
    """Return what the command repairs, what it finds, and its last word."""
    stdout, stderr = StringIO(), StringIO()
    last = []
    try:
        call_command("verify_order_groups", stdout=stdout, stderr=stderr, **options)
    except CommandError as error:
        last = [str(error)]
    told = stderr.getvalue().splitlines()
    repaired = [line for line in told if line.startswith("Repair: ")]
    return [*repaired, *stdout.getvalue().splitlines(), *last]


def test_a_guest_who_registers_is_the_sellers_customer(
    placed_by_guest, list_customers, api_client, site_settings
):
    # given
    assert not SellerCustomer.objects.exists()
    if ASKS_FOR_PASSWORD:
        site_settings.account_confirm_merge_mode = "require_password"
        site_settings.save()
    user = User(email="guest@example.com", is_confirmed=False)
    user.set_password("secret")
    user.save()
    # when
    response = api_client.post_graphql(
        CONFIRM,
        {
            "email": user.email,
            "token": TOKENS.make_token(user),
        },
    )

    # then
    assert get_graphql_content(response)["data"]["confirmAccount"]["errors"] == []
    assert {group.user for group in OrderGroup.objects.all()} == {user}
    assert list_customers("alpha") == ["guest@example.com"]
    assert list_customers("beta") == ["guest@example.com"]
    rows = SellerCustomer.objects.order_by("seller__slug")
    first_of = {
        slug: Order.objects.filter(order_group_link__seller__slug=slug)
        .order_by("created_at")[0]
        .created_at
        for slug in ("alpha", "beta")
    }
    assert {row.seller.slug: row.created_at for row in rows} == first_of
    assert list(verify()) == []

    # when: again
    match_orders_with_new_user(user)

    # then
    assert SellerCustomer.objects.count() == 2


def test_one_who_registered_before_is_found_and_repaired(
    placed_by_guest, customer_user
):
    # given
    Order.objects.update(user=customer_user)
    OrderGroup.objects.update(user=customer_user)
    first, second = placed_by_guest
    number = {
        (link.group.number, link.seller.slug): link.order.number
        for group in placed_by_guest
        for link in group.order_links.exclude(seller=None)
    }

    # when
    found = verify_in_shell()

    # then
    suffix = "run manage.py verify_order_groups --repair"
    assert found == [
        *(
            f"Group #{group.number}: customer: the customer of order"
            f" #{number[group.number, slug]} is missing from the customers of {slug};"
            f" {suffix}"
            for group, slug in ((first, "alpha"), (second, "alpha"), (second, "beta"))
        ),
        "3 violations.",
    ]
    assert not SellerCustomer.objects.exists()

    # when: what a repair would do
    assert list(repair_customers(False)) == [
        "Seller alpha: 1 customers to add",
        "Seller beta: 1 customers to add",
    ]

    # then
    assert not SellerCustomer.objects.exists()

    # when
    repaired = verify_in_shell(repair=True)

    # then
    assert repaired == [
        "Repair: Seller alpha: 1 customers added",
        "Repair: Seller beta: 1 customers added",
    ]
    assert set(SellerCustomer.objects.values_list("seller__slug", "user__email")) == {
        ("alpha", customer_user.email),
        ("beta", customer_user.email),
    }
    assert verify_in_shell(repair=True) == []


def test_a_customer_is_one_since_the_order_was_placed(
    make_cart, pay, complete, customer_user
):
    # given
    checkout = make_cart([("alpha", "10.00"), ("beta", "10.00")])
    pay(checkout)

    # when
    assert complete(checkout)["errors"] == []

    # then
    rows = SellerCustomer.objects.filter(user=customer_user)
    placed = Order.objects.values_list("order_group_link__seller__slug", "created_at")
    assert {row.seller.slug: row.created_at for row in rows} == dict(placed)
