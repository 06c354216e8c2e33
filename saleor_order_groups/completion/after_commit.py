"""Fire Saleor's events of each order after the commit, then the group's event."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar

from django.db import transaction
from saleor.core.utils.events import call_event
from saleor.order.models import Order

from ..config import Confirmation, OrderGroupsConfig
from ..groups.confirmation import send_group_confirmation
from ..host.internals import order_created, send_order_confirmation
from ..host.webhook_lookups import Lookups, share_lookups
from ..models import OrderGroup
from ..webhooks.sending import trigger_order_group_created
from .context import Completion, PlacedOrder

_announced: ContextVar[PlacedOrder | None] = ContextVar("announced", default=None)


def announce_orders(completion: Completion, placed: Sequence[PlacedOrder]) -> None:
    """Fire for each order the events that Saleor fires for one, after the commit.

    A failure is logged; the other orders' events are still fired.
    """
    redirect_url = completion.checkout.redirect_url
    lookups: Lookups = {}
    for placed_order in placed:
        order_info = placed_order.get_order_info()
        _call_after_commit(
            lookups,
            placed_order,
            order_created,
            order_info=order_info,
            user=completion.user,
            app=completion.app,
            manager=completion.manager,
            site_settings=completion.site_settings,
            automatic=completion.is_automatic,
        )
        _call_after_commit(
            lookups,
            placed_order,
            send_order_confirmation,
            order_info,
            redirect_url,
            completion.manager,
        )


def find_announced(order: Order) -> PlacedOrder | None:
    """Return the placed order while Saleor fires the events that follow its creation.

    The lines and gift cards that were made with it need not be read again then. None
    for any other order.
    """
    placed = _announced.get()
    return placed if placed and placed.order is order else None


def _call_after_commit(
    lookups: Lookups, placed: PlacedOrder | None, function: Callable, *args, **kwargs
) -> None:
    # Not a partial: Django logs a failure with the function's name.
    def call() -> None:
        token = _announced.set(placed)
        try:
            with share_lookups(lookups):
                function(*args, **kwargs)
        finally:
            _announced.reset(token)

    transaction.on_commit(call, robust=True)


def announce_group(
    completion: Completion, group: OrderGroup, config: OrderGroupsConfig
) -> None:
    """Send ORDER_GROUP_CREATED after the commit.

    In a channel that confirms the group as a whole, send the customer's confirmation
    too.
    """
    call_event(
        trigger_order_group_created, group, requestor=completion.app or completion.user
    )
    if config.confirmation == Confirmation.GROUP:
        _call_after_commit(
            {},
            None,
            send_group_confirmation,
            group,
            completion.checkout.redirect_url,
            completion.manager,
        )
