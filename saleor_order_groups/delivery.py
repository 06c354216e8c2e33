"""A delivery method for each seller: what applies, what is chosen, what it sums to.

The customer's choices are rows of ours. While each seller that ships has a valid one,
Saleor is offered their sum as one more method of the checkout (`parcels`); once that is
assigned, every price, payment and problem of Saleor's follows it. At completion each
order gets its own method again (`delivery_completion`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from promise import Promise
from saleor.checkout.delivery_context import is_shipping_required
from saleor.checkout.models import CheckoutDelivery
from saleor.checkout.webhooks import exclude_shipping
from saleor.core.db.connection import allow_writer
from saleor.shipping.interface import ExcludedShippingMethod, ShippingMethodData

from .config import get_config
from .delivery_methods import find_methods
from .delivery_taxes import has_mixed_rates
from .models import Seller, SellerDeliveryChoice, SellerShippingMethod
from .parcels import SellerId, SumOfParcels, make_sum
from .sellers import SellerLines, fetch_sellers, get_product_ids, group_by_seller

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo

SHOP_ITSELF = "the shop itself"


@dataclass(frozen=True)
class SellerDelivery:
    """What can be chosen for a seller, and what is; a choice may not apply any more."""

    part: SellerLines
    methods: tuple[ShippingMethodData, ...]
    chosen_id: int | None

    @property
    def seller_id(self) -> SellerId:
        """ID of the seller, None for the shop itself."""
        return get_seller_id(self.part)

    @property
    def needs_shipping(self) -> bool:
        """Whether there is anything to choose a method for."""
        return needs_shipping(self.part)

    @property
    def selected(self) -> ShippingMethodData | None:
        """The chosen method, None while it does not apply."""
        return self.find(self.chosen_id) if self.chosen_id else None

    def find(self, method_id: int) -> ShippingMethodData | None:
        """Return the method of that primary key if it applies."""
        return next((m for m in self.methods if m.id == str(method_id)), None)

    def without(self, excluded_ids: Collection[str]) -> "SellerDelivery":
        """Return it without the methods that an app has excluded."""
        methods = tuple(m for m in self.methods if m.id not in excluded_ids)
        return replace(self, methods=methods)


def get_seller_id(part: SellerLines) -> SellerId:
    """Return the ID of who sells the lines, None for the shop itself."""
    return part.seller.pk if part.seller else None


def get_seller_name(seller: Seller | None) -> str:
    """Return how errors name a seller."""
    return seller.name if seller else SHOP_ITSELF


def needs_shipping(part: SellerLines) -> bool:
    """Tell whether any of the seller's goods are shipped."""
    return is_shipping_required(list(part.lines))


# ------------------------------------------------------------------ what there is


def fetch_choices(
    checkout_pk: UUID, using: str = DEFAULT_DB_ALIAS
) -> dict[SellerId, int]:
    """Return the primary key of the method that is chosen for each seller."""
    return fetch_choices_of([checkout_pk], using)[checkout_pk]


def fetch_choices_of(
    checkout_pks: Collection[UUID], using: str = DEFAULT_DB_ALIAS
) -> dict[UUID, dict[SellerId, int]]:
    """Return what `fetch_choices` does of each checkout, in one statement for all."""
    choices: dict[UUID, dict[SellerId, int]] = {pk: {} for pk in checkout_pks}
    for checkout_pk, seller_id, method_id in (
        SellerDeliveryChoice.objects.using(using)
        .filter(checkout_id__in=checkout_pks)
        .values_list("checkout_id", "seller_id", "shipping_method_id")
    ):
        choices[checkout_pk][seller_id] = method_id
    return choices


def find_parts(
    checkout_info: "CheckoutInfo", lines: Sequence["CheckoutLineInfo"]
) -> list[SellerLines] | None:
    """Return the sellers' lines in the group's order; None where the plugin is off."""
    # The plugin's configuration is read lazily, and Saleor may forbid the writer here.
    with allow_writer():
        config = get_config(checkout_info.channel.slug, checkout_info.manager)
    if not config.active:
        return None
    sellers = fetch_sellers(
        get_product_ids(lines),
        config.seller_source,
        checkout_info.database_connection_name,
    )
    return group_by_seller(lines, sellers)


def find_deliveries(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    parts: Sequence[SellerLines],
    choices: Mapping[SellerId, int],
) -> list[SellerDelivery]:
    """Return what each seller of the checkout can send its goods by, in their order."""
    methods = find_methods(checkout_info, lines, parts)
    return make_deliveries(parts, methods, choices)


def make_deliveries(
    parts: Sequence[SellerLines],
    methods: Sequence[Sequence[ShippingMethodData]],
    choices: Mapping[SellerId, int],
) -> list[SellerDelivery]:
    """Put the methods of each seller with what is chosen of them."""
    return [
        SellerDelivery(part, tuple(of_part), choices.get(get_seller_id(part)))
        for part, of_part in zip(parts, methods, strict=True)
    ]


def ask_apps(
    checkout_info: "CheckoutInfo",
    deliveries: Sequence[SellerDelivery],
    requestor: "App | User | None",
) -> Promise[list[SellerDelivery]]:
    """Return the deliveries without what the filter apps exclude.

    The apps are asked once, about all sellers' methods and the whole checkout: what they
    exclude is excluded for every seller.
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
    """Return the methods that the filter apps excluded when they were last asked.

    IDs by checkout, in one statement for all, for where the apps cannot be asked.
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
    """Return the methods that may carry all parcels of the checkout.

    One that is assigned to sellers carries theirs alone.
    """
    rows = SellerShippingMethod.objects.using(checkout_info.database_connection_name)
    sellers_by_method: dict[str, set[SellerId]] = defaultdict(set)
    for method_id, seller_id in rows.filter(
        shipping_method_id__in=[method.id for method in methods]
    ).values_list("shipping_method_id", "seller_id"):
        sellers_by_method[str(method_id)].add(seller_id)
    if not sellers_by_method:
        return methods
    parts = find_parts(checkout_info, checkout_info.lines)
    if parts is None:
        return methods
    shipping = {get_seller_id(part) for part in parts if needs_shipping(part)}
    return [
        method
        for method in methods
        if method.id not in sellers_by_method
        or shipping <= sellers_by_method[method.id]
    ]


# ------------------------------------------------------------------ the sum


def offer_sum(checkout_info: "CheckoutInfo") -> SumOfParcels | None:
    """Return the method that is priced at the sum of the sellers' chosen methods.

    None unless each seller that ships has a choice that applies, all taxed alike.
    """
    lines = checkout_info.lines
    choices = fetch_choices(
        checkout_info.checkout.pk, checkout_info.database_connection_name
    )
    if not choices or not (parts := find_parts(checkout_info, lines)):
        return None
    shipping = [
        delivery
        for delivery in find_deliveries(checkout_info, lines, parts, choices)
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
    return make_sum(choices, chosen, checkout_info.checkout.currency)


def exclude_sum(
    offered: SumOfParcels, excluded: Sequence[ExcludedShippingMethod]
) -> list[ExcludedShippingMethod]:
    """Return the sum as excluded if one of its methods is, with the app's reasons."""
    names = {method.id: method.name for method in offered.methods}
    reasons = [
        f"{names[str(method.id)]}: {method.reason or ''}"
        for method in excluded
        if str(method.id) in names
    ]
    if not reasons:
        return []
    return [ExcludedShippingMethod(id=offered.id, reason="; ".join(reasons))]
