"""Show how a checkout would be split if it completed as it stands.

The preview is the first two phases of a completion, read and decide; it writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prices import Money, TaxedMoney
from saleor.core.prices import quantize_price
from saleor.core.taxes import zero_taxed_money

from ..config import OrderGroupsConfig
from ..delivery.options import needs_shipping
from ..models import Seller
from ..money.minor_units import to_money, to_taxed_money
from ..sellers.partition import SellerLines, partition_lines
from .allocate import OrderAllocation, keep_whole
from .checkout_amounts import allocate_plan, read_amounts
from .checkout_prices import CheckoutPrices, LinePrice, get_order_level_discount
from .plan import Plan

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo
    from saleor.giftcard.models import GiftCard


@dataclass(frozen=True)
class OrderPreview:
    """One order that would be placed; its total is after gift cards.

    `shipping_method_name` is None where the order does not ship or has no method yet.
    """

    seller: Seller | None
    lines: tuple["CheckoutLineInfo", ...]
    shipping_method_name: str | None
    subtotal: TaxedMoney
    shipping_price: TaxedMoney
    discount: Money
    gift_card_amount: Money
    total: TaxedMoney


def read_plan(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    sellers: Mapping[int, Seller],
    prices: CheckoutPrices,
    gift_cards: Sequence["GiftCard"],
    config: OrderGroupsConfig,
) -> Plan:
    """Return the plan of a checkout as it stands.

    :param sellers: the seller of each product, by product ID; a product without one is
        the shop's own.
    """
    partitions = partition_lines(lines, sellers)
    return Plan(
        checkout_info=checkout_info,
        lines=lines,
        config=config,
        partitions=partitions,
        line_prices=[
            [_get_price(line) for line in partition.lines] for partition in partitions
        ],
        prices=prices,
        gift_cards=gift_cards,
        discount=get_order_level_discount(checkout_info),
    )


def preview_orders(plan: Plan) -> list[OrderPreview]:
    """Return the orders that completion would place now, in the same order.

    A checkout that completion would refuse is previewed anyway.

    :raises UnbalancedCheckoutError: the amounts of several sellers do not add up, or an
        amount has more decimals than the currency.
    """
    if len(plan.partitions) == 1:
        # Saleor creates the one order itself and does not check that its amounts add
        # up.
        allocations = [keep_whole(read_amounts(plan))]
    else:
        allocations = allocate_plan(plan)
    return [
        _preview_order(plan, partition, prices, allocation)
        for partition, prices, allocation in zip(
            plan.partitions, plan.line_prices, allocations, strict=True
        )
    ]


def _get_method_name(
    plan: Plan, partition: SellerLines, allocation: OrderAllocation
) -> str | None:
    seller_methods = plan.prices.seller_methods
    if seller_methods is not None:
        method = seller_methods.get(partition.seller.pk if partition.seller else None)
        return method.name if method and needs_shipping(partition) else None
    delivery = plan.checkout_info.get_delivery_method_info()
    return (
        delivery.delivery_method_name.get("shipping_method_name")
        if allocation.carries_shipping
        else None
    )


def _get_price(line_info: "CheckoutLineInfo") -> LinePrice:
    return LinePrice(
        total=quantize_price(line_info.line.total_price, line_info.line.currency),
        needs_shipping=line_info.product_type.is_shipping_required,
    )


def _preview_order(
    plan: Plan,
    partition: SellerLines,
    prices: Sequence[LinePrice],
    allocation: OrderAllocation,
) -> OrderPreview:
    currency = plan.checkout_info.checkout.currency
    return OrderPreview(
        seller=partition.seller,
        lines=partition.lines,
        shipping_method_name=_get_method_name(plan, partition, allocation),
        subtotal=sum(
            (price.total for price in prices), start=zero_taxed_money(currency)
        ),
        shipping_price=to_taxed_money(
            allocation.shipping_net, allocation.shipping_gross, currency
        ),
        discount=to_money(allocation.discount, currency),
        gift_card_amount=to_money(sum(allocation.gift_cards), currency),
        total=to_taxed_money(allocation.total_net, allocation.total_gross, currency),
    )
