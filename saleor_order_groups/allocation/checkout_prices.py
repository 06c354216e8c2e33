"""Read the prices that Saleor has calculated for a checkout as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.forms.models import model_to_dict
from django.utils import timezone
from prices import Money, TaxedMoney
from saleor.core.prices import quantize_price
from saleor.core.taxes import zero_money
from saleor.discount import DiscountType, DiscountValueType
from saleor.discount.utils.voucher import is_line_level_voucher
from saleor.giftcard.models import GiftCard

from ..delivery.combined_method import (
    SellerId,
    SellerMethod,
    is_combined,
    read_seller_methods,
)
from ..host.internals import (
    base_checkout_delivery_price,
    base_checkout_undiscounted_delivery_price,
    calculate_checkout_total,
    calculate_checkout_total_with_gift_cards,
    checkout_shipping_price,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo
    from saleor.checkout.models import Checkout
    from saleor.plugins.manager import PluginsManager


@dataclass(frozen=True)
class CheckoutPrices:
    """The prices that Saleor has calculated for the checkout as a whole.

    `total` is before gift cards, `due` is after them. `seller_methods` has the seller
    method of each seller; it is None where one delivery method serves the whole
    checkout.
    """

    shipping: TaxedMoney
    shipping_base: Money
    shipping_undiscounted_base: Money
    total: Money
    due: TaxedMoney
    seller_methods: Mapping[SellerId, SellerMethod] | None = None

    @classmethod
    def from_order_data(cls, data: Mapping[str, Any]) -> "CheckoutPrices":
        """Return the prices that the payment flow prepared before it took the money.

        :param data: the order data of that flow.
        """
        return cls(
            shipping=data["shipping_price"],
            shipping_base=data["base_shipping_price"],
            shipping_undiscounted_base=data["undiscounted_base_shipping_price"],
            total=data["total_price_left"],
            due=data["total"],
            seller_methods=read_seller_methods(
                data.get("shipping_method_private_metadata"), data["total"].currency
            ),
        )


@dataclass(frozen=True)
class LinePrice:
    """The price of one line after all discounts."""

    total: TaxedMoney
    needs_shipping: bool


def fetch_prices(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    *,
    manager: "PluginsManager",
    force_update: bool = False,
    **options: Any,
) -> CheckoutPrices:
    """Let Saleor price the checkout if its prices are too old; return the prices.

    :param force_update: price the checkout even if its prices are not too old.
    :param options: `allow_sync_webhooks` and `database_connection_name`, as Saleor's
        calculations take them.
    """
    arguments: dict[str, Any] = {
        "manager": manager,
        "checkout_info": checkout_info,
        "lines": lines,
        **options,
    }
    # This call comes first: it calculates the prices that the other calls read.
    due = calculate_checkout_total_with_gift_cards(
        **arguments, force_update=force_update
    )
    return CheckoutPrices(
        shipping=checkout_shipping_price(**arguments),
        shipping_base=base_checkout_delivery_price(checkout_info, lines),
        shipping_undiscounted_base=base_checkout_undiscounted_delivery_price(
            checkout_info, lines
        ),
        total=calculate_checkout_total(**arguments).gross,
        due=due,
        seller_methods=_get_seller_methods(checkout_info),
    )


def read_prices(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    gift_cards: Sequence[GiftCard],
) -> CheckoutPrices:
    """Return the prices of a checkout that Saleor has just priced, without a query.

    :param gift_cards: the gift cards that the checkout's total counts.
    """
    checkout = checkout_info.checkout
    total = quantize_price(checkout.total, checkout.currency)
    balance = sum(
        (card.current_balance for card in gift_cards),
        start=zero_money(checkout.currency),
    )
    return CheckoutPrices(
        shipping=quantize_price(checkout.shipping_price, checkout.currency),
        shipping_base=base_checkout_delivery_price(checkout_info, lines),
        shipping_undiscounted_base=base_checkout_undiscounted_delivery_price(
            checkout_info, lines
        ),
        total=total.gross,
        due=_subtract(total, balance),
        seller_methods=_get_seller_methods(checkout_info),
    )


def _subtract(total: TaxedMoney, balance: Money) -> TaxedMoney:
    """Return the total that is due after gift cards.

    The arithmetic is that of Saleor's `calculate_checkout_total_with_gift_cards`, which
    reads the balance of each checkout's gift cards from the database.
    """
    if not total.gross:
        return total
    gross = max(total.gross - balance, zero_money(total.currency))
    net = quantize_price(gross / (total.gross / total.net), total.currency)
    return TaxedMoney(net=net, gross=gross)


def _get_seller_methods(
    checkout_info: "CheckoutInfo",
) -> dict[SellerId, SellerMethod] | None:
    delivery = checkout_info.checkout.assigned_delivery
    if delivery is None or not is_combined(delivery.shipping_method_id):
        return None
    return read_seller_methods(
        delivery.private_metadata, checkout_info.checkout.currency
    )


def select_gift_cards(checkout: "Checkout") -> "QuerySet[GiftCard]":
    """Return the checkout's valid gift cards, in the order in which they are spent.

    The checkout's total counts the same cards.
    """
    return checkout.gift_cards.active(date=timezone.now().date())


def get_order_level_discount(checkout_info: "CheckoutInfo") -> dict[str, Any] | None:
    """Return the fields of the OrderDiscount that Saleor would make, or None.

    Saleor makes it in `_create_order_discount`. `amount_value` is a Decimal amount,
    rounded to the precision of the checkout's currency.
    """
    checkout = checkout_info.checkout
    if checkout_info.discounts:
        checkout_discount = checkout_info.discounts[0]
        if checkout_discount.type != DiscountType.ORDER_PROMOTION:
            return None
        data = model_to_dict(checkout_discount)
        data["promotion_rule_id"] = data.pop("promotion_rule")
        data["voucher_id"] = data.pop("voucher", None)
        del data["checkout"]
    elif checkout.discount and not is_line_level_voucher(checkout_info.voucher):
        voucher_code = checkout_info.voucher_code
        data = {
            "type": DiscountType.VOUCHER,
            "name": checkout.discount_name,
            "translated_name": checkout.translated_discount_name,
            "currency": checkout.currency,
            "voucher": checkout_info.voucher,
            "voucher_code": voucher_code.code if voucher_code else None,
            "value_type": DiscountValueType.FIXED,
            "value": checkout.discount.amount,
            "amount_value": checkout.discount_amount,
        }
    else:
        return None
    # Saleor rounds a percentage voucher to two decimals, also in a currency that has
    # fewer.
    data["amount_value"] = quantize_price(data["amount_value"], checkout.currency)
    return data
