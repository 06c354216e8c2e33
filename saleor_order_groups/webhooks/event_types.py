"""Add the plugin's events to Saleor's asynchronous webhook events."""

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ..models import OrderGroupEventType

# When each event is sent.
DESCRIPTIONS: dict[OrderGroupEventType, str] = {
    OrderGroupEventType.CREATED: "A checkout is completed into an order group.",
    OrderGroupEventType.UPDATED: (
        "A status of an order group has changed, also back, without another event of "
        "the group; or the group was updated."
    ),
    OrderGroupEventType.CONFIRMED: "All live orders of an order group are confirmed.",
    OrderGroupEventType.FULLY_PAID: "An order group is fully paid.",
    OrderGroupEventType.FULFILLED: "All live orders of an order group are fulfilled.",
    OrderGroupEventType.REFUNDED: "An amount of an order group was refunded.",
    OrderGroupEventType.FULLY_REFUNDED: (
        "An amount of an order group was refunded, and nothing is charged any more."
    ),
    OrderGroupEventType.CANCELLED: "The last live order of an order group is canceled.",
    OrderGroupEventType.EXPIRED: "All orders of an order group have expired.",
}

_ENUMS_MODULE = "saleor.graphql.webhook.enums"


def get_event_name(event_type: str) -> str:
    """Return the name of the webhook event.

    Saleor derives the subscription's GraphQL type and its root field from it: for
    order_group_created they are OrderGroupCreated and orderGroupCreated.
    """
    return f"order_group_{event_type}"


def get_event_type(name: str) -> OrderGroupEventType:
    """Return the type of the webhook event with this name."""
    return OrderGroupEventType(name.removeprefix(get_event_name("")))


def get_type_name(event_type: str) -> str:
    """Return the name of the subscription's GraphQL type, as Saleor derives it."""
    return "".join(map(str.capitalize, get_event_name(event_type).split("_")))


EVENT_NAMES = tuple(get_event_name(each.value) for each in OrderGroupEventType)

SHARES_UPDATED = "transaction_shares_updated"
SHARES_UPDATED_DESCRIPTION = (
    "Shares of a transaction's events have begun, ended or changed: an app that pays "
    "sellers reads them again."
)

SELLER_ORDER_CREATED = "seller_order_created"
SELLER_ORDER_UPDATED = "seller_order_updated"
# Sent to the apps that are linked to the order's seller, and to nobody else.
SELLER_ORDER_DESCRIPTIONS = {
    SELLER_ORDER_CREATED: "An order of a seller was placed.",
    SELLER_ORDER_UPDATED: "An order of a seller has changed.",
}


def register_event_types() -> None:
    """Add the events before Saleor's GraphQL enums copy the list of events.

    It runs while Django imports the models. Only in that phase can the events be
    imported while their enums are not built yet. Registering twice does nothing.

    :raises ImproperlyConfigured: another plugin has such an event, or the enums exist
        already.
    """
    from saleor.webhook.event_types import WebhookEventAsyncType

    for name, event in _get_events().items():
        known = WebhookEventAsyncType.EVENT_MAP.get(name)
        if known == event:
            continue
        if known is not None:
            raise ImproperlyConfigured(
                f"Saleor or another plugin already has an event {name}."
            )
        if _ENUMS_MODULE in sys.modules:
            raise ImproperlyConfigured(
                f"{_ENUMS_MODULE} was imported before the models of "
                f"saleor_order_groups: its enums would lack {name.upper()}. An app or "
                "a settings file imports it too early."
            )
        # Saleor's class body derived CHOICES, PERMISSIONS and ALL from EVENT_MAP when
        # it ran, so the event is added to each of them.
        WebhookEventAsyncType.EVENT_MAP[name] = event
        WebhookEventAsyncType.CHOICES.append((name, event["name"]))
        WebhookEventAsyncType.PERMISSIONS[name] = event["permission"]
        WebhookEventAsyncType.ALL.append(name)
        setattr(WebhookEventAsyncType, name.upper(), name)


def _get_events() -> dict[str, dict[str, Any]]:
    """Return what Saleor stores of each event, by the event's name."""
    from saleor.permission.enums import OrderPermissions, PaymentPermissions

    def describe(name: str, permission: Any, *, is_deferred: bool) -> dict[str, Any]:
        return {
            "name": name.replace("_", " ").capitalize(),
            "permission": permission,
            "is_deferred_payload": is_deferred,
        }

    # As for ORDER_CREATED: a worker builds the payload, and the customer does not wait.
    # The tasks that send the others run in a worker already.
    manage_orders = OrderPermissions.MANAGE_ORDERS
    handle_payments = PaymentPermissions.HANDLE_PAYMENTS
    return {
        name: describe(name, manage_orders, is_deferred=True) for name in EVENT_NAMES
    } | {
        SHARES_UPDATED: describe(SHARES_UPDATED, handle_payments, is_deferred=False),
        # No permission of the shop: the link to the seller takes its place.
        **{
            name: describe(name, None, is_deferred=False)
            for name in SELLER_ORDER_DESCRIPTIONS
        },
    }
