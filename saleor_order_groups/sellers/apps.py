"""Apps that are linked to sellers, and see all orders through Saleor."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from saleor.app.models import App
from saleor.permission.enums import OrderPermissions
from saleor.permission.models import Permission

from ..models import SellerApp

APP_LABEL, CODENAME = OrderPermissions.MANAGE_ORDERS.value.split(".")
MANAGE_ORDERS = {"content_type__app_label": APP_LABEL, "codename": CODENAME}


def sees_all_orders(app: App) -> bool:
    """Tell whether the app has MANAGE_ORDERS, even while it is not active."""
    return app.permissions.filter(**MANAGE_ORDERS).exists()


def find_apps_that_see_all() -> Iterator[str]:
    """Yield a message for each linked app that got MANAGE_ORDERS after it was linked."""
    granted = Permission.objects.filter(app=OuterRef("app"), **MANAGE_ORDERS)
    links = SellerApp.objects.filter(Exists(granted), app__removed_at__isnull=True)
    for link in links.select_related("app", "seller").order_by("seller__slug", "app"):
        yield (
            f"app {link.app.name} of seller {link.seller.slug} has MANAGE_ORDERS and"
            " sees all orders through Saleor: remove the permission from the app, or"
            " unlink the app with sellerAppRemove"
        )
