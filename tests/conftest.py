"""What Saleor's root conftest does (its wheel has the fixtures, not that file)."""

import django.test
import pytest
from django.apps import apps
from django.conf import settings
from saleor.plugins.models import PluginConfiguration
from saleor.tests.utils import prepare_test_db_connections

TEST_DATABASES = {
    settings.DATABASE_CONNECTION_DEFAULT_NAME,
    settings.DATABASE_CONNECTION_REPLICA_NAME,
}
# So that tests need not be marked with django_db(databases=["default", "replica"]).
django.test.TransactionTestCase.databases = TEST_DATABASES
django.test.TestCase.databases = TEST_DATABASES

prepare_test_db_connections()

pytest_plugins = [
    "saleor.tests.fixtures",
    "saleor.app.tests.fixtures",
    "saleor.plugins.tests.fixtures",
    "saleor.graphql.tests.fixtures",
    "saleor.webhook.tests.fixtures",
    "saleor.tax.tests.fixtures",
    "saleor.channel.tests.fixtures",
    "saleor.page.tests.fixtures",
    "saleor.menu.tests.fixtures",
    "saleor.warehouse.tests.fixtures",
    "saleor.thumbnail.tests.fixtures",
    "saleor.order.tests.fixtures",
    "saleor.product.tests.fixtures",
    "saleor.site.tests.fixtures",
    "saleor.shipping.tests.fixtures",
    "saleor.permission.tests.fixtures",
    "saleor.giftcard.tests.fixtures",
    "saleor.discount.tests.fixtures",
    "saleor.checkout.tests.fixtures",
    "saleor.attribute.tests.fixtures",
    "saleor.account.tests.fixtures",
    "saleor.graphql.account.tests.fixtures",
    "saleor.payment.tests.fixtures",
    "saleor.webhook.tests.circuit_breaker.fixtures",
]

PLUGIN_PATH = "saleor_order_groups.plugin.OrderGroupsPlugin"
WEBHOOK_PLUGIN_PATH = "saleor.plugins.webhook.plugin.WebhookPlugin"


def why_plugin_is_not_loaded() -> str | None:
    if not apps.is_installed("saleor_order_groups"):
        return "saleor_order_groups is not in INSTALLED_APPS: install this project"

    from saleor.graphql.order.schema import OrderQueries
    from saleor.webhook.event_types import WebhookEventAsyncType

    from saleor_order_groups import seams

    if not seams.is_installed():
        return "Saleor's completion is not replaced"
    if "order_group" not in OrderQueries._meta.fields:
        return "Saleor's schema is not extended"
    if "order_group_created" not in WebhookEventAsyncType.ALL:
        return "Saleor does not have the event ORDER_GROUP_CREATED"
    return None


def pytest_configure(config):
    # No test may pass without the plugin.
    if reason := why_plugin_is_not_loaded():
        raise pytest.UsageError(f"The plugin is not loaded: {reason}.")


@pytest.fixture
def order_groups_plugin(channel_USD, settings):
    """Activate the plugin in `channel_USD`.

    The value is a function that sets the plugin's configuration in any channel:
    `order_groups_plugin(channel_PLN)`,
    `order_groups_plugin(channel_USD, active=False)`,
    `order_groups_plugin(channel_USD, allow_shop_goods=False)`.
    """
    from saleor_order_groups.plugin import OrderGroupsPlugin

    def configure(channel, *, active=True, **options):
        values = {
            item["name"]: item["value"]
            for item in OrderGroupsPlugin.DEFAULT_CONFIGURATION or []
        }
        values.update(options)
        configuration, _ = PluginConfiguration.objects.update_or_create(
            identifier=OrderGroupsPlugin.PLUGIN_ID,
            channel=channel,
            defaults={
                "name": OrderGroupsPlugin.PLUGIN_NAME,
                "active": active,
                "configuration": [
                    {"name": name, "value": value} for name, value in values.items()
                ],
            },
        )
        return configuration

    settings.PLUGINS = [*settings.PLUGINS, PLUGIN_PATH]
    configure(channel_USD)
    return configure


@pytest.fixture
def order_groups_plugin_with_webhooks(order_groups_plugin, settings):
    """Activate the plugin in `channel_USD`, and Saleor's webhooks."""
    settings.PLUGINS = [*settings.PLUGINS, WEBHOOK_PLUGIN_PATH]
    return order_groups_plugin
