"""Exact allocation of integers; nothing here knows what they mean."""

from collections.abc import Sequence


def apportion(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount by weights so that the parts sum to it exactly.

    Largest remainder: each part is its exact share rounded down, and what is left goes,
    one unit each, to the largest fractions; a tie goes to the earlier position. Weights
    that are all zero mean equal parts. A negative amount mirrors the positive one.

    :param amount: any integer, usually minor units of a currency.
    :param weights: non-negative integers, one for each part.
    :raises ValueError: a weight is negative, or there is an amount and no weight.
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
    # sorted() is stable, so that the earlier of two equal fractions comes first.
    by_fraction = sorted(range(len(weights)), key=lambda index: -fractions[index])
    for index in by_fraction[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def draw_down(amount: int, needs: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Divide an amount over what is still needed, and any excess by weights.

    No part exceeds its need while another need is open. Used where several payments or
    gift cards cover the same orders one after the other.

    :param needs: what each part can still take, not negative.
    :param weights: how the excess over all needs is divided.
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
