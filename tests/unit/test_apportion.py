from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_order_groups.money.apportion import apportion, draw_down

weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)
amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("_case", "amount", "weights", "expected"),
    [
        ("equal thirds", 100, [1, 1, 1], [34, 33, 33]),
        ("one unit goes to the first", 1, [1, 1, 1], [1, 0, 0]),
        ("first of a tie", 10, [1, 5, 1], [2, 7, 1]),
        ("shipping over subtotals", 500, [6000, 4000], [300, 200]),
        ("discount over subtotals", 1000, [6000, 4000], [600, 400]),
        ("all weights zero", 10, [0, 0, 0], [4, 3, 3]),
        ("a weight of zero gets nothing", 7, [0, 1, 2], [0, 2, 5]),
        ("amount zero", 0, [3, 4], [0, 0]),
        ("one part", 99, [5], [99]),
        ("negative mirrors positive", -100, [1, 1, 1], [-34, -33, -33]),
        ("nothing over nothing", 0, [], []),
    ],
)
def test_worked_cases(_case, amount, weights, expected):
    assert apportion(amount, weights) == expected


def test_amount_without_weights_is_an_error():
    with pytest.raises(ValueError, match="nothing to apportion"):
        apportion(1, [])


def test_negative_weight_is_an_error():
    with pytest.raises(ValueError, match="negative"):
        apportion(1, [2, -1])


@given(amounts, weights)
def test_parts_sum_to_the_amount(amount, weights):
    assert sum(apportion(amount, weights)) == amount


@given(amounts, weights)
def test_parts_are_within_one_unit_of_the_exact_share(amount, weights):
    exact_weights = weights if any(weights) else [1] * len(weights)
    total = sum(exact_weights)
    for part, weight in zip(apportion(amount, weights), exact_weights, strict=True):
        assert abs(part - Fraction(amount * weight, total)) < 1


@given(amounts, weights)
def test_larger_weights_never_get_less(amount, weights):
    parts = apportion(abs(amount), weights)
    pairs = sorted(zip(weights, parts, strict=True))
    for (smaller, part), (larger, other) in zip(pairs, pairs[1:], strict=False):
        if smaller < larger:
            assert part <= other


@given(st.integers(0, 10**9), weights)
def test_parts_of_at_most_the_total_never_exceed_their_weights(amount, weights):
    amount = min(amount, sum(weights))
    for part, weight in zip(apportion(amount, weights), weights, strict=True):
        assert 0 <= part <= weight or not any(weights)


@given(st.integers(0, 10**9), weights, weights)
def test_draw_down_covers_needs_before_any_excess(amount, needs, weights):
    weights = (weights * len(needs))[: len(needs)]
    parts = draw_down(amount, needs, weights)
    assert sum(parts) == amount
    if amount <= sum(needs):
        assert all(part <= need for part, need in zip(parts, needs, strict=True))
    else:
        assert all(part >= need for part, need in zip(parts, needs, strict=True))
