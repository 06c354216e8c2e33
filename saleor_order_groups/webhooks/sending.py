"""Send the plugin's events to the webhooks that subscribe to them."""

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from saleor.account.models import User
from saleor.app.models import App
from saleor.webhook.event_types import WebhookEventAsyncType
from saleor.webhook.utils import get_webhooks_for_event

from ..groups.channels import get_channel
from ..host.internals import (
    filter_webhooks_for_channel,
    get_webhooks_for_multiple_events,
    trigger_webhooks_async,
)
from .event_types import EVENT_NAMES, SHARES_UPDATED, get_event_name
from .payloads import (
    generate_event_payload,
    generate_seller_order_payload,
    generate_shares_payload,
)

if TYPE_CHECKING:
    from ..models import OrderGroupEvent, OrderGroupOrder, SharesUpdate


def trigger_order_group_event(
    event: "OrderGroupEvent", requestor: User | App | None
) -> None:
    """Send an event to every webhook that listens to its type and its group's channel.

    Call it after the commit: a worker builds the payloads from the database.
    """
    name = get_event_name(event.type)
    webhooks = get_webhooks_for_event(name)
    if not webhooks:
        return
    channel = get_channel(event.group)
    webhooks = filter_webhooks_for_channel(webhooks, channel.slug) if channel else []
    if not webhooks:
        return
    trigger_webhooks_async(
        None,
        name,
        webhooks,
        subscribable_object=event,
        requestor=requestor,
        legacy_data_generator=partial(generate_event_payload, event, requestor),
        queue=settings.ORDER_WEBHOOK_EVENTS_CELERY_QUEUE_NAME,
    )


def is_any_heard(names: Collection[str]) -> bool:
    """Tell whether a webhook listens to an event of these names in any channel."""
    # All names are looked up, so that `share_lookups` finds them once.
    webhooks = get_webhooks_for_multiple_events((*EVENT_NAMES, SHARES_UPDATED))
    return any(webhooks[name] for name in (*names, WebhookEventAsyncType.ANY))


def trigger_shares_updated(update: "SharesUpdate") -> None:
    """Send an update of a transaction's shares to every webhook that listens to it.

    Call it after the commit.
    """
    webhooks = get_webhooks_for_event(SHARES_UPDATED)
    if not webhooks:
        return
    trigger_webhooks_async(
        None,
        SHARES_UPDATED,
        webhooks,
        subscribable_object=update,
        requestor=None,
        legacy_data_generator=partial(
            generate_shares_payload, update.transaction, update.event_ids
        ),
        queue=settings.ORDER_WEBHOOK_EVENTS_CELERY_QUEUE_NAME,
    )


def trigger_seller_order(
    link: "OrderGroupOrder", name: str, app_ids: Collection[int]
) -> None:
    """Send an event of a seller's order to the webhooks of these apps that listen to it.

    Call it after the commit. The event has no issuing principal: who has changed the
    order may be the customer.
    """
    webhooks = get_webhooks_for_event(name, apps_ids=list(app_ids)) if app_ids else []
    if not webhooks:
        return
    trigger_webhooks_async(
        None,
        name,
        webhooks,
        subscribable_object=link,
        requestor=None,
        legacy_data_generator=partial(generate_seller_order_payload, link),
        queue=settings.ORDER_WEBHOOK_EVENTS_CELERY_QUEUE_NAME,
    )
