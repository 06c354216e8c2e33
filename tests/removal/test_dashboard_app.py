"""The app in the Dashboard, when the plugin goes: docs/removing.md."""

from pathlib import Path

import pytest
from django.core.management import call_command
from graphene import Node
from saleor.app.models import App, AppExtension
from saleor.permission.models import Permission

from saleor_order_groups.dashboard.addresses import APP, get_path

# The other process sees what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

PAGE = Path(__file__).parents[2] / "docs" / "removing.md"
COMMAND = "python manage.py install_dashboard_app --remove"
EXTENSIONS = """
    query {
      appExtensions(first: 10) { edges { node { url accessToken } } }
    }
"""
DELETE = "mutation($id: ID!) { appDelete(id: $id) { errors { field message } } }"


@pytest.fixture
def staff(superuser, permission_group_all_perms_all_channels):
    permission_group_all_perms_all_channels.user_set.add(superuser)
    return superuser


def count_rows():
    return [
        model.objects.count()
        for model in (
            App,
            App.permissions.through,
            AppExtension,
            AppExtension.permissions.through,
        )
    ]


def test_command_of_the_page_leaves_nothing(app):
    # given
    page = PAGE.read_text()
    before = count_rows()
    call_command("install_dashboard_app")
    assert count_rows()[0] == before[0] + 1

    # when, then the page says so before the tables and the plugin go
    assert COMMAND in page
    for_good = page.split("## Rolling back")[0]
    assert for_good.index(COMMAND) < for_good.index("migrate saleor_order_groups zero")
    call_command("install_dashboard_app", "--remove")
    assert count_rows() == before
    assert Permission.objects.exists()


def test_saleor_alone_shows_empty_frames_until_the_app_is_deleted(staff, saleor_alone):
    # given
    call_command("install_dashboard_app")
    app = App.objects.get()

    # when the plugin is uninstalled, and the app is still there
    page, extensions, deleted = saleor_alone(
        {"get": get_path(APP)},
        {"as": staff.email, "query": EXTENSIONS, "variables": {}},
        {
            "as": staff.email,
            "query": DELETE,
            "variables": {"id": Node.to_global_id("App", app.pk)},
        },
    )

    # then
    assert page == 404
    edges = extensions["data"]["appExtensions"]["edges"]
    assert len(edges) == 5
    assert all(edge["node"]["accessToken"] for edge in edges)
    assert deleted["data"]["appDelete"]["errors"] == []
    app.refresh_from_db()
    assert app.removed_at or not app.is_active
