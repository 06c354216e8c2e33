"""Offer the combined method; leave out methods of single sellers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from promise import Promise
from saleor.checkout.models import CheckoutDelivery
from saleor.checkout.webhooks import exclude_shipping
from saleor.shipping.interface import ExcludedShippingMethod, ShippingMethodData

from ..models import SellerShippingMethod
from .combined_method import CombinedMethod, SellerId, combine_methods
from .options import (
    SellerDelivery,
    fetch_choices,
    find_deliveries,
    find_partitions,
    get_seller_id,
    needs_shipping,
)
from .tax_rates import has_mixed_rates

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.checkout.fetch import CheckoutInfo


def ask_apps(
    checkout_info: "CheckoutInfo",
    deliveries: Sequence[SellerDelivery],
    requestor: "App | User | None",
) -> Promise[list[SellerDelivery]]:
    """Return the deliveries without the methods that filter apps exclude.

    The apps are called once, with all sellers' methods and the whole checkout. A method
    that they exclude is therefore excluded for every seller.
    """
    methods = {method.id: method for found in deliveries for method in found.methods}

    def with_excluded(excluded: list[ExcludedShippingMethod]) -> list[SellerDelivery]:
        excluded_ids = {str(method.id) for method in excluded}
        return [found.without(excluded_ids) for found in deliveries]

    return exclude_shipping.excluded_shipping_methods_for_checkout(
        checkout_info.checkout,
        available_shipping_methods=list(methods.values()),
        allow_replica=checkout_info.database_connection_name != DEFAULT_DB_ALIAS,
        requestor=requestor,
    ).then(with_excluded)


def recall_exclusions(
    checkout_pks: Collection[UUID], using: str = DEFAULT_DB_ALIAS
) -> dict[UUID, set[str]]:
    """Return the IDs of methods that filter apps excluded at their last call.

    The result has a set of IDs for each checkout; one statement reads all. It is for
    callers that may not call apps.
    """
    excluded: dict[UUID, set[str]] = {pk: set() for pk in checkout_pks}
    for checkout_pk, method_id in (
        CheckoutDelivery.objects.using(using)
        .filter(
            checkout_id__in=checkout_pks,
            built_in_shipping_method_id__isnull=False,
            is_valid=True,
            active=False,
        )
        .values_list("checkout_id", "built_in_shipping_method_id")
    ):
        excluded[checkout_pk].add(str(method_id))
    return excluded


# ------------------------------------------------------------------ one method for all


def leave_out_sellers_own(
    checkout_info: "CheckoutInfo", methods: list[ShippingMethodData]
) -> list[ShippingMethodData]:
    """Return the methods that may deliver the whole checkout.

    A method that is assigned to sellers may deliver only their goods.
    """
    rows = SellerShippingMethod.objects.using(checkout_info.database_connection_name)
    sellers_by_method: dict[str, set[SellerId]] = defaultdict(set)
    for method_id, seller_id in rows.filter(
        shipping_method_id__in=[method.id for method in methods]
    ).values_list("shipping_method_id", "seller_id"):
        sellers_by_method[str(method_id)].add(seller_id)
    if not sellers_by_method:
        return methods
    partitions = find_partitions(checkout_info, checkout_info.lines)
    if partitions is None:
        return methods
    shipping = {
        get_seller_id(partition)
        for partition in partitions
        if needs_shipping(partition)
    }
    return [
        method
        for method in methods
        if method.id not in sellers_by_method
        or shipping <= sellers_by_method[method.id]
    ]


# ------------------------------------------------------------------ the sum


def offer_combined_method(checkout_info: "CheckoutInfo") -> CombinedMethod | None:
    """Return the combined method of the customer's choices.

    None unless every seller that ships has a choice that applies, and all chosen
    methods have the same tax rate.
    """
    lines = checkout_info.lines
    choices = fetch_choices(
        checkout_info.checkout.pk, checkout_info.database_connection_name
    )
    if not choices or not (partitions := find_partitions(checkout_info, lines)):
        return None
    shipping = [
        delivery
        for delivery in find_deliveries(checkout_info, lines, partitions, choices)
        if delivery.needs_shipping
    ]
    chosen = {
        delivery.seller_id: delivery.selected
        for delivery in shipping
        if delivery.selected
    }
    if not chosen or len(chosen) < len(shipping):
        return None
    if has_mixed_rates(checkout_info, list(chosen.values())):
        return None
    return combine_methods(choices, chosen, checkout_info.checkout.currency)


def exclude_combined_method(
    offered: CombinedMethod, excluded: Sequence[ExcludedShippingMethod]
) -> list[ExcludedShippingMethod]:
    """Return the combined method as excluded if one of its methods is excluded.

    The reason joins the apps' reasons for the excluded methods.
    """
    names = {method.id: method.name for method in offered.methods}
    reasons = [
        f"{names[str(method.id)]}: {method.reason or ''}"
        for method in excluded
        if str(method.id) in names
    ]
    if not reasons:
        return []
    return [ExcludedShippingMethod(id=offered.id, reason="; ".join(reasons))]
