"""The event of changed shares in Saleor's subscriptions."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ImproperlyConfigured

# Imported first: most other entry points into Saleor's GraphQL modules are circular.
from saleor.graphql.webhook import subscription_types  # isort: skip
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import get_database_connection_name
from saleor.graphql.core.doc_category import DOC_CATEGORY_PAYMENTS
from saleor.graphql.core.types import NonNullList, SubscriptionObjectType
from saleor.graphql.payment.types import TransactionEvent, TransactionItem
from saleor.graphql.webhook.enums import WEBHOOK_EVENT_DESCRIPTION
from saleor.payment import models
from saleor.webhook import payloads as saleor_payloads

from ...models import SharesUpdate
from ...payments.amounts import is_divided
from ...webhooks.event_types import SHARES_UPDATED, SHARES_UPDATED_DESCRIPTION
from ...webhooks.payloads import generate_shares_payload
from ..core.descriptions import ADDED_IN_01

SAMPLE_TOKEN = UUID("00000000-0000-4000-8000-000000000003")
SAMPLE_EVENT_ID = 1

type Root = tuple[str, SharesUpdate | models.TransactionItem]


class TransactionSharesUpdated(SubscriptionObjectType):
    """Saleor passes the update of a real webhook, and the transaction of a dry run."""

    transaction = graphene.Field(
        TransactionItem,
        description="The transaction: a group's payment, or that of one order.",
    )
    events = graphene.Field(
        NonNullList(TransactionEvent),
        description=(
            "The events whose shares have changed. For a dry run, all events that have "
            "shares."
        ),
    )

    class Meta:
        root_type = "TransactionItem"
        enable_dry_run = True
        interfaces = (subscription_types.Event,)
        description = "Event sent when: " + SHARES_UPDATED_DESCRIPTION + ADDED_IN_01
        doc_category = DOC_CATEGORY_PAYMENTS

    @staticmethod
    def resolve_transaction(root: Root, _info: ResolveInfo) -> models.TransactionItem:
        _, subject = root
        return subject.transaction if isinstance(subject, SharesUpdate) else subject

    @staticmethod
    def resolve_events(root: Root, info: ResolveInfo) -> list[models.TransactionEvent]:
        _, subject = root
        using = get_database_connection_name(info.context)
        events = models.TransactionEvent.objects.using(using).order_by(
            "created_at", "pk"
        )
        if isinstance(subject, SharesUpdate):
            return list(events.filter(pk__in=subject.event_ids))
        return [each for each in events.filter(transaction=subject) if is_divided(each)]


def extend_subscriptions() -> None:
    """Add the event's type, description and sample payload.

    It must run before Saleor builds its schema. Running it twice has no further effect.

    :raises ImproperlyConfigured: Saleor or another plugin has such an event already.
    """
    types_map = subscription_types.WEBHOOK_TYPES_MAP
    if types_map.get(SHARES_UPDATED) is TransactionSharesUpdated:
        return
    if SHARES_UPDATED in types_map:
        raise ImproperlyConfigured(
            f"Saleor or another plugin already has an event {SHARES_UPDATED}."
        )
    # Extend both maps: the second is a copy of the first, merged with the sync events.
    subscription_types.ASYNC_WEBHOOK_TYPES_MAP[SHARES_UPDATED] = (
        TransactionSharesUpdated
    )
    types_map[SHARES_UPDATED] = TransactionSharesUpdated
    WEBHOOK_EVENT_DESCRIPTION[SHARES_UPDATED] = SHARES_UPDATED_DESCRIPTION + ADDED_IN_01
    _extend_sample_payloads()


def _extend_sample_payloads() -> None:
    """Extend `webhookSamplePayload`; a sample holds made-up values."""
    original: Callable[[str], Any] = saleor_payloads.generate_sample_payload

    def generate_sample_payload(event_name: str) -> Any:
        if event_name != SHARES_UPDATED:
            return original(event_name)
        transaction = models.TransactionItem(token=SAMPLE_TOKEN)
        return json.loads(generate_shares_payload(transaction, [SAMPLE_EVENT_ID]))

    setattr(saleor_payloads, "generate_sample_payload", generate_sample_payload)
