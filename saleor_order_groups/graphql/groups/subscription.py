"""ORDER_GROUP_CREATED in Saleor's subscriptions and in what it says about events.

Imported while the apps get ready and not before: it imports Saleor's GraphQL types.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ImproperlyConfigured

# First: most other entries into Saleor's GraphQL modules are circular.
from saleor.graphql.webhook import subscription_types  # isort: skip
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.fields import BaseField
from saleor.graphql.core.types import SubscriptionObjectType
from saleor.graphql.webhook.enums import WEBHOOK_EVENT_DESCRIPTION
from saleor.webhook import payloads as saleor_payloads

from ...models import OrderGroup as OrderGroupModel
from ...webhooks.event_types import ORDER_GROUP_CREATED
from ...webhooks.payloads import generate_order_group_payload
from ..core.descriptions import ADDED_IN_01
from .types.order_group import OrderGroup

FIELD_NAME = ORDER_GROUP_CREATED
SAMPLE_ID = UUID("00000000-0000-4000-8000-000000000001")


class OrderGroupCreated(SubscriptionObjectType):
    order_group = graphene.Field(
        OrderGroup, description="The order group the event relates to."
    )

    class Meta:
        root_type = "OrderGroup"
        enable_dry_run = True
        interfaces = (subscription_types.Event,)
        description = (
            "Event sent when a checkout completes into an order group." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_order_group(
        root: tuple[str, OrderGroupModel], _info: ResolveInfo
    ) -> OrderGroupModel:
        _, order_group = root
        return order_group


def extend_subscriptions() -> None:
    """Add the event's type, root field, description and sample payload.

    Before Saleor builds its schema. Extending twice does nothing.
    """
    types_map = subscription_types.WEBHOOK_TYPES_MAP
    if types_map.get(ORDER_GROUP_CREATED) is OrderGroupCreated:
        return
    fields = subscription_types.Subscription._meta.fields
    if ORDER_GROUP_CREATED in types_map or FIELD_NAME in fields:
        raise ImproperlyConfigured(
            f"Saleor or another plugin already has a subscription {FIELD_NAME}."
        )
    # Two maps: the second is a copy of the first, merged with the synchronous events.
    subscription_types.ASYNC_WEBHOOK_TYPES_MAP[ORDER_GROUP_CREATED] = OrderGroupCreated
    types_map[ORDER_GROUP_CREATED] = OrderGroupCreated
    fields[FIELD_NAME] = BaseField(
        OrderGroupCreated,
        description=(
            "Event sent when a checkout completes into an order group." + ADDED_IN_01
        ),
        resolver=subscription_types.default_channel_filterable_resolver,
        channels=subscription_types.channels_argument,
        doc_category=DOC_CATEGORY_ORDERS,
    )
    WEBHOOK_EVENT_DESCRIPTION[ORDER_GROUP_CREATED] = (
        "A checkout is completed into an order group." + ADDED_IN_01
    )
    _extend_sample_payloads()


def _extend_sample_payloads() -> None:
    """Give `webhookSamplePayload` a sample; Saleor has one chain of ifs for all events."""
    original: Callable[[str], Any] = saleor_payloads.generate_sample_payload

    def generate_sample_payload(event_name: str) -> Any:
        if event_name != ORDER_GROUP_CREATED:
            return original(event_name)
        # Of no real group: whoever asks may have no access to its channel, and the ID
        # of a guest's group is a secret.
        group = OrderGroupModel(pk=SAMPLE_ID, number=1)
        return json.loads(generate_order_group_payload(group))

    setattr(saleor_payloads, "generate_sample_payload", generate_sample_payload)
