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
from saleor.order.models import Order
from saleor.payment.models import TransactionItem
from saleor.webhook.event_types import WebhookEventAsyncType

from ..host.internals import call_order_event, order_transaction_updated
from ..host.order_processing import get_order_info, process_orders
from ..host.webhook_lookups import share_lookups
from ..lifecycle.look import look_after_commit, mute_hooks
from ..models import PaymentShare, ShareAnnouncement

if TYPE_CHECKING:
    from saleor.plugins.manager import PluginsManager

# How long a process may take to send its announcements before another one sends them.
PATIENCE = datetime.timedelta(minutes=1)

# The announcement whose events are being fired in this context.
_told_now: ContextVar[ShareAnnouncement | None] = ContextVar("told_now", default=None)
_KINDS = ("authorized", "charged", "refunded")


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
            is_correction=is_correction,
            user_id=user.pk if user else None,
            app_id=app.pk if app else None,
            **{f"{kind}_before": before[f"{kind}_value"] for kind in _KINDS},
            **{
                f"{kind}_after": getattr(link.transaction, f"{kind}_value")
                for kind in _KINDS
            },
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
    """Fire Saleor's events of each order, outside the transaction of the change.

    Then look at the group, once for all orders.
    """
    announcements = list(announcements)
    with share_lookups({}), mute_hooks():
        for announcement in announcements:
            if announcement.is_left_over:
                _tell_again(announcement, manager)
                announcement.delete()
        new = [each for each in announcements if not each.is_left_over]
        for announcement in _tell(new, manager, user, app):
            announcement.delete()
    if announcements:
        share = announcements[0].share
        look_after_commit(share.payment.group_id, share.order_id)


def is_told_when_settled(transaction_id: int) -> bool:
    """Tell whether Saleor's events about a transaction are fired by settling instead.

    That holds for share transactions, except while settling itself fires the events.
    """
    return (
        _told_now.get() is None
        and PaymentShare.objects.filter(transaction_id=transaction_id).exists()
    )


def get_previous_amounts(transaction: TransactionItem) -> dict[str, Decimal]:
    """Return the amounts that Saleor compares a share transaction with.

    They differ from the present ones by the change that is being told. Another process
    may have changed the share since, and tells that itself.

    :param transaction: the share transaction as Saleor has just locked and read it.
    :return: Saleor's parameters; empty if it fires no events of ours.
    """
    announcement = _told_now.get()
    if announcement is None or announcement.share.transaction_id != transaction.pk:
        return {}
    return {
        f"previous_{kind}_value": getattr(transaction, f"{kind}_value") - change
        for kind in _KINDS
        if (change := _get_change(announcement, kind)) is not None
    }


def _get_change(announcement: ShareAnnouncement, kind: str) -> Decimal | None:
    """Return by how much an amount grew: 0 if the order knew of the money before.

    None for a row of an earlier version, which does not have the amount afterwards.
    """
    if announcement.is_correction:
        return Decimal(0)
    after = getattr(announcement, f"{kind}_after")
    return None if after is None else after - getattr(announcement, f"{kind}_before")


@contextmanager
def _telling(announcement: ShareAnnouncement) -> Iterator[None]:
    token = _told_now.set(announcement)
    try:
        yield
    finally:
        _told_now.reset(token)


def _tell(
    announcements: Sequence[ShareAnnouncement],
    manager: "PluginsManager",
    user: "User | None",
    app: "App | None",
) -> Iterator[ShareAnnouncement]:
    """Fire the events of announcements about different orders; yield each one after it."""
    shares = [announcement.share for announcement in announcements]
    processed = process_orders({each.order_id: each.transaction_id for each in shares})
    for announcement in announcements:
        if found := processed.get(announcement.share.order_id):
            _fire(announcement, *found, manager, user, app)
        yield announcement


def _fire(
    announcement: ShareAnnouncement,
    order: Order,
    transaction: TransactionItem,
    manager: "PluginsManager",
    user: "User | None",
    app: "App | None",
) -> None:
    with _telling(announcement):
        order_transaction_updated(
            order_info=get_order_info(order),
            transaction_item=transaction,
            manager=manager,
            user=user,
            app=app,
            **{
                f"previous_{kind}_value": getattr(announcement, f"{kind}_before")
                for kind in _KINDS
            },
        )
    if announcement.is_correction:
        order.refresh_from_db()
        call_order_event(manager, WebhookEventAsyncType.ORDER_UPDATED, order)


def _tell_again(announcement: ShareAnnouncement, manager: "PluginsManager") -> None:
    """Fire events that another process may have fired; keep timeline rows once."""
    rows = OrderEvent.objects.filter(order_id=announcement.share.order_id)
    told = set(
        rows.filter(date__gte=announcement.created_at).values_list("type", flat=True)
    )
    known = set(rows.values_list("pk", flat=True))
    user = User.objects.filter(pk__in=[announcement.user_id]).first()
    app = App.objects.filter(pk__in=[announcement.app_id]).first()
    list(_tell([announcement], manager, user, app))
    rows.filter(type__in=told).exclude(pk__in=known).delete()
