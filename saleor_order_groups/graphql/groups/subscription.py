"""The event ORDER_GROUP_CREATED in Saleor's subscriptions and its event descriptions.

This module imports Saleor's GraphQL types. It must therefore not be imported before the
apps are ready.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ImproperlyConfigured

# Imported first: most other entry points into Saleor's GraphQL modules are circular.
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

    It must run before Saleor builds its schema. Running it twice has no further effect.

    :raises ImproperlyConfigured: Saleor or another plugin has the event already.
    """
    types_map = subscription_types.WEBHOOK_TYPES_MAP
    if types_map.get(ORDER_GROUP_CREATED) is OrderGroupCreated:
        return
    fields = subscription_types.Subscription._meta.fields
    if ORDER_GROUP_CREATED in types_map or FIELD_NAME in fields:
        raise ImproperlyConfigured(
            f"Saleor or another plugin already has a subscription {FIELD_NAME}."
        )
    # Extend both maps: the second is a copy of the first, merged with the sync events.
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
    """Extend `webhookSamplePayload`: Saleor has one function for all its samples."""
    original: Callable[[str], Any] = saleor_payloads.generate_sample_payload

    def generate_sample_payload(event_name: str) -> Any:
        if event_name != ORDER_GROUP_CREATED:
            return original(event_name)
        # The sample is not a real group: the requestor may have no access to its
        # channel, and the ID of a guest's group is a secret.
        group = OrderGroupModel(pk=SAMPLE_ID, number=1)
        return json.loads(generate_order_group_payload(group))

    setattr(saleor_payloads, "generate_sample_payload", generate_sample_payload)
