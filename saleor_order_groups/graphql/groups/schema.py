"""The fields of groups that are added to Saleor's types."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
)
from saleor.graphql.core.fields import (
    FilterConnectionField,
)
from saleor.graphql.order.dataloaders import OrderByIdLoader
from saleor.graphql.order.types import Order

from ..core.connections import filter_and_slice
from ..core.descriptions import ADDED_IN_01
from ..sellers.types import Seller
from .dataloaders import OrderGroupByOrderIdLoader, SellerByOrderIdLoader
from .filters import OrderGroupWhereInput
from .resolvers import (
    resolve_user_order_groups,
)
from .sorters import OrderGroupSortingInput
from .status_pages import slice_nearby
from .types.order_group import OrderGroup, OrderGroupCountableConnection


class OrderFields:
    order_group = graphene.Field(
        OrderGroup, description="The group that the order belongs to." + ADDED_IN_01
    )
    seller = graphene.Field(
        Seller,
        description=(
            "The seller of the order; null for the shop's own goods. It is fixed when "
            "the checkout completes. A replacement order has the seller of the order "
            "that it replaces." + ADDED_IN_01
        ),
    )

    @staticmethod
    def resolve_order_group(root, info: ResolveInfo):
        return OrderGroupByOrderIdLoader(info.context).load(root.node.pk)

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        return SellerByOrderIdLoader(info.context).load(root.node.pk)


class OrderLineFields:
    order = graphene.Field(
        Order, description="The order that the line belongs to." + ADDED_IN_01
    )
    seller = graphene.Field(
        Seller,
        description=(
            "The seller of the line when it was placed, even if the product has "
            "another seller today; null for the shop's own goods." + ADDED_IN_01
        ),
    )

    @staticmethod
    def resolve_order(root, info: ResolveInfo):
        return (
            OrderByIdLoader(info.context)
            .load(root.node.order_id)
            .then(
                lambda order: SyncWebhookControlContext(
                    order, allow_sync_webhooks=root.allow_sync_webhooks
                )
            )
        )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        return SellerByOrderIdLoader(info.context).load(root.node.order_id)


class UserFields:
    order_groups = FilterConnectionField(
        OrderGroupCountableConnection,
        where=OrderGroupWhereInput(
            description="Where filtering options for order groups."
        ),
        sort_by=OrderGroupSortingInput(description="Sort order groups."),
        description=(
            "The customer's order groups, newest first by default. Staff see groups of "
            "the channels that they may access.\n\nRequires one of the following "
            "permissions: OWNER, MANAGE_ORDERS." + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_ORDERS,
    )

    @staticmethod
    def resolve_order_groups(root, info: ResolveInfo, **kwargs):
        groups = resolve_user_order_groups(info, root)
        return filter_and_slice(
            groups,
            info,
            kwargs,
            OrderGroupCountableConnection,
            shortcuts=[slice_nearby],
        )


class CompletionFields:
    order_group = graphene.Field(
        OrderGroup,
        description=(
            "The group of all orders that were created; `order` is its first order."
            + ADDED_IN_01
        ),
    )

    @staticmethod
    def resolve_order_group(root, info: ResolveInfo):
        if not root.order:
            return None
        return OrderGroupByOrderIdLoader(info.context).load(root.order.node.pk)
