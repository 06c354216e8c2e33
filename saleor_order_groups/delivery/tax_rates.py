"""Tell whether delivery methods share a tax rate: Saleor taxes delivery at one rate."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from saleor.shipping.interface import ShippingMethodData
from saleor.tax import TaxCalculationStrategy
from saleor.tax.models import TaxClassCountryRate
from saleor.tax.utils import (
    get_charge_taxes_for_checkout,
    get_checkout_active_country,
    get_tax_calculation_strategy_for_checkout,
    get_tax_rate_for_country,
    should_use_weighted_tax_for_shipping_for_checkout,
)

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo

MIXED_RATES = (
    "Delivery methods that are taxed at different rates cannot be combined in one"
    " checkout"
)


def has_mixed_rates(
    checkout_info: "CheckoutInfo", methods: Sequence[ShippingMethodData]
) -> bool:
    """Tell whether the methods have different tax rates in the checkout's country.

    Saleor taxes the price of delivery at one rate. The rates count as equal if Saleor
    derives the rate from the goods, if a tax app calculates it, or if nothing is taxed.
    """
    class_ids = {method.tax_class and method.tax_class.pk for method in methods}
    if len(class_ids) < 2:
        return False
    using = checkout_info.database_connection_name
    strategy = get_tax_calculation_strategy_for_checkout(checkout_info, using)
    if strategy != TaxCalculationStrategy.FLAT_RATES:
        return False
    if should_use_weighted_tax_for_shipping_for_checkout(checkout_info, using):
        return False
    # With prices that include tax, the tax is subtracted for checkouts that are not
    # charged tax: the rate matters in both cases.
    is_taxed = checkout_info.tax_configuration.prices_entered_with_tax or (
        get_charge_taxes_for_checkout(checkout_info, using)
        and not checkout_info.checkout.tax_exemption
    )
    if not is_taxed:
        return False
    country = get_checkout_active_country(checkout_info)
    rates: dict[int | None, list[TaxClassCountryRate]] = {}
    for rate in TaxClassCountryRate.objects.using(using).filter(country=country):
        rates.setdefault(rate.tax_class_id, []).append(rate)
    default = get_tax_rate_for_country(rates.get(None, []), Decimal(0), country)
    found = {
        get_tax_rate_for_country(
            rates.get(class_id, []) if class_id else [], default, country
        )
        for class_id in class_ids
    }
    return len(found) > 1
