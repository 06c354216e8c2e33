"""The events of sellers' orders in Saleor's subscriptions.

No root type, no sample and no permission: nobody can dry-run or trigger them, and only
webhooks of apps that are linked to the seller are sent to.
"""

import graphene
from django.core.exceptions import ImproperlyConfigured

# Imported first: most other entry points into Saleor's GraphQL modules are circular.
from saleor.graphql.webhook import subscription_types  # isort: skip
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.fields import BaseField
from saleor.graphql.core.types import SubscriptionObjectType
from saleor.graphql.webhook.enums import WEBHOOK_EVENT_DESCRIPTION

from ... import models
from ...webhooks.event_types import SELLER_ORDER_DESCRIPTIONS
from ..core.descriptions import ADDED_IN_01
from .access import select_orders
from .types.order import SellerOrder

type Root = tuple[str, models.OrderGroupOrder]


class SellerOrderEventBase(graphene.AbstractType):
    """The field that both types share."""

    seller_order = graphene.Field(
        SellerOrder,
        description=(
            "The order, as it is when the webhook is sent; null if the app is not linked "
            "to its seller any more."
        ),
    )

    @staticmethod
    def resolve_seller_order(
        root: Root, info: ResolveInfo
    ) -> models.OrderGroupOrder | None:
        _, link = root
        return select_orders(info).filter(pk=link.pk).first()

    @staticmethod
    def resolve_issuing_principal(_root: Root, _info: ResolveInfo) -> None:
        """Return nothing: Saleor's principal would be the customer."""


def _build_type(name: str) -> type[SubscriptionObjectType]:
    meta = {
        "root_type": None,
        "enable_dry_run": False,
        "interfaces": (subscription_types.Event,),
        "description": _describe(name),
        "doc_category": DOC_CATEGORY_ORDERS,
    }
    return type(
        "".join(map(str.capitalize, name.split("_"))),
        (SubscriptionObjectType, SellerOrderEventBase),
        {"Meta": type("Meta", (), meta), "__module__": __name__},
    )


def _describe(name: str) -> str:
    return (
        f"Event sent when: {SELLER_ORDER_DESCRIPTIONS[name]} It is sent to the apps that"
        " are linked to the order's seller, at least once; compare `updatedAt`."
        + ADDED_IN_01
    )


TYPES = {name: _build_type(name) for name in SELLER_ORDER_DESCRIPTIONS}


def extend_subscriptions() -> None:
    """Add the events' types, root fields and descriptions.

    It must run before Saleor builds its schema. Running it twice has no further effect.

    :raises ImproperlyConfigured: Saleor or another plugin has such an event already.
    """
    types_map = subscription_types.WEBHOOK_TYPES_MAP
    fields = subscription_types.Subscription._meta.fields
    if all(types_map.get(name) is each for name, each in TYPES.items()):
        return
    for name, subscription_type in TYPES.items():
        if name in types_map or name in fields:
            raise ImproperlyConfigured(
                f"Saleor or another plugin already has a subscription {name}."
            )
        # Extend both maps: the second is a copy of the first, merged with the sync
        # events.
        subscription_types.ASYNC_WEBHOOK_TYPES_MAP[name] = subscription_type
        types_map[name] = subscription_type
        fields[name] = BaseField(
            subscription_type,
            description=_describe(name),
            resolver=_resolve_root,
            doc_category=DOC_CATEGORY_ORDERS,
        )
        WEBHOOK_EVENT_DESCRIPTION[name] = SELLER_ORDER_DESCRIPTIONS[name] + ADDED_IN_01


def _resolve_root(root, info):
    return subscription_types.default_channel_filterable_resolver(root, info)
