"""A pytest plugin that activates order groups under Saleor's own tests.

Saleor's tests set PLUGINS themselves, and know nothing of sellers: all goods are the
shop's own, one seller for everything.
"""

import pytest


@pytest.fixture(autouse=True)
def order_groups_are_active(monkeypatch):
    # Imported late: pytest reads this before Django is set up.
    from saleor_order_groups import checkout
    from saleor_order_groups.config import OrderGroupsConfig

    monkeypatch.setattr(
        checkout, "get_config", lambda *args: OrderGroupsConfig(active=True)
    )
