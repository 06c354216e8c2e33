"""The fields and mutations that are added to Saleor's checkouts."""

import graphene
from saleor.graphql.channel.dataloaders.by_checkout import ChannelByCheckoutIDLoader
from saleor.graphql.checkout.utils import prevent_sync_event_circular_query
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.tracing import traced_resolver

from ..core.descriptions import ADDED_IN_01
from ..sellers.dataloaders import (
    SellerByVariantAndChannelLoader,
)
from ..sellers.types import Seller
from .mutations.checkout_seller_delivery_methods_update import (
    CheckoutSellerDeliveryMethodsUpdate,
)
from .preview import resolve_order_group_preview
from .types.preview import OrderGroupPreview


class CheckoutFields:
    order_group_preview = graphene.Field(
        OrderGroupPreview,
        description=(
            "The orders that the checkout will be split into if it completes in its "
            "current state. Null if the checkout is empty or order groups are not "
            "active in its channel." + ADDED_IN_01
        ),
    )

    @staticmethod
    @traced_resolver
    @prevent_sync_event_circular_query
    def resolve_order_group_preview(root, info: ResolveInfo):
        return resolve_order_group_preview(root, info)


class CheckoutLineFields:
    seller = graphene.Field(
        Seller,
        description=(
            "The seller of the line; null for the shop's own goods." + ADDED_IN_01
        ),
    )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        def with_channel(channel):
            loader = SellerByVariantAndChannelLoader(info.context)
            return loader.load((root.node.variant_id, channel.slug))

        channels = ChannelByCheckoutIDLoader(info.context)
        return channels.load(root.node.checkout_id).then(with_channel)


class SellerDeliveryMutations:
    checkout_seller_delivery_methods_update = (
        CheckoutSellerDeliveryMethodsUpdate.Field()
    )
