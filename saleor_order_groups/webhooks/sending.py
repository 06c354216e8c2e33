"""Send ORDER_GROUP_CREATED to the webhooks that subscribe to it."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from saleor.account.models import User
from saleor.app.models import App
from saleor.webhook.utils import get_webhooks_for_event

from ..groups.channels import get_channel
from ..host.internals import filter_webhooks_for_channel, trigger_webhooks_async
from .event_types import ORDER_GROUP_CREATED
from .payloads import generate_order_group_payload

if TYPE_CHECKING:
    from saleor.webhook.models import Webhook

    from ..models import OrderGroup

T_REQUESTOR = User | App | None


def trigger_order_group_created(
    group: "OrderGroup",
    requestor: T_REQUESTOR,
    webhooks: "Iterable[Webhook] | None" = None,
) -> None:
    """Send ORDER_GROUP_CREATED to every webhook that listens to the group's channel.

    Call it after the commit: a worker builds the payloads from the database.

    :param webhooks: the webhooks of the event; None looks them up.
    """
    if webhooks is None:
        webhooks = get_webhooks_for_event(ORDER_GROUP_CREATED)
    if not webhooks:
        return
    channel = get_channel(group)
    webhooks = filter_webhooks_for_channel(webhooks, channel.slug) if channel else []
    if not webhooks:
        return
    trigger_webhooks_async(
        None,
        ORDER_GROUP_CREATED,
        webhooks,
        subscribable_object=group,
        requestor=requestor,
        legacy_data_generator=partial(generate_order_group_payload, group, requestor),
        queue=settings.ORDER_WEBHOOK_EVENTS_CELERY_QUEUE_NAME,
    )
