import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_order_groups.payments.ledger import Ledger, Standing, lend

TOTALS = (6600, 3300, 1100)


def make_ledger(**amounts):
    """Return the ledger of three live orders; amounts are lists, one for each order."""
    return Ledger(
        [
            Standing(
                total=total,
                **{
                    "need": total,
                    **{name: values[index] for name, values in amounts.items()},
                },
            )
            for index, total in enumerate(TOTALS)
        ]
    )


@pytest.mark.parametrize(
    ("_case", "action", "amount", "amounts", "expected"),
    [
        ("authorization goes by need", "authorization", 11_000, {}, [6600, 3300, 1100]),
        (
            "authorization goes by what is not covered",
            "authorization",
            2200,
            {"charged": [6600, 0, 0], "authorized": [0, 2200, 0]},
            [0, 1100, 1100],
        ),
        (
            "charge goes by what is authorized",
            "charge",
            5500,
            {"authorized": [3300, 3300, 0], "charged": [3300, 0, 0]},
            [2750, 2750, 0],
        ),
        (
            "then by what orders need beyond",
            "charge",
            7700,
            {"authorized": [6600, 0, 0]},
            [6600, 825, 275],
        ),
        (
            "then by what canceled orders have authorized",
            "charge",
            11_000,
            {
                "authorized": [6600, 3300, 1100],
                "is_live": [True, False, True],
                "need": [6600, 0, 1100],
            },
            [6600, 3300, 1100],
        ),
        ("and by totals", "charge", 22_000, {}, [13_200, 6600, 2200]),
        (
            "cancelation takes from canceled orders first",
            "cancel",
            1200,
            {
                "authorized": [6600, 3300, 1100],
                "is_live": [True, True, False],
                "need": [6600, 3300, 0],
            },
            [67, 33, 1100],
        ),
        (
            "refund comes off what was charged",
            "refund",
            4400,
            {"charged": [0, 3300, 1100]},
            [0, 3300, 1100],
        ),
    ],
)
def test_event_that_answers_nothing(_case, action, amount, amounts, expected):
    # given
    ledger = make_ledger(**amounts)

    # when
    parts = ledger.divide(action, "success", amount)

    # then
    assert parts == expected


@pytest.mark.parametrize(
    ("_case", "amount", "amounts", "expected"),
    [
        ("what live orders need", 9900, {}, [5940, 2970, 990]),
        (
            "nothing for a canceled order",
            9900,
            {"is_live": [True, True, False], "need": [6600, 3300, 0]},
            [6600, 3300, 0],
        ),
        (
            "first what was taken",
            7700,
            {"taken": [6600, 0, 0], "charged": [6600, 0, 0]},
            [6600, 825, 275],
        ),
        (
            "what was taken also of a canceled order, and the rest by live totals",
            14_300,
            {
                "taken": [0, 0, 1100],
                "is_live": [True, True, False],
                "need": [6600, 3300, 0],
            },
            [8800, 4400, 1100],
        ),
        ("nothing", 0, {"taken": [100, 0, 0]}, [0, 0, 0]),
    ],
)
def test_adjustment_of_the_whole_authorization(_case, amount, amounts, expected):
    # when
    parts = make_ledger(**amounts).divide("authorization", "adjustment", amount)

    # then
    assert parts == expected


@pytest.mark.parametrize(
    ("_case", "amount", "charged", "division", "expected"),
    [
        ("as the charge was divided", 2200, TOTALS, TOTALS, [1320, 660, 220]),
        (
            "what one order does not have is of those that have",
            2200,
            [0, 3300, 1100],
            TOTALS,
            [0, 1650, 550],
        ),
        (
            "each at most what it has, the rest by what the others have left",
            2200,
            [1000, 3300, 1100],
            TOTALS,
            [1000, 900, 300],
        ),
        ("below zero by the division", 1100, [0, 0, 0], TOTALS, [660, 330, 110]),
        ("an unknown charge", 1100, [0, 3300, 1100], [0, 0, 0], [0, 825, 275]),
        (
            "an unknown charge beyond everything",
            6600,
            [0, 3300, 1100],
            [0, 0, 0],
            [1320, 3960, 1320],
        ),
    ],
)
def test_charge_back(_case, amount, charged, division, expected):
    # when
    parts = make_ledger(charged=list(charged)).undo("charge", amount, division)

    # then
    assert parts == expected


@pytest.mark.parametrize(
    ("_case", "action", "amount", "amounts", "pending", "expected"),
    [
        (
            "within the share",
            "charge",
            5000,
            {"authorized": list(TOTALS)},
            [0, 0, 0],
            [5000, 0, 0],
        ),
        (
            "the whole",
            "charge",
            11_000,
            {"authorized": list(TOTALS)},
            [0, 0, 0],
            [6600, 3300, 1100],
        ),
        (
            "what was asked for has come off already",
            "charge",
            7000,
            {"authorized": [4600, 3300, 1100], "charge_pending": [2000, 0, 0]},
            [2000, 0, 0],
            [6600, 300, 100],
        ),
        (
            "what siblings were asked for with the same reference comes first",
            "refund",
            9900,
            {"charged": [0, 3300, 0]},
            [6600, 0, 1100],
            [6600, 2200, 1100],
        ),
        (
            "what nobody can take stays",
            "refund",
            5000,
            {"charged": [1000, 2000, 0]},
            [0, 0, 0],
            [3000, 2000, 0],
        ),
    ],
)
def test_answer_of_one_order(_case, action, amount, amounts, pending, expected):
    # when
    parts = make_ledger(**amounts).answer(0, action, amount, pending)

    # then
    assert parts == expected


@pytest.mark.parametrize(
    ("_case", "own", "live", "expected"),
    [
        ("nothing is overdrawn", [100, 0, 50], [True] * 3, [0, 0, 0]),
        ("by what the siblings have", [-40, 30, 10], [True] * 3, [0, 30, 10]),
        ("in part", [-20, 30, 10], [True] * 3, [0, 15, 5]),
        ("canceled orders first", [-20, 30, 10], [True, True, False], [0, 10, 10]),
        ("not more than there is", [-90, 30, 10], [True] * 3, [0, 30, 10]),
        ("of two orders", [-20, -10, 50], [True] * 3, [0, 0, 30]),
    ],
)
def test_siblings_lend(_case, own, live, expected):
    assert lend(own, live) == expected


AMOUNT = st.integers(0, 10**6)
STANDING = st.builds(
    Standing,
    total=AMOUNT,
    need=AMOUNT,
    is_live=st.booleans(),
    authorized=AMOUNT,
    authorize_pending=AMOUNT,
    charged=st.integers(-(10**5), 10**6),
    charge_pending=AMOUNT,
    refunded=st.integers(-(10**5), 10**6),
    taken=AMOUNT,
    dropped=AMOUNT,
    unmatched=st.integers(-(10**5), 10**5),
)
LEDGER = st.builds(Ledger, st.lists(STANDING, min_size=1, max_size=6))
ACTION = st.sampled_from(["authorization", "charge", "refund", "cancel"])


@given(
    LEDGER,
    ACTION,
    st.sampled_from(["request", "success", "adjustment", "back", "reverse"]),
    AMOUNT,
)
def test_parts_of_every_event_sum_to_it(ledger, action, outcome, amount):
    parts = ledger.divide(action, outcome, amount)
    assert sum(parts) == amount
    assert min(parts) >= 0


@given(LEDGER, ACTION, st.integers(-(10**6), 10**6))
def test_parts_of_every_amount_that_is_set_sum_to_it(ledger, action, amount):
    parts = ledger.divide_set_amount(action, amount)
    assert sum(parts) == amount


@given(st.data(), LEDGER, ACTION, AMOUNT)
def test_parts_of_every_answer_sum_to_it(data, ledger, action, amount):
    index = data.draw(st.integers(0, len(ledger.totals) - 1))
    pending = [data.draw(AMOUNT) for _ in ledger.totals]
    parts = ledger.answer(index, action, amount, pending)
    assert sum(parts) == amount
    assert min(parts) >= 0


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.booleans()), min_size=1))
def test_loans_leave_what_saleor_says_of_the_sum(orders):
    own = [amount for amount, _ in orders]
    lent = lend(own, [is_live for _, is_live in orders])
    kept = [max(amount, 0) - part for amount, part in zip(own, lent, strict=True)]
    assert min(kept) >= 0
    assert min(lent) >= 0
    assert sum(kept) == max(sum(own), 0)
