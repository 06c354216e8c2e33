"""What a member or an app may do."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import BaseObjectType, NonNullList

from ....access.scope import Access
from ....models import Seller
from ...core.descriptions import ADDED_IN_01
from ...sellers.enums import SellerRightEnum
from ..enums import SellerCustomerDataEnum
from ..settings import ChannelSettings, fetch_settings_of_all_channels


class SellerName(BaseObjectType):
    id = graphene.ID(required=True, description="ID of the seller.")
    slug = graphene.String(required=True, description="Slug of the seller.")
    name = graphene.String(required=True, description="Name of the seller.")

    class Meta:
        description = "A seller's name and slug, and nothing more." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_id(root: Seller, _info: ResolveInfo):
        return graphene.Node.to_global_id("Seller", root.pk)


class SellerChannelCustomerData(BaseObjectType):
    channel_slug = graphene.String(required=True, description="Slug of the channel.")
    data = NonNullList(
        SellerCustomerDataEnum,
        required=True,
        description="What sellers may see of customers in this channel.",
    )

    class Meta:
        description = "What one channel lets sellers see of customers." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_channel_slug(root: ChannelSettings, _info: ResolveInfo):
        return root.channel_slug

    @staticmethod
    def resolve_data(root: ChannelSettings, _info: ResolveInfo):
        return root.config.seller_customer_data


class SellerAccess(BaseObjectType):
    seller = graphene.Field(SellerName, required=True, description="The seller.")
    is_active = graphene.Boolean(
        required=True,
        description=(
            "False while the seller may not sell; its orders stay readable and can be "
            "fulfilled."
        ),
    )
    rights = NonNullList(
        SellerRightEnum,
        required=True,
        description="What the caller may do besides reading.",
    )
    customer_data = NonNullList(
        SellerChannelCustomerData,
        required=True,
        description="What the channels let a seller see of customers.",
    )

    class Meta:
        description = (
            "What the caller may do for one seller, as a member (user) or a linked app."
            + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_is_active(root: Access, _info: ResolveInfo):
        return root.seller.is_active

    @staticmethod
    def resolve_rights(root: Access, _info: ResolveInfo):
        return sorted(root.rights)

    @staticmethod
    def resolve_customer_data(_root: Access, info: ResolveInfo):
        return fetch_settings_of_all_channels(info)
