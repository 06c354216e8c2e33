"""Purchases that are old enough for the sweep."""

import datetime

from django.utils import timezone

from saleor_order_groups.models import (
    GroupCancelation,
    OrderGroup,
    OrderGroupEvent,
    ShareAnnouncement,
    SharesUpdate,
)

LONG_AGO = datetime.timedelta(minutes=10)


def make_old(group: OrderGroup) -> None:
    """Let a purchase be older than any process may take for it."""
    then = timezone.now() - LONG_AGO
    OrderGroup.objects.filter(pk=group.pk).update(created_at=then)
    events = OrderGroupEvent.objects.filter(group=group)
    events.update(created_at=then)
    events.filter(claimed_at__isnull=False).update(claimed_at=then)
    ShareAnnouncement.objects.update(claimed_at=then)
    SharesUpdate.objects.update(created_at=then)
    SharesUpdate.objects.filter(claimed_at__isnull=False).update(claimed_at=then)
    GroupCancelation.objects.update(requested_at=then)
    GroupCancelation.objects.filter(claimed_at__isnull=False).update(claimed_at=then)
