"""Between Saleor's prices and integers in minor units."""

from decimal import Decimal

from babel.numbers import get_currency_precision
from prices import Money, TaxedMoney


class InexactAmountError(ValueError):
    """An amount has more decimals than its currency."""


def to_minor(amount: Decimal | int, currency: str) -> int:
    """Return an amount in the currency's minor unit: 12.34 USD is 1234, 500 JPY 500.

    :raises InexactAmountError: the amount has more decimals than the currency; rounding
        it here would lose money silently.
    """
    scaled = Decimal(amount).scaleb(get_currency_precision(currency))
    minor = int(scaled)
    if minor != scaled:
        raise InexactAmountError(
            f"{amount} {currency} is not a whole number of minor units."
        )
    return minor


def floor_minor(amount: Decimal, currency: str) -> int:
    """Return the whole minor units of an amount, towards zero.

    For what a payment app says: Saleor stores its amounts with three decimals in every
    currency.
    """
    return int(Decimal(amount).scaleb(get_currency_precision(currency)))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return minor units as the amount that Saleor stores."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def show(amount: Decimal, currency: str) -> str:
    """Return an amount for a message, with the decimals of its currency: "12.30 USD"."""
    return f"{to_decimal(floor_minor(amount, currency), currency):f} {currency}"


def to_money(minor: int, currency: str) -> Money:
    """Return minor units as Money."""
    return Money(to_decimal(minor, currency), currency)


def to_taxed_money(net: int, gross: int, currency: str) -> TaxedMoney:
    """Return minor units as TaxedMoney."""
    return TaxedMoney(net=to_money(net, currency), gross=to_money(gross, currency))
