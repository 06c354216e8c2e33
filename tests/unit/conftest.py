"""Turn off Saleor's automatic fixtures that need a database."""

import pytest


@pytest.fixture(autouse=True)
def site_settings():
    return None


@pytest.fixture(autouse=True)
def default_customer_type():
    return None


@pytest.fixture(autouse=True)
def default_tax_class():
    return None
