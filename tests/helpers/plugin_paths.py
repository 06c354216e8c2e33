"""Where PLUGINS finds the plugins."""

PLUGIN_PATH = "saleor_order_groups.plugin.OrderGroupsPlugin"
WEBHOOK_PLUGIN_PATH = "saleor.plugins.webhook.plugin.WebhookPlugin"
DASHBOARD_PLUGIN_PATH = "saleor_order_groups.dashboard.plugin.DashboardPlugin"
