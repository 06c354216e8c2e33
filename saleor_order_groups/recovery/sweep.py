"""The sweep: look at all that has changed since the last one, and do what is undone.

It settles payments, cancels the rest of large groups, records and announces events, and
does Saleor's work on new orders that a crash has cut off. Its cost follows the traffic, not the number of groups.
"""

import datetime
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from saleor.payment.models import TransactionEvent
from saleor.plugins.manager import get_plugins_manager

from ..access.telling import find_due, tell
from ..cancelation.pending import cancel_pending, find_waiting
from ..groups.copies import copy_orders
from ..lifecycle.announcing import announce_events
from ..lifecycle.changes import select_changed
from ..lifecycle.look import find_changed, look
from ..lifecycle.recorded_totals import record_missing_totals
from ..lifecycle.records import record_present
from ..models import (
    GroupPayment,
    OrderGroup,
    OrderGroupEvent,
    OrderGroupState,
    Recovery,
    ShareAnnouncement,
    SharesUpdate,
)
from ..payments.recovery import find_unsettled
from ..payments.settlement import settle
from ..payments.shares_updates import announce_updates
from .lost_work import PATIENCE as ORDERS_PATIENCE
from .lost_work import do_again, find_lost_work

if TYPE_CHECKING:
    from saleor.plugins.manager import PluginsManager

logger = logging.getLogger(__name__)

BATCH_SIZE = 500
# A change is stamped before its transaction commits. A transaction that is open longer
# than this is left to `--all`.
OVERLAP = datetime.timedelta(hours=1)
# How long the process that has recorded an event may take to announce it.
EVENTS_PATIENCE = datetime.timedelta(minutes=1)
# A sweep that has not been heard of for so long has died.
CLAIM_PATIENCE = datetime.timedelta(minutes=5)
SIGN_OF_LIFE = datetime.timedelta(seconds=30)
# Totals that one sweep records.
MOST_TOTALS = 10_000
# For how long the sweeps look again at the time in which one of them failed.
GIVE_UP_AFTER = datetime.timedelta(days=1)


class SweepRunningError(Exception):
    """Another sweep is running."""


def get_recovery() -> Recovery:
    """Return the row of the sweep; make it if the tables were emptied."""
    now = timezone.now()
    row, _ = Recovery.objects.get_or_create(pk=1, defaults={"looked_until": now})
    return row


def sweep(
    *,
    everything: bool = False,
    report_progress: Callable[[str, int], None] = lambda _what, _looked_at: None,
) -> Iterator[str]:
    """Do all that is undone; yield a line for each thing done.

    A failure of one payment, group or order is logged and keeps nothing from the
    others; the next sweep tries again.

    :param everything: look at all groups and payments, not only at recent changes.
    :param report_progress: called after each batch with "payments" or "groups", and how
        many were looked at.
    :raises SweepRunningError: another sweep is running.
    """
    row = get_recovery()
    started = timezone.now()
    running = _Running(started)
    try:
        since = row.looked_until - OVERLAP
        last = TransactionEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        if everything:
            payments, groups = _select_all_payments(), _select_all_groups()
        else:
            payments = find_changed_payments(row)
            groups = _select_recent_groups(since)
        for step in (
            _settle(running, payments, partial(report_progress, "payments")),
            _look(running, groups, partial(report_progress, "groups")),
            _record_totals(running, everything),
            _announce(running),
            _announce_shares(running),
            _do_again(running),
            _tell_sellers(running, since),
            _cancel(running),
        ):
            yield from step
        # What has failed is looked at again, but not for ever.
        if not running.has_failed or started - row.looked_until > GIVE_UP_AFTER:
            Recovery.objects.filter(pk=row.pk).update(
                looked_until=started, transaction_event_id=last
            )
    finally:
        running.end()


class _Running:
    """A running sweep: it says that it is alive, and remembers whether a part failed.

    It holds no advisory lock of the session: a connection pooler may give the session
    to somebody else between two statements.
    """

    def __init__(self, now: datetime.datetime) -> None:
        """Begin.

        :raises SweepRunningError: another sweep is running.
        """
        self.has_failed = False
        self._claimed_at = now
        is_free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_PATIENCE)
        if not Recovery.objects.filter(is_free, pk=1).update(claimed_at=now):
            raise SweepRunningError("Another sweep is running.")

    def stay_alive(self) -> None:
        """Say, now and then, that the sweep is alive.

        :raises SweepRunningError: another sweep took this one for dead.
        """
        now = timezone.now()
        if now - self._claimed_at < SIGN_OF_LIFE:
            return
        if not self._own().update(claimed_at=now):
            raise SweepRunningError("Another sweep has taken over.")
        self._claimed_at = now

    def attempt[Result](
        self, function: Callable[..., Result], *args: Any
    ) -> Result | None:
        """Call a function and return its result; log a failure and return None."""
        self.stay_alive()
        try:
            return function(*args)
        except Exception:
            self.has_failed = True
            logger.exception("The sweep failed to do a part; the next one tries again.")
            return None

    def end(self) -> None:
        self._own().update(claimed_at=None)

    def _own(self) -> QuerySet[Recovery]:
        return Recovery.objects.filter(pk=1, claimed_at=self._claimed_at)


# ------------------------------------------------------------------ what to look at


def find_changed_payments(row: Recovery | None = None) -> Iterator[Sequence[UUID]]:
    """Yield batches of the payments with new events, or with orders not told of them.

    New is what came since the last sweep. A report sets the time of its event freely, so
    new events are found by key too.
    """
    row = row or get_recovery()
    events = TransactionEvent.objects.filter(
        Q(created_at__gte=row.looked_until - OVERLAP)
        | Q(pk__gt=row.transaction_event_id)
    )
    ids = events.order_by().values_list("transaction_id", flat=True).distinct()
    keys = set(
        ShareAnnouncement.objects.order_by().values_list("share__payment_id", flat=True)
    )
    payments = GroupPayment.objects.values_list("pk", flat=True)
    for batch in _in_batches(list(ids)):
        keys.update(payments.filter(transaction__in=batch))
        keys.update(payments.filter(shares__transaction__in=batch))
    yield from _in_batches(sorted(keys))


def _select_all_payments() -> Iterator[Sequence[UUID]]:
    yield from _page_through(GroupPayment.objects.all())


def _select_recent_groups(since: datetime.datetime) -> Iterator[Sequence[UUID]]:
    """Yield batches of the groups whose orders have changed."""
    for links in select_changed(since):
        ids = links.values_list("group_id", flat=True).distinct()
        yield from _in_batches(list(ids))


def _select_all_groups() -> Iterator[Sequence[UUID]]:
    yield from _page_through(OrderGroup.objects.all())


def _in_batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), BATCH_SIZE):
        yield items[start : start + BATCH_SIZE]


def _page_through(rows: QuerySet) -> Iterator[list[UUID]]:
    keys = rows.order_by("pk").values_list("pk", flat=True)
    page = list(keys[:BATCH_SIZE])
    while page:
        yield page
        page = list(keys.filter(pk__gt=page[-1])[:BATCH_SIZE])


# ------------------------------------------------------------------ what to do


def _settle(
    running: _Running,
    batches: Iterable[Sequence[UUID]],
    report_progress: Callable[[int], None],
) -> Iterator[str]:
    manager = get_plugins_manager(allow_replica=False)
    looked_at = 0
    for batch in batches:
        payments = GroupPayment.objects.filter(pk__in=batch).select_related("group")
        for payment in find_unsettled(payments).order_by("pk"):
            if running.attempt(_settle_one, payment, manager):
                yield f"Settled a payment of group #{payment.group.number}"
        running.stay_alive()
        looked_at += len(batch)
        report_progress(looked_at)


def _settle_one(payment: GroupPayment, manager: "PluginsManager") -> bool:
    settle(payment, manager)
    return True


def _cancel(running: _Running) -> Iterator[str]:
    for row in find_waiting().select_related("group"):
        if canceled := running.attempt(cancel_pending, row.pk, running.stay_alive):
            yield f"Canceled {canceled} orders of group #{row.group.number}"


def _look(
    running: _Running,
    batches: Iterable[Sequence[UUID]],
    report_progress: Callable[[int], None],
) -> Iterator[str]:
    looked_at = 0
    for batch in batches:
        # A process of an earlier version, or another plugin, has placed the orders.
        with_state = OrderGroupState.objects.filter(pk__in=batch).values_list("pk")
        if missing := set(batch) - {key for (key,) in with_state}:
            record_present(missing)
        for key in find_changed(batch):
            if types := running.attempt(look, key):
                yield f"Recorded {', '.join(types)} of group #{_get_number(key)}"
                yield from _announce_group(running, key)
        running.stay_alive()
        looked_at += len(batch)
        report_progress(looked_at)


def _record_totals(running: _Running, everything: bool) -> Iterator[str]:
    # After an upgrade all are missing.
    batches = record_missing_totals()
    recorded = 0
    while batch := running.attempt(next, batches, 0):
        recorded = batch
        if recorded >= MOST_TOTALS and not everything:
            break
    if recorded:
        yield f"Recorded missing totals: {recorded}"


def _announce(running: _Running) -> Iterator[str]:
    waiting = OrderGroupEvent.objects.filter(
        announced_at=None, created_at__lt=timezone.now() - EVENTS_PATIENCE
    )
    for (key,) in waiting.order_by().values_list("group_id").distinct():
        yield from _announce_group(running, key)


def _announce_group(running: _Running, key: UUID) -> Iterator[str]:
    if types := running.attempt(_announce_all, key):
        yield f"Announced {', '.join(types)} of group #{_get_number(key)}"


def _announce_all(key: UUID) -> list[str]:
    return [event.type for event in announce_events(key)]


def _announce_shares(running: _Running) -> Iterator[str]:
    waiting = SharesUpdate.objects.filter(
        created_at__lt=timezone.now() - EVENTS_PATIENCE
    )
    for (key,) in waiting.order_by().values_list("transaction_id").distinct():
        if running.attempt(_announce_all_shares, key):
            yield f"Announced the shares of transaction {key}"


def _announce_all_shares(key: int) -> bool:
    return bool(list(announce_updates(key)))


def _do_again(running: _Running) -> Iterator[str]:
    manager = get_plugins_manager(allow_replica=False)
    for group in find_lost_work(timezone.now() - ORDERS_PATIENCE):
        if running.attempt(do_again, group, manager):
            yield f"Announced the orders of group #{group.number} again"


def _tell_sellers(running: _Running, since: datetime.datetime) -> Iterator[str]:
    # A process of an earlier version, or another plugin, has placed the orders.
    while running.attempt(copy_orders):
        running.stay_alive()
    for key in find_due(since, timezone.now() - EVENTS_PATIENCE):
        if running.attempt(tell, key):
            yield f"Told a seller of order {key}"


def _get_number(group_id: UUID) -> int:
    return OrderGroup.objects.values_list("number", flat=True).get(pk=group_id)
