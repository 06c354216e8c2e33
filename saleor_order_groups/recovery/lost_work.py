"""Do Saleor's own work on new orders that a crash has cut off.

After a split checkout the plugin does for each order what Saleor does for one: rows
(the timeline, the customer's number of orders, gift cards), webhooks and mails. The
rows of an order are written in one transaction, so that its timeline tells whether they
exist: they are written once. Webhooks and mails are sent at least once.

Nothing of a purchase of one seller is done again: there Saleor does the work itself.
"""

import datetime
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib.sites.models import Site
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from saleor.account.models import User
from saleor.app.models import App
from saleor.order import OrderEvents
from saleor.order.fetch import OrderInfo, fetch_order_info
from saleor.order.models import Order, OrderEvent
from saleor.webhook.event_types import WebhookEventAsyncType

from ..config import Confirmation, get_config
from ..groups.confirmation import send_group_confirmation
from ..host.internals import (
    call_order_event,
    order_created,
    send_order_confirmation,
    send_payment_confirmation,
)
from ..host.webhook_lookups import share_lookups
from ..lifecycle.look import look_after_commit, mute_hooks
from ..lifecycle.placement import lock_and_find_placed
from ..models import OrderGroup, OrderGroupEvent, OrderGroupEventType, OrderGroupOrder

if TYPE_CHECKING:
    from saleor.plugins.manager import PluginsManager

logger = logging.getLogger(__name__)

# How long the process that has placed the orders may take for the work.
PATIENCE = datetime.timedelta(minutes=5)


def find_lost_work(before: datetime.datetime) -> QuerySet[OrderGroup]:
    """Return the groups placed before a time with orders that were not announced.

    A process of an earlier version writes no CREATED, and does not say what it has
    announced.
    """
    unannounced = OrderGroupOrder.objects.filter(announced_at=None).order_by()
    return OrderGroup.objects.filter(
        pk__in=unannounced.values("group_id"),
        created_at__lt=before,
        events__type=OrderGroupEventType.CREATED,
    )


def do_again(group: OrderGroup, manager: "PluginsManager") -> bool:
    """Do the work that is missing for the orders of a group, then look at the group.

    Return whether an order was announced.

    An order whose work fails again is not tried a third time, so that its customer is
    not mailed each minute. Without a broker nothing was sent, and it is tried again.

    :raises BrokerError: there is no broker.
    """
    created = OrderGroupEvent.objects.get(group=group, type=OrderGroupEventType.CREATED)
    parameters = created.parameters
    redirect_url = parameters.get("redirect_url")
    links = list(
        group.order_links.filter(announced_at=None)
        .select_related("order__channel", "order__user")
        .order_by("position")
    )
    with share_lookups({}), mute_hooks():
        for link in links:
            with _logging_failures(f"Order #{link.order.number} was not announced."):
                _do_again(link.order, parameters, manager)
        if links and _is_confirmed_as_a_group(links[0].order, manager):
            with _logging_failures(f"Group #{group.number} was not confirmed."):
                send_group_confirmation(group, redirect_url, manager)
        OrderGroupOrder.objects.filter(pk__in=[link.pk for link in links]).update(
            announced_at=timezone.now()
        )
    look_after_commit(group.pk)
    return bool(links)


@contextmanager
def _logging_failures(message: str) -> Iterator[None]:
    """Log a failure in the block.

    :raises BrokerError: there is no broker.
    """
    try:
        yield
    except BrokerError:
        raise
    except Exception:
        logger.exception(message)


def _do_again(order: Order, parameters: dict, manager: "PluginsManager") -> None:
    order_info = fetch_order_info(order)
    with transaction.atomic():
        is_placed = lock_and_find_placed(order)
        if not is_placed:
            order_created(
                order_info,
                user=_find(User, parameters.get("user_id")),
                app=_find(App, parameters.get("app_id")),
                manager=manager,
                site_settings=Site.objects.get_current().settings,
                automatic=bool(parameters.get("automatic")),
            )
    if is_placed:
        _send_again(order_info, manager)
    send_order_confirmation(order_info, parameters.get("redirect_url"), manager)


def _send_again(order_info: OrderInfo, manager: "PluginsManager") -> None:
    """Send the webhooks and mails that follow the rows; write no row."""
    order = order_info.order
    types = set(OrderEvent.objects.filter(order=order).values_list("type", flat=True))
    names = [WebhookEventAsyncType.ORDER_CREATED]
    if OrderEvents.ORDER_FULLY_PAID in types:
        names += [
            WebhookEventAsyncType.ORDER_PAID,
            WebhookEventAsyncType.ORDER_FULLY_PAID,
            WebhookEventAsyncType.ORDER_UPDATED,
        ]
        if order_info.customer_email:
            send_payment_confirmation(order_info, manager)
    if OrderEvents.CONFIRMED in types:
        names.append(WebhookEventAsyncType.ORDER_CONFIRMED)
    for name in names:
        call_order_event(manager, name, order)


def _is_confirmed_as_a_group(order: Order, manager: "PluginsManager") -> bool:
    config = get_config(order.channel.slug, manager)
    return config.confirmation == Confirmation.GROUP


def _find[Model: (User, App)](model: type[Model], key: int | None) -> Model | None:
    return model.objects.filter(pk=key).first() if key else None
