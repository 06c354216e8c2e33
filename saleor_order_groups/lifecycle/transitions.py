"""Which events happened between two states of a group. Pure: states in, types out."""

from collections.abc import Iterator
from dataclasses import replace

from ..groups.statuses import OrderGroupStatus
from ..models import OrderGroupEventType
from .states import PAID, STATUSES, Present, State

_ENTERED = {
    OrderGroupStatus.FULFILLED.value: OrderGroupEventType.FULFILLED,
    OrderGroupStatus.CANCELED.value: OrderGroupEventType.CANCELLED,
    OrderGroupStatus.EXPIRED.value: OrderGroupEventType.EXPIRED,
}


def get_next_state(recorded: State, present: Present) -> State:
    """Return the state to record: what the orders say now, and what was before."""
    was_paid = recorded.was_paid or _is_paid_now(recorded, present)
    return replace(present.state, was_paid=was_paid)


def find_transitions(
    recorded: State, present: Present
) -> tuple[OrderGroupEventType, ...]:
    """Return the events between the recorded state and the present one, in order."""
    if found := tuple(_find_named(recorded, present)):
        return found
    if any(
        getattr(recorded, name) != getattr(present.state, name) for name in STATUSES
    ):
        return (OrderGroupEventType.UPDATED,)
    return ()


def _find_named(recorded: State, present: Present) -> Iterator[OrderGroupEventType]:
    state = present.state
    if state.is_confirmed and not recorded.is_confirmed:
        yield OrderGroupEventType.CONFIRMED
    if _is_paid_now(recorded, present):
        yield OrderGroupEventType.FULLY_PAID
    if state.refunded_amount > recorded.refunded_amount:
        yield OrderGroupEventType.REFUNDED
        if state.charged_amount == 0:
            yield OrderGroupEventType.FULLY_REFUNDED
    if state.status != recorded.status and state.status in _ENTERED:
        yield _ENTERED[state.status]


def _is_paid_now(recorded: State, present: Present) -> bool:
    """Tell whether the group became fully paid between the two states.

    A granted refund alone can make the status FULL: that is no payment. A status that
    comes back without new money, for example after a grant was taken back, is no second
    one.
    """
    was_full = recorded.charge_status in PAID
    if not present.is_paid:
        return False
    if was_full and (recorded.was_paid or recorded.charged_amount > 0):
        return False
    has_more = present.state.charged_amount > recorded.charged_amount
    return has_more or not recorded.was_paid
