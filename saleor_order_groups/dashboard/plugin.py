"""The plugin that serves the pages.

`plugin.OrderGroupsPlugin` cannot: Saleor serves nothing for a plugin that is configured
in each channel, except below a channel's own address.
"""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from saleor.plugins.base_plugin import BasePlugin

from .addresses import PLUGIN_ID
from .pages import answer

if TYPE_CHECKING:
    from saleor.graphql.core import SaleorContext


class DashboardPlugin(BasePlugin):
    """Serve the pages of the Dashboard's app; `manage.py install_dashboard_app` adds it.

    It has no configuration. While it is inactive the pages are not found.
    """

    PLUGIN_ID = PLUGIN_ID
    PLUGIN_NAME = "Order groups: pages for the Dashboard"
    PLUGIN_DESCRIPTION = (
        "Serves the pages that show purchases and sellers in Saleor's Dashboard. Run "
        "manage.py install_dashboard_app to see them there."
    )
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = True

    def webhook(
        self, request: "SaleorContext", path: str, previous_value: Any
    ) -> HttpResponse:
        return answer(request, path)
