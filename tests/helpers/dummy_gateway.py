"""Saleor's dummy payment gateway, for tests of legacy payments.

Saleor 3.24 has dropped it, with all its legacy gateways but Stripe's. Tests that need it
are skipped there.
"""

import pytest

REASON = "Saleor 3.24 has dropped its dummy gateway"


def get_dummy_gateway() -> str:
    """Return what `PLUGINS` has for the gateway `mirumee.payments.dummy`."""
    pytest.importorskip("saleor.payment.gateways.dummy", reason=REASON)
    return "saleor.payment.gateways.dummy.plugin.DeprecatedDummyGatewayPlugin"
