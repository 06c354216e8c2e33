from hypothesis import given
from hypothesis import strategies as st

from saleor_order_groups.ledger import Ledger


def test_answer_is_divided_as_its_request_was():
    # given
    ledger = Ledger(needs=[3333, 3333, 3334])

    # when
    requested = ledger.divide("authorization_request", "ref", 10_000)
    answered = ledger.divide("authorization_success", "ref", 10_000)

    # then
    assert requested == answered == [3333, 3333, 3334]
    assert ledger.authorized == [3333, 3333, 3334]


def test_small_charges_never_exceed_what_is_authorized():
    # given
    ledger = Ledger(needs=[2, 1])
    ledger.divide("authorization_success", "auth", 3)

    # when
    charges = [ledger.divide("charge_success", f"c{n}", 1) for n in range(3)]

    # then
    assert [sum(parts) for parts in zip(*charges, strict=True)] == [2, 1]
    assert ledger.authorized == [0, 0]


def test_refund_comes_off_what_was_charged():
    # given
    ledger = Ledger(needs=[6000, 4000])
    ledger.divide("charge_success", "c", 10_000)

    # when
    parts = ledger.divide("refund_success", "r", 5_000)

    # then
    assert parts == [3000, 2000]
    assert ledger.charged == [3000, 2000]


def test_partial_answer_frees_the_rest_of_its_request():
    # given
    ledger = Ledger(needs=[6000, 4000])
    ledger.divide("authorization_success", "a", 10_000)
    ledger.divide("charge_request", "c", 10_000)

    # when
    parts = ledger.divide("charge_success", "c", 5_000)

    # then
    assert parts == [3000, 2000]
    assert ledger.charged == [3000, 2000]
    assert ledger.authorized == [3000, 2000]


def test_replaying_what_was_divided_leads_to_the_same_ledger():
    # given
    events = [
        ("authorization_request", "a", 10_001),
        ("authorization_success", "a", 10_001),
        ("charge_success", "c", 5_000),
        ("refund_success", "r", 333),
        ("charge_back", "c", 100),
    ]
    ledger = Ledger(needs=[3333, 3333, 3334])
    divided = [ledger.divide(*event) for event in events]
    replayed = Ledger(needs=[3333, 3333, 3334])

    # when
    for (event_type, reference, _), parts in zip(events, divided, strict=True):
        replayed.replay(event_type, reference, parts)

    # then
    assert replayed == ledger


def test_failed_authorization_frees_what_it_covered():
    # given
    ledger = Ledger(needs=[6000, 4000])
    ledger.divide("authorization_request", "a", 10_000)

    # when
    ledger.divide("authorization_failure", "a", 10_000)

    # then
    assert ledger.authorized == [0, 0]


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["authorization_success", "charge_success", "refund_success"]
            ),
            st.integers(0, 10**6),
        ),
        max_size=8,
    ),
)
def test_parts_of_every_event_sum_to_it(needs, events):
    ledger = Ledger(needs=needs)
    for number, (event_type, amount) in enumerate(events):
        parts = ledger.divide(event_type, f"ref-{number}", amount)
        assert sum(parts) == amount
        assert min(parts) >= 0
