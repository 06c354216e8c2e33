"""Record which shares of a transaction's events have changed, and announce it.

Nothing is recorded while no webhook listens. The record is saved with the shares, and
deleted when Saleor has stored the webhooks' deliveries. After a crash the sweep
announces it: apps hear of each change at least once.
"""

import datetime
import logging
from collections.abc import Collection, Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from saleor.core.utils.events import call_event
from saleor.payment.models import TransactionEvent, TransactionItem

from ..models import OrderGroupOrder, SharesUpdate
from ..webhooks.event_types import SHARES_UPDATED
from ..webhooks.sending import is_any_heard, trigger_shares_updated
from .amounts import NOT_SHARED

logger = logging.getLogger(__name__)

# How long a process may take to announce the updates that it has claimed.
PATIENCE = datetime.timedelta(minutes=5)


def record_update(transaction_id: int, event_ids: Collection[int]) -> None:
    """Record that shares of events have changed, in the transaction of the change.

    A worker announces it after the commit.
    """
    if is_any_heard([SHARES_UPDATED]):
        _record(transaction_id, event_ids)


def record_update_of_order(order_id: UUID) -> None:
    """Record that the transactions of a new order have shares, which are the order's."""
    if not is_any_heard([SHARES_UPDATED]):
        return
    events = TransactionEvent.objects.filter(
        transaction__order_id=order_id, include_in_calculations=True
    ).exclude(type__in=NOT_SHARED)
    by_transaction: dict[int, list[int]] = {}
    for transaction_id, pk in events.values_list("transaction_id", "pk"):
        by_transaction.setdefault(transaction_id, []).append(pk)
    for transaction_id, event_ids in by_transaction.items():
        _record(transaction_id, event_ids)


def record_update_of_report(item: TransactionItem) -> None:
    """Record what a report has changed of a transaction that one order has alone.

    Nothing is recorded for an order without a group. A report has a reference; set
    amounts have none, and are told together.
    """
    if item.order_id is None:
        return
    if not OrderGroupOrder.objects.filter(order_id=item.order_id).exists():
        return
    if not is_any_heard([SHARES_UPDATED]):
        return
    events = list(
        item.events.filter(include_in_calculations=True)
        .exclude(type__in=NOT_SHARED)
        .order_by("pk")
    )
    if events and events[-1].psp_reference:
        events = events[-1:]
    else:
        events = [event for event in events if not event.psp_reference]
    if events:
        _record(item.pk, [event.pk for event in events])


def _record(transaction_id: int, event_ids: Collection[int]) -> None:
    SharesUpdate.objects.create(
        transaction_id=transaction_id, event_ids=sorted(event_ids)
    )
    call_event(_request_announcement, transaction_id)


def announce_updates(transaction_id: int) -> Iterator[SharesUpdate]:
    """Announce a transaction's updates that nobody announces; yield one for all of them.

    Call it outside a transaction.
    """
    claimed = _claim(transaction_id)
    if not claimed:
        return
    update = claimed[0]
    update.event_ids = sorted({pk for each in claimed for pk in each.event_ids})
    rows = SharesUpdate.objects.filter(pk__in=[each.pk for each in claimed])
    try:
        trigger_shares_updated(update)
    except Exception:
        # The next process need not wait.
        rows.update(claimed_at=None)
        raise
    rows.delete()
    yield update


def _claim(transaction_id: int) -> list[SharesUpdate]:
    now = timezone.now()
    is_free = Q(claimed_at=None) | Q(claimed_at__lt=now - PATIENCE)
    updates = SharesUpdate.objects.filter(is_free, transaction=transaction_id)
    with transaction.atomic():
        claimed = list(
            updates.select_for_update(skip_locked=True, of=("self",)).select_related(
                "transaction"
            )
        )
        SharesUpdate.objects.filter(pk__in=[each.pk for each in claimed]).update(
            claimed_at=now
        )
    return claimed


def _request_announcement(transaction_id: int) -> None:
    """Let a worker announce the updates of a transaction.

    Without a broker the failure is logged, and the sweep announces them.
    """
    from .tasks import announce_shares_updates_task

    try:
        announce_shares_updates_task.delay(transaction_id)
    except Exception:
        logger.exception(
            "The shares of transaction %s wait for the next sweep.", transaction_id
        )
