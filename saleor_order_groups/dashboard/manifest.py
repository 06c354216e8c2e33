"""What the Dashboard is told of the app, as Saleor's manifest of it."""

from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..host import versions
from .addresses import APP, get_address

IDENTIFIER = "saleor.order-groups"
NAME = "Order groups"
AUTHOR = "saleor-order-groups"
ABOUT = (
    "Shows which orders were bought together and who sells them; charges, refunds and "
    "cancels purchases as a whole; manages sellers."
)
DATA_PRIVACY = (
    "The pages come from this Saleor and ask this Saleor alone. They store nothing."
)

MANAGE_ORDERS = "MANAGE_ORDERS"
MANAGE_PRODUCTS = "MANAGE_PRODUCTS"
# The Dashboard gives a page of the app what both the app and the staff member may. To
# make members of staff, or to link apps, an operator gives the app MANAGE_STAFF and
# MANAGE_APPS too.
PERMISSIONS = (
    MANAGE_ORDERS,
    MANAGE_PRODUCTS,
    "HANDLE_PAYMENTS",
    "MANAGE_PLUGINS",
    "MANAGE_SHIPPING",
    "MANAGE_USERS",
)


@dataclass(frozen=True)
class Extension:
    """A place of the Dashboard with a page of the app.

    `page`: the path of the page below the app's own page.
    `permissions`: who lacks one of them does not get the page.
    """

    identifier: str
    label: str
    mount: str
    target: str
    page: str
    permissions: tuple[str, ...]

    @property
    def url(self) -> str:
        """The page's path, which the Dashboard appends to the app's address."""
        return f"/{self.page}"

    @property
    def options(self) -> dict[str, Any]:
        return {"widgetTarget": {"method": "GET"}} if self.target == "WIDGET" else {}


EXTENSIONS = (
    Extension(
        "purchases",
        "Purchases",
        "NAVIGATION_ORDERS",
        "APP_PAGE",
        "purchases",
        (MANAGE_ORDERS,),
    ),
    Extension(
        "sellers",
        "Sellers",
        "NAVIGATION_CATALOG",
        "APP_PAGE",
        "sellers",
        (MANAGE_PRODUCTS,),
    ),
    Extension(
        "order",
        "Purchase",
        "ORDER_DETAILS_WIDGETS",
        "WIDGET",
        "order-widget",
        (MANAGE_ORDERS,),
    ),
    Extension(
        "product",
        "Seller",
        "PRODUCT_DETAILS_WIDGETS",
        "WIDGET",
        "product-widget",
        (MANAGE_PRODUCTS,),
    ),
    Extension(
        "customer",
        "Purchases",
        "CUSTOMER_DETAILS_WIDGETS",
        "WIDGET",
        "customer-widget",
        (MANAGE_ORDERS,),
    ),
)


def build_manifest() -> dict[str, Any]:
    """Return the manifest, with the addresses of this Saleor."""
    return {
        "id": IDENTIFIER,
        "version": __version__,
        "name": NAME,
        "about": ABOUT,
        "author": AUTHOR,
        "dataPrivacy": DATA_PRIVACY,
        "appUrl": get_address(APP),
        # Saleor separates conditions by spaces here.
        "requiredSaleorVersion": versions.SUPPORTED.replace(",", " "),
        "permissions": list(PERMISSIONS),
        "extensions": [
            {
                "identifier": extension.identifier,
                "label": extension.label,
                "mount": extension.mount,
                "target": extension.target,
                "permissions": list(extension.permissions),
                "url": extension.url,
                "options": extension.options,
            }
            for extension in EXTENSIONS
        ],
        "webhooks": [],
    }
