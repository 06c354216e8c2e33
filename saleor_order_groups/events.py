"""What happens after commit: Saleor's own order events, then the group's."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from saleor.core.utils.events import call_event
from saleor.order.actions import order_created
from saleor.order.notifications import send_order_confirmation

from .models import OrderGroup
from .placement import Completion, PlacedOrder
from .webhooks.order_group_events import trigger_order_group_created


def announce_orders(completion: Completion, placed: Sequence[PlacedOrder]) -> None:
    """Fire for each order what Saleor fires for one, once the transaction commits."""
    redirect_url = completion.checkout.redirect_url
    for placed_order in placed:
        order_info = placed_order.get_order_info()
        transaction.on_commit(
            partial(
                order_created,
                order_info=order_info,
                user=completion.user,
                app=completion.app,
                manager=completion.manager,
                site_settings=completion.site_settings,
                automatic=completion.is_automatic,
            )
        )
        transaction.on_commit(
            partial(
                send_order_confirmation, order_info, redirect_url, completion.manager
            )
        )


def announce_group(completion: Completion, group: OrderGroup) -> None:
    """Send ORDER_GROUP_CREATED once the transaction commits."""
    call_event(
        trigger_order_group_created, group, requestor=completion.app or completion.user
    )
