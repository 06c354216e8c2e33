"""Where the app's pages are, as paths and as addresses that a browser reaches."""

from django.urls import reverse
from saleor.core.utils import build_absolute_uri

PLUGIN_ID = "saleor.order_groups.dashboard"

# Saleor's route ends with a slash, and the Dashboard takes one from the end of an
# address: the pages are one level below.
APP = "app"
ASSETS = "assets"
MANIFEST = "manifest.json"


def get_path(name: str) -> str:
    """Return the path of what the plugin serves under a name."""
    return reverse("plugins-global", kwargs={"plugin_id": PLUGIN_ID}) + name


def get_address(name: str) -> str:
    """Return the address of what the plugin serves under a name.

    Saleor takes the host from PUBLIC_URL, or from the site's domain.
    """
    return build_absolute_uri(get_path(name))
