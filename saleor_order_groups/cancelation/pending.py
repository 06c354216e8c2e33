"""Cancel the orders of a group one after the other, as Saleor cancels one.

A request writes down which orders it cancels. Each order is taken from that row in the
transaction of its cancelation: it is canceled once, also after a crash. The row is
deleted with the event that tells the end.
"""

import datetime
import logging
from collections.abc import Callable, Collection
from itertools import batched
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Func, Q, QuerySet, UUIDField, Value
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from saleor.account.models import User
from saleor.app.models import App
from saleor.giftcard import GiftCardEvents
from saleor.giftcard.models import GiftCardEvent
from saleor.giftcard.utils import deactivate_order_gift_cards
from saleor.order import OrderEvents, OrderStatus
from saleor.order import actions as order_actions
from saleor.order.models import Order, OrderEvent
from saleor.plugins.manager import get_plugins_manager

from ..host.webhook_lookups import share_lookups
from ..lifecycle.look import look_at_end, mute_hooks
from ..models import GroupCancelation, OrderGroup
from ..payments.group_requests import Requestor, cancel_rest, cancel_rests_once

logger = logging.getLogger(__name__)

# A process that has not canceled an order for so long has died.
CLAIM_PATIENCE = datetime.timedelta(minutes=5)
# How long the process that was asked for it may take to begin.
PATIENCE = datetime.timedelta(minutes=1)
# How many orders one statement reads. Each is read and checked again under its lock.
_READ_AT_ONCE = 20


class _TakenOverError(Exception):
    """Another process took this one for dead, and cancels the orders now."""


def write_down(
    group: OrderGroup,
    orders: Collection[Order],
    user: User | None,
    app: App | None,
    refused: Collection[UUID] = (),
) -> None:
    """Write down which orders of a group are to be canceled, in a transaction.

    Orders that an earlier request has written down stay, as orders of that request.

    :param refused: the keys of orders that are not to be canceled any more.
    """
    _lock_group(group.pk)
    GroupCancelation.objects.get_or_create(pk=group.pk)
    row = GroupCancelation.objects.select_for_update().get(pk=group.pk)
    if not row.order_ids:
        row.requested_at = timezone.now()
        row.user_id = user.pk if user else None
        row.app_id = app.pk if app else None
    wanted = dict.fromkeys([*row.order_ids, *(order.pk for order in orders)])
    row.order_ids = [key for key in wanted if key not in refused]
    row.save(update_fields=["order_ids", "user_id", "app_id", "requested_at"])


def is_written_down(group_id: UUID) -> bool:
    """Tell whether a cancelation of the group has not ended yet."""
    return GroupCancelation.objects.filter(pk=group_id).exists()


def find_pending(group_id: UUID) -> set[UUID]:
    """Return the keys of the orders of a group that are to be canceled still."""
    row = GroupCancelation.objects.filter(pk=group_id).first()
    return set(row.order_ids) if row else set()


def find_waiting() -> QuerySet[GroupCancelation]:
    """Return the cancelations that nobody works at, requested a minute ago or before."""
    now = timezone.now()
    return _select_free().filter(requested_at__lt=now - PATIENCE).order_by("pk")


def cancel_pending(
    group_id: UUID, stay_alive: Callable[[], None] = lambda: None
) -> int:
    """Cancel the orders of a group that were written down; return how many were.

    Nothing happens if another process is at it. An order that cannot be canceled any
    more gets a note. One whose cancelation fails otherwise is tried again by the next
    sweep.

    :param stay_alive: called before each order.
    :raises BrokerError: there is no broker; the next sweep goes on.
    """
    claimed_at = timezone.now()
    if not _select_free().filter(pk=group_id).update(claimed_at=claimed_at):
        return 0
    work = _Work(group_id, claimed_at, stay_alive)
    try:
        work.cancel_all()
    except _TakenOverError:
        logger.warning("Another process cancels the rest of group %s.", group_id)
    else:
        work.end_claim()
    return work.canceled


def _select_free() -> QuerySet[GroupCancelation]:
    expired = timezone.now() - CLAIM_PATIENCE
    return GroupCancelation.objects.filter(
        Q(claimed_at=None) | Q(claimed_at__lt=expired)
    )


class _Work:
    """The work of one process at one cancelation."""

    def __init__(
        self,
        group_id: UUID,
        claimed_at: datetime.datetime,
        stay_alive: Callable[[], None],
    ) -> None:
        self.canceled = 0
        self._group_id = group_id
        self._claimed_at = claimed_at
        self._stay_alive = stay_alive
        self._failed: set[UUID] = set()

    def cancel_all(self) -> None:
        """Cancel until no order is left, also of requests that come meanwhile.

        :raises _TakenOverError: another process is at it now.
        """
        while row := self._own().first():
            order_ids = [key for key in row.order_ids if key not in self._failed]
            requestor = _get_requestor(row)
            # Look at the group and at its payments once, not after each order.
            with share_lookups({}), mute_hooks(), cancel_rests_once(requestor):
                for keys in batched(order_ids, _READ_AT_ONCE):
                    orders = _read_orders(keys)
                    for key in keys:
                        self._stay_alive()
                        self._try_to_cancel(key, orders.get(key), requestor)
                # Those too that were canceled before a crash.
                for order in Order.objects.filter(
                    order_group_link__group=self._group_id, status=OrderStatus.CANCELED
                ):
                    cancel_rest(order, requestor)
            if self._end() or not order_ids:
                break

    def end_claim(self) -> None:
        """Let others go on with what is left."""
        self._own().update(claimed_at=None)

    def _try_to_cancel(
        self, order_id: UUID, order: Order | None, requestor: Requestor
    ) -> None:
        try:
            self.canceled += self._cancel(order_id, order, requestor)
        except (_TakenOverError, BrokerError):
            raise
        except Exception:
            logger.exception("Canceling order %s failed.", order_id)
            self._failed.add(order_id)

    def _cancel(
        self, order_id: UUID, order: Order | None, requestor: Requestor
    ) -> bool:
        """Cancel an order, or note why that cannot be; tell whether it was canceled.

        :param order: the order as it was read, if there was one.
        """
        if order is None or order.status == OrderStatus.CANCELED:
            self._take(order_id)
            return False
        try:
            with transaction.atomic():
                # Called by its module: a seam has replaced it there.
                order_actions.cancel_order(
                    order,
                    requestor.user,
                    requestor.app,
                    requestor.manager,
                    Site.objects.get_current().settings,
                )
                if _has_sold_gift_cards(order):
                    deactivate_order_gift_cards(order.pk, requestor.user, requestor.app)
                self._take(order_id)
        except ValidationError as error:
            self._note(order, requestor, " ".join(error.messages))
            return False
        return True

    def _note(self, order: Order, requestor: Requestor, reason: str) -> None:
        """Note that an order was not canceled, unless others canceled or deleted it."""
        with transaction.atomic():
            others = Order.objects.exclude(status=OrderStatus.CANCELED)
            if others.filter(pk=order.pk).exists():
                message = f"The order was not canceled with its purchase: {reason}"
                OrderEvent.objects.create(
                    order=order,
                    type=OrderEvents.NOTE_ADDED,
                    user=requestor.user,
                    app=requestor.app,
                    parameters={"message": message},
                )
            self._take(order.pk)

    def _take(self, order_id: UUID) -> None:
        """Take an order from the row, and say that this process is alive.

        :raises _TakenOverError: another process is at it now.
        """
        rest = Func(
            F("order_ids"),
            Value(order_id, output_field=UUIDField()),
            function="array_remove",
            output_field=ArrayField(UUIDField()),
        )
        now = timezone.now()
        if not self._own().update(order_ids=rest, claimed_at=now):
            raise _TakenOverError
        self._claimed_at = now

    def _end(self) -> bool:
        """Delete the row and tell the end, unless orders are left.

        Return whether it ended.
        """
        with transaction.atomic():
            _lock_group(self._group_id)
            is_done = bool(self._own().filter(order_ids=[]).delete()[0])
            if is_done:
                look_at_end(self._group_id)
        return is_done

    def _own(self) -> QuerySet[GroupCancelation]:
        return GroupCancelation.objects.filter(
            pk=self._group_id, claimed_at=self._claimed_at
        )


def _read_orders(order_ids: Collection[UUID]) -> dict[UUID, Order]:
    orders = Order.objects.select_related("channel", "user", "order_group_link")
    return orders.in_bulk(list(order_ids))


def _has_sold_gift_cards(order: Order) -> bool:
    """Tell whether gift cards were bought with an order: most orders have none."""
    bought = GiftCardEvent.objects.filter(type=GiftCardEvents.BOUGHT)
    return bought.filter(order=order.pk).exists()


def _lock_group(group_id: UUID) -> None:
    """Let nobody begin or end a cancelation of the group beside this transaction."""
    OrderGroup.objects.select_for_update(no_key=True).get(pk=group_id)


def _get_requestor(row: GroupCancelation) -> Requestor:
    user = User.objects.filter(pk=row.user_id).first() if row.user_id else None
    app = App.objects.filter(pk=row.app_id).first() if row.app_id else None
    who = app or user
    manager = get_plugins_manager(
        allow_replica=False, requestor_getter=(lambda: who) if who else None
    )
    return Requestor(manager=manager, user=user, app=app)
