"""Look whether the orders of a group have made a transition, and record it.

A look runs after the commit of whatever has changed an order. It locks the recorded
state, never an order. It derives the present state in a statement of its own: a look
that has waited for another one must not compare with what it saw before it waited.

Looks only make events fast. Whatever no look has seen is found by `recovery`.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet, Subquery
from saleor.core.db.connection import allow_writer
from saleor.core.utils.events import call_event
from saleor.order.models import Order

from ..groups.statuses import OrderGroupStatus
from ..models import OrderGroupEventType, OrderGroupOrder, OrderGroupState
from .records import record_transitions
from .states import State, derive_states, read_state
from .tasks import request_announcement
from .transitions import find_transitions, get_next_state

logger = logging.getLogger(__name__)

_are_muted: ContextVar[bool] = ContextVar("looks_are_muted", default=False)
# Orders that were placed now: their groups are looked at once Saleor's hooks have run.
_placed: ContextVar[frozenset[UUID]] = ContextVar("placed", default=frozenset())


@contextmanager
def mute_hooks() -> Iterator[None]:
    """Let Saleor's hooks not look in this block; the caller looks once, at its end."""
    token = _are_muted.set(True)
    try:
        yield
    finally:
        _are_muted.reset(token)


def look_after_hook(order: Order) -> None:
    """Look at the group of an order that one of Saleor's hooks reports.

    Nothing may keep Saleor from calling its other hooks: a failure is logged.
    """
    if not _are_muted.get() and not is_placed_now(order):
        call_event(_look_or_log, lambda: _state_of(order.pk), order.pk)


def look_after_placement(group_id: UUID, order_id: UUID) -> None:
    """Look at a group that was placed now, once all of Saleor's hooks have run.

    Its first event waits. The hooks of an order that Saleor announces itself do not
    look: they run after the commit, and before this look if it is requested last.

    :param order_id: the group's first order.
    """
    _placed.set(_placed.get() | {order_id})

    def look_at_all() -> None:
        _placed.set(_placed.get() - {order_id})
        _look_or_log(lambda: _state(group_id), order_id, is_new=True)

    call_event(look_at_all)


def is_placed_now(order: Order) -> bool:
    """Tell whether the order is the first of a group that was placed now."""
    return order.pk in _placed.get()


def look_after_commit(group_id: UUID, order_id: UUID | None = None) -> None:
    """Look at a group after the commit; a failure is logged.

    :param order_id: the order whose change was seen first.
    """
    call_event(_look_or_log, lambda: _state(group_id), order_id)


def look(group_id: UUID) -> tuple[OrderGroupEventType, ...]:
    """Look at a group now; return the types of the events that were recorded."""
    _, types = _look(_state(group_id), None)
    return types


def find_changed(
    group_ids: Iterable[UUID], using: str = DEFAULT_DB_ALIAS
) -> list[UUID]:
    """Return the groups whose orders differ from the recorded state, in two statements.

    Nothing is locked. A total that is not recorded does not differ.
    """
    rows = OrderGroupState.objects.using(using).in_bulk(list(group_ids))
    present = derive_states(rows, using)
    return [
        key
        for key, row in rows.items()
        for recorded in [read_state(row)]
        if _differs(recorded, get_next_state(recorded, present[key]))
    ]


def _differs(recorded: State, state: State) -> bool:
    if recorded.total_gross is None:
        state = replace(state, total_gross=None)
    return state != recorded


def record_update(group_id: UUID) -> None:
    """Record UPDATED for a change of the group itself, in the change's transaction."""
    _look(_state(group_id), None, OrderGroupEventType.UPDATED)
    transaction.on_commit(lambda: request_announcement(group_id), robust=True)


def look_at_end(group_id: UUID) -> None:
    """Look at a group at the end of its cancelation, in a transaction.

    The end is told in any case: by UPDATED if there is no other transition, unless
    another look has recorded CANCELLED already.
    """
    if look(group_id):
        transaction.on_commit(lambda: request_announcement(group_id), robust=True)
    elif not _state(group_id).filter(status=OrderGroupStatus.CANCELED).exists():
        record_update(group_id)


def _state(group_id: UUID) -> QuerySet[OrderGroupState]:
    return OrderGroupState.objects.filter(pk=group_id)


def _state_of(order_id: UUID) -> QuerySet[OrderGroupState]:
    links = OrderGroupOrder.objects.filter(order_id=order_id)
    return OrderGroupState.objects.filter(pk=Subquery(links.values("group_id")))


def _look_or_log(
    select: Callable[[], QuerySet[OrderGroupState]],
    order_id: UUID | None,
    *,
    is_new: bool = False,
) -> None:
    try:
        with allow_writer():
            group_id, types = _look(select(), order_id)
    except Exception:
        logger.exception("Looking at the group of order %s failed.", order_id)
        return
    if group_id and (types or is_new):
        request_announcement(group_id)


def _look(
    rows: QuerySet[OrderGroupState],
    order_id: UUID | None,
    *also: OrderGroupEventType,
) -> tuple[UUID | None, tuple[OrderGroupEventType, ...]]:
    """Record the transitions of a group; return its key and the types of the events."""
    with transaction.atomic():
        row = rows.select_for_update(no_key=True).first()
        if row is None:
            return None, ()
        recorded: State = read_state(row)
        present = derive_states([row.pk])[row.pk]
        state = get_next_state(recorded, present)
        types = find_transitions(recorded, present)
        types += tuple(each for each in also if each not in types)
        if types or state != recorded:
            record_transitions(row, recorded, state, types, order_id)
        return row.pk, types
