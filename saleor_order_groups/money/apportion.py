"""Divide integers exactly; the functions do not know what the integers mean."""

from collections.abc import Sequence


def apportion(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount by weights so that the parts sum to it exactly.

    The method is the largest remainder. Each part is its exact share rounded down. The
    units that remain go, one each, to the parts with the largest fractions; a tie goes
    to the earlier position. If all weights are zero, the parts are equal. A negative
    amount is divided as the positive one, with the sign changed.

    :param amount: any integer, usually minor units of a currency.
    :param weights: non-negative integers, one for each part.
    :return: one integer for each weight, in the same order.
    :raises ValueError: a weight is negative, or the amount is not zero and there are no
        weights.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("Weights must not be negative.")
    if not weights:
        if amount:
            raise ValueError("There is nothing to apportion the amount over.")
        return []
    if amount < 0:
        return [-part for part in apportion(-amount, weights)]
    if not any(weights):
        weights = [1] * len(weights)
    total = sum(weights)
    parts = [amount * weight // total for weight in weights]
    fractions = [amount * weight % total for weight in weights]
    # sorted() is stable: of two equal fractions the earlier one comes first.
    by_fraction = sorted(range(len(weights)), key=lambda index: -fractions[index])
    for index in by_fraction[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def draw_down(amount: int, needs: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Divide an amount over needs, and the excess over all needs by weights.

    No part exceeds its need while another need is open. Several payments or gift cards
    that cover the same orders one after the other are divided this way.

    :param amount: a non-negative integer, usually minor units of a currency.
    :param needs: non-negative integers: what each part can still take.
    :param weights: non-negative integers, by which the excess is divided.
    :return: one integer for each need, in the same order; they sum to the amount.
    """
    covered = min(amount, sum(needs))
    return [
        part + excess
        for part, excess in zip(
            apportion(covered, needs) if covered else [0] * len(needs),
            apportion(amount - covered, weights),
            strict=True,
        )
    ]
