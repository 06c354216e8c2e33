from importlib.metadata import entry_points

from django.apps import apps
from saleor import settings as saleor_settings

from saleor_order_groups.plugin import OrderGroupsPlugin


def test_saleor_loads_plugin_through_its_entry_point():
    # given
    (entry_point,) = entry_points(group="saleor.plugins", name="saleor_order_groups")

    # when
    plugin = entry_point.load()

    # then
    assert plugin is OrderGroupsPlugin
    assert apps.is_installed(entry_point.name)
    assert f"{entry_point.module}.{entry_point.attr}" in saleor_settings.PLUGINS


def test_saleors_manager_has_the_plugin(order_groups_plugin, channel_USD):
    # given
    from saleor.plugins.manager import get_plugins_manager

    # when
    manager = get_plugins_manager(allow_replica=False)

    # then
    plugin = manager.get_plugin(OrderGroupsPlugin.PLUGIN_ID, channel_USD.slug)
    assert isinstance(plugin, OrderGroupsPlugin)
    assert plugin.active is True
