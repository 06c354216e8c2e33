"""Insert what Saleor records of orders, and of their customer, in few statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DEFAULT_DB_ALIAS
from saleor.account.models import CustomerEvent
from saleor.order.models import OrderEvent

from .locks import refuse_without_transaction

type Event = OrderEvent | CustomerEvent

_collected: ContextVar[list[Event] | None] = ContextVar("collected", default=None)


@contextmanager
def insert_together() -> Iterator[None]:
    """Insert the events that are created in the block at its end, in two statements.

    They have no key before. Nothing is inserted if the block raises an exception. The
    events of a block within another one are inserted at the end of the outer one.

    :raises RuntimeError: no database transaction is open that would undo the rest.
    """
    refuse_without_transaction()
    events: list[Event] = []
    outer = _collected.get()
    token = _collected.set(events)
    try:
        yield
    finally:
        _collected.reset(token)
    if outer is not None:
        outer += events
        return
    # PostgreSQL locks their orders in this order. It is that of all other locks of orders.
    events.sort(key=lambda event: str(event.order_id))
    OrderEvent.objects.bulk_create(
        event for event in events if isinstance(event, OrderEvent)
    )
    CustomerEvent.objects.bulk_create(
        event for event in events if isinstance(event, CustomerEvent)
    )


def collect(event: Event, using: str | None) -> bool:
    """Take a new event for the end of the block; tell whether there is a block."""
    events = _collected.get()
    if events is None or using != DEFAULT_DB_ALIAS:
        return False
    events.append(event)
    return True
