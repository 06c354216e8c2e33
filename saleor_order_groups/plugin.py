from saleor.plugins.base_plugin import BasePlugin


class OrderGroupsPlugin(BasePlugin):
    """Makes one order for each seller of a checkout."""

    PLUGIN_ID = "saleor.order_groups"
    PLUGIN_NAME = "Order groups"
