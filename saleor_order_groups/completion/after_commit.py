"""Do after the commit what Saleor does for one order, for each order of the group.

Then look at the group, which records and announces its events. `recovery` does again
what a crash has cut off.
"""

import datetime
from collections.abc import Callable, Collection, Sequence
from contextvars import ContextVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from saleor.order.fetch import OrderInfo
from saleor.order.models import Order

from ..config import Confirmation, OrderGroupsConfig
from ..groups.confirmation import send_group_confirmation
from ..host.internals import order_created, send_order_confirmation
from ..host.order_events import insert_together
from ..host.webhook_lookups import Lookups, share_lookups
from ..lifecycle.look import look_after_placement, mute_hooks
from ..lifecycle.placement import lock_and_find_placed
from ..lifecycle.records import mark_announced, record_created
from ..models import OrderGroup
from .context import Completion, PlacedOrder

# The sweep takes a process for dead after `recovery.lost_work.PATIENCE`.
LATE = datetime.timedelta(minutes=2)

_announced: ContextVar[PlacedOrder | None] = ContextVar("announced", default=None)


def record_placement(completion: Completion, group: OrderGroup) -> None:
    """Record the group's first event, in the transaction that places the orders."""
    record_created(
        [group],
        completion.app or completion.user,
        automatic=completion.is_automatic,
        redirect_url=completion.checkout.redirect_url,
    )


def announce_orders(completion: Completion, placed: Sequence[PlacedOrder]) -> set[UUID]:
    """Fire for each order the events that Saleor fires for one, after the commit.

    A failure is logged; the other orders' events are still fired. Return a set that
    will hold the orders that failed.
    """
    redirect_url = completion.checkout.redirect_url
    lookups: Lookups = {}
    failed: set[UUID] = set()
    started = timezone.now()

    def is_late() -> bool:
        return timezone.now() - started > LATE

    for placed_order in placed:
        order_info = placed_order.get_order_info()
        _call_after_commit(
            lookups,
            failed,
            placed_order,
            _create_rows,
            is_late=is_late,
            order_info=order_info,
            user=completion.user,
            app=completion.app,
            manager=completion.manager,
            site_settings=completion.site_settings,
            automatic=completion.is_automatic,
        )
        _call_after_commit(
            lookups,
            failed,
            placed_order,
            send_order_confirmation,
            order_info=order_info,
            redirect_url=redirect_url,
            manager=completion.manager,
        )
    return failed


def find_announced(order: Order) -> PlacedOrder | None:
    """Return the placed order while Saleor fires the events that follow its creation.

    The lines and gift cards that were made with it need not be read again then. None
    for any other order.
    """
    placed = _announced.get()
    return placed if placed and placed.order is order else None


def announce_group(
    completion: Completion,
    group: OrderGroup,
    config: OrderGroupsConfig,
    first_order: Order,
    failed: Collection[UUID] | None,
) -> None:
    """Announce the group's events after the commit.

    In a channel that confirms the group as a whole, send the customer's confirmation
    first.

    :param failed: the orders whose own events could not be fired; None if Saleor fires
        them.
    """
    if config.confirmation == Confirmation.GROUP:
        _call_after_commit(
            {},
            set(),
            None,
            send_group_confirmation,
            group=group,
            redirect_url=completion.checkout.redirect_url,
            manager=completion.manager,
        )
    if failed is not None:
        transaction.on_commit(lambda: mark_announced(group.pk, failed), robust=True)
    look_after_placement(group.pk, first_order.pk)


def _create_rows(
    *, is_late: Callable[[], bool], order_info: OrderInfo, **kwargs
) -> None:
    """Let Saleor write all rows of a new order, or none, and fire its events.

    `recovery` counts and records no order twice. If this process is so late that a
    sweep may have taken it for dead, it looks first whether that has done the work.
    """
    with transaction.atomic():
        if is_late() and lock_and_find_placed(order_info.order):
            return
        with insert_together():
            order_created(order_info=order_info, **kwargs)


def _call_after_commit(
    lookups: Lookups,
    failed: set[UUID],
    placed: PlacedOrder | None,
    function: Callable,
    **kwargs,
) -> None:
    # Not a partial: Django logs a failure with the function's name.
    def call() -> None:
        token = _announced.set(placed)
        try:
            with share_lookups(lookups), mute_hooks():
                function(**kwargs)
        except Exception:
            if placed:
                failed.add(placed.order.pk)
            raise
        finally:
            _announced.reset(token)

    transaction.on_commit(call, robust=True)
