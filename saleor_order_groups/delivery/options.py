"""The delivery methods of each seller: which apply, and which is chosen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from saleor.checkout.delivery_context import is_shipping_required
from saleor.core.db.connection import allow_writer
from saleor.shipping.interface import ShippingMethodData

from ..config import get_config
from ..models import Seller, SellerDeliveryChoice
from ..sellers.assignments import fetch_sellers
from ..sellers.names import SHOP_ITSELF
from ..sellers.partition import SellerLines, get_product_ids, partition_lines
from .combined_method import SellerId
from .eligible_methods import find_methods

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


@dataclass(frozen=True)
class SellerDelivery:
    """What can be chosen for a seller, and what is; a choice may not apply any more."""

    partition: SellerLines
    methods: tuple[ShippingMethodData, ...]
    chosen_id: int | None

    @property
    def seller_id(self) -> SellerId:
        """ID of the seller, None for the shop itself."""
        return get_seller_id(self.partition)

    @property
    def needs_shipping(self) -> bool:
        """Whether there is anything to choose a method for."""
        return needs_shipping(self.partition)

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


def get_seller_id(partition: SellerLines) -> SellerId:
    """Return the ID of who sells the lines, None for the shop itself."""
    return partition.seller.pk if partition.seller else None


def get_seller_name(seller: Seller | None) -> str:
    """Return how errors name a seller."""
    return seller.name if seller else SHOP_ITSELF


def needs_shipping(partition: SellerLines) -> bool:
    """Tell whether any of the seller's goods are shipped."""
    return is_shipping_required(list(partition.lines))


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


def find_partitions(
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
    return partition_lines(lines, sellers)


def find_deliveries(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    partitions: Sequence[SellerLines],
    choices: Mapping[SellerId, int],
) -> list[SellerDelivery]:
    """Return what each seller of the checkout can send its goods by, in their order."""
    methods = find_methods(checkout_info, lines, partitions)
    return make_deliveries(partitions, methods, choices)


def make_deliveries(
    partitions: Sequence[SellerLines],
    methods: Sequence[Sequence[ShippingMethodData]],
    choices: Mapping[SellerId, int],
) -> list[SellerDelivery]:
    """Put the methods of each seller with what is chosen of them."""
    return [
        SellerDelivery(partition, tuple(of_part), choices.get(get_seller_id(partition)))
        for partition, of_part in zip(partitions, methods, strict=True)
    ]
