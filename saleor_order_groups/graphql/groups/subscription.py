"""The events of groups in Saleor's subscriptions and its event descriptions.

This module imports Saleor's GraphQL types. It must therefore not be imported before the
apps are ready.
"""

import datetime
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ImproperlyConfigured

# Imported first: most other entry points into Saleor's GraphQL modules are circular.
from saleor.graphql.webhook import subscription_types  # isort: skip
from promise import Promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import get_database_connection_name
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.fields import BaseField
from saleor.graphql.core.types import SubscriptionObjectType
from saleor.graphql.webhook.enums import WEBHOOK_EVENT_DESCRIPTION
from saleor.webhook import payloads as saleor_payloads

from ... import models
from ...models import OrderGroupEventType
from ...webhooks.event_types import (
    DESCRIPTIONS,
    EVENT_NAMES,
    get_event_name,
    get_event_type,
    get_type_name,
)
from ...webhooks.payloads import generate_event_payload
from ..core.descriptions import ADDED_IN_01
from .dataloaders import OrderGroupByIdLoader
from .types.order_group import OrderGroup
from .types.order_group_event import OrderGroupEvent

SAMPLE_GROUP_ID = UUID("00000000-0000-4000-8000-000000000001")
SAMPLE_EVENT_ID = UUID("00000000-0000-4000-8000-000000000002")
SAMPLE_TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)

type Root = tuple[str, models.OrderGroupEvent | models.OrderGroup]


class OrderGroupEventBase(graphene.AbstractType):
    """The fields that the subscription types of all events share.

    Saleor passes the event of a real webhook, and the group of `webhookDryRun` and
    `webhookTrigger`.
    """

    order_group = graphene.Field(
        OrderGroup, description="The order group, as it is when the webhook is sent."
    )
    group_event = graphene.Field(
        OrderGroupEvent,
        description=(
            "The event, as it was recorded. For a dry run or a trigger, the group's last "
            "event of this type; null if there is none."
        ),
    )

    @staticmethod
    def resolve_order_group(
        root: Root, info: ResolveInfo
    ) -> "models.OrderGroup | Promise[models.OrderGroup | None]":
        _, subject = root
        if isinstance(subject, models.OrderGroup):
            return subject
        return OrderGroupByIdLoader(info.context).load(subject.group_id)

    @staticmethod
    def resolve_group_event(
        root: Root, info: ResolveInfo
    ) -> models.OrderGroupEvent | None:
        event_name, subject = root
        if isinstance(subject, models.OrderGroupEvent):
            return subject
        using = get_database_connection_name(info.context)
        events = models.OrderGroupEvent.objects.using(using).filter(
            group=subject.pk, type=get_event_type(event_name)
        )
        return events.order_by("sequence").last()


def _build_type(event_type: OrderGroupEventType) -> type[SubscriptionObjectType]:
    description = "Event sent when: " + DESCRIPTIONS[event_type] + ADDED_IN_01
    meta = {
        "root_type": "OrderGroup",
        "enable_dry_run": True,
        "interfaces": (subscription_types.Event,),
        "description": description,
        "doc_category": DOC_CATEGORY_ORDERS,
    }
    return type(
        get_type_name(event_type.value),
        (SubscriptionObjectType, OrderGroupEventBase),
        {"Meta": type("Meta", (), meta), "__module__": __name__},
    )


TYPES = {get_event_name(each.value): _build_type(each) for each in OrderGroupEventType}


def extend_subscriptions() -> None:
    """Add the events' types, root fields, descriptions and sample payloads.

    It must run before Saleor builds its schema. Running it twice has no further effect.

    :raises ImproperlyConfigured: Saleor or another plugin has such an event already.
    """
    types_map = subscription_types.WEBHOOK_TYPES_MAP
    fields = subscription_types.Subscription._meta.fields
    if all(types_map.get(name) is each for name, each in TYPES.items()):
        return
    for event_type in OrderGroupEventType:
        name = get_event_name(event_type.value)
        if name in types_map or name in fields:
            raise ImproperlyConfigured(
                f"Saleor or another plugin already has a subscription {name}."
            )
        subscription_type = TYPES[name]
        description = subscription_type._meta.description
        # Extend both maps: the second is a copy of the first, merged with the sync
        # events.
        subscription_types.ASYNC_WEBHOOK_TYPES_MAP[name] = subscription_type
        types_map[name] = subscription_type
        fields[name] = BaseField(
            subscription_type,
            description=description,
            resolver=subscription_types.default_channel_filterable_resolver,
            channels=subscription_types.channels_argument,
            doc_category=DOC_CATEGORY_ORDERS,
        )
        WEBHOOK_EVENT_DESCRIPTION[name] = DESCRIPTIONS[event_type] + ADDED_IN_01
    _extend_sample_payloads()


def _extend_sample_payloads() -> None:
    """Extend `webhookSamplePayload`: Saleor has one function for all its samples."""
    original: Callable[[str], Any] = saleor_payloads.generate_sample_payload

    def generate_sample_payload(event_name: str) -> Any:
        if event_name not in EVENT_NAMES:
            return original(event_name)
        # The sample is not a real group: the requestor may have no access to its
        # channel, and the ID of a guest's group is a secret.
        event = models.OrderGroupEvent(
            pk=SAMPLE_EVENT_ID,
            group_id=SAMPLE_GROUP_ID,
            sequence=1,
            type_sequence=1,
            type=get_event_type(event_name),
            created_at=SAMPLE_TIME,
        )
        return json.loads(generate_event_payload(event))

    setattr(saleor_payloads, "generate_sample_payload", generate_sample_payload)
