"""A pytest plugin that activates order groups under Saleor's own tests.

Saleor's tests set PLUGINS themselves, and know nothing of sellers: here the plugin is
active in every channel, and one seller sells everything.
"""

import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

# By module and function: why the test cannot hold here. Nothing else is left out.
LEFT_OUT = {
    (
        "saleor.graphql.checkout.tests.benchmark.test_checkout_mutations",
        "test_create_checkout_with_order_promotion",
    ): "counts 108 statements: whether deliveries are chosen for sellers is one more",
    (
        "saleor.order.tests.test_notifications",
        "test_get_default_fulfillment_payload",
    ): "compares lines in an order that the state of a sequence decides",
    (
        "saleor.order.tests.test_order_utils",
        "test_add_gift_cards_to_order_invalidates_prices_for_other_checkout"
        "_attached_to_the_same_gift_card",
    ): "spends 30 of a card that has 10, which no priced checkout does: it is refused",
}


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items if _get_name(item) in LEFT_OUT]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if _get_name(item) not in LEFT_OUT]


def pytest_report_header():
    return [
        f"left out: {module}.{name} {reason}"
        for (module, name), reason in LEFT_OUT.items()
    ]


def _get_name(item):
    return item.module.__name__, item.originalname


@pytest.fixture(autouse=True)
def order_groups_are_active(monkeypatch):
    # Imported late: pytest reads this before Django is set up.
    from saleor_order_groups import config
    from saleor_order_groups.sellers import assignments as sellers

    for original, replacement in (
        (config.get_config, _get_config),
        (sellers.fetch_sellers, _get_sellers),
        (sellers.ensure_sellers, _get_sellers),
    ):
        for name, module in list(sys.modules.items()):
            if name.startswith("saleor_order_groups."):
                if vars(module).get(original.__name__) is original:
                    monkeypatch.setattr(module, original.__name__, replacement)


def _get_config(*args):
    from saleor_order_groups.config import OrderGroupsConfig

    return OrderGroupsConfig(active=True)


def _get_sellers(product_ids, *args):
    from saleor_order_groups.models import Seller

    seller, _ = Seller.objects.get_or_create(slug="seller", name="Seller")
    return dict.fromkeys(product_ids, seller)


@pytest.fixture
def count_queries():
    """Capture the statements of Saleor's benchmarks, which pass whatever their number.

    Saleor takes this fixture from a plugin of pytest that writes a report of them.
    """
    with CaptureQueriesContext(connection) as queries:
        yield queries
