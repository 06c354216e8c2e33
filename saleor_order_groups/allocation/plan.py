"""The frozen plan of a checkout, read before its orders are decided on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from saleor.giftcard.models import GiftCard

from ..config import OrderGroupsConfig
from ..sellers.partition import SellerLines
from .checkout_prices import CheckoutPrices, LinePrice

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


@dataclass(frozen=True)
class Plan:
    """A checkout with its prices and the partitions of its lines, each read once.

    Completion and preview decide on the orders from the same plan, so that the customer
    is shown the orders that completion places.

    :param partitions: the lines of each seller, in the order of the orders.
    :param line_prices: the prices of each partition's lines.
    :param gift_cards: the cards that the checkout's total counts, in the order in which
        they are spent.
    :param discount: the order-level discount as Saleor would store it, None if there is
        none.
    """

    checkout_info: "CheckoutInfo"
    lines: list["CheckoutLineInfo"]
    config: OrderGroupsConfig
    partitions: Sequence[SellerLines]
    line_prices: Sequence[Sequence[LinePrice]]
    prices: CheckoutPrices
    gift_cards: Sequence[GiftCard]
    discount: Mapping[str, Any] | None
