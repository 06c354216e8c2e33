"""Convert between Saleor's prices and integers in minor units."""

from decimal import Decimal

from babel.numbers import get_currency_precision
from prices import Money, TaxedMoney


class InexactAmountError(ValueError):
    """An amount has more decimals than its currency."""


def to_minor(amount: Decimal | int, currency: str) -> int:
    """Return an amount in the currency's minor unit: 12.34 USD is 1234, 500 JPY is 500.

    :param amount: an amount in the currency's major unit, as Saleor stores it.
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
    """Return the whole minor units of an amount, rounded towards zero.

    It is for the amounts that a payment app reports: Saleor stores them with three
    decimals in every currency.
    """
    return int(Decimal(amount).scaleb(get_currency_precision(currency)))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return minor units as the Decimal amount that Saleor stores."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def show(amount: Decimal, currency: str) -> str:
    """Return an amount as text with the decimals of its currency: "12.30 USD"."""
    return f"{to_decimal(floor_minor(amount, currency), currency):f} {currency}"


def to_money(minor: int, currency: str) -> Money:
    """Return minor units as Money."""
    return Money(to_decimal(minor, currency), currency)


def to_taxed_money(net: int, gross: int, currency: str) -> TaxedMoney:
    """Return net and gross minor units as TaxedMoney."""
    return TaxedMoney(net=to_money(net, currency), gross=to_money(gross, currency))
