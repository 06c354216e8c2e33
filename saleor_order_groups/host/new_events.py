"""Write what Saleor records of orders, and of their customer, in few statements."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F
from saleor.account.models import CustomerEvent, User
from saleor.order.models import OrderEvent

from .locks import refuse_without_transaction

type Event = OrderEvent | CustomerEvent


@dataclass(frozen=True)
class _Collected:
    """The events, and the customer of each order that was counted."""

    events: list[Event] = field(default_factory=list)
    customers: list[User] = field(default_factory=list)


_collected: ContextVar[_Collected | None] = ContextVar("collected", default=None)


@contextmanager
def write_together() -> Iterator[None]:
    """Write what is recorded in the block at its end, in one statement for each table.

    Those are the events that are created, which have no key before, and the customers'
    numbers of orders. Nothing is written if the block raises an exception. What a block
    within another one has recorded is written at the end of the outer one.

    :raises RuntimeError: no database transaction is open that would undo the rest.
    """
    refuse_without_transaction()
    collected = _Collected()
    outer = _collected.get()
    token = _collected.set(collected)
    try:
        yield
    finally:
        _collected.reset(token)
    if outer is None:
        # Lock order: the customer, then the orders, as when Saleor creates one order.
        _count(collected.customers)
        _insert(collected.events)
    else:
        outer.events.extend(collected.events)
        outer.customers.extend(collected.customers)


def _count(customers: Iterable[User]) -> None:
    numbers = Counter(customers)
    for customer in sorted(numbers, key=lambda customer: customer.pk):
        customer.number_of_orders = F("number_of_orders") + numbers[customer]
        customer.save(update_fields=["number_of_orders"])


def _insert(events: list[Event]) -> None:
    # PostgreSQL locks their orders in this order. It is that of all other locks of orders.
    events.sort(key=lambda event: str(event.order_id))
    OrderEvent.objects.bulk_create(
        event for event in events if isinstance(event, OrderEvent)
    )
    CustomerEvent.objects.bulk_create(
        event for event in events if isinstance(event, CustomerEvent)
    )


def collect_event(event: Event, using: str | None) -> bool:
    """Take a new event for the end of the block; tell whether there is a block."""
    collected = _collected.get()
    if collected is None or using != DEFAULT_DB_ALIAS:
        return False
    collected.events.append(event)
    return True


def collect_count(customer: User) -> bool:
    """Take the count of one more order for the end; tell whether there is a block."""
    collected = _collected.get()
    if collected is None:
        return False
    collected.customers.append(customer)
    return True
