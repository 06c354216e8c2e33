"""Announce to each order how its share has changed, by Saleor's events of the order.

An announcement is saved with the change, so that a crash between the change and
Saleor's events loses none. After a crash, webhooks and mails may be sent a second time;
the order's timeline has each row once.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from saleor.account.models import User
from saleor.app.models import App
from saleor.order.events import OrderEvent
from saleor.webhook.event_types import WebhookEventAsyncType

from ..host.internals import call_order_event, process_order_with_transaction
from ..host.webhook_lookups import share_lookups
from ..models import PaymentShare, ShareAnnouncement

if TYPE_CHECKING:
    from saleor.plugins.manager import PluginsManager

# How long a process may take to send its announcements before another one sends them.
PATIENCE = datetime.timedelta(minutes=1)

_is_telling: ContextVar[bool] = ContextVar("is_telling", default=False)


def announce(
    changes: Iterable[tuple[PaymentShare, Mapping[str, Decimal], bool]],
    user: "User | None",
    app: "App | None",
) -> list[ShareAnnouncement]:
    """Save the announcements of changed shares, in the transaction of the change.

    :param changes: a payment share, its Decimal amounts before the change, and whether
        its order was told of the money before, so that only the amounts were corrected.
    """
    return ShareAnnouncement.objects.bulk_create(
        ShareAnnouncement(
            share=link,
            authorized_before=before["authorized_value"],
            charged_before=before["charged_value"],
            refunded_before=before["refunded_value"],
            is_correction=is_correction,
            user_id=user.pk if user else None,
            app_id=app.pk if app else None,
        )
        for link, before, is_correction in changes
    )


def announce_left_over(links: Sequence[PaymentShare]) -> list[ShareAnnouncement]:
    """Take over the announcements that another process has saved and not sent.

    That process has died. Call it with the shares locked.
    """
    by_key = {link.pk: link for link in links}
    left_over = list(find_left_over().filter(share__in=by_key))
    for announcement in left_over:
        announcement.share = by_key[announcement.share_id]
        announcement.claimed_at = timezone.now()
        announcement.is_left_over = True
    if left_over:
        ShareAnnouncement.objects.bulk_update(left_over, ["claimed_at"])
    return left_over


def find_left_over() -> QuerySet[ShareAnnouncement]:
    """Return the announcements that no living process is sending."""
    return ShareAnnouncement.objects.filter(claimed_at__lt=timezone.now() - PATIENCE)


def tell(
    announcements: Iterable[ShareAnnouncement],
    manager: "PluginsManager",
    user: "User | None" = None,
    app: "App | None" = None,
) -> None:
    """Fire Saleor's events of each order, outside the transaction of the change."""
    with share_lookups({}), _telling():
        for announcement in announcements:
            if announcement.is_left_over:
                _tell_again(announcement, manager)
            else:
                _tell(announcement, manager, user, app)
            announcement.delete()


def is_told_when_settled(transaction_id: int) -> bool:
    """Tell whether Saleor's events about a transaction are fired by settling instead.

    That holds for share transactions, except while settling itself fires the events.
    """
    return (
        not _is_telling.get()
        and PaymentShare.objects.filter(transaction_id=transaction_id).exists()
    )


@contextmanager
def _telling() -> Iterator[None]:
    token = _is_telling.set(True)
    try:
        yield
    finally:
        _is_telling.reset(token)


def _tell(
    announcement: ShareAnnouncement,
    manager: "PluginsManager",
    user: "User | None",
    app: "App | None",
) -> None:
    transaction = announcement.share.transaction
    if announcement.is_correction:
        before = (
            transaction.authorized_value,
            transaction.charged_value,
            transaction.refunded_value,
        )
    else:
        before = (
            announcement.authorized_before,
            announcement.charged_before,
            announcement.refunded_before,
        )
    process_order_with_transaction(transaction, manager, user, app, *before)
    if announcement.is_correction:
        order = announcement.share.order
        order.refresh_from_db()
        call_order_event(manager, WebhookEventAsyncType.ORDER_UPDATED, order)


def _tell_again(announcement: ShareAnnouncement, manager: "PluginsManager") -> None:
    """Fire events that another process may have fired; keep timeline rows once."""
    rows = OrderEvent.objects.filter(order_id=announcement.share.order_id)
    told = set(
        rows.filter(date__gte=announcement.created_at).values_list("type", flat=True)
    )
    known = set(rows.values_list("pk", flat=True))
    _tell(
        announcement,
        manager,
        User.objects.filter(pk__in=[announcement.user_id]).first(),
        App.objects.filter(pk__in=[announcement.app_id]).first(),
    )
    rows.filter(type__in=told).exclude(pk__in=known).delete()
