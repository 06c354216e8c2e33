"""The fields of sellers that are added to Saleor's types."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.fields import PermissionsField
from saleor.permission.enums import ProductPermissions

from ..core.descriptions import ADDED_IN_01
from .dataloaders import (
    SellerByProductAndChannelLoader,
    SellerSourceByChannelLoader,
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
    seller_source = PermissionsField(
        graphene.String,
        description=(
            "The rule that says who sells the product in the requested channel: "
            "ASSIGNMENT, METADATA:key or ATTRIBUTE:slug, as in the plugin's "
            "configuration. A product without a seller is the shop's own by this rule."
            + ADDED_IN_01
        ),
        permissions=[ProductPermissions.MANAGE_PRODUCTS],
    )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        loader = SellerByProductAndChannelLoader(info.context)
        return loader.load((root.node.pk, root.channel_slug))

    @staticmethod
    def resolve_seller_source(root, info: ResolveInfo):
        return SellerSourceByChannelLoader(info.context).load(root.channel_slug or "")


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
