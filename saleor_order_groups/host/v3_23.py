"""The functions that differ between Saleor's minors, for 3.23; `v3_24` has the same."""

from typing import Any

from .internal import Internal, internal


@internal("saleor.checkout.delivery_context", "_remove_external_shipping_from_metadata")
def forget_external_shipping(checkout) -> Any:
    """Remove the delivery method's ID that Saleor keeps in the checkout's metadata."""


INTERNALS: tuple[Internal, ...] = (forget_external_shipping,)
