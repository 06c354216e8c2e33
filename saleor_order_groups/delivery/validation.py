"""Refuse a completion whose sellers' delivery methods are missing or outdated."""

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from saleor.checkout.models import CheckoutDelivery

from .combined_method import get_combined_id, read_seller_methods
from .options import (
    SellerDelivery,
    fetch_choices,
    find_deliveries,
    find_partitions,
    get_seller_name,
)
from .tax_rates import MIXED_RATES, has_mixed_rates

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


def refuse_invalid_deliveries(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    delivery: CheckoutDelivery,
    error_code: type[Enum],
) -> None:
    """Refuse a checkout whose assigned combined method no longer holds.

    The message names the sellers concerned.

    :param delivery: the combined method's row, read under the current transaction.
    :param error_code: the error code enum of the completing mutation.
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
    partitions = find_partitions(checkout_info, lines)
    if partitions is None:
        return "Delivery methods of sellers are not supported in this channel."
    choices = fetch_choices(checkout_info.checkout.pk)
    deliveries = find_deliveries(checkout_info, lines, partitions, choices)
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
    seller_methods = (
        read_seller_methods(delivery.private_metadata, delivery.currency) or {}
    )
    is_same = {
        seller_id: method.method_id for seller_id, method in seller_methods.items()
    } == {found.seller_id: found.chosen_id for found in shipping}
    is_current = delivery.shipping_method_id == get_combined_id(choices)
    if not (is_same and is_current and delivery.is_valid):
        return (
            "The delivery has changed since it was chosen: choose the delivery methods"
            f" again for {_name_all(shipping)}."
        )
    return None


def _name_all(deliveries: Sequence[SellerDelivery]) -> str:
    return ", ".join(get_seller_name(found.partition.seller) for found in deliveries)
