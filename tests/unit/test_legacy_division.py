from hypothesis import given
from hypothesis import strategies as st

from saleor_order_groups.payments.legacy.split import divide

AMOUNTS = st.integers(0, 10**9)
NEEDS = st.lists(st.integers(0, 10**7), min_size=2, max_size=12).filter(any)


@given(
    needs=NEEDS,
    excess=AMOUNTS,
    shortfall=AMOUNTS,
    uncaptured=AMOUNTS,
    attempts=st.lists(AMOUNTS),
)
def test_every_amount_of_a_payment_is_divided_exactly(
    needs, excess, shortfall, uncaptured, attempts
):
    # given
    total = max(sum(needs) + excess - shortfall, 0)
    captured = max(total - uncaptured, 0)

    # when
    division = divide(total, captured, attempts, needs)

    # then
    assert sum(division.totals) == total
    assert sum(division.captured) == captured
    assert [sum(parts) for parts in division.attempts] == attempts
    for part, part_captured in zip(division.totals, division.captured, strict=True):
        assert 0 <= part_captured <= part


@given(needs=NEEDS)
def test_payment_of_what_is_needed_gives_each_order_what_it_needs(needs):
    # when
    total = sum(needs)
    division = divide(total, total, [total, total], needs)

    # then
    assert division.totals == division.captured == needs
    assert division.attempts == [needs, needs]


@given(needs=NEEDS, total=AMOUNTS)
def test_order_of_nothing_gets_nothing(needs, total):
    # when
    division = divide(total, total, [total], [*needs, 0])

    # then
    assert division.totals[-1] == division.captured[-1] == 0
    assert division.attempts == [division.totals]


def test_payment_of_nothing_stays_with_the_first_order():
    division = divide(0, 0, [5, 0], [0, 0, 0])
    assert division.totals == division.captured == [0, 0, 0]
    assert division.attempts == [[5, 0, 0], [0, 0, 0]]
