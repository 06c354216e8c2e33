"""Match the customer's input with the methods of each seller."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from graphql.error import GraphQLError
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.graphql.core.utils import from_global_id_or_error

from ....delivery.combined_method import SellerId
from ....delivery.options import SellerDelivery, get_seller_name
from ...core.ids import global_id_to_uuid


def clean_deliveries(
    deliveries: Sequence[Mapping[str, Any]], found: Iterable[SellerDelivery]
) -> dict[SellerId, int]:
    """Return the primary key of the chosen method by seller.

    :param deliveries: items of the mutation's input.
    :param found: the deliveries of the checkout, without methods that apps exclude.
    :raises ValidationError: on `deliveries`, with the index of each wrong item.
    """
    by_seller = {one.seller_id: one for one in found}
    chosen: dict[SellerId, int] = {}
    errors = []
    for index, item in enumerate(deliveries):
        try:
            one = _get_delivery(item.get("seller_id"), by_seller)
            if one.seller_id in chosen:
                raise ValidationError(
                    f"{get_seller_name(one.partition.seller)} is named twice.",
                    code=CheckoutErrorCode.UNIQUE.value,
                )
            chosen[one.seller_id] = _get_method_pk(item["shipping_method_id"], one)
        except ValidationError as error:
            error.params = {"index": index, "seller_id": item.get("seller_id")}
            errors.append(error)
    if errors:
        raise ValidationError({"deliveries": errors})
    return chosen


def _get_delivery(
    global_id: str | None, by_seller: dict[UUID | None, SellerDelivery]
) -> SellerDelivery:
    is_shop = global_id is None
    seller_id = global_id_to_uuid(global_id or "", "Seller")
    if (seller_id is None) != is_shop or seller_id not in by_seller:
        name = "of the shop itself" if is_shop else f"of seller {global_id}"
        raise ValidationError(
            f"The checkout has no goods {name}.", code=CheckoutErrorCode.NOT_FOUND.value
        )
    one = by_seller[seller_id]
    if not one.needs_shipping:
        raise ValidationError(
            f"The goods of {get_seller_name(one.partition.seller)} are not shipped.",
            code=CheckoutErrorCode.SHIPPING_NOT_REQUIRED.value,
        )
    return one


def _get_method_pk(global_id: str, one: SellerDelivery) -> int:
    name = get_seller_name(one.partition.seller)
    try:
        type_name, pk = from_global_id_or_error(global_id)
    except GraphQLError as error:
        raise ValidationError(
            str(error), code=CheckoutErrorCode.GRAPHQL_ERROR.value
        ) from error
    if type_name == "Warehouse":
        raise ValidationError(
            f"The goods of {name} cannot be collected: a collection point is chosen for"
            " the whole checkout.",
            code=CheckoutErrorCode.DELIVERY_METHOD_NOT_APPLICABLE.value,
        )
    if type_name != "ShippingMethod":
        raise ValidationError(
            f"{global_id}, for {name}, is no shipping method of Saleor's own.",
            code=CheckoutErrorCode.INVALID.value,
        )
    if not pk.isdecimal() or not one.find(int(pk)):
        raise ValidationError(
            f"This shipping method does not apply to the goods of {name}.",
            code=CheckoutErrorCode.DELIVERY_METHOD_NOT_APPLICABLE.value,
        )
    return int(pk)
