"""What only Saleor 3.23 has: the same names as `v3_24`."""

from typing import Any

from .internal import Internal, internal


@internal("saleor.checkout.delivery_context", "_remove_external_shipping_from_metadata")
def forget_external_shipping(checkout) -> Any:
    """Remove the method's ID that Saleor keeps in the checkout's metadata."""


INTERNALS: tuple[Internal, ...] = (forget_external_shipping,)
