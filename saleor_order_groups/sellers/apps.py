"""Apps that are linked to sellers, and can read any order through Saleor."""

from collections.abc import Iterator

from django.db.models import Q
from saleor.app.models import App
from saleor.permission.enums import CheckoutPermissions, OrderPermissions

from ..models import SellerApp

# MANAGE_ORDERS lists all orders. HANDLE_TAXES writes metadata of order lines, whose
# answer leads to the order of a line.
_WIDE = (OrderPermissions.MANAGE_ORDERS, CheckoutPermissions.HANDLE_TAXES)


def find_wide_permission(app: App) -> str | None:
    """Return the name of a permission with which the app can read any order.

    The app may be inactive; None if it has no such permission.
    """
    for permission in _WIDE:
        if app.permissions.filter(_is(permission)).exists():
            return permission.name
    return None


def find_apps_that_see_all() -> Iterator[str]:
    """Yield a message for each linked app that got such a permission after linking."""
    links = SellerApp.objects.filter(app__removed_at__isnull=True)
    links = links.select_related("app", "seller").order_by("seller__slug", "app")
    for permission in _WIDE:
        for link in links.filter(_is(permission, "app__permissions__")):
            yield (
                f"app {link.app.name} of seller {link.seller.slug} has"
                f" {permission.name} and sees all orders through Saleor: remove the"
                " permission from the app, or unlink the app with sellerAppRemove"
            )


def _is(permission: OrderPermissions | CheckoutPermissions, path: str = "") -> Q:
    """Return the condition that a row of permissions is this one."""
    app_label, codename = permission.value.split(".")
    return Q(
        **{f"{path}content_type__app_label": app_label, f"{path}codename": codename}
    )
