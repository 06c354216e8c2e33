"""The field of a checkout's seller deliveries, and its resolver."""

from promise import Promise
from saleor.checkout.models import Checkout
from saleor.core.db.connection import allow_writer_in_context
from saleor.graphql.checkout.dataloaders import (
    CheckoutInfoByCheckoutTokenLoader,
    CheckoutLinesInfoByCheckoutTokenLoader,
)
from saleor.graphql.checkout.utils import prevent_sync_event_circular_query
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.fields import BaseField
from saleor.graphql.core.tracing import traced_resolver
from saleor.graphql.core.types import NonNullList
from saleor.graphql.core.utils import WebhookEventInfo
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.webhook.event_types import WebhookEventSyncType

from ...delivery import offer
from ...delivery import options as delivery
from ...delivery.eligible_methods import Cart
from ...sellers.partition import partition_lines
from ..core.descriptions import ADDED_IN_01
from .dataloaders import (
    DeliveryChoicesByCheckoutIdLoader,
    DeliveryMethodsByCartLoader,
    ExcludedMethodsByCheckoutIdLoader,
)
from .sellers import load_checkout_sellers
from .types.seller_delivery import CheckoutSellerDelivery


def resolve_seller_deliveries(
    root: SyncWebhookControlContext[Checkout], info: ResolveInfo
) -> Promise[list[SyncWebhookControlContext[delivery.SellerDelivery]]]:
    """Return a delivery for each partition; none if the plugin is not active."""

    def with_checkout(data):
        checkout_info, lines = data

        def with_sellers(sellers):
            if sellers is None:
                return []
            partitions = partition_lines(lines, sellers)
            return _find(root, info, Cart(checkout_info, lines, partitions))

        return load_checkout_sellers(info, checkout_info, lines).then(with_sellers)

    token = root.node.token
    return Promise.all(
        [
            CheckoutInfoByCheckoutTokenLoader(info.context).load(token),
            CheckoutLinesInfoByCheckoutTokenLoader(info.context).load(token),
        ]
    ).then(with_checkout)


def _find(root, info: ResolveInfo, cart: Cart):
    token = root.node.token

    def with_methods(data):
        methods, choices, excluded_ids = data
        found = delivery.make_deliveries(cart.partitions, methods, choices)
        if not root.allow_sync_webhooks:
            return [one.without(excluded_ids) for one in found]
        requestor = get_user_or_app_from_context(info.context)
        with allow_writer_in_context(info.context):
            return offer.ask_apps(cart.checkout_info, found, requestor)

    def in_context(found):
        return [
            SyncWebhookControlContext(one, allow_sync_webhooks=root.allow_sync_webhooks)
            for one in found
        ]

    excluded = ExcludedMethodsByCheckoutIdLoader(info.context)
    return (
        Promise.all(
            [
                DeliveryMethodsByCartLoader(info.context).load(cart),
                DeliveryChoicesByCheckoutIdLoader(info.context).load(token),
                None if root.allow_sync_webhooks else excluded.load(token),
            ]
        )
        .then(with_methods)
        .then(in_context)
    )


class SellerDeliveryFields:
    """The field that is added to Saleor's Checkout."""

    seller_deliveries = BaseField(
        NonNullList(CheckoutSellerDelivery),
        required=True,
        description=(
            "The delivery options of each seller's goods, in the order of the "
            "resulting orders. Empty if order groups are not active in the channel."
            + ADDED_IN_01
        ),
        webhook_events_info=[
            WebhookEventInfo(
                type=WebhookEventSyncType.CHECKOUT_FILTER_SHIPPING_METHODS,
                description="Triggered to filter the sellers' shipping methods.",
            ),
        ],
    )

    @staticmethod
    @traced_resolver
    @prevent_sync_event_circular_query
    def resolve_seller_deliveries(root, info: ResolveInfo):
        return resolve_seller_deliveries(root, info)
