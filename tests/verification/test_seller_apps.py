"""`manage.py verify_order_groups` finds linked apps that see all orders."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from saleor.app.models import App

from saleor_order_groups.verification.runner import verify


def find():
    return [str(finding) for finding in verify()]


@pytest.fixture
def link(create_seller, permission_manage_products):
    app = App.objects.create(name="ERP")
    app.permissions.add(permission_manage_products)
    return create_seller().apps.create(app=app, rights=["fulfill"])


def test_linked_app_that_got_manage_orders(
    link, create_seller, permission_manage_orders
):
    # given: an app without the permission, and one that is not linked
    other = App.objects.create(name="Accounting")
    other.permissions.add(permission_manage_orders)
    assert find() == []

    # when
    link.app.permissions.add(permission_manage_orders)

    # then
    assert find() == [
        "seller app: app ERP of seller acme has MANAGE_ORDERS and sees all orders"
        " through Saleor: remove the permission from the app, or unlink the app with"
        " sellerAppRemove"
    ]
    stdout = StringIO()
    with pytest.raises(CommandError, match="1 violations"):
        call_command("verify_order_groups", stdout=stdout, stderr=StringIO())
    assert stdout.getvalue().startswith("seller app: app ERP of seller acme")

    # when: it works for two sellers
    create_seller("aaa").apps.create(app=link.app)

    # then
    assert [line.split(" has ")[0] for line in find()] == [
        "seller app: app ERP of seller aaa",
        "seller app: app ERP of seller acme",
    ]


def test_linked_app_that_got_handle_taxes(link, permission_handle_taxes):
    # when
    link.app.permissions.add(permission_handle_taxes)

    # then
    [finding] = find()
    assert "app ERP of seller acme has HANDLE_TAXES and sees all orders" in finding


@pytest.mark.parametrize(
    ("_case", "fields", "count"),
    [
        # It may be activated at any time.
        ("inactive", {"is_active": False}, 1),
        ("removed", {"removed_at": timezone.now()}, 0),
    ],
)
def test_apps_that_cannot_act(_case, fields, count, link, permission_manage_orders):
    # given
    link.app.permissions.add(permission_manage_orders)

    # when
    App.objects.filter(pk=link.app_id).update(**fields)

    # then
    assert len(find()) == count
