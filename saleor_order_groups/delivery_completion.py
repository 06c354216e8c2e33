"""What completion makes of the sellers' delivery methods: it checks and writes them."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from saleor.checkout.delivery_context import ShippingMethodInfo
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import CheckoutDelivery
from saleor.shipping.interface import ShippingMethodData
from saleor.shipping.models import ShippingMethod

from .delivery import (
    SellerDelivery,
    fetch_choices,
    find_deliveries,
    find_parts,
    get_seller_id,
    get_seller_name,
    needs_shipping,
)
from .delivery_taxes import MIXED_RATES, has_mixed_rates
from .parcels import Parcel, SellerId, get_sum_id, read_parcels
from .sellers import SellerLines

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


def refuse_invalid_deliveries(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    delivery: CheckoutDelivery,
    error_code: type[Enum],
) -> None:
    """Refuse a checkout whose sum is assigned but does not hold, naming the sellers.

    :param delivery: the sum, as the database has it now.
    :raises ValidationError: on `shipping_method`; nothing has been written.
    """
    if problem := _find_problem(checkout_info, lines, delivery):
        code = error_code["INVALID_SHIPPING_METHOD"].value
        raise ValidationError({"shipping_method": ValidationError(problem, code=code)})


def _find_problem(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    delivery: CheckoutDelivery,
) -> str | None:
    parts = find_parts(checkout_info, lines)
    if parts is None:
        return "Delivery methods of sellers are not supported in this channel."
    choices = fetch_choices(checkout_info.checkout.pk)
    deliveries = find_deliveries(checkout_info, lines, parts, choices)
    shipping = [found for found in deliveries if found.needs_shipping]
    if missing := [found for found in shipping if not found.chosen_id]:
        return f"No delivery method is chosen for {_name_all(missing)}."
    if invalid := [found for found in shipping if not found.selected]:
        return f"The chosen delivery method does not apply for {_name_all(invalid)}."
    chosen = [found.selected for found in shipping if found.selected]
    if has_mixed_rates(checkout_info, chosen):
        return f"{MIXED_RATES}: {_name_all(shipping)}."
    if not delivery.active:
        return f"A chosen delivery method is not available. {delivery.message or ''}"
    parcels = read_parcels(delivery.private_metadata, delivery.currency) or {}
    is_same = {
        seller_id: parcel.method_id for seller_id, parcel in parcels.items()
    } == {found.seller_id: found.chosen_id for found in shipping}
    is_current = delivery.shipping_method_id == get_sum_id(choices)
    if not (is_same and is_current and delivery.is_valid):
        return (
            "The delivery has changed since it was chosen: choose the delivery methods"
            f" again for {_name_all(shipping)}."
        )
    return None


def _name_all(deliveries: Sequence[SellerDelivery]) -> str:
    return ", ".join(get_seller_name(found.part.seller) for found in deliveries)


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
