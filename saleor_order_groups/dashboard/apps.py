"""The Django app that Saleor installs for the entry point of `plugin`."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Saleor makes an installed app of each entry point's name. This one is empty."""

    name = "saleor_order_groups.dashboard"
    label = "saleor_order_groups_dashboard"
