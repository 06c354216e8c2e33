"""Whether Saleor's work that follows an order's creation has been done."""

from django.db.models import Exists, OuterRef, QuerySet
from saleor.order import OrderEvents
from saleor.order.models import Order, OrderEvent

from ..host.locks import refuse_without_transaction
from ..models import OrderGroupOrder

# The events that Saleor records first when an order is placed. All rows of an order are
# written in one transaction: if one is there, all are.
_PLACED = (
    OrderEvents.PLACED,
    OrderEvents.PLACED_FROM_DRAFT,
    OrderEvents.PLACED_AUTOMATICALLY_FROM_PAID_CHECKOUT,
)


def is_placed() -> Exists:
    """Return the condition that an order's timeline says that it was placed."""
    return Exists(OrderEvent.objects.filter(order=OuterRef("pk"), type__in=_PLACED))


def lock_and_find_placed(order: Order, *, nowait: bool = False) -> bool:
    """Lock the order's link; tell whether the order's timeline says it was placed.

    Two processes that do an order's work take turns.

    :raises RuntimeError: no database transaction is open that would hold the lock.
    :raises DatabaseError: another process has the lock, with `nowait`.
    """
    refuse_without_transaction()
    links: QuerySet[OrderGroupOrder] = OrderGroupOrder.objects.select_for_update(
        nowait=nowait
    )
    links.get(order=order)
    return Order.objects.filter(is_placed(), pk=order.pk).exists()
