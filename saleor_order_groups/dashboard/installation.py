"""Add the app to Saleor's apps, bring it up to date, and take it away.

Saleor installs an app from a manifest that it fetches over HTTP. The rows made here are
those that it would make, without a request to itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.sites.models import Site
from django.db import transaction
from saleor.app.models import App, AppExtension
from saleor.app.types import AppType
from saleor.permission.enums import get_permissions
from saleor.permission.models import Permission

from .. import __version__
from .addresses import APP, MANIFEST, get_address
from .manifest import (
    ABOUT,
    AUTHOR,
    DATA_PRIVACY,
    EXTENSIONS,
    IDENTIFIER,
    NAME,
    PERMISSIONS,
    Extension,
)

COMMAND = "run manage.py install_dashboard_app"

_HAVE_IDENTIFIERS = "identifier" in {
    field.name for field in AppExtension._meta.get_fields()
}


@dataclass(frozen=True)
class Installation:
    """`is_new`: whether the app was missing. `changes`: what was brought up to date."""

    app: App
    is_new: bool
    changes: list[str]


def find_app() -> App | None:
    """Return the installed app, whether by the command or from its manifest."""
    apps = App.objects.filter(identifier=IDENTIFIER, removed_at__isnull=True)
    return apps.order_by("pk").first()


@transaction.atomic
def install() -> Installation:
    """Add the app, or bring its rows up to date; one run at a time.

    An app that an operator has switched off stays so, and keeps further permissions.
    """
    # No constraint keeps two runs from adding the app twice.
    list(Site.objects.select_for_update())
    app = find_app()
    if app is None:
        app = App.objects.create(
            **_get_fields(),
            identifier=IDENTIFIER,
            type=AppType.THIRDPARTY,
            is_active=True,
            is_installed=True,
        )
        app.permissions.set(_select_permissions(PERMISSIONS))
        _save_extensions(app)
        return Installation(app, True, [])
    changes = [*_find_differences(app)]
    if changes:
        for name, value in _get_fields().items():
            setattr(app, name, value)
        app.save(update_fields=[*_get_fields()])
        app.permissions.add(*_select_permissions(PERMISSIONS))
        _save_extensions(app)
    return Installation(app, False, changes)


@transaction.atomic
def remove() -> bool:
    """Take the app away, with its extensions; return whether there was one."""
    apps = App.objects.filter(identifier=IDENTIFIER)
    is_found = apps.exists()
    apps.delete()
    return is_found


def find_stale_parts() -> list[str]:
    """Return how the installed app differs from this version and its address.

    Without an app nothing is stale.
    """
    app = find_app()
    return [*_find_differences(app)] if app else []


# ------------------------------------------------------------------ rows


def _get_fields() -> dict[str, str]:
    return {
        "name": NAME,
        "about_app": ABOUT,
        "author": AUTHOR,
        "data_privacy": DATA_PRIVACY,
        "version": __version__,
        "app_url": get_address(APP),
        "manifest_url": get_address(MANIFEST),
    }


def _select_permissions(names: tuple[str, ...]) -> list[Permission]:
    codenames = {name.lower() for name in names}
    return [each for each in get_permissions() if each.codename in codenames]


def _save_extensions(app: App) -> None:
    rows = {row.url: row for row in app.extensions.order_by("-pk")}
    kept = []
    for extension in EXTENSIONS:
        row = rows.get(extension.url) or AppExtension(app=app)
        for name, value in _get_extension_fields(extension).items():
            setattr(row, name, value)
        row.save()
        row.permissions.set(_select_permissions(extension.permissions))
        kept.append(row.pk)
    app.extensions.exclude(pk__in=kept).delete()


def _get_extension_fields(extension: Extension) -> dict:
    is_widget = bool(extension.options)
    # The first versions of 3.23 have no identifiers.
    identifier = {"identifier": extension.identifier} if _HAVE_IDENTIFIERS else {}
    return identifier | {
        "label": extension.label,
        "url": extension.url,
        # Saleor stores these names in lower case.
        "mount": extension.mount.lower(),
        "target": extension.target.lower(),
        "settings": extension.options,
        "http_target_method": "GET" if is_widget else None,
    }


# ------------------------------------------------------------------ comparing


def _find_differences(app: App) -> Iterator[str]:
    for name, value in _get_fields().items():
        if (stored := getattr(app, name)) != value:
            yield f"{name.replace('_', ' ')} was {stored or 'empty'}, and is {value}"
    given = {each.codename for each in app.permissions.all()}
    for permission in PERMISSIONS:
        if permission.lower() not in given:
            yield f"the permission {permission} is missing"
    rows = list(app.extensions.order_by("pk").prefetch_related("permissions"))
    for extension in EXTENSIONS:
        row = next((each for each in rows if each.url == extension.url), None)
        if row is None:
            yield f"the page {extension.label} ({extension.mount}) is missing"
            continue
        rows.remove(row)
        if _differs(row, extension):
            yield f"the page {extension.label} ({extension.mount}) has changed"
    for row in rows:
        yield f"the page {row.label} ({row.mount}) is no longer part of the app"


def _differs(row: AppExtension, extension: Extension) -> bool:
    fields = _get_extension_fields(extension)
    given = {each.codename for each in row.permissions.all()}
    return given != {name.lower() for name in extension.permissions} or any(
        getattr(row, name) != value for name, value in fields.items()
    )
