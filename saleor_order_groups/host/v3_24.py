"""What Saleor 3.24 has differently: the same names as `v3_23`."""

from saleor.checkout.models import Checkout
from saleor.order.delivery_context import PRIVATE_META_APP_SHIPPING_ID

from .internal import Internal
from .internals import get_checkout_metadata


def forget_external_shipping(checkout: Checkout) -> None:
    """Remove the method's ID that Saleor keeps in the checkout's metadata.

    3.24 still writes it there when it describes the delivery, and lacks 3.23's function
    that removes it.
    """
    metadata = get_checkout_metadata(checkout)
    if metadata and metadata.delete_value_from_private_metadata(
        PRIVATE_META_APP_SHIPPING_ID
    ):
        metadata.save(update_fields=["private_metadata"])


INTERNALS: tuple[Internal, ...] = ()
