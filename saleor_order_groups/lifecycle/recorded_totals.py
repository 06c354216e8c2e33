"""Totals that are not recorded: forget those that may be wrong, and record the missing.

A sweep sees that the total of a group has changed by the time at which an order was
changed. It does not see two changes: Saleor gives unconfirmed orders new prices when
somebody reads them, and deletes expired orders. Django's signals tell of both, and the
total is forgotten right away, in the same transaction if there is one. That takes a
statement for each unconfirmed order from a checkout. Others, which staff have placed or
imported, mostly have no group: they cost no statement, and while one of them is
unconfirmed, no total is recorded.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.signals import post_save, pre_delete
from saleor.order import OrderStatus
from saleor.order.models import Order

from ..models import OrderGroupOrder, OrderGroupState
from .states import IS_CHANGEABLE, derive_states

_BATCH_SIZE = 500


def forget_totals_at_changes() -> None:
    """Forget the total of a group at each change of it that leaves no other trace."""
    post_save.connect(_forget_at_new_prices, Order, dispatch_uid=__name__)
    pre_delete.connect(_forget_at_deletion, OrderGroupOrder, dispatch_uid=__name__)


def _forget_at_new_prices(
    instance: Order, update_fields: Collection[str] | None, **_kwargs: Any
) -> None:
    is_unconfirmed = instance.status == OrderStatus.UNCONFIRMED
    if not is_unconfirmed or not instance.checkout_token or not update_fields:
        return
    if "total_gross_amount" in update_fields and "updated_at" not in update_fields:
        links = OrderGroupOrder.objects.filter(order_id=instance.pk)
        _forget(OrderGroupState.objects.filter(pk=Subquery(links.values("group_id"))))


def _forget_at_deletion(instance: OrderGroupOrder, **_kwargs: Any) -> None:
    _forget(OrderGroupState.objects.filter(pk=instance.group_id))


def _forget(states: QuerySet[OrderGroupState]) -> None:
    # Also where no total is recorded: the statement then waits for whoever records it
    # now, and forgets it.
    states.update(total_gross=None)


def record_missing_totals() -> Iterator[int]:
    """Record totals that are missing; yield the number of groups after each batch."""
    links = OrderGroupOrder.objects.filter(group=OuterRef("pk"))
    # A look that holds a row records the total itself.
    rows = (
        OrderGroupState.objects.filter(
            ~Exists(links.filter(IS_CHANGEABLE)), total_gross=None
        )
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("pk")
    )
    recorded = 0
    batch = _record_totals(rows)
    while batch:
        recorded += len(batch)
        yield recorded
        batch = _record_totals(rows.filter(pk__gt=batch[-1].pk))


@transaction.atomic
def _record_totals(rows: QuerySet[OrderGroupState]) -> list[OrderGroupState]:
    """Record the totals of the first batch of these rows, and return the batch."""
    batch = list(rows[:_BATCH_SIZE])
    # A statement of its own, once the rows are locked.
    present = derive_states(row.pk for row in batch)
    for row in batch:
        row.total_gross = present[row.pk].state.total_gross
    OrderGroupState.objects.bulk_update(batch, ["total_gross"])
    return batch
