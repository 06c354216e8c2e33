"""Build the payload of a webhook without a subscription query."""

import json
from typing import TYPE_CHECKING

import graphene
from saleor.core.utils.json_serializer import CustomJsonEncoder
from saleor.webhook import traced_payload_generator
from saleor.webhook.payload_helpers import generate_meta, generate_requestor

if TYPE_CHECKING:
    from saleor.plugins.base_plugin import RequestorOrLazyObject

    from ..models import OrderGroup


@traced_payload_generator
def generate_order_group_payload(
    group: "OrderGroup", requestor: "RequestorOrLazyObject | None" = None
) -> str:
    """Return the group's global ID and Saleor's `meta` as JSON.

    There is no older format to keep: an app that needs more fields writes a
    subscription query.
    """
    return json.dumps(
        {
            "id": graphene.Node.to_global_id("OrderGroup", group.pk),
            "meta": generate_meta(requestor_data=generate_requestor(requestor)),
        },
        cls=CustomJsonEncoder,
    )
