"""`manage.py install_dashboard_app`, and what the Dashboard then reads."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from saleor.app.models import App, AppExtension
from saleor.app.types import AppType
from saleor.core.jwt import jwt_decode
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups import __version__
from saleor_order_groups.dashboard import installation
from saleor_order_groups.dashboard.installation import find_stale_parts

BASE = "https://api.example.com/plugins/global/saleor.order_groups.dashboard"
# The first versions of 3.23 have none.
HAVE_IDENTIFIERS = hasattr(AppExtension, "identifier")

# As the Dashboard asks.
EXTENSIONS = """
    query {
      appExtensions(first: 100) {
        edges {
          node {
            label url mountName targetName settings accessToken
            permissions { code }
            app { id appUrl name }
          }
        }
      }
    }
"""
APP = "query($id: ID!) { app(id: $id) { appUrl accessToken name version author } }"


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.PUBLIC_URL = "https://api.example.com"
    settings.ALLOWED_HOSTS = ["api.example.com", "testserver"]
    settings.ORDER_GROUPS_DASHBOARD_ORIGINS = "https://admin.example.com"


def install(capsys, *arguments):
    call_command("install_dashboard_app", *arguments)
    captured = capsys.readouterr()
    return captured.out.splitlines(), captured.err.splitlines()


def read_rows():
    """Return what is stored of the app and its extensions."""
    [app] = App.objects.values(
        "pk", "identifier", "name", "type", "is_active", "is_installed", "app_url",
        "version", "manifest_url",
    )  # fmt: skip
    rows = AppExtension.objects.order_by("pk").values_list(
        "pk", "app", "url", "label", "mount", "target", "settings"
    )
    return app, [*rows]


def test_install_makes_the_rows_that_saleor_would(db, capsys):
    # when
    out, err = install(capsys)

    # then
    assert out == [
        "The app is installed.",
        "Browsers of staff reach Saleor at https://api.example.com (from PUBLIC_URL).",
        f"Manifest: {BASE}/manifest.json",
    ]
    assert err == []
    app, extensions = read_rows()
    assert app == {
        "pk": app["pk"],
        "identifier": "saleor.order-groups",
        "name": "Order groups",
        "type": AppType.THIRDPARTY,
        "is_active": True,
        "is_installed": True,
        "app_url": f"{BASE}/app",
        "version": __version__,
        "manifest_url": f"{BASE}/manifest.json",
    }
    widget = {"widgetTarget": {"method": "GET"}}
    assert [row[2:] for row in extensions] == [
        ("/purchases", "Purchases", "navigation_orders", "app_page", {}),
        ("/sellers", "Sellers", "navigation_catalog", "app_page", {}),
        ("/order-widget", "Purchase", "order_details_widgets", "widget", widget),
        ("/product-widget", "Seller", "product_details_widgets", "widget", widget),
        ("/customer-widget", "Purchases", "customer_details_widgets", "widget", widget),
    ]
    if HAVE_IDENTIFIERS:
        assert list(
            AppExtension.objects.order_by("pk").values_list("identifier", flat=True)
        ) == ["purchases", "sellers", "order", "product", "customer"]
    codenames = App.objects.get().permissions.values_list("codename", flat=True)
    assert sorted(codenames) == [
        "handle_payments",
        "manage_orders",
        "manage_plugins",
        "manage_products",
        "manage_shipping",
        "manage_users",
    ]
    # The app acts for staff alone: it has no token of its own.
    assert not App.objects.get().tokens.exists()


def test_install_again_changes_nothing(db, capsys):
    # given
    install(capsys)
    before = read_rows()

    # when
    out, err = install(capsys)

    # then
    assert out[0] == "The app was up to date."
    assert err == []
    assert read_rows() == before


def test_install_again_follows_the_address_and_the_version(
    db, capsys, settings, monkeypatch
):
    # given
    install(capsys)
    app, before = read_rows()
    settings.PUBLIC_URL = "https://new.example.com"
    settings.ALLOWED_HOSTS = ["new.example.com"]
    monkeypatch.setattr(installation, "__version__", "9.9.9")
    AppExtension.objects.filter(url="/order-widget").delete()
    AppExtension.objects.filter(url="/sellers").update(label="Old")
    AppExtension.objects.create(
        app_id=app["pk"], label="Dropped", mount="old", url="/old"
    )
    stale = find_stale_parts()

    # when
    out, _ = install(capsys)

    # then
    new = BASE.replace("api.", "new.")
    assert stale == [
        f"version was {__version__}, and is 9.9.9",
        f"app url was {BASE}/app, and is {new}/app",
        f"manifest url was {BASE}/manifest.json, and is {new}/manifest.json",
        "the page Sellers (NAVIGATION_CATALOG) has changed",
        "the page Purchase (ORDER_DETAILS_WIDGETS) is missing",
        "the page Dropped (old) is no longer part of the app",
    ]
    assert out[:7] == ["The app is up to date now:", *(f"  {each}" for each in stale)]
    changed, after = read_rows()
    assert changed["pk"] == app["pk"]
    assert changed["app_url"] == f"{new}/app"
    assert changed["version"] == "9.9.9"
    assert {row[2] for row in after} == {row[2] for row in before}
    # Extensions keep their rows: the Dashboard refers to them.
    new_row = "/order-widget"
    kept = {row[2]: row[0] for row in before if row[2] != new_row}
    assert {row[2]: row[0] for row in after if row[2] != new_row} == kept
    assert find_stale_parts() == []


def test_install_keeps_what_operators_decided(
    db, capsys, permission_manage_staff, permission_manage_orders
):
    # given
    install(capsys)
    app = App.objects.get()
    app.is_active = False
    app.save(update_fields=["is_active"])
    app.permissions.add(permission_manage_staff)
    app.permissions.remove(permission_manage_orders)

    # when
    out, err = install(capsys)

    # then
    assert out[:2] == [
        "The app is up to date now:",
        "  the permission MANAGE_ORDERS is missing",
    ]
    assert err == [
        "The app is switched off. Activate it in the Dashboard, in Extensions."
    ]
    app.refresh_from_db()
    assert not app.is_active
    assert {permission_manage_staff, permission_manage_orders} <= {
        *app.permissions.all()
    }


def test_app_of_the_manifest_is_brought_up_to_date(db, capsys):
    # given an app that Saleor has installed from an older manifest
    app = App.objects.create(
        name="Order groups", identifier="saleor.order-groups", type=AppType.THIRDPARTY
    )
    AppExtension.objects.create(app=app, label="Old", mount="old", url="/old")

    # when
    install(capsys)

    # then
    stored, extensions = read_rows()
    assert stored["pk"] == app.pk
    assert len(extensions) == 5


def test_app_that_is_being_removed_is_not_revived(db, capsys):
    # given
    removed = App.objects.create(
        name="Order groups",
        identifier="saleor.order-groups",
        removed_at=timezone.now() - datetime.timedelta(days=1),
    )

    # when
    install(capsys)

    # then
    assert installation.find_app() != removed
    assert App.objects.count() == 2


def test_remove_takes_everything_away(db, capsys, app):
    # given another app
    install(capsys)

    # when
    out, err = install(capsys, "--remove")
    again, _ = install(capsys, "--remove")

    # then
    assert (out, err) == (["The app is removed."], [])
    assert again == ["There was no app."]
    assert [*App.objects.all()] == [app]
    assert not AppExtension.objects.exists()
    assert find_stale_parts() == []


@pytest.mark.django_db(transaction=True)
def test_two_installations_at_once_make_one_app(site_settings):
    # given
    def run(_):
        try:
            return installation.install().is_new
        finally:
            connection.close()

    # when
    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(run, range(4)))

    # then
    assert results == [False, False, False, True]
    assert App.objects.count() == 1
    assert AppExtension.objects.count() == 5


def test_command_refuses_what_is_no_address(db, capsys, settings):
    # given
    settings.PUBLIC_URL = "api.example.com"

    # when
    with pytest.raises(CommandError) as error:
        install(capsys)

    # then
    assert str(error.value) == (
        "PUBLIC_URL is api.example.com, which is no address of HTTP. Set it to the"
        " address at which browsers reach Saleor, such as https://api.example.com."
    )
    assert not App.objects.exists()


NOT_SET = (
    "Check this: PUBLIC_URL is not set, so that the address is made of the site's domain"
    " (example.com). Set it if browsers reach Saleor at another address."
)
MIXED = "Check this: A Dashboard on https shows no page that comes over http."


@pytest.mark.parametrize(
    ("url", "hosts", "doubts"),
    [
        ("https://api.example.com", ["api.example.com"], []),
        ("https://api.example.com:8443", [".example.com"], []),
        ("https://[2001:db8::1]/", ["[2001:db8::1]"], []),
        ("http://api.example.com", ["*"], [MIXED]),
        (None, ["*"], [NOT_SET, MIXED]),
        (
            "http://localhost:8000",
            ["localhost"],
            ["Check this: Only browsers on this machine reach localhost."],
        ),
        (
            "http://127.0.0.1:8000",
            ["*"],
            ["Check this: Only browsers on this machine reach 127.0.0.1."],
        ),
        (
            "http://api:8000",
            ["*"],
            ["Check this: api looks like a name that only servers know."],
        ),
        (
            "https://example.com/saleor/",
            ["*"],
            [
                "Check this: Saleor leaves the path /saleor/ of PUBLIC_URL out of"
                " addresses: the pages are found only if it answers without the path"
                " too."
            ],
        ),
        (
            "https://api.example.com",
            ["other.example.com"],
            [
                "Check this: ALLOWED_HOSTS does not have api.example.com: Saleor refuses"
                " requests to it."
            ],
        ),
    ],
)
def test_command_doubts_addresses(url, hosts, doubts, capsys, settings, site_settings):
    # given
    settings.PUBLIC_URL = url
    settings.ALLOWED_HOSTS = hosts
    settings.ENABLE_SSL = False

    # when
    out, err = install(capsys)

    # then
    assert out[0] == "The app is installed."
    assert err == doubts


def test_command_says_that_any_site_may_show_the_pages(db, capsys, settings):
    # given
    settings.ORDER_GROUPS_DASHBOARD_ORIGINS = ""

    # when
    _, err = install(capsys)

    # then
    assert err == [
        "Any website may show the pages in a frame, without data. Set"
        " ORDER_GROUPS_DASHBOARD_ORIGINS to the Dashboard's address to forbid that."
    ]


# ------------------------------------------------------------------ the Dashboard


def read_extensions(client):
    content = get_graphql_content(client.post_graphql(EXTENSIONS))
    return {
        edge["node"]["url"]: edge["node"]
        for edge in content["data"]["appExtensions"]["edges"]
    }


def test_dashboard_gets_pages_and_tokens(
    capsys, staff_api_client, permission_group_manage_orders, permission_manage_plugins
):
    # given staff with MANAGE_ORDERS alone
    install(capsys)
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    # when
    extensions = read_extensions(staff_api_client)

    # then
    order = extensions["/order-widget"]
    assert order["mountName"] == "ORDER_DETAILS_WIDGETS"
    assert order["targetName"] == "WIDGET"
    assert order["settings"] == {"widgetTarget": {"method": "GET"}}
    assert order["app"]["appUrl"] + order["url"] == f"{BASE}/app/order-widget"
    assert jwt_decode(order["accessToken"])["user_permissions"] == ["MANAGE_ORDERS"]
    # Who may not manage products gets no token for these pages.
    tokens = {name: bool(each["accessToken"]) for name, each in extensions.items()}
    assert tokens == {
        "/purchases": True,
        "/order-widget": True,
        "/customer-widget": True,
        "/sellers": False,
        "/product-widget": False,
    }
    # The token of the app's own pages has what both the app and the user have.
    response = staff_api_client.post_graphql(APP, {"id": order["app"]["id"]})
    app = get_graphql_content(response)["data"]["app"]
    assert jwt_decode(app["accessToken"])["user_permissions"] == ["MANAGE_ORDERS"]
