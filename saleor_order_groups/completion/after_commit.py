"""Do after the commit what Saleor does for one order, for each order of the group.

Then look at the group, which records and announces its events. `recovery` does again
what a crash has cut off.
"""

import datetime
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from saleor.order.fetch import OrderInfo
from saleor.order.models import Order

from ..config import Confirmation, OrderGroupsConfig
from ..groups.confirmation import send_group_confirmation
from ..host.internals import order_created, send_order_confirmation
from ..host.new_events import write_together
from ..host.webhook_deliveries import deliver_together
from ..host.webhook_lookups import Lookups, share_lookups
from ..lifecycle.look import look_after_placement, mute_hooks
from ..lifecycle.placement import lock_and_find_placed
from ..lifecycle.records import mark_announced, record_created
from ..models import OrderGroup
from .context import Completion, PlacedOrder

# The sweep takes a process for dead after `recovery.lost_work.PATIENCE`.
LATE = datetime.timedelta(minutes=2)

logger = logging.getLogger(__name__)

_announced: ContextVar[Sequence[PlacedOrder]] = ContextVar("announced", default=())


class TakenOverError(Exception):
    """A sweep took this process for dead, and has done some of its work."""


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
    lookups: Lookups = {}
    failed: set[UUID] = set()
    started = timezone.now()

    def is_late() -> bool:
        return timezone.now() - started > LATE

    for orders in _in_transactions(placed):
        _call_after_commit(
            lookups,
            failed,
            orders,
            _create_rows,
            is_late=is_late,
            placed=orders,
            failed=failed,
            user=completion.user,
            app=completion.app,
            manager=completion.manager,
            site_settings=completion.site_settings,
            automatic=completion.is_automatic,
        )
    for each in placed:
        _call_after_commit(
            lookups,
            failed,
            [each],
            send_order_confirmation,
            order_info=each.order_info,
            redirect_url=completion.checkout.redirect_url,
            manager=completion.manager,
        )
    return failed


def _in_transactions(placed: Sequence[PlacedOrder]) -> list[list[PlacedOrder]]:
    """Divide the orders into those whose rows are written in one transaction.

    An order with gift cards has one for itself: it locks stocks or gift cards, which
    other completions may lock in another order.
    """
    together = [each for each in placed if not each.has_gift_cards()]
    alone = [[each] for each in placed if each.has_gift_cards()]
    return [together, *alone] if together else alone


def announce_one_order(order_info: OrderInfo, create: Callable[[], None]) -> None:
    """Let Saleor write the rows of the order that it has created, in one transaction.

    If that fails, the rows that Saleor has made until then are written, and the events
    that it has fired are told, as without the plugin.

    :param create: Saleor's own work on the order after the commit.
    :raises DatabaseError: a statement has failed; no row is written.
    """
    placed = PlacedOrder(order_info.order, None, list(order_info.lines_data), [])
    if placed.has_gift_cards():
        # Their locks are not held until the end of a transaction.
        create()
        return
    failure = None
    token = _announced.set([placed])
    try:
        with transaction.atomic(), write_together():
            try:
                create()
            except DatabaseError:
                # PostgreSQL takes no further statement in this transaction.
                raise
            except Exception as error:
                failure = error
    finally:
        _announced.reset(token)
    if failure:
        raise failure


def find_announced(order: Order) -> PlacedOrder | None:
    """Return the placed order while Saleor fires the events that follow its creation.

    The lines and gift cards that were made with it need not be read again then. None
    for any other order.
    """
    return next((each for each in _announced.get() if each.order is order), None)


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
            [],
            send_group_confirmation,
            group=group,
            redirect_url=completion.checkout.redirect_url,
            manager=completion.manager,
        )
    if failed is not None:
        transaction.on_commit(lambda: mark_announced(group.pk, failed), robust=True)
    look_after_placement(group.pk, first_order.pk)


def _create_rows(
    *,
    is_late: Callable[[], bool],
    placed: Sequence[PlacedOrder],
    failed: set[UUID],
    **kwargs,
) -> None:
    """Let Saleor write all rows of each new order, or none, and fire its events.

    `recovery` counts and records no order twice. If this process is so late that a
    sweep may have taken it for dead, it looks whether that has done some of the work.

    :param failed: the orders that fail are added.
    :raises TakenOverError: the sweep has; no row is written.
    :raises DatabaseError: the sweep does it now, or the database fails; the same.
    """
    hooks: list[tuple[Order, list[Any]]] = []
    with transaction.atomic(), write_together():
        for each in placed:
            with _noting_failure(each.order, failed):
                earlier = len(connection.run_on_commit)
                with transaction.atomic(), write_together():
                    order_created(order_info=each.order_info, **kwargs)
                # Savepoints, hook and robustness; the type stubs know two of them.
                hooks.append((each.order, connection.run_on_commit[earlier:]))
                del connection.run_on_commit[earlier:]
        # What this transaction records is not inserted yet.
        if is_late() and any(_is_placed(each.order) for each in placed):
            raise TakenOverError
        transaction.on_commit(lambda: _run_hooks(hooks, failed))


def _is_placed(order: Order) -> bool:
    # Without waiting: the sweep has locked the order, and may wait for the customer.
    return lock_and_find_placed(order, nowait=True)


def _run_hooks(hooks: Iterable[tuple[Order, list[Any]]], failed: set[UUID]) -> None:
    """Run the commit hooks of each order; a failure keeps nothing from other orders.

    It keeps the order's later hooks from running, unless it is robust, as in Django.
    """
    with deliver_together():
        for order, entries in hooks:
            with _noting_failure(order, failed):
                for _, hook, is_robust in entries:
                    try:
                        hook()
                    except Exception:
                        if not is_robust:
                            raise
                        logger.exception("A hook of order %s failed.", order.number)


@contextmanager
def _noting_failure(order: Order, failed: set[UUID]) -> Iterator[None]:
    try:
        yield
    except Exception:
        failed.add(order.pk)
        logger.exception("Order %s was not announced.", order.number)


def _call_after_commit(
    lookups: Lookups,
    failed: set[UUID],
    placed: Sequence[PlacedOrder],
    function: Callable,
    /,
    **kwargs,
) -> None:
    # Not a partial: Django logs a failure with the function's name.
    def call() -> None:
        token = _announced.set(placed)
        try:
            with share_lookups(lookups), mute_hooks():
                function(**kwargs)
        except Exception:
            failed.update(each.order.pk for each in placed)
            raise
        finally:
            _announced.reset(token)

    transaction.on_commit(call, robust=True)
