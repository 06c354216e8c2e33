"""Describe the delivery of each new order."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from saleor.checkout.delivery_context import ShippingMethodInfo
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.shipping.interface import ShippingMethodData
from saleor.shipping.models import ShippingMethod

from ..sellers.partition import SellerLines
from .combined_method import SellerId, SellerMethod
from .options import get_seller_id, get_seller_name, needs_shipping


def describe_deliveries(
    partitions: Sequence[SellerLines], seller_methods: Mapping[SellerId, SellerMethod]
) -> list[dict[str, Any]]:
    """Return the delivery fields of each seller's order; empty if nothing ships.

    The fields are those of Saleor's `get_details_for_conversion_to_order`, with the
    metadata of the method.

    :raises ValidationError: the methods do not match the sellers that ship, for example
        because a product got another seller during the payment.
    """
    sellers = {
        get_seller_id(partition): partition.seller
        for partition in partitions
        if needs_shipping(partition)
    }
    own_methods = ShippingMethod.objects.select_related("tax_class").in_bulk(
        [method.method_id for method in seller_methods.values()]
    )
    lost = [
        get_seller_name(seller)
        for seller_id, seller in sellers.items()
        if seller_id not in seller_methods
        or seller_methods[seller_id].method_id not in own_methods
    ]
    if lost or sellers.keys() != seller_methods.keys():
        names = lost or map(get_seller_name, sellers.values())
        raise ValidationError(
            {
                "shipping_method": ValidationError(
                    f"The delivery has changed: choose again for {', '.join(names)}.",
                    # Only codes that the error enums of all completing mutations
                    # contain are possible.
                    code=CheckoutErrorCode.INVALID_SHIPPING_METHOD.value,
                )
            }
        )
    return [
        _describe(own_methods[method.method_id], method)
        if (method := seller_methods.get(get_seller_id(partition)))
        else {}
        for partition in partitions
    ]


def _describe(own_method: ShippingMethod, method: SellerMethod) -> dict[str, Any]:
    data = ShippingMethodData(
        id=str(own_method.pk),
        name=method.name,
        price=method.price,
        tax_class=own_method.tax_class,
    )
    return {
        **ShippingMethodInfo(data, None).get_details_for_conversion_to_order(),
        "shipping_method_metadata": own_method.metadata,
        "shipping_method_private_metadata": own_method.private_metadata,
    }
