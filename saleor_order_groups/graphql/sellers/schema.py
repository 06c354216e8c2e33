"""The fields of sellers that are added to Saleor's types."""

import graphene
from saleor.graphql.core import ResolveInfo

from ..core.descriptions import ADDED_IN_01
from .dataloaders import (
    SellerByProductAndChannelLoader,
)
from .mutations.seller_assign_shipping_methods import SellerAssignShippingMethods
from .mutations.seller_unassign_shipping_methods import SellerUnassignShippingMethods
from .types import Seller


class ProductFields:
    seller = graphene.Field(
        Seller,
        description=(
            "The seller of the product; null for the shop's own goods." + ADDED_IN_01
        ),
    )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        loader = SellerByProductAndChannelLoader(info.context)
        return loader.load((root.node.pk, root.channel_slug))


class ProductVariantFields:
    seller = graphene.Field(
        Seller,
        description=(
            "The seller of the variant; null for the shop's own goods." + ADDED_IN_01
        ),
    )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        loader = SellerByProductAndChannelLoader(info.context)
        return loader.load((root.node.product_id, root.channel_slug))


class SellerShippingMethodMutations:
    seller_assign_shipping_methods = SellerAssignShippingMethods.Field()
    seller_unassign_shipping_methods = SellerUnassignShippingMethods.Field()
