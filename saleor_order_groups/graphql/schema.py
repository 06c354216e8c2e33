"""The queries and mutations that are added to Saleor's."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
    DOC_CATEGORY_PRODUCTS,
)
from saleor.graphql.core.fields import (
    BaseField,
    FilterConnectionField,
)
from saleor.graphql.core.validators import validate_one_of_args_is_in_query

from .core.connections import filter_and_slice
from .core.descriptions import ADDED_IN_01
from .groups.filters import OrderGroupWhereInput
from .groups.mutations.order_group_cancel import OrderGroupCancel
from .groups.mutations.order_group_charge import OrderGroupCharge
from .groups.mutations.order_group_confirm import OrderGroupConfirm
from .groups.mutations.order_group_refund import OrderGroupRefund
from .groups.mutations.order_group_update import OrderGroupUpdate
from .groups.resolvers import (
    lists_own_groups_alone,
    resolve_order_group,
    resolve_order_groups,
)
from .groups.search import search_order_groups
from .groups.sorters import OrderGroupSortingInput
from .groups.status_pages import slice_nearby
from .groups.total_pages import slice_by_total
from .groups.totals_of_page import TotalsOfPage
from .groups.types.order_group import OrderGroup, OrderGroupCountableConnection
from .groups.updated_pages import slice_by_update
from .sellers.filters import SellerWhereInput
from .sellers.mutations.seller_app_remove import SellerAppRemove
from .sellers.mutations.seller_app_save import SellerAppSave
from .sellers.mutations.seller_assign_products import SellerAssignProducts
from .sellers.mutations.seller_create import SellerCreate
from .sellers.mutations.seller_delete import SellerDelete
from .sellers.mutations.seller_member_remove import SellerMemberRemove
from .sellers.mutations.seller_member_save import SellerMemberSave
from .sellers.mutations.seller_unassign_products import SellerUnassignProducts
from .sellers.mutations.seller_update import SellerUpdate
from .sellers.resolvers import get_visible_sellers, resolve_seller
from .sellers.search import search_sellers
from .sellers.sorters import SellerSortingInput
from .sellers.types import Seller, SellerCountableConnection


class Queries:
    order_group = BaseField(
        OrderGroup,
        id=graphene.Argument(graphene.ID, description="ID of an order group."),
        number=graphene.Argument(
            graphene.String,
            description="Number of an order group. Requires MANAGE_ORDERS or OWNER.",
        ),
        external_reference=graphene.Argument(
            graphene.String,
            description=(
                "External ID of an order group. Requires MANAGE_ORDERS or OWNER."
            ),
        ),
        description=(
            "Look up an order group by ID, number or external reference. Null if it "
            "does not exist or the requestor may not see it. It is visible to its "
            "customer, to staff with MANAGE_ORDERS and access to its channel, and to "
            "apps with MANAGE_ORDERS. The group of a guest is also visible to anybody "
            "who has its ID." + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_ORDERS,
    )
    order_groups = FilterConnectionField(
        OrderGroupCountableConnection,
        where=OrderGroupWhereInput(
            description="Where filtering options for order groups."
        ),
        sort_by=OrderGroupSortingInput(description="Sort order groups."),
        search=graphene.String(
            description=(
                "Search order groups by their number, with or without a leading #, and "
                "by the data that `orders` are searched by. Customers search their own "
                "groups by numbers, email addresses and names. At most 10 words and "
                "100 characters."
            )
        ),
        description=(
            "List of order groups, newest first by default. Apps with MANAGE_ORDERS "
            "see all groups. Staff with MANAGE_ORDERS see groups of the channels that "
            "they may access. Customers see their own groups.\n\nRequires one of the "
            "following permissions: AUTHENTICATED_USER, MANAGE_ORDERS." + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_ORDERS,
    )
    seller = BaseField(
        Seller,
        id=graphene.Argument(graphene.ID, description="ID of a seller."),
        slug=graphene.Argument(graphene.String, description="Slug of a seller."),
        external_reference=graphene.Argument(
            graphene.String, description="External ID of a seller."
        ),
        description=(
            "Look up a seller by ID, slug or external reference. Inactive sellers are "
            "visible with MANAGE_PRODUCTS." + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_PRODUCTS,
    )
    sellers = FilterConnectionField(
        SellerCountableConnection,
        where=SellerWhereInput(description="Where filtering options for sellers."),
        sort_by=SellerSortingInput(description="Sort sellers."),
        search=graphene.String(
            description=(
                "Search sellers by name, slug and external reference. At most 10 words "
                "and 100 characters."
            )
        ),
        description=(
            "List of sellers. Inactive sellers are visible with MANAGE_PRODUCTS."
            + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_PRODUCTS,
    )

    @staticmethod
    def resolve_order_group(
        _root, info: ResolveInfo, *, id=None, number=None, external_reference=None
    ):
        validate_one_of_args_is_in_query(
            "id", id, "number", number, "external_reference", external_reference
        )
        return resolve_order_group(info, id, number, external_reference)

    @staticmethod
    def resolve_order_groups(_root, info: ResolveInfo, **kwargs):
        are_few = lists_own_groups_alone(info)
        groups = search_order_groups(
            resolve_order_groups(info), kwargs.get("search"), are_few=are_few
        )
        connection = filter_and_slice(
            groups,
            info,
            kwargs,
            OrderGroupCountableConnection,
            shortcuts=(slice_nearby,)
            if are_few
            else (slice_nearby, slice_by_update, slice_by_total),
        )
        # `User.orderGroups` does without it: there a data loader reads the totals for
        # all users.
        TotalsOfPage([edge.node for edge in connection.edges], groups.db)
        return connection

    @staticmethod
    def resolve_seller(
        _root, info: ResolveInfo, *, id=None, slug=None, external_reference=None
    ):
        validate_one_of_args_is_in_query(
            "id", id, "slug", slug, "external_reference", external_reference
        )
        return resolve_seller(info, id, slug, external_reference)

    @staticmethod
    def resolve_sellers(_root, info: ResolveInfo, **kwargs):
        sellers = search_sellers(get_visible_sellers(info), kwargs.get("search"))
        return filter_and_slice(sellers, info, kwargs, SellerCountableConnection)


class Mutations:
    order_group_confirm = OrderGroupConfirm.Field()
    order_group_cancel = OrderGroupCancel.Field()
    order_group_charge = OrderGroupCharge.Field()
    order_group_refund = OrderGroupRefund.Field()
    order_group_update = OrderGroupUpdate.Field()
    seller_create = SellerCreate.Field()
    seller_update = SellerUpdate.Field()
    seller_delete = SellerDelete.Field()
    seller_assign_products = SellerAssignProducts.Field()
    seller_unassign_products = SellerUnassignProducts.Field()
    seller_member_save = SellerMemberSave.Field()
    seller_member_remove = SellerMemberRemove.Field()
    seller_app_save = SellerAppSave.Field()
    seller_app_remove = SellerAppRemove.Field()
