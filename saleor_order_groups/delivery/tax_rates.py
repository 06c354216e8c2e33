"""Whether delivery methods can share the one rate at which Saleor taxes a delivery."""

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
    """Tell whether methods are taxed at different rates where the checkout goes.

    Saleor taxes the price of delivery at one rate. No difference where it takes the
    goods' rates, where an app decides, and where nothing is taxed.
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
    # Tax that is in the prices is taken out where none is charged.
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
