"""Describe the delivery of each new order."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from saleor.checkout.delivery_context import ShippingMethodInfo
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.shipping.interface import ShippingMethodData
from saleor.shipping.models import ShippingMethod

from ..sellers.partition import SellerLines
from .combined_method import Parcel, SellerId
from .options import get_seller_id, get_seller_name, needs_shipping


def describe_deliveries(
    parts: Sequence[SellerLines], parcels: Mapping[SellerId, Parcel]
) -> list[dict[str, Any]]:
    """Return each seller's fields of an order's delivery, empty where nothing ships.

    As `get_details_for_conversion_to_order` of Saleor's, with the method's metadata.

    :raises ValidationError: the parcels are not those of the sellers that ship, as
        where a product was given to another seller while it was paid.
    """
    sellers = {
        get_seller_id(part): part.seller for part in parts if needs_shipping(part)
    }
    methods = ShippingMethod.objects.select_related("tax_class").in_bulk(
        [parcel.method_id for parcel in parcels.values()]
    )
    lost = [
        get_seller_name(seller)
        for seller_id, seller in sellers.items()
        if seller_id not in parcels or parcels[seller_id].method_id not in methods
    ]
    if lost or sellers.keys() != parcels.keys():
        names = lost or map(get_seller_name, sellers.values())
        raise ValidationError(
            {
                "shipping_method": ValidationError(
                    f"The delivery has changed: choose again for {', '.join(names)}.",
                    # One of the codes that the errors of all entries have.
                    code=CheckoutErrorCode.INVALID_SHIPPING_METHOD.value,
                )
            }
        )
    return [
        _describe(methods[parcel.method_id], parcel)
        if (parcel := parcels.get(get_seller_id(part)))
        else {}
        for part in parts
    ]


def _describe(method: ShippingMethod, parcel: Parcel) -> dict[str, Any]:
    data = ShippingMethodData(
        id=str(method.pk),
        name=parcel.name,
        price=parcel.price,
        tax_class=method.tax_class,
    )
    return {
        **ShippingMethodInfo(data, None).get_details_for_conversion_to_order(),
        "shipping_method_metadata": method.metadata,
        "shipping_method_private_metadata": method.private_metadata,
    }
