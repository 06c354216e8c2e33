"""The delivery methods of each seller, and the customer's choices."""

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
    """The methods for one partition and the choice, which may no longer apply.

    `chosen_id` is the primary key of the chosen method; None if there is no choice.
    """

    partition: SellerLines
    methods: tuple[ShippingMethodData, ...]
    chosen_id: int | None

    @property
    def seller_id(self) -> SellerId:
        """The ID of the seller; None is the shop itself."""
        return get_seller_id(self.partition)

    @property
    def needs_shipping(self) -> bool:
        """Whether any of the goods are shipped, so that a method has to be chosen."""
        return needs_shipping(self.partition)

    @property
    def selected(self) -> ShippingMethodData | None:
        """The chosen method; None if there is none or it does not apply now."""
        return self.find(self.chosen_id) if self.chosen_id else None

    def find(self, method_id: int) -> ShippingMethodData | None:
        """Return the method with this primary key; None if it does not apply."""
        return next((m for m in self.methods if m.id == str(method_id)), None)

    def without(self, excluded_ids: Collection[str]) -> "SellerDelivery":
        """Return a copy without the methods that apps have excluded."""
        methods = tuple(m for m in self.methods if m.id not in excluded_ids)
        return replace(self, methods=methods)


def get_seller_id(partition: SellerLines) -> SellerId:
    """Return the ID of the partition's seller; None is the shop itself."""
    return partition.seller.pk if partition.seller else None


def get_seller_name(seller: Seller | None) -> str:
    """Return the name of a seller for error messages."""
    return seller.name if seller else SHOP_ITSELF


def needs_shipping(partition: SellerLines) -> bool:
    """Tell whether any of the partition's goods are shipped."""
    return is_shipping_required(list(partition.lines))


# ------------------------------------------------------------------ what there is


def fetch_choices(
    checkout_pk: UUID, using: str = DEFAULT_DB_ALIAS
) -> dict[SellerId, int]:
    """Return the primary keys of the chosen methods of a checkout, by seller."""
    return fetch_choices_of([checkout_pk], using)[checkout_pk]


def fetch_choices_of(
    checkout_pks: Collection[UUID], using: str = DEFAULT_DB_ALIAS
) -> dict[UUID, dict[SellerId, int]]:
    """Return the result of `fetch_choices` for each checkout, in one statement."""
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
    """Return the partitions in the group's order; None if the plugin is not active."""
    # Reading the configuration may need the writer connection, which Saleor may forbid
    # here.
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
    """Return the delivery of each partition, in the partitions' order."""
    methods = find_methods(checkout_info, lines, partitions)
    return make_deliveries(partitions, methods, choices)


def make_deliveries(
    partitions: Sequence[SellerLines],
    methods: Sequence[Sequence[ShippingMethodData]],
    choices: Mapping[SellerId, int],
) -> list[SellerDelivery]:
    """Return a delivery for each partition, with its methods and the choice."""
    return [
        SellerDelivery(partition, tuple(of_part), choices.get(get_seller_id(partition)))
        for partition, of_part in zip(partitions, methods, strict=True)
    ]
