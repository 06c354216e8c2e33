"""Add ORDER_GROUP_CREATED to Saleor's asynchronous webhook events."""

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Saleor derives three names of one event from one another: the event type, the
# subscription's GraphQL type OrderGroupCreated and its root field orderGroupCreated.
ORDER_GROUP_CREATED = "order_group_created"
ORDER_GROUP_CREATED_DISPLAY_NAME = "Order group created"

_ENUMS_MODULE = "saleor.graphql.webhook.enums"


def register_event_types() -> None:
    """Add the event before Saleor's GraphQL enums copy the list of events.

    It runs while Django imports the models. Only in that phase can the events be
    imported while their enums are not built yet. Registering twice does nothing.

    :raises ImproperlyConfigured: another plugin has this event, or the enums exist
        already.
    """
    from saleor.permission.enums import OrderPermissions
    from saleor.webhook.event_types import WebhookEventAsyncType

    event: dict[str, Any] = {
        "name": ORDER_GROUP_CREATED_DISPLAY_NAME,
        "permission": OrderPermissions.MANAGE_ORDERS,
        # As for ORDER_CREATED: a worker builds the payload, and the customer does not
        # wait.
        "is_deferred_payload": True,
    }
    known = WebhookEventAsyncType.EVENT_MAP.get(ORDER_GROUP_CREATED)
    if known == event:
        return
    if known is not None:
        raise ImproperlyConfigured(
            f"Saleor or another plugin already has an event {ORDER_GROUP_CREATED}."
        )
    if _ENUMS_MODULE in sys.modules:
        raise ImproperlyConfigured(
            f"{_ENUMS_MODULE} was imported before the models of saleor_order_groups: "
            f"its enums would lack {ORDER_GROUP_CREATED.upper()}. An app or a settings "
            "file imports it too early."
        )
    # Saleor's class body derived CHOICES, PERMISSIONS and ALL from EVENT_MAP when it
    # ran, so the event is added to each of them.
    WebhookEventAsyncType.EVENT_MAP[ORDER_GROUP_CREATED] = event
    WebhookEventAsyncType.CHOICES.append((ORDER_GROUP_CREATED, event["name"]))
    WebhookEventAsyncType.PERMISSIONS[ORDER_GROUP_CREATED] = event["permission"]
    WebhookEventAsyncType.ALL.append(ORDER_GROUP_CREATED)
    setattr(WebhookEventAsyncType, "ORDER_GROUP_CREATED", ORDER_GROUP_CREATED)
