"""The types of the order group and its connection."""

from uuid import UUID

import graphene
from graphene import relay
from prices import Money as PricesMoney
from prices import TaxedMoney as PricesTaxedMoney
from promise import Promise
from saleor.core.prices import quantize_price
from saleor.core.taxes import zero_money
from saleor.graphql.account.dataloaders import UserByUserIdLoader
from saleor.graphql.account.types import Address, User
from saleor.graphql.account.utils import check_is_owner_or_has_one_of_perms
from saleor.graphql.channel.dataloaders.by_self import ChannelByIdLoader
from saleor.graphql.channel.types import Channel
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import (
    CountableConnection,
    create_connection_slice_for_sync_webhook_control_context,
)
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.federation import (
    federated_entity,
    resolve_federation_references,
)
from saleor.graphql.core.fields import ConnectionField, PermissionsField
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import ModelObjectType, Money, NonNullList, TaxedMoney
from saleor.graphql.giftcard.dataloaders import GiftCardsByOrderIdLoader
from saleor.graphql.giftcard.types import GiftCard
from saleor.graphql.meta.types import ObjectWithMetadata
from saleor.graphql.order.dataloaders import OrderLinesByOrderIdLoader
from saleor.graphql.order.enums import OrderAuthorizeStatusEnum, OrderChargeStatusEnum
from saleor.graphql.order.types import Order, OrderLine
from saleor.graphql.payment.types import TransactionItem
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.permission.auth_filters import AuthorizationFilters
from saleor.permission.enums import (
    AccountPermissions,
    OrderPermissions,
    PaymentPermissions,
)

from .... import models
from ....groups.statuses import OrderGroupStatus
from ....groups.totals import count_orders
from ...core.descriptions import ADDED_IN_01
from ...sellers.types import Seller
from ..dataloaders import (
    DiscountsByGroupLoader,
    EventsByGroupIdLoader,
    LastCancelationByGroupIdLoader,
    OrderLinksByGroupIdLoader,
    OrdersByGroupIdLoader,
    SellersByGroupIdLoader,
    SettlementByGroupLoader,
    TaxesByGroupLoader,
    TotalsByGroupLoader,
    TransactionsByGroupIdLoader,
)
from ..enums import OrderGroupFulfillmentStatusEnum, OrderGroupStatusEnum
from ..resolvers import get_readable_groups
from .adoption import OrderGroupAdoption
from .amounts import OrderGroupDiscount, OrderGroupTax
from .order_group_event import OrderGroupEvent


def load_from(loader, name: str):
    """Return a resolver for an attribute of the object that a loader returns."""

    def resolve(root: models.OrderGroup, info: ResolveInfo):
        return (
            loader(info.context).load(root).then(lambda values: getattr(values, name))
        )

    return resolve


def load_total(name: str):
    """Return a resolver for one of a group's totals or statuses."""
    load = load_from(TotalsByGroupLoader, name)

    def resolve(root: models.OrderGroup, info: ResolveInfo):
        if totals := getattr(root, "totals_of_page", None):
            return getattr(totals[root.pk], name)
        return load(root, info)

    return resolve


class OrderGroupLineCountableConnection(CountableConnection):
    class Meta:
        description = (
            "Represents a connection to the lines of a group's orders." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        node = OrderLine


@federated_entity("id")
class OrderGroup(ModelObjectType[models.OrderGroup]):
    id = graphene.GlobalID(required=True, description="ID of the order group.")
    number = graphene.String(
        required=True,
        description="Human-readable number from the groups' own sequence.",
    )
    external_reference = graphene.String(description="External ID of the group.")
    created_at = DateTime(
        required=True, description="Date and time when the group was created."
    )
    updated_at = DateTime(
        required=True,
        description="Date and time when the group or one of its orders last changed.",
    )
    canceled_at = DateTime(
        description=(
            "Date and time when an order of the group was last canceled; null unless "
            "`status` is CANCELED."
        )
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
    adoption = PermissionsField(
        OrderGroupAdoption,
        description=(
            "Why a group of adopted orders has an order without a seller, for example "
            "because the order has several sellers; null if all sellers are known."
        ),
        permissions=[OrderPermissions.MANAGE_ORDERS],
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
            "Number of distinct sellers. The shop itself counts as one if the group "
            "has an order of its goods."
        ),
    )
    lines = ConnectionField(
        OrderGroupLineCountableConnection,
        required=True,
        description="The lines of all orders, in the orders' order.",
    )
    total = graphene.Field(
        TaxedMoney,
        required=True,
        resolver=load_total("total"),
        description=(
            "Sum of the orders' current totals, after gift cards. Canceled and expired "
            "orders are excluded, unless all orders are canceled or expired."
        ),
    )
    undiscounted_total = graphene.Field(
        TaxedMoney,
        required=True,
        resolver=load_total("undiscounted_total"),
        description="Sum of the undiscounted totals of the orders in `total`.",
    )
    subtotal = graphene.Field(
        TaxedMoney,
        required=True,
        resolver=load_total("subtotal"),
        description="Sum of the subtotals of the orders in `total`.",
    )
    shipping_price = graphene.Field(
        TaxedMoney,
        required=True,
        resolver=load_total("shipping_price"),
        description="Sum of the shipping prices of the orders in `total`.",
    )
    total_discount = graphene.Field(
        Money,
        required=True,
        description=(
            "Amount of all discounts on the orders in `total`, in base prices: the sum "
            "of `discounts`."
        ),
    )
    placed_total = graphene.Field(
        TaxedMoney,
        required=True,
        description=(
            "Sum of the orders' totals as placed, after gift cards. It never changes."
        ),
    )
    total_tax = graphene.Field(
        Money,
        required=True,
        description=(
            "Tax of the orders in `total`, before gift cards: the sum of `taxes`."
        ),
    )
    taxes = NonNullList(
        OrderGroupTax,
        required=True,
        description=(
            "Net, gross and tax amounts by rate and tax class, for the lines and "
            "shipping of the orders in `total`. The gross amounts sum to `subtotal` "
            "plus `shippingPrice`, before gift cards."
        ),
    )
    discounts = NonNullList(
        OrderGroupDiscount,
        required=True,
        description=(
            "Order-level and line-level discounts of the orders in `total`, one for "
            "each promotion or code."
        ),
    )
    gift_cards = NonNullList(
        GiftCard,
        required=True,
        description="Gift cards that paid for the orders in `total`.",
    )
    total_authorized = graphene.Field(
        Money,
        required=True,
        resolver=load_total("total_authorized"),
        description="Amount authorized for all orders, including canceled ones.",
    )
    total_charged = graphene.Field(
        Money,
        required=True,
        resolver=load_total("total_charged"),
        description="Amount charged for all orders, including canceled ones.",
    )
    total_refunded = graphene.Field(
        Money,
        required=True,
        resolver=load_from(SettlementByGroupLoader, "total_refunded"),
        description="Amount refunded for all orders, including canceled ones.",
    )
    total_balance = graphene.Field(
        Money,
        required=True,
        resolver=load_from(SettlementByGroupLoader, "total_balance"),
        description=(
            "Amount charged or being charged for all orders, minus the amount due. The "
            "amount due is the totals of the orders that are neither canceled nor "
            "expired, less granted refunds. Negative while the customer still owes "
            "money."
        ),
    )
    status = graphene.Field(
        OrderGroupStatusEnum,
        required=True,
        resolver=load_total("status"),
        description="Status derived from the statuses of the orders.",
    )
    fulfillment_status = graphene.Field(
        OrderGroupFulfillmentStatusEnum,
        required=True,
        resolver=load_total("fulfillment_status"),
        description="How much of the group's goods has been fulfilled.",
    )
    charge_status = graphene.Field(
        OrderChargeStatusEnum,
        required=True,
        resolver=load_total("charge_status"),
        description="Charge status derived from the charge statuses of the orders.",
    )
    authorize_status = graphene.Field(
        OrderAuthorizeStatusEnum,
        required=True,
        resolver=load_total("authorize_status"),
        description=(
            "Authorize status derived from the authorize statuses of the orders."
        ),
    )
    transactions = PermissionsField(
        NonNullList(TransactionItem),
        description=(
            "The payments that the customer made, as the payment provider knows them, "
            "and later payments of single orders. An order's share of a payment is "
            "among the order's own transactions."
        ),
        permissions=[
            OrderPermissions.MANAGE_ORDERS,
            PaymentPermissions.HANDLE_PAYMENTS,
        ],
    )
    events = PermissionsField(
        NonNullList(OrderGroupEvent),
        required=True,
        description="The events of the group, oldest first.",
        permissions=[OrderPermissions.MANAGE_ORDERS],
    )
    shipping_address = graphene.Field(
        Address,
        description=(
            "Shipping address of the first order. The full data can be accessed for "
            "orders created in Saleor 3.2 and later, for other orders requires one of "
            f"the following permissions: {OrderPermissions.MANAGE_ORDERS.name}, "
            f"{AuthorizationFilters.OWNER.name}."
        ),
    )
    billing_address = graphene.Field(
        Address,
        description=(
            "Billing address of the first order. The full data can be accessed for "
            "orders created in Saleor 3.2 and later, for other orders requires one of "
            f"the following permissions: {OrderPermissions.MANAGE_ORDERS.name}, "
            f"{AuthorizationFilters.OWNER.name}."
        ),
    )

    class Meta:
        description = "The orders of one checkout, one for each seller." + ADDED_IN_01
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
    def resolve_canceled_at(root: models.OrderGroup, info: ResolveInfo):
        def with_status(status):
            if status != OrderGroupStatus.CANCELED:
                return None
            return LastCancelationByGroupIdLoader(info.context).load(root.pk)

        status = load_total("status")(root, info)
        return Promise.resolve(status).then(with_status)

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
        def with_orders(orders):
            # Saleor hides the customer of old orders, whose IDs can be guessed.
            if old := [order for order in orders if order.use_old_id]:
                return Order.resolve_user_email(
                    SyncWebhookControlContext(old[0], allow_sync_webhooks=False), info
                )
            if root.user_email or not root.user_id:
                return root.user_email or None
            return (
                UserByUserIdLoader(info.context)
                .load(root.user_id)
                .then(lambda user: user.email if user else None)
            )

        return OrdersByGroupIdLoader(info.context).load(root.pk).then(with_orders)

    @staticmethod
    def resolve_channel(root: models.OrderGroup, info: ResolveInfo):
        def with_orders(orders):
            return ChannelByIdLoader(info.context).load(orders[0].channel_id)

        if root.channel_id:
            return ChannelByIdLoader(info.context).load(root.channel_id)
        # The group has lost its own channel.
        return OrdersByGroupIdLoader(info.context).load(root.pk).then(with_orders)

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
    def resolve_lines(root: models.OrderGroup, info: ResolveInfo, **kwargs):
        def with_lines(lines_of_orders):
            return create_connection_slice_for_sync_webhook_control_context(
                [
                    line
                    for lines in lines_of_orders
                    for line in sorted(
                        lines, key=lambda line: (line.created_at, line.pk)
                    )
                ],
                info,
                kwargs,
                OrderGroupLineCountableConnection,
                allow_sync_webhooks=False,
            )

        return (
            OrdersByGroupIdLoader(info.context)
            .load(root.pk)
            .then(
                lambda orders: OrderLinesByOrderIdLoader(info.context).load_many(
                    [order.pk for order in orders]
                )
            )
            .then(with_lines)
        )

    @staticmethod
    def resolve_total_discount(root: models.OrderGroup, info: ResolveInfo):
        return (
            DiscountsByGroupLoader(info.context)
            .load(root)
            .then(
                lambda discounts: sum(
                    (discount.amount for discount in discounts),
                    zero_money(root.currency),
                )
            )
        )

    @staticmethod
    def resolve_total_tax(root: models.OrderGroup, info: ResolveInfo):
        return (
            TaxesByGroupLoader(info.context)
            .load(root)
            .then(
                lambda taxes: sum(
                    (tax.price.tax for tax in taxes), zero_money(root.currency)
                )
            )
        )

    @staticmethod
    def resolve_taxes(root: models.OrderGroup, info: ResolveInfo):
        return TaxesByGroupLoader(info.context).load(root)

    @staticmethod
    def resolve_discounts(root: models.OrderGroup, info: ResolveInfo):
        return DiscountsByGroupLoader(info.context).load(root)

    @staticmethod
    def resolve_gift_cards(root: models.OrderGroup, info: ResolveInfo):
        def with_cards(cards_of_orders):
            cards = {card.pk: card for cards in cards_of_orders for card in cards}
            return list(cards.values())

        return (
            OrdersByGroupIdLoader(info.context)
            .load(root.pk)
            .then(
                lambda orders: GiftCardsByOrderIdLoader(info.context).load_many(
                    [order.pk for order in count_orders(orders)]
                )
            )
            .then(with_cards)
        )

    @staticmethod
    def resolve_transactions(root: models.OrderGroup, info: ResolveInfo):
        return TransactionsByGroupIdLoader(info.context).load(root.pk)

    @staticmethod
    def resolve_events(root: models.OrderGroup, info: ResolveInfo):
        return EventsByGroupIdLoader(info.context).load(root.pk)

    @staticmethod
    def resolve_shipping_address(root: models.OrderGroup, info: ResolveInfo):
        return _resolve_of_first_order(root, info, Order.resolve_shipping_address)

    @staticmethod
    def resolve_billing_address(root: models.OrderGroup, info: ResolveInfo):
        return _resolve_of_first_order(root, info, Order.resolve_billing_address)

    @classmethod
    def get_node(cls, _info: ResolveInfo, id: str | UUID) -> models.OrderGroup | None:
        try:
            return super().get_node(_info, UUID(str(id)))
        except ValueError:
            # Saleor accepts an integer as a well-formed key.
            return None

    @staticmethod
    def __resolve_references(roots: list["OrderGroup"], info: ResolveInfo):
        return resolve_federation_references(
            OrderGroup, roots, get_readable_groups(info)
        )


def _resolve_of_first_order(root: models.OrderGroup, info: ResolveInfo, resolve):
    """Resolve a field of the first order with Saleor's resolver and access rules."""

    def with_orders(orders):
        if not orders:
            return None
        return resolve(
            SyncWebhookControlContext(orders[0], allow_sync_webhooks=False), info
        )

    return OrdersByGroupIdLoader(info.context).load(root.pk).then(with_orders)


class OrderGroupCountableConnection(CountableConnection):
    class Meta:
        description = "Represents a connection to a list of order groups." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        node = OrderGroup
