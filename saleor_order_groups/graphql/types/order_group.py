from uuid import UUID

import graphene
from graphene import relay
from prices import Money as PricesMoney
from prices import TaxedMoney as PricesTaxedMoney
from saleor.core.prices import quantize_price
from saleor.graphql.account.dataloaders import UserByUserIdLoader
from saleor.graphql.account.types import User
from saleor.graphql.account.utils import check_is_owner_or_has_one_of_perms
from saleor.graphql.channel.dataloaders.by_self import ChannelByIdLoader
from saleor.graphql.channel.types import Channel
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import CountableConnection
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.federation import (
    federated_entity,
    resolve_federation_references,
)
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import ModelObjectType, Money, NonNullList, TaxedMoney
from saleor.graphql.meta.types import ObjectWithMetadata
from saleor.graphql.order.enums import OrderAuthorizeStatusEnum, OrderChargeStatusEnum
from saleor.graphql.order.types import Order
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.permission.auth_filters import AuthorizationFilters
from saleor.permission.enums import (
    AccountPermissions,
    OrderPermissions,
    PaymentPermissions,
)

from ... import models
from ..dataloaders import (
    OrderLinksByGroupIdLoader,
    OrdersByGroupIdLoader,
    SellersByGroupIdLoader,
    TotalsByGroupLoader,
)
from ..descriptions import ADDED_IN_01
from ..enums import OrderGroupFulfillmentStatusEnum, OrderGroupStatusEnum
from ..resolvers import get_readable_groups
from .seller import Seller


@federated_entity("id")
class OrderGroup(ModelObjectType[models.OrderGroup]):
    id = graphene.GlobalID(required=True, description="ID of the order group.")
    number = graphene.String(
        required=True,
        description="Human-readable number from the groups' own sequence.",
    )
    created_at = DateTime(
        required=True, description="Date and time when the group was created."
    )
    updated_at = DateTime(
        required=True,
        description="Date and time when the group or one of its orders last changed.",
    )
    user = graphene.Field(
        User,
        description=(
            "The customer; null for a guest or a deleted account. Requires one of the "
            f"following permissions: {AccountPermissions.MANAGE_USERS.name}, "
            f"{OrderPermissions.MANAGE_ORDERS.name}, "
            f"{PaymentPermissions.HANDLE_PAYMENTS.name}, "
            f"{AuthorizationFilters.OWNER.name}."
        ),
    )
    user_email = graphene.String(description="Email address of the customer.")
    channel = graphene.Field(
        Channel,
        required=True,
        description="Channel through which the orders were placed.",
    )
    checkout_id = graphene.ID(
        description="ID of the checkout that the group was created from."
    )
    orders = NonNullList(
        Order,
        required=True,
        description=(
            "One order for each seller: the shop's own goods first, then by the "
            "seller's slug when the orders were placed."
        ),
    )
    sellers = NonNullList(
        Seller,
        required=True,
        description="The distinct sellers of the orders, in the same order.",
    )
    seller_count = graphene.Int(
        required=True,
        description=(
            "Number of distinct sellers, the shop itself counted as one where it "
            "sells something here."
        ),
    )
    total = graphene.Field(
        TaxedMoney,
        required=True,
        description=(
            "Sum of the orders' current totals, after gift cards, without canceled and "
            "expired orders unless all are."
        ),
    )
    undiscounted_total = graphene.Field(
        TaxedMoney,
        required=True,
        description="Sum of the orders' undiscounted totals, of the orders in `total`.",
    )
    subtotal = graphene.Field(
        TaxedMoney,
        required=True,
        description="Sum of the orders' subtotals, of the orders in `total`.",
    )
    shipping_price = graphene.Field(
        TaxedMoney,
        required=True,
        description="Sum of the orders' shipping prices, of the orders in `total`.",
    )
    placed_total = graphene.Field(
        TaxedMoney,
        required=True,
        description=(
            "Sum of the orders' totals as placed, after gift cards. It never changes."
        ),
    )
    total_authorized = graphene.Field(
        Money,
        required=True,
        description="Amount authorized for all orders, canceled ones too.",
    )
    total_charged = graphene.Field(
        Money,
        required=True,
        description="Amount charged for all orders, canceled ones too.",
    )
    status = OrderGroupStatusEnum(
        required=True, description="Status derived from those of the orders."
    )
    fulfillment_status = OrderGroupFulfillmentStatusEnum(
        required=True, description="How much of the group's goods went out."
    )
    charge_status = OrderChargeStatusEnum(
        required=True, description="Charge status derived from those of the orders."
    )
    authorize_status = OrderAuthorizeStatusEnum(
        required=True, description="Authorize status derived from those of the orders."
    )

    class Meta:
        description = (
            "The orders, one for each seller, that came out of one checkout."
            + ADDED_IN_01
        )
        interfaces = [relay.Node, ObjectWithMetadata]
        model = models.OrderGroup
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_number(root: models.OrderGroup, _info: ResolveInfo):
        return str(root.number)

    @staticmethod
    def resolve_updated_at(root: models.OrderGroup, info: ResolveInfo):
        return (
            OrdersByGroupIdLoader(info.context)
            .load(root.pk)
            .then(
                lambda orders: max(
                    [root.updated_at, *(order.updated_at for order in orders)]
                )
            )
        )

    @staticmethod
    def resolve_user(root: models.OrderGroup, info: ResolveInfo):
        def check_and_return(user):
            check_is_owner_or_has_one_of_perms(
                get_user_or_app_from_context(info.context),
                user,
                AccountPermissions.MANAGE_USERS,
                OrderPermissions.MANAGE_ORDERS,
                PaymentPermissions.HANDLE_PAYMENTS,
            )
            return user

        if not root.user_id:
            return None
        return (
            UserByUserIdLoader(info.context).load(root.user_id).then(check_and_return)
        )

    @staticmethod
    def resolve_user_email(root: models.OrderGroup, info: ResolveInfo):
        if root.user_email or not root.user_id:
            return root.user_email or None
        return (
            UserByUserIdLoader(info.context)
            .load(root.user_id)
            .then(lambda user: user.email if user else None)
        )

    @staticmethod
    def resolve_channel(root: models.OrderGroup, info: ResolveInfo):
        return ChannelByIdLoader(info.context).load(root.channel_id)

    @staticmethod
    def resolve_checkout_id(root: models.OrderGroup, _info: ResolveInfo):
        if root.checkout_token is None:
            return None
        return graphene.Node.to_global_id("Checkout", root.checkout_token)

    @staticmethod
    def resolve_orders(root: models.OrderGroup, info: ResolveInfo):
        return (
            OrdersByGroupIdLoader(info.context)
            .load(root.pk)
            .then(
                lambda orders: [
                    SyncWebhookControlContext(order, allow_sync_webhooks=False)
                    for order in orders
                ]
            )
        )

    @staticmethod
    def resolve_sellers(root: models.OrderGroup, info: ResolveInfo):
        return SellersByGroupIdLoader(info.context).load(root.pk)

    @staticmethod
    def resolve_seller_count(root: models.OrderGroup, info: ResolveInfo):
        return (
            OrderLinksByGroupIdLoader(info.context)
            .load(root.pk)
            .then(lambda links: len({link.seller_id for link in links}))
        )

    @staticmethod
    def resolve_placed_total(root: models.OrderGroup, _info: ResolveInfo):
        return quantize_price(
            PricesTaxedMoney(
                net=PricesMoney(root.placed_total_net_amount, root.currency),
                gross=PricesMoney(root.placed_total_gross_amount, root.currency),
            ),
            root.currency,
        )

    @staticmethod
    def resolve_total(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "total")

    @staticmethod
    def resolve_undiscounted_total(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "undiscounted_total")

    @staticmethod
    def resolve_subtotal(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "subtotal")

    @staticmethod
    def resolve_shipping_price(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "shipping_price")

    @staticmethod
    def resolve_total_authorized(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "total_authorized")

    @staticmethod
    def resolve_total_charged(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "total_charged")

    @staticmethod
    def resolve_status(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "status")

    @staticmethod
    def resolve_fulfillment_status(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "fulfillment_status")

    @staticmethod
    def resolve_charge_status(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "charge_status")

    @staticmethod
    def resolve_authorize_status(root: models.OrderGroup, info: ResolveInfo):
        return _load_total(root, info, "authorize_status")

    @classmethod
    def get_node(cls, _info: ResolveInfo, id: str | UUID) -> models.OrderGroup | None:
        try:
            return super().get_node(_info, UUID(str(id)))
        except ValueError:
            # Saleor takes an integer for a well-formed key.
            return None

    @staticmethod
    def __resolve_references(roots: list["OrderGroup"], info: ResolveInfo):
        return resolve_federation_references(
            OrderGroup, roots, get_readable_groups(info)
        )


def _load_total(root: models.OrderGroup, info: ResolveInfo, name: str):
    return (
        TotalsByGroupLoader(info.context)
        .load(root)
        .then(lambda totals: getattr(totals, name))
    )


class OrderGroupCountableConnection(CountableConnection):
    class Meta:
        description = "Represents a connection to a list of order groups." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        node = OrderGroup
