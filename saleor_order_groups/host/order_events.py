"""Insert what Saleor records of an order in one statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DEFAULT_DB_ALIAS
from saleor.order.models import OrderEvent

from .locks import refuse_without_transaction

_collected: ContextVar[list[OrderEvent] | None] = ContextVar("collected", default=None)


@contextmanager
def insert_together() -> Iterator[None]:
    """Insert the order events that are created in the block at its end, all at once.

    They have no key before. Nothing is inserted if the block raises an exception.

    :raises RuntimeError: no database transaction is open that would undo the rest.
    """
    refuse_without_transaction()
    events: list[OrderEvent] = []
    token = _collected.set(events)
    try:
        yield
    finally:
        _collected.reset(token)
    OrderEvent.objects.bulk_create(events)


def collect(event: OrderEvent, using: str | None) -> bool:
    """Take a new event for the end of the block; tell whether there is a block."""
    events = _collected.get()
    if events is None or using != DEFAULT_DB_ALIAS:
        return False
    events.append(event)
    return True
