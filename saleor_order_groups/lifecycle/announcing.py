"""Announce the events of a group: send each to the webhooks that listen to its type.

An event is announced when Saleor has stored its deliveries and queued their tasks, or
when no webhook listens to events of groups. An event whose announcement failed or was
cut off is announced again: receivers get each event at least once.
"""

import datetime
from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from saleor.account.models import User
from saleor.app.models import App

from ..models import OrderGroupEvent
from ..webhooks.sending import trigger_order_group_event

# How long a process may take to announce the events that it has claimed.
PATIENCE = datetime.timedelta(minutes=5)


def announce_events(group_id: UUID) -> Iterator[OrderGroupEvent]:
    """Announce the events of a group that nobody announces, in sequence; yield each.

    Call it outside a transaction.
    """
    claimed = _claim(group_id)
    try:
        for event in claimed:
            trigger_order_group_event(event, _get_requestor(event))
            event.announced_at = timezone.now()
            event.save(update_fields=["announced_at"])
            yield event
    finally:
        # The next process need not wait.
        left = [event.pk for event in claimed if event.announced_at is None]
        if left:
            OrderGroupEvent.objects.filter(pk__in=left).update(claimed_at=None)


def mark_unheard(group_id: UUID) -> None:
    """Mark the events of a group as announced that nobody announces, and nobody hears."""
    events = OrderGroupEvent.objects.filter(group=group_id, announced_at=None)
    events.filter(claimed_at=None).update(announced_at=timezone.now())


def _claim(group_id: UUID) -> list[OrderGroupEvent]:
    now = timezone.now()
    is_free = Q(claimed_at=None) | Q(claimed_at__lt=now - PATIENCE)
    events = OrderGroupEvent.objects.filter(is_free, group=group_id, announced_at=None)
    with transaction.atomic():
        claimed = list(
            events.select_for_update(skip_locked=True, of=("self",))
            .select_related("group")
            .order_by("sequence")
        )
        OrderGroupEvent.objects.filter(pk__in=[event.pk for event in claimed]).update(
            claimed_at=now
        )
    return claimed


def _get_requestor(event: OrderGroupEvent) -> User | App | None:
    """Return who has placed the orders; None for events that the orders' life made."""
    if user_id := event.parameters.get("user_id"):
        return User.objects.filter(pk=user_id).first()
    if app_id := event.parameters.get("app_id"):
        return App.objects.filter(pk=app_id).first()
    return None
