"""Build the payloads of webhooks without a subscription query."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import graphene
from saleor.core.utils.json_serializer import CustomJsonEncoder
from saleor.webhook import traced_payload_generator
from saleor.webhook.payload_helpers import generate_meta, generate_requestor

if TYPE_CHECKING:
    from saleor.payment.models import TransactionItem
    from saleor.plugins.base_plugin import RequestorOrLazyObject

    from ..models import OrderGroupEvent, OrderGroupOrder


@traced_payload_generator
def generate_event_payload(
    event: "OrderGroupEvent", requestor: "RequestorOrLazyObject | None" = None
) -> str:
    """Return the group's global ID, the event and Saleor's `meta` as JSON.

    There is no older format to keep: an app that needs more fields writes a
    subscription query.
    """
    return json.dumps(
        {
            "id": graphene.Node.to_global_id("OrderGroup", event.group_id),
            "event": {
                "id": graphene.Node.to_global_id("OrderGroupEvent", event.pk),
                "sequence": event.sequence,
                "type": event.type.upper(),
                "createdAt": event.created_at,
            },
            "meta": generate_meta(requestor_data=generate_requestor(requestor)),
        },
        cls=CustomJsonEncoder,
    )


@traced_payload_generator
def generate_shares_payload(
    transaction: "TransactionItem", event_ids: Sequence[int]
) -> str:
    """Return the global IDs of a transaction and its events, and `meta`, as JSON."""
    return json.dumps(
        {
            "id": graphene.Node.to_global_id("TransactionItem", transaction.token),
            "events": [
                graphene.Node.to_global_id("TransactionEvent", pk) for pk in event_ids
            ],
            "meta": generate_meta(requestor_data=generate_requestor(None)),
        },
        cls=CustomJsonEncoder,
    )


@traced_payload_generator
def generate_seller_order_payload(link: "OrderGroupOrder") -> str:
    """Return the global ID of a seller's order, and `meta`, as JSON."""
    return json.dumps(
        {
            "id": graphene.Node.to_global_id("SellerOrder", link.pk),
            "meta": generate_meta(requestor_data=generate_requestor(None)),
        },
        cls=CustomJsonEncoder,
    )
