"""Partition the lines of a checkout by seller."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..models import Seller

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutLineInfo


@dataclass(frozen=True)
class SellerLines:
    """A partition: one seller's lines; `seller` is None for the shop's own goods."""

    seller: Seller | None
    lines: tuple["CheckoutLineInfo", ...]

    @property
    def product_ids(self) -> set[int]:
        """IDs of the products on the lines."""
        return {line_info.product.pk for line_info in self.lines}


def get_product_ids(lines: Iterable["CheckoutLineInfo"]) -> set[int]:
    """Return the IDs of the products on the lines."""
    return {line_info.product.pk for line_info in lines}


def partition_lines(
    lines: Sequence["CheckoutLineInfo"], sellers: Mapping[int, Seller]
) -> list[SellerLines]:
    """Partition the lines by seller, in the order that groups have.

    The shop's own goods come first, then the sellers by slug. Within a partition the
    lines keep the checkout's order.

    :param sellers: the sellers by product ID.
    """
    by_seller: dict[Seller | None, list[CheckoutLineInfo]] = {}
    for line_info in lines:
        by_seller.setdefault(sellers.get(line_info.product.pk), []).append(line_info)
    return [
        SellerLines(seller=seller, lines=tuple(by_seller[seller]))
        for seller in sorted(
            by_seller, key=lambda seller: (seller is not None, seller and seller.slug)
        )
    ]
