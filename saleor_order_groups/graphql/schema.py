"""What is grafted onto Saleor's own types."""

import graphene
from saleor.graphql.channel.dataloaders.by_checkout import ChannelByCheckoutIDLoader
from saleor.graphql.checkout.utils import prevent_sync_event_circular_query
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
    DOC_CATEGORY_PRODUCTS,
)
from saleor.graphql.core.fields import (
    BaseField,
    FilterConnectionField,
)
from saleor.graphql.core.tracing import traced_resolver
from saleor.graphql.core.validators import validate_one_of_args_is_in_query
from saleor.graphql.order.dataloaders import OrderByIdLoader
from saleor.graphql.order.types import Order

from .connections import TotalsOfPage, filter_and_slice
from .dataloaders import (
    OrderGroupByOrderIdLoader,
    SellerByOrderIdLoader,
    SellerByProductAndChannelLoader,
    SellerByVariantAndChannelLoader,
)
from .descriptions import ADDED_IN_01
from .filters import OrderGroupWhereInput, SellerWhereInput
from .mutations import (
    OrderGroupUpdate,
    SellerAssignProducts,
    SellerCreate,
    SellerDelete,
    SellerUnassignProducts,
    SellerUpdate,
)
from .preview import resolve_order_group_preview
from .resolvers import (
    get_visible_sellers,
    lists_own_groups_alone,
    resolve_order_group,
    resolve_order_groups,
    resolve_seller,
    resolve_user_order_groups,
)
from .search import search_order_groups, search_sellers
from .sorters import OrderGroupSortingInput, SellerSortingInput
from .types import (
    OrderGroup,
    OrderGroupCountableConnection,
    OrderGroupPreview,
    Seller,
    SellerCountableConnection,
)


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
            "Look up an order group by ID, number or external reference. Null when it "
            "does not exist or is not the requestor's to see: its customer, staff with "
            "MANAGE_ORDERS in the channels that they may access, and apps with "
            "MANAGE_ORDERS see it, and whoever holds the ID of a guest's group."
            + ADDED_IN_01
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
                "by what `orders` are searched by. Customers search their own groups by "
                "numbers, email addresses and names. At most 10 words and 100 "
                "characters."
            )
        ),
        description=(
            "List of order groups, newest first unless sorted. Apps with MANAGE_ORDERS see every "
            "group, staff with MANAGE_ORDERS those of the channels that they may "
            "access, customers their own.\n\nRequires one of the following "
            "permissions: AUTHENTICATED_USER, MANAGE_ORDERS." + ADDED_IN_01
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
            "seen with MANAGE_PRODUCTS." + ADDED_IN_01
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
            "List of sellers. Inactive ones are seen with MANAGE_PRODUCTS."
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
        groups = search_order_groups(
            resolve_order_groups(info),
            kwargs.get("search"),
            are_few=lists_own_groups_alone(info),
        )
        connection = filter_and_slice(
            groups, info, kwargs, OrderGroupCountableConnection
        )
        # Not of `User.orderGroups`: there a data loader reads those of all users at once.
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
    order_group_update = OrderGroupUpdate.Field()
    seller_create = SellerCreate.Field()
    seller_update = SellerUpdate.Field()
    seller_delete = SellerDelete.Field()
    seller_assign_products = SellerAssignProducts.Field()
    seller_unassign_products = SellerUnassignProducts.Field()


class OrderFields:
    order_group = graphene.Field(
        OrderGroup, description="The group that the order belongs to." + ADDED_IN_01
    )
    seller = graphene.Field(
        Seller,
        description=(
            "Who sold the order; null for the shop's own goods. Fixed when the "
            "checkout completes. A replacement order has the seller of the order that "
            "it replaces." + ADDED_IN_01
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
            "Who sold the line when it was placed, whoever sells the product today; "
            "null for the shop's own goods." + ADDED_IN_01
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
            "The customer's order groups, newest first unless sorted; staff see those "
            "of the channels that they may access.\n\nRequires one of the following "
            "permissions: OWNER, MANAGE_ORDERS." + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_ORDERS,
    )

    @staticmethod
    def resolve_order_groups(root, info: ResolveInfo, **kwargs):
        groups = resolve_user_order_groups(info, root)
        return filter_and_slice(groups, info, kwargs, OrderGroupCountableConnection)


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


class ProductFields:
    seller = graphene.Field(
        Seller,
        description="Who sells the product; null for the shop's own." + ADDED_IN_01,
    )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        loader = SellerByProductAndChannelLoader(info.context)
        return loader.load((root.node.pk, root.channel_slug))


class ProductVariantFields:
    seller = graphene.Field(
        Seller,
        description="Who sells the variant; null for the shop's own." + ADDED_IN_01,
    )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        loader = SellerByProductAndChannelLoader(info.context)
        return loader.load((root.node.product_id, root.channel_slug))


class CheckoutFields:
    order_group_preview = graphene.Field(
        OrderGroupPreview,
        description=(
            "How the checkout will be split if it completes as it stands: what "
            "completion then places. Null for an empty checkout and where order "
            "groups are not active." + ADDED_IN_01
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
        description="Who sells the line; null for the shop's own." + ADDED_IN_01,
    )

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        def with_channel(channel):
            loader = SellerByVariantAndChannelLoader(info.context)
            return loader.load((root.node.variant_id, channel.slug))

        channels = ChannelByCheckoutIDLoader(info.context)
        return channels.load(root.node.checkout_id).then(with_channel)
