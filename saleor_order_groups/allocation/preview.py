"""How a checkout will be split if it completes as it stands; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prices import Money, TaxedMoney
from saleor.core.prices import quantize_price
from saleor.core.taxes import zero_taxed_money

from ..delivery.options import needs_shipping
from ..models import Seller
from ..money.minor_units import to_money, to_taxed_money
from ..sellers.partition import SellerLines, group_by_seller
from .allocate import Share, keep_whole
from .checkout_amounts import allocate_checkout, read_checkout
from .checkout_prices import CheckoutPrices, LinePrice

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo
    from saleor.giftcard.models import GiftCard


@dataclass(frozen=True)
class OrderPreview:
    """One order that would be placed; its total is after gift cards.

    `shipping_method_name` is None where nothing ships or no method is chosen.
    """

    seller: Seller | None
    lines: tuple["CheckoutLineInfo", ...]
    shipping_method_name: str | None
    subtotal: TaxedMoney
    shipping_price: TaxedMoney
    discount: Money
    gift_card_amount: Money
    total: TaxedMoney


def preview_orders(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    sellers: Mapping[int, Seller],
    prices: CheckoutPrices,
    gift_cards: Sequence["GiftCard"],
) -> list[OrderPreview]:
    """Return the orders that completion would place now, in its order.

    What completion would refuse is shown all the same.

    :param sellers: by product ID.
    :raises UnbalancedCheckoutError: the figures of several sellers do not add up, or an
        amount has more decimals than the currency.
    """
    parts = group_by_seller(lines, sellers)
    if len(parts) == 1:
        # Saleor's own order creation takes it as it is, balanced or not.
        shares = [keep_whole(read_checkout(checkout_info, prices, gift_cards))]
    else:
        line_prices = [[_get_price(line) for line in part.lines] for part in parts]
        shares = allocate_checkout(
            checkout_info, lines, parts, line_prices, prices, gift_cards
        )
    currency = checkout_info.checkout.currency
    return [
        _preview_order(
            part, share, _get_method_name(checkout_info, prices, part, share), currency
        )
        for part, share in zip(parts, shares, strict=True)
    ]


def _get_method_name(
    checkout_info: "CheckoutInfo",
    prices: CheckoutPrices,
    part: SellerLines,
    share: Share,
) -> str | None:
    if prices.parcels is not None:
        parcel = prices.parcels.get(part.seller.pk if part.seller else None)
        return parcel.name if parcel and needs_shipping(part) else None
    delivery = checkout_info.get_delivery_method_info()
    return (
        delivery.delivery_method_name.get("shipping_method_name")
        if share.carries_shipping
        else None
    )


def _get_price(line_info: "CheckoutLineInfo") -> LinePrice:
    return LinePrice(
        total=quantize_price(line_info.line.total_price, line_info.line.currency),
        needs_shipping=line_info.product_type.is_shipping_required,
    )


def _preview_order(
    part: SellerLines, share: Share, shipping_method_name: str | None, currency: str
) -> OrderPreview:
    return OrderPreview(
        seller=part.seller,
        lines=part.lines,
        shipping_method_name=shipping_method_name,
        subtotal=sum(
            (_get_price(line_info).total for line_info in part.lines),
            start=zero_taxed_money(currency),
        ),
        shipping_price=to_taxed_money(
            share.shipping_net, share.shipping_gross, currency
        ),
        discount=to_money(share.discount, currency),
        gift_card_amount=to_money(sum(share.gift_cards), currency),
        total=to_taxed_money(share.total_net, share.total_gross, currency),
    )
