"""Which events happened between two states: each condition, and none else."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_order_groups.lifecycle.states import PLACED, Present, State
from saleor_order_groups.lifecycle.transitions import find_transitions, get_next_state

D = Decimal
CONFIRMED = replace(PLACED, status="unfulfilled", is_confirmed=True)
PAID = replace(CONFIRMED, charge_status="full", charged_amount=D(100), was_paid=True)
FULFILLED = replace(PAID, status="fulfilled", fulfillment_status="fulfilled")
TOTAL = D(100)


@pytest.mark.parametrize(
    ("_case", "before", "now", "total", "expected"),
    [
        ("nothing", PAID, {}, TOTAL, []),
        ("confirmed", PLACED, {"status": "unfulfilled", "is_confirmed": True}, TOTAL, ["confirmed"]),
        ("one of two confirmed", PLACED, {"status": "unfulfilled"}, TOTAL, ["updated"]),
        ("paid", CONFIRMED, {"charge_status": "full", "charged_amount": D(100)}, TOTAL, ["fully_paid"]),
        ("overpaid", CONFIRMED, {"charge_status": "overcharged", "charged_amount": D(120)}, TOTAL, ["fully_paid"]),
        ("more than paid", PAID, {"charge_status": "overcharged", "charged_amount": D(120)}, TOTAL, ["updated"]),
        ("paid in part", CONFIRMED, {"charge_status": "partial", "charged_amount": D(10)}, TOTAL, ["updated"]),
        ("more in part", replace(CONFIRMED, charge_status="partial", charged_amount=D(10)), {"charged_amount": D(20)}, TOTAL, []),
        ("a grant alone", CONFIRMED, {"charge_status": "full"}, TOTAL, ["updated"]),
        ("paid after a grant", replace(CONFIRMED, charge_status="full"), {"charge_status": "overcharged", "charged_amount": D(100)}, TOTAL, ["fully_paid"]),
        ("free", CONFIRMED, {"charge_status": "full"}, D(0), ["fully_paid"]),
        ("an unpaid sibling canceled", replace(CONFIRMED, charge_status="partial", charged_amount=D(60)), {"charge_status": "full"}, D(60), ["fully_paid"]),
        ("back without new money", replace(PAID, charge_status="partial"), {"charge_status": "full"}, TOTAL, ["updated"]),
        ("paid again", replace(PAID, charge_status="partial", charged_amount=D(60)), {"charge_status": "full", "charged_amount": D(100)}, TOTAL, ["fully_paid"]),
        ("placed, confirmed, paid", PLACED, {"status": "unfulfilled", "is_confirmed": True, "charge_status": "full", "charged_amount": D(100)}, TOTAL, ["confirmed", "fully_paid"]),
        ("fulfilled in part", PAID, {"status": "partially_fulfilled", "fulfillment_status": "partially_fulfilled"}, TOTAL, ["updated"]),
        ("fulfilled", PAID, {"status": "fulfilled", "fulfillment_status": "fulfilled"}, TOTAL, ["fulfilled"]),
        ("not fulfilled after all", FULFILLED, {"status": "unfulfilled", "fulfillment_status": "not_fulfilled"}, TOTAL, ["updated"]),
        ("returned", FULFILLED, {"status": "returned", "fulfillment_status": "returned"}, TOTAL, ["updated"]),
        ("refunded in part", PAID, {"charge_status": "partial", "charged_amount": D(90), "refunded_amount": D(10)}, TOTAL, ["refunded"]),
        ("refunded", PAID, {"charge_status": "none", "charged_amount": D(0), "refunded_amount": D(100)}, TOTAL, ["refunded", "fully_refunded"]),
        ("refunded less", replace(PAID, refunded_amount=D(10)), {"refunded_amount": D(5)}, TOTAL, []),
        ("canceled", CONFIRMED, {"status": "canceled", "fulfillment_status": "canceled", "is_confirmed": False}, TOTAL, ["cancelled"]),
        ("canceled and refunded", PAID, {"status": "canceled", "is_confirmed": False, "charge_status": "none", "charged_amount": D(0), "refunded_amount": D(100)}, TOTAL, ["refunded", "fully_refunded", "cancelled"]),
        ("expired", PLACED, {"status": "expired", "fulfillment_status": "canceled"}, TOTAL, ["expired"]),
        ("authorized", PLACED, {"authorize_status": "full"}, TOTAL, ["updated"]),
    ],
)  # fmt: skip
def test_events_between_two_states(_case, before, now, total, expected):
    # when
    present = Present(replace(before, **now), total)

    # then
    assert list(find_transitions(before, present)) == expected


STATUSES = ["unconfirmed", "unfulfilled", "partially_fulfilled", "fulfilled"] + [
    "partially_returned",
    "returned",
    "canceled",
    "expired",
]
AMOUNTS = st.sampled_from([D(0), D(10), D(100)])
STATES = st.builds(
    State,
    status=st.sampled_from(STATUSES),
    fulfillment_status=st.sampled_from(STATUSES[2:7]),
    charge_status=st.sampled_from(["none", "partial", "full", "overcharged"]),
    authorize_status=st.sampled_from(["none", "partial", "full"]),
    is_confirmed=st.booleans(),
    charged_amount=AMOUNTS,
    refunded_amount=AMOUNTS,
)


@given(states=st.lists(st.tuples(STATES, AMOUNTS), min_size=1, max_size=12))
def test_a_look_that_sees_nothing_new_records_nothing(states):
    # when
    recorded = PLACED
    for state, total in states:
        present = Present(state, total)
        types = find_transitions(recorded, present)
        before, recorded = recorded, get_next_state(recorded, present)

        # then: each type once, UPDATED alone, and the next look finds nothing
        assert len(set(types)) == len(types)
        assert "updated" not in types or types == ("updated",)
        assert find_transitions(recorded, present) == ()
        assert get_next_state(recorded, present) == recorded
        # and each status that changed was told of
        if before.status != state.status:
            assert types
        assert ("refunded" in types) == (state.refunded_amount > before.refunded_amount)
