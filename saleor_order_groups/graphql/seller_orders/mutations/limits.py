"""Limits of texts that sellers enter."""

from saleor.order.models import Fulfillment

from ..enums import SellerOrderErrorCode
from ..errors import refuse


def clean_tracking_number(text: str | None) -> str:
    """Return a tracking number without spaces around it; empty for null.

    :raises ValidationError: it is too long.
    """
    text = (text or "").strip()
    length = Fulfillment._meta.get_field("tracking_number").max_length or 0
    if len(text) > length:
        raise refuse(
            "tracking_number",
            f"At most {length} characters.",
            SellerOrderErrorCode.INVALID,
        )
    return text
