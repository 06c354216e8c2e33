"""Find the sellers of orders outside of completion; refuse goods of other sellers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from graphene import Node
from saleor.order import OrderOrigin
from saleor.order.error_codes import OrderErrorCode
from saleor.order.models import Order, OrderLine

from ..config import SellerSource, get_config
from ..models import OrderGroupOrder, Seller
from .assignments import ensure_sellers, fetch_sellers
from .names import SHOP_ITSELF
from .product_data import find_unanswered

if TYPE_CHECKING:
    from saleor.product.models import ProductVariant


class DoubtReason(StrEnum):
    """Why an order has no single seller."""

    SEVERAL_SELLERS = "several_sellers"
    UNKNOWN_SELLER = "unknown_seller"
    PRODUCT_DELETED = "product_deleted"
    NO_LINES = "no_lines"


@dataclass(frozen=True)
class SellerDoubt:
    """Why an order has no single seller; `sellers` are those of its lines, if known."""

    reason: DoubtReason
    message: str
    sellers: tuple[Seller, ...] = ()

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class OrderSeller:
    """The seller of all goods of an order, or the reason why there is no single one.

    If both are None, all goods are the shop's own.
    """

    seller: Seller | None = None
    doubt: SellerDoubt | None = None


def find_order_sellers(
    order_ids: Collection[UUID], source: SellerSource, *, insert: bool
) -> dict[UUID, OrderSeller]:
    """Return the seller of each order, in a constant number of statements.

    :param insert: whether to insert the rows of new sellers; otherwise they are
        unsaved.
    """
    products_by_order: dict[UUID, set[int | None]] = defaultdict(set)
    rows = OrderLine.objects.filter(order_id__in=order_ids).order_by()
    for order_id, product_id in rows.values_list("order_id", "variant__product_id"):
        products_by_order[order_id].add(product_id)
    product_ids = {
        product_id
        for products in products_by_order.values()
        for product_id in products
        if product_id
    }
    find = ensure_sellers if insert else fetch_sellers
    sellers = find(product_ids, source)
    unanswered = find_unanswered(product_ids - sellers.keys(), source)
    return {
        order_id: _agree(products_by_order[order_id], sellers, unanswered)
        for order_id in order_ids
    }


def _agree(
    products: set[int | None], sellers: dict[int, Seller], unanswered: dict[int, str]
) -> OrderSeller:
    present = {product for product in products if product}
    found = {sellers.get(product) for product in present}
    known = tuple(sorted((one for one in found if one), key=lambda one: one.slug))

    def doubt(reason: DoubtReason, message: str) -> OrderSeller:
        return OrderSeller(doubt=SellerDoubt(reason, message, known))

    if not products:
        return doubt(DoubtReason.NO_LINES, "it has no lines")
    if None in products:
        return doubt(DoubtReason.PRODUCT_DELETED, "a product is gone")
    if unknown := present & unanswered.keys():
        reason = unanswered[min(unknown)].rstrip(".")
        return doubt(
            DoubtReason.UNKNOWN_SELLER, f"it is not known who sells its goods: {reason}"
        )
    if len(found) > 1:
        names = ", ".join(sorted(one.slug if one else SHOP_ITSELF for one in found))
        return doubt(DoubtReason.SEVERAL_SELLERS, f"its lines are of {names}")
    return OrderSeller(seller=found.pop())


def refuse_unsold_goods(order: Order) -> None:
    """Refuse a draft with goods that a checkout could not sell because of their seller.

    A draft is not refused if the plugin is inactive in its channel. A replacement is
    not refused either, because it replaces goods that were sold before.

    :raises ValidationError: on `lines`, with the variants' global IDs.
    """
    config = get_config(order.channel.slug)
    if not config.active or order.origin == OrderOrigin.REISSUE:
        return
    variants = [
        line.variant
        for line in order.lines.select_related("variant__product").order_by("pk")
        if line.variant
    ]
    product_ids = {variant.product_id for variant in variants}
    sellers = fetch_sellers(product_ids, config.seller_source)
    unanswered = find_unanswered(product_ids - sellers.keys(), config.seller_source)
    reasons = {
        pk: f"It is not known who sells these goods ({reason.rstrip('.')})"
        for pk, reason in unanswered.items()
    } | {
        pk: f"The seller {seller.name} is not active"
        for pk, seller in sellers.items()
        if not seller.is_active
    }
    refused = [variant for variant in variants if variant.product_id in reasons]
    if not refused:
        return
    reason = reasons[refused[0].product_id]
    refused = [one for one in refused if reasons[one.product_id] == reason]
    names = ", ".join(f"{variant.product.name} ({variant})" for variant in refused)
    raise ValidationError(
        {
            "lines": ValidationError(
                f"{reason}: {names}.",
                code=OrderErrorCode.PRODUCT_UNAVAILABLE_FOR_PURCHASE.value,
                params={"variants": _get_global_ids(refused)},
            )
        }
    )


def _get_global_ids(variants: Iterable["ProductVariant"]) -> list[str]:
    return [Node.to_global_id("ProductVariant", variant.pk) for variant in variants]


def refuse_foreign_goods(order: Order, variants: Sequence["ProductVariant"]) -> None:
    """Refuse to add another seller's goods to an order of one seller.

    More of a product that the order contains is always accepted: the seller of that
    product is fixed. An order that has goods of several sellers accepts any goods.

    :raises ValidationError: on `input`, with the variants' global IDs.
    """
    is_known, seller = _find_seller(order)
    if not is_known:
        return
    present = set(
        order.lines.filter(variant__isnull=False).values_list(
            "variant__product_id", flat=True
        )
    )
    source = get_config(order.channel.slug).seller_source
    sellers = fetch_sellers(
        present | {variant.product_id for variant in variants}, source
    )
    if seller is None and any(product_id in sellers for product_id in present):
        return
    foreign = [
        variant
        for variant in variants
        if variant.product_id not in present
        and sellers.get(variant.product_id) != seller
    ]
    if foreign:
        raise _refusal(seller, foreign, sellers)


def _find_seller(order: Order) -> tuple[bool, Seller | None]:
    """Return whether the order's seller is known, and who it is; None is the shop."""
    order_id: UUID | None = order.pk
    while order_id:
        link = (
            OrderGroupOrder.objects.filter(order_id=order_id)
            .select_related("seller")
            .first()
        )
        if link:
            return True, link.seller
        # A replacement has the seller of the order that it replaces.
        order_id = (
            Order.objects.filter(pk=order_id)
            .values_list("original_id", flat=True)
            .first()
        )
    return False, None


def _refusal(
    seller: Seller | None,
    foreign: Iterable["ProductVariant"],
    sellers: dict[int, Seller],
) -> ValidationError:
    foreign = sorted(foreign, key=lambda variant: variant.pk)
    goods = ", ".join(
        f"{variant.product.name} ({variant}) of"
        f" {sellers.get(variant.product_id) or SHOP_ITSELF}"
        for variant in foreign
    )
    return ValidationError(
        {
            "input": ValidationError(
                f"The order is one of {seller or SHOP_ITSELF}, and cannot have {goods}.",
                code=OrderErrorCode.INVALID.value,
                params={"variants": _get_global_ids(foreign)},
            )
        }
    )
