"""Amounts as payment providers take them: integers in the currency's minor unit."""

from decimal import Decimal

# ISO 4217; all other currencies have two digits.
DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}


def to_minor(amount: Decimal | str, currency: str) -> int:
    """Return 12.34 USD as 1234.

    :raises ValueError: the amount has a part of a minor unit.
    """
    minor = Decimal(amount).scaleb(DIGITS.get(currency, 2))
    if minor != int(minor):
        raise ValueError(f"{amount} {currency} is no whole number of minor units.")
    return int(minor)


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return 1234 of USD as 12.34."""
    return Decimal(minor).scaleb(-DIGITS.get(currency, 2))
