"""The data that Saleor calculates for the whole checkout before it creates an order."""

from typing import Any

from ..allocation.checkout_prices import fetch_prices
from ..host.internals import (
    checkout_shipping_tax_rate,
    create_lines_for_order,
    process_shipping_data_for_order,
    process_user_data_for_order,
)
from .context import Completion


def prepare_order_data(completion: Completion) -> dict[str, Any]:
    """Return the order data that Saleor's `_create_order_from_checkout` would read.

    The keys are those of `_prepare_order_data`, by which the payment flow prepares the
    data. Prices are Money and TaxedMoney; the total is after gift cards,
    `total_price_left` before.
    """
    checkout_info, manager = completion.checkout_info, completion.manager
    checkout, lines = completion.checkout, completion.checkout_lines
    prices = fetch_prices(
        checkout_info, lines, manager=manager, force_update=completion.force_update
    )
    data = process_shipping_data_for_order(
        checkout_info,
        prices.shipping_undiscounted_base,
        prices.shipping_base,
        prices.shipping,
        manager,
        lines,
    )
    data |= process_user_data_for_order(checkout_info, manager)
    data |= {
        "lines": create_lines_for_order(
            manager,
            checkout_info,
            lines,
            checkout_info.tax_configuration.prices_entered_with_tax,
            site_settings=completion.site_settings,
        ),
        "language_code": checkout.language_code,
        "total": prices.due,
        "total_price_left": prices.total,
        "shipping_tax_rate": checkout_shipping_tax_rate(
            manager=manager, checkout_info=checkout_info, lines=lines
        ),
        "tax_error": checkout.tax_error,
    }
    if checkout_info.voucher:
        voucher_code = checkout_info.voucher_code
        data["voucher"] = checkout_info.voucher
        data["voucher_code"] = voucher_code.code if voucher_code else None
    return data
