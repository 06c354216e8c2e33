"""Verify the recorded events of groups, and that a sweep finds what a crash loses."""

import datetime
from collections.abc import Iterator

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from saleor.order.models import Order

from ..lifecycle.look import find_changed
from ..lifecycle.placement import is_placed
from ..models import (
    GroupCancelation,
    OrderGroup,
    OrderGroupEvent,
    OrderGroupEventType,
    OrderGroupOrder,
    Recovery,
)
from .findings import Finding, Ids

RECOVER = "run manage.py recover_order_groups --all"
# What is younger is being worked on.
PATIENCE = datetime.timedelta(minutes=5)
SWEEP_PATIENCE = datetime.timedelta(hours=1)


def find_missing_sweep() -> Iterator[Finding]:
    """Find orders that have changed an hour ago or more, and no sweep has looked."""
    unseen = OrderGroupOrder.objects.filter(
        order__updated_at__lt=timezone.now() - SWEEP_PATIENCE
    )
    since = ""
    if recovery := Recovery.objects.first():
        unseen = unseen.filter(order__updated_at__gt=recovery.looked_until)
        since = f" since {recovery.looked_until:%F %T %Z}"
    if unseen.exists():
        yield Finding(
            None,
            "sweep",
            f"orders have changed, and no sweep has run{since}: run Celery beat, or"
            " manage.py recover_order_groups each minute",
        )


def check_states(ids: Ids) -> Iterator[Finding]:
    """Find groups whose orders have changed without an event being recorded."""
    quiet = _select_quiet(ids)
    for group in quiet.filter(state=None):
        yield Finding(group.number, "state", f"no state is recorded; {RECOVER}")
    for group in quiet.filter(pk__in=find_changed(ids)):
        yield Finding(
            group.number,
            "state",
            f"the orders have changed, and no event is recorded; {RECOVER}",
        )


def check_sequences(ids: Ids) -> Iterator[Finding]:
    """Find groups with gaps in the sequence of their events."""
    groups = OrderGroup.objects.filter(pk__in=ids, state__isnull=False).annotate(
        count=Count("events"), last=Max("events__sequence")
    )
    wrong = ~Q(count=F("state__last_sequence")) | Q(last__gt=F("count"))
    for group in groups.filter(wrong).select_related("state").order_by("pk"):
        yield Finding(
            group.number,
            "sequence",
            f"{group.count} events, but the last sequence is"
            f" {group.state.last_sequence}",
        )


def check_announced(ids: Ids) -> Iterator[Finding]:
    """Find events that were not announced for an hour."""
    waiting = OrderGroupEvent.objects.filter(
        group__in=ids,
        announced_at=None,
        created_at__lt=timezone.now() - SWEEP_PATIENCE,
    )
    for event in waiting.select_related("group").order_by("group", "sequence"):
        yield Finding(
            event.group.number,
            "event",
            f"event {event.sequence} ({event.type}) was not announced; {RECOVER}",
        )


def check_canceled(ids: Ids) -> Iterator[Finding]:
    """Find groups with orders that were to be canceled an hour ago or earlier."""
    waiting = GroupCancelation.objects.filter(
        group__in=ids, requested_at__lt=timezone.now() - SWEEP_PATIENCE
    )
    for row in waiting.select_related("group").order_by("group"):
        yield Finding(
            row.group.number,
            "cancelation",
            "a cancelation has not ended, orders that wait:"
            f" {len(row.order_ids)}; {RECOVER}",
        )


def check_placed(ids: Ids) -> Iterator[Finding]:
    """Find orders that were placed, and whose timeline does not say so.

    Saleor's work after the creation of an order was cut off. For the orders of a split
    checkout the sweep does it again; for a purchase of one seller nobody does.
    """
    was_placed = OrderGroupEvent.objects.filter(
        group=OuterRef("order_group_link__group"), type=OrderGroupEventType.CREATED
    )
    orders = Order.objects.filter(
        ~is_placed(),
        Exists(was_placed),
        order_group_link__group__in=ids,
        order_group_link__group__created_at__lt=timezone.now() - PATIENCE,
    ).order_by("number")
    rows = orders.values_list(
        "order_group_link__group__number", "number", "order_group_link__announced_at"
    )
    for group_number, number, announced_at in rows:
        yield Finding(
            group_number,
            "placed",
            f"order #{number} was placed, and Saleor's timeline, webhooks and mails of"
            " that are missing" + ("" if announced_at else f"; {RECOVER}"),
        )


def _select_quiet(ids: Ids) -> QuerySet[OrderGroup]:
    """Return the groups that nobody has placed or changed in the last minutes."""
    since = timezone.now() - PATIENCE
    recent = OrderGroupOrder.objects.filter(
        group=OuterRef("pk"), order__updated_at__gte=since
    )
    return OrderGroup.objects.filter(
        ~Exists(recent), pk__in=ids, created_at__lt=since
    ).order_by("pk")
