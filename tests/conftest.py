"""What Saleor's root conftest does (its wheel has the fixtures, not that file), and ours.

Fixtures that several packages of tests use are in `tests/fixtures/`, and reach the tests as
plugins: no module imports one. A package's own are in its conftest.
"""

import django.test
import pytest
from django.apps import apps
from django.conf import settings
from saleor.tests.utils import prepare_test_db_connections

TEST_DATABASES = {
    settings.DATABASE_CONNECTION_DEFAULT_NAME,
    settings.DATABASE_CONNECTION_REPLICA_NAME,
}
# So that tests need not be marked with django_db(databases=["default", "replica"]).
django.test.TransactionTestCase.databases = TEST_DATABASES
django.test.TestCase.databases = TEST_DATABASES

prepare_test_db_connections()

# So that their assertions tell values as those of tests do.
pytest.register_assert_rewrite("tests.helpers")

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
    "tests.fixtures.api",
    "tests.fixtures.checkouts",
    "tests.fixtures.deliveries",
    "tests.fixtures.generated_carts",
    "tests.fixtures.goods",
    "tests.fixtures.groups",
    "tests.fixtures.legacy_payments",
    "tests.fixtures.order_life",
    "tests.fixtures.payments",
    "tests.fixtures.plugin",
    "tests.fixtures.previews",
    "tests.fixtures.processes",
    "tests.fixtures.seller_access",
    "tests.fixtures.seller_sources",
    "tests.fixtures.taxes",
]


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
