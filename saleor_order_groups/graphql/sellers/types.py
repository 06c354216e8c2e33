"""The types of the seller and its connection."""

from uuid import UUID

import graphene
from graphene import relay
from saleor.graphql.account.types import UserCountableConnection
from saleor.graphql.channel.dataloaders.by_self import ChannelBySlugLoader
from saleor.graphql.channel.utils import get_default_channel_slug_or_graphql_error
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import (
    CountableConnection,
    create_connection_slice,
    create_connection_slice_for_sync_webhook_control_context,
)
from saleor.graphql.core.context import ChannelContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.federation import (
    federated_entity,
    resolve_federation_references,
)
from saleor.graphql.core.fields import BaseField, ConnectionField, PermissionsField
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import ModelObjectType, NonNullList
from saleor.graphql.meta.types import ObjectWithMetadata
from saleor.graphql.order.types import OrderCountableConnection
from saleor.graphql.product.types import ProductCountableConnection
from saleor.graphql.shipping.types import ShippingMethodType
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.permission.enums import (
    AccountPermissions,
    AppPermission,
    OrderPermissions,
    PaymentPermissions,
    ProductPermissions,
    ShippingPermissions,
)
from saleor.permission.utils import has_one_of_permissions

from ... import models
from ..core.access import require_all
from ..core.descriptions import ADDED_IN_01
from .access_types import SellerApp, SellerMember
from .dataloaders import (
    AppsBySellerIdLoader,
    MembersBySellerIdLoader,
    ShippingMethodsBySellerIdLoader,
)
from .resolvers import (
    get_visible_sellers,
    may_read_all_products,
    resolve_seller_customers,
    resolve_seller_orders,
    resolve_seller_products,
)


@federated_entity("id")
class Seller(ModelObjectType[models.Seller]):
    id = graphene.GlobalID(required=True, description="ID of the seller.")
    slug = graphene.String(required=True, description="Slug of the seller.")
    name = graphene.String(required=True, description="Name of the seller.")
    is_active = graphene.Boolean(
        required=True,
        description=(
            "Whether the seller's goods can be bought. An inactive seller is hidden "
            "from `seller` and `sellers`, and shown wherever a product, order or "
            "group refers to it."
        ),
    )
    external_reference = graphene.String(description="External ID of the seller.")
    payout_reference = PermissionsField(
        graphene.String,
        description="The payment provider's name for the seller, such as an account.",
        permissions=[
            PaymentPermissions.HANDLE_PAYMENTS,
            ProductPermissions.MANAGE_PRODUCTS,
        ],
    )
    created_at = DateTime(
        required=True, description="Date and time when the seller was created."
    )
    updated_at = DateTime(
        required=True, description="Date and time when the seller was last changed."
    )
    products = ConnectionField(
        ProductCountableConnection,
        channel=graphene.String(
            description="Slug of a channel for which the data should be returned."
        ),
        description=(
            "Products that the seller sells in the channel, or without a channel in "
            "any channel where order groups are active. Only products that `products` "
            "shows are included."
        ),
    )
    orders = ConnectionField(
        OrderCountableConnection,
        description=(
            "Orders of the seller. Staff see orders of the channels that they may "
            "access."
        ),
        permissions=[OrderPermissions.MANAGE_ORDERS],
    )
    customers = ConnectionField(
        UserCountableConnection,
        description="Customers who bought from the seller.",
        permissions=[AccountPermissions.MANAGE_USERS],
    )
    shipping_methods = PermissionsField(
        NonNullList(ShippingMethodType),
        description=(
            "Shipping methods that are assigned to the seller. Methods without a "
            "seller are offered for all sellers."
        ),
        permissions=[ShippingPermissions.MANAGE_SHIPPING],
    )
    has_access = graphene.Boolean(
        description=(
            "Whether members and apps of the seller see its orders. Null without "
            "MANAGE_ORDERS or MANAGE_USERS: sellers are public."
        )
    )
    members = BaseField(
        NonNullList(SellerMember),
        description=(
            "Accounts that work on the seller's orders, in the order in which they "
            "became members.\n\nRequires MANAGE_ORDERS and MANAGE_USERS."
        ),
    )
    apps = BaseField(
        NonNullList(SellerApp),
        description=(
            "Apps that work on the seller's orders, in the order in which they were "
            "linked.\n\nRequires MANAGE_ORDERS and MANAGE_APPS."
        ),
    )

    class Meta:
        description = "A seller whose products the shop sells." + ADDED_IN_01
        interfaces = [relay.Node, ObjectWithMetadata]
        model = models.Seller
        doc_category = DOC_CATEGORY_PRODUCTS

    @staticmethod
    def resolve_products(
        root: models.Seller, info: ResolveInfo, *, channel=None, **kwargs
    ):
        def with_channel(channel_instance):
            products = resolve_seller_products(
                info, root, channel_instance, is_limited=is_limited
            )
            kwargs["channel"] = products.channel_slug
            return create_connection_slice(
                products, info, kwargs, ProductCountableConnection
            )

        is_limited = channel is not None
        if channel is None and not may_read_all_products(info):
            channel = get_default_channel_slug_or_graphql_error(
                info.context.allow_replica
            )
        if channel is None:
            return with_channel(None)
        return ChannelBySlugLoader(info.context).load(str(channel)).then(with_channel)

    @staticmethod
    def resolve_orders(root: models.Seller, info: ResolveInfo, **kwargs):
        return create_connection_slice_for_sync_webhook_control_context(
            resolve_seller_orders(info, root),
            info,
            kwargs,
            OrderCountableConnection,
            allow_sync_webhooks=False,
        )

    @staticmethod
    def resolve_customers(root: models.Seller, info: ResolveInfo, **kwargs):
        return create_connection_slice(
            resolve_seller_customers(info, root), info, kwargs, UserCountableConnection
        )

    @staticmethod
    def resolve_shipping_methods(root: models.Seller, info: ResolveInfo):
        def in_context(methods):
            return [ChannelContext(method, channel_slug=None) for method in methods]

        loader = ShippingMethodsBySellerIdLoader(info.context)
        return loader.load(root.pk).then(in_context)

    @staticmethod
    def resolve_has_access(root: models.Seller, info: ResolveInfo):
        requestor = get_user_or_app_from_context(info.context)
        permissions = [OrderPermissions.MANAGE_ORDERS, AccountPermissions.MANAGE_USERS]
        may_know = has_one_of_permissions(requestor, permissions)
        return root.has_access if may_know else None

    @staticmethod
    def resolve_members(root: models.Seller, info: ResolveInfo):
        require_all(
            info.context,
            [OrderPermissions.MANAGE_ORDERS, AccountPermissions.MANAGE_USERS],
        )
        return MembersBySellerIdLoader(info.context).load(root.pk)

    @staticmethod
    def resolve_apps(root: models.Seller, info: ResolveInfo):
        require_all(
            info.context, [OrderPermissions.MANAGE_ORDERS, AppPermission.MANAGE_APPS]
        )
        return AppsBySellerIdLoader(info.context).load(root.pk)

    @classmethod
    def get_node(cls, _info: ResolveInfo, id: str | UUID) -> models.Seller | None:
        try:
            return super().get_node(_info, UUID(str(id)))
        except ValueError:
            # Saleor accepts an integer as a well-formed key.
            return None

    @staticmethod
    def __resolve_references(roots: list["Seller"], info: ResolveInfo):
        return resolve_federation_references(Seller, roots, get_visible_sellers(info))


class SellerCountableConnection(CountableConnection):
    class Meta:
        description = "Represents a connection to a list of sellers." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
        node = Seller
