"""The functions that differ between Saleor's minors, for 3.24; `v3_23` has the same."""

from saleor.checkout.models import Checkout
from saleor.order.delivery_context import PRIVATE_META_APP_SHIPPING_ID

from .internal import Internal
from .internals import get_checkout_metadata


def forget_external_shipping(checkout: Checkout) -> None:
    """Remove the delivery method's ID that Saleor keeps in the checkout's metadata.

    Saleor 3.24 still writes the ID there when it describes the delivery, but it lacks
    the function of 3.23 that removes it.
    """
    metadata = get_checkout_metadata(checkout)
    if metadata and metadata.delete_value_from_private_metadata(
        PRIVATE_META_APP_SHIPPING_ID
    ):
        metadata.save(update_fields=["private_metadata"])


INTERNALS: tuple[Internal, ...] = ()
