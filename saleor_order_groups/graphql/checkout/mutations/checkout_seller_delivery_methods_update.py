"""Choose the delivery methods of the sellers of a checkout."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import graphene
from django.core.exceptions import ValidationError
from django.db import transaction
from saleor.checkout import models
from saleor.checkout.actions import call_checkout_info_event
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.fetch import (
    CheckoutInfo,
    CheckoutLineInfo,
    fetch_checkout_info,
    fetch_checkout_lines,
)
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.checkout.models import CheckoutDelivery
from saleor.graphql.checkout.mutations.utils import get_checkout
from saleor.graphql.checkout.types import Checkout
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_CHECKOUT
from saleor.graphql.core.enums import CheckoutErrorCode as CheckoutErrorCodeEnum
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.types import BaseInputObjectType, Error, NonNullList
from saleor.graphql.core.utils import WebhookEventInfo
from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.webhook.event_types import WebhookEventAsyncType, WebhookEventSyncType

from ....config import SellerSource, get_config
from ....delivery.combined_method import SellerId, get_combined_id
from ....delivery.offer import ask_apps, offer_combined_method
from ....delivery.options import (
    SellerDelivery,
    fetch_choices,
    find_deliveries,
    get_seller_name,
)
from ....delivery.tax_rates import MIXED_RATES, has_mixed_rates
from ....host.internals import (
    assign_delivery_method_to_checkout,
    fetch_shipping_methods_for_checkout,
)
from ....models import SellerDeliveryChoice
from ....sellers.assignments import ensure_sellers, fetch_sellers
from ....sellers.partition import SellerLines, get_product_ids, partition_lines
from ....sellers.product_data import find_unanswered
from ...core.descriptions import ADDED_IN_01
from ...core.limits import describe_excess
from .inputs import clean_deliveries

# The number of attempts to offer the combined method while rivals overwrite it.
ATTEMPTS = 3


class CheckoutSellerDeliveryInput(BaseInputObjectType):
    seller_id = graphene.ID(
        description="ID of a seller in the checkout; null for the shop's own goods."
    )
    shipping_method_id = graphene.ID(
        required=True,
        description="ID of one of the seller's `availableShippingMethods`.",
    )

    class Meta:
        description = "The shipping method for one seller's goods." + ADDED_IN_01
        doc_category = DOC_CATEGORY_CHECKOUT


class CheckoutSellerDeliveryError(Error):
    code = CheckoutErrorCodeEnum(description="The error code.", required=True)
    index = graphene.Int(
        description="Index of the item of `deliveries` that the error is about."
    )
    seller_id = graphene.ID(
        description=(
            "ID of the seller; null for the shop itself or without a single seller."
        )
    )

    class Meta:
        description = (
            "Represents an error in choosing sellers' deliveries." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_CHECKOUT


class CheckoutSellerDeliveryMethodsUpdate(BaseMutation):
    checkout = graphene.Field(Checkout, description="The updated checkout.")

    class Arguments:
        id = graphene.ID(required=True, description="ID of a checkout.")
        deliveries = NonNullList(
            CheckoutSellerDeliveryInput,
            required=True,
            description=(
                "Shipping methods by seller, at most 100. Other sellers keep their "
                "methods."
            ),
        )

    class Meta:
        description = (
            "Chooses shipping methods for sellers of the checkout. All choices are "
            "stored, or none. Once every seller that ships has a choice, the checkout "
            "gets a combined delivery method, priced at the sum. "
            "`checkoutDeliveryMethodUpdate` returns to one method for the whole "
            "checkout." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_CHECKOUT
        error_type_class = CheckoutSellerDeliveryError
        webhook_events_info = [
            WebhookEventInfo(
                type=WebhookEventSyncType.SHIPPING_LIST_METHODS_FOR_CHECKOUT,
                description="Triggered to refresh the checkout's shipping methods.",
            ),
            WebhookEventInfo(
                type=WebhookEventSyncType.CHECKOUT_FILTER_SHIPPING_METHODS,
                description="Triggered to filter the sellers' shipping methods.",
            ),
            WebhookEventInfo(
                type=WebhookEventAsyncType.CHECKOUT_UPDATED,
                description="A checkout was updated.",
            ),
        ]

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, id, deliveries
    ):
        if excess := describe_excess("deliveries", deliveries):
            raise _error("deliveries", excess, CheckoutErrorCode.INVALID)
        # The apps are called over HTTP without holding a lock. The checkout is locked
        # to store the choices, and again to assign the combined method.
        requestor = get_user_or_app_from_context(info.context)
        asked = _look(info, get_checkout(cls, info, id=id), fetch_sellers)
        found = ask_apps(asked.checkout_info, asked.deliveries, requestor).get()
        chosen = clean_deliveries(deliveries, found)
        with transaction.atomic():
            # The lock makes two concurrent requests for two sellers add up: the second
            # one reads the choices that the first one stored.
            checkout = get_checkout(
                cls, info, id=id, qs=checkout_qs_select_for_update()
            )
            seen = _look(info, checkout, ensure_sellers)
            _refuse_changes(asked, seen)
            choices = fetch_choices(checkout.pk) | chosen
            _refuse_mixed_rates(seen.checkout_info, found, choices)
            _store(checkout, chosen)
        checkout = _offer_and_assign(cls, info, id, seen.checkout_info, requestor)
        return cls(checkout=SyncWebhookControlContext(checkout))


@dataclass(frozen=True)
class _Look:
    """A checkout at one moment, and the deliveries of its partitions."""

    checkout_info: CheckoutInfo
    lines: list[CheckoutLineInfo]
    deliveries: list[SellerDelivery]

    def describe(self) -> tuple:
        """Return the values that the apps' answer depends on, for comparison."""
        address = self.checkout_info.shipping_address
        return (
            address and address.as_data(),
            [
                (
                    one.seller_id,
                    [
                        (info.line.pk, info.line.quantity)
                        for info in one.partition.lines
                    ],
                    [(method.id, method.price) for method in one.methods],
                )
                for one in self.deliveries
            ],
        )


def _look(
    info: ResolveInfo, checkout: models.Checkout, find_sellers: Callable
) -> _Look:
    """Read a checkout.

    :param find_sellers: `ensure_sellers` before storing choices, which refer to the
        sellers' rows; otherwise `fetch_sellers`.
    :raises ValidationError: the checkout does not allow choices.
    """
    lines, _ = fetch_checkout_lines(checkout)
    manager = get_plugin_manager_promise(info.context).get()
    checkout_info = fetch_checkout_info(checkout, lines, manager)
    _refuse_checkout(checkout_info)
    config = get_config(checkout_info.channel.slug, manager)
    sellers = find_sellers(get_product_ids(lines), config.seller_source)
    partitions = partition_lines(lines, sellers)
    _refuse_unknown_sellers(partitions, config.seller_source)
    choices = fetch_choices(checkout.pk)
    return _Look(
        checkout_info, lines, find_deliveries(checkout_info, lines, partitions, choices)
    )


def _refuse_changes(asked: _Look, seen: _Look) -> None:
    if asked.describe() != seen.describe():
        raise _error(
            "id",
            "The checkout has changed while its delivery methods were looked at. Choose"
            " again.",
            CheckoutErrorCode.INVALID,
        )


def _refuse_unknown_sellers(
    partitions: Iterable[SellerLines], source: SellerSource
) -> None:
    for partition in partitions:
        if partition.seller is None and find_unanswered(partition.product_ids, source):
            raise _error(
                "id",
                "It is not known who sells some of the goods.",
                CheckoutErrorCode.INVALID,
            )


def _error(
    field: str,
    message: str,
    code: CheckoutErrorCode,
    index: int | None = None,
    seller_id: str | None = None,
) -> ValidationError:
    params = {"index": index, "seller_id": seller_id}
    error = ValidationError(message, code=code.value, params=params)
    return ValidationError({field: error})


def _refuse_checkout(checkout_info: CheckoutInfo) -> None:
    if not get_config(checkout_info.channel.slug, checkout_info.manager).active:
        raise _error(
            "id",
            "Delivery methods of sellers are not supported in this channel.",
            CheckoutErrorCode.INVALID,
        )
    if checkout_info.checkout.collection_point_id:
        raise _error(
            "id",
            "The goods of the checkout are collected. Remove its collection point first:"
            " collecting some goods and delivering others is not supported.",
            CheckoutErrorCode.DELIVERY_METHOD_NOT_APPLICABLE,
        )
    if not checkout_info.shipping_address:
        raise _error(
            "id",
            "Shipping address is not set",
            CheckoutErrorCode.SHIPPING_ADDRESS_NOT_SET,
        )


def _refuse_mixed_rates(
    checkout_info: CheckoutInfo,
    found: Iterable[SellerDelivery],
    choices: dict[SellerId, int],
) -> None:
    methods = {
        get_seller_name(one.partition.seller): method
        for one in found
        if one.seller_id in choices and (method := one.find(choices[one.seller_id]))
    }
    if has_mixed_rates(checkout_info, list(methods.values())):
        raise _error(
            "deliveries",
            f"{MIXED_RATES}: {', '.join(methods)}.",
            CheckoutErrorCode.INVALID_SHIPPING_METHOD,
        )


def _store(checkout, chosen: dict[SellerId, int]) -> None:
    SellerDeliveryChoice.objects.bulk_create(
        [
            SellerDeliveryChoice(
                checkout=checkout, seller_id=seller_id, shipping_method_id=method_pk
            )
            for seller_id, method_pk in chosen.items()
        ],
        update_conflicts=True,
        unique_fields=["checkout", "seller"],
        update_fields=["shipping_method"],
    )


def _offer_and_assign(
    mutation, info: ResolveInfo, id: str, checkout_info: CheckoutInfo, requestor
) -> models.Checkout:
    """Assign the combined method to the checkout, if Saleor is offered it now.

    A rival request that read the methods before the choices were stored may have
    overwritten the offered methods afterwards. In that case they are fetched again.
    """
    for _ in range(ATTEMPTS):
        fetch_shipping_methods_for_checkout(checkout_info, requestor=requestor).get()
        with transaction.atomic():
            checkout = get_checkout(
                mutation, info, id=id, qs=checkout_qs_select_for_update()
            )
            lines, _ = fetch_checkout_lines(checkout)
            manager = checkout_info.manager
            checkout_info = fetch_checkout_info(checkout, lines, manager)
            choices = fetch_choices(checkout.pk)
            known = CheckoutDelivery.objects.filter(
                checkout=checkout,
                external_shipping_method_id=get_combined_id(choices),
                is_valid=True,
            ).first()
            if known and known.active:
                assign_delivery_method_to_checkout(checkout_info, lines, manager, known)
                checkout.assigned_delivery = known
                return checkout
            if known or offer_combined_method(checkout_info) is None:
                break
    call_checkout_info_event(
        checkout_info.manager,
        event_name=WebhookEventAsyncType.CHECKOUT_UPDATED,
        checkout_info=checkout_info,
        lines=checkout_info.lines,
    )
    return checkout
