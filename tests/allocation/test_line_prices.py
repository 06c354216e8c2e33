"""The prices of all lines at once are those that Saleor calculates line by line."""

from decimal import Decimal

import pytest
from saleor.checkout.base_calculations import (
    get_line_total_price_with_propagated_checkout_discount,
)
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.discount import DiscountValueType, VoucherType
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.host.line_prices import get_base_prices, get_discounted_prices

CART = [("beta", "33.33"), ("alpha", "0.01", 3), (None, "20.00"), ("alpha", "7.77", 2)]
LOST = Decimal("10.00")


def compare(checkout, get_total):
    """Return what the lines lose to the discount, compared with Saleor line by line."""
    get_total(checkout)
    checkout.refresh_from_db()
    lines, _ = fetch_checkout_lines(checkout)
    checkout_info = fetch_checkout_info(
        checkout, lines, get_plugins_manager(allow_replica=False)
    )
    base, prices = get_base_prices(lines), get_discounted_prices(checkout_info, lines)
    assert prices == {
        line_info.line.pk: get_line_total_price_with_propagated_checkout_discount(
            checkout_info, lines, line_info
        )
        for line_info in lines
    }
    return sum(base[key].amount - prices[key].amount for key in base)


@pytest.mark.parametrize(
    ("type", "once", "lost"),
    [
        (VoucherType.ENTIRE_ORDER, False, LOST),
        (VoucherType.ENTIRE_ORDER, True, 0),
        (VoucherType.SHIPPING, False, 0),
        (VoucherType.SPECIFIC_PRODUCT, False, 0),
    ],
)
def test_voucher(make_cart, voucher, use_voucher, get_total, type, once, lost):
    # given
    checkout = make_cart(CART)
    voucher.type = type
    voucher.apply_once_per_order = once
    voucher.discount_value_type = DiscountValueType.FIXED
    voucher.save()
    voucher.channel_listings.update(discount_value=LOST)
    if type == VoucherType.SPECIFIC_PRODUCT:
        voucher.variants.set([line.variant for line in checkout.lines.all()[:2]])
    use_voucher(checkout, voucher)

    # when
    total = compare(checkout, get_total)

    # then
    assert total == lost


def test_order_promotion(make_cart, order_promotion_rule, get_total):
    # given
    checkout = make_cart(CART)

    # when
    total = compare(checkout, get_total)

    # then
    assert total == checkout.discounts.get().amount_value > 0


@pytest.mark.parametrize("cart", [CART, CART[:1]])
def test_no_discount(make_cart, get_total, cart):
    assert compare(make_cart(cart), get_total) == 0
