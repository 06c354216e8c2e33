"""The types of shares and their amounts."""

from decimal import Decimal

import graphene
from graphene import relay
from prices import Money as PricesMoney
from saleor.core.prices import quantize_price
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_PAYMENTS
from saleor.graphql.core.types import BaseObjectType, Money, NonNullList
from saleor.graphql.order.dataloaders import OrderByIdLoader
from saleor.graphql.order.types import Order
from saleor.graphql.payment.enums import TransactionActionEnum
from saleor.graphql.payment.types import TransactionEvent, TransactionItem

from ....payments.shares import EventShare, TransactionShare
from ...core.descriptions import ADDED_IN_01
from ...groups.dataloaders import SellerByOrderIdLoader
from ...sellers.types import Seller
from ..dataloaders import UnavailableActionsByShareLoader
from ..requested import AmountShare

SELLER = "The seller of the order; null for the shop's own goods."


def _load_order(order_id, info: ResolveInfo):
    return (
        OrderByIdLoader(info.context)
        .load(order_id)
        .then(lambda order: SyncWebhookControlContext(order, allow_sync_webhooks=False))
    )


def _to_money(amount: Decimal, currency: str) -> PricesMoney:
    return PricesMoney(quantize_price(amount, currency), currency)


class _OfOrder(graphene.AbstractType):
    """The fields of whatever an order has."""

    order = graphene.Field(Order, required=True, description="The order.")
    seller = graphene.Field(Seller, description=SELLER)

    @staticmethod
    def resolve_order(root, info: ResolveInfo):
        return _load_order(root.order_id, info)

    @staticmethod
    def resolve_seller(root, info: ResolveInfo):
        return SellerByOrderIdLoader(info.context).load(root.order_id)


def _amount(name: str, what: str) -> graphene.Field:
    """Return a field of an amount that the share's transaction has."""

    def resolve(root: TransactionShare, _info: ResolveInfo):
        return _to_money(getattr(root.transaction, name), root.transaction.currency)

    return graphene.Field(Money, required=True, description=what, resolver=resolve)


class UnavailableAction(BaseObjectType):
    action = graphene.Field(
        TransactionActionEnum,
        required=True,
        description="The action, which the payment offers.",
    )
    reason = graphene.String(
        required=True, description="Why the order's share does not offer it now."
    )

    class Meta:
        description = "An action that a share cannot request." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PAYMENTS


class PaymentShare(_OfOrder, BaseObjectType):
    id = graphene.GlobalID(
        required=True, description="ID of the share, which never changes."
    )
    transaction = graphene.Field(
        TransactionItem,
        required=True,
        description="The transaction of the order, with the order's part of all events.",
    )
    authorized_amount = _amount("authorized_value", "Amount authorized for the order.")
    authorize_pending_amount = _amount(
        "authorize_pending_value", "Amount of the order's open authorizations."
    )
    charged_amount = _amount("charged_value", "Amount charged for the order.")
    charge_pending_amount = _amount(
        "charge_pending_value", "Amount of the order's open charges."
    )
    refunded_amount = _amount("refunded_value", "Amount refunded of the order.")
    refund_pending_amount = _amount(
        "refund_pending_value", "Amount of the order's open refunds."
    )
    canceled_amount = _amount("canceled_value", "Amount canceled of the order.")
    cancel_pending_amount = _amount(
        "cancel_pending_value", "Amount of the order's open cancelations."
    )
    unavailable_actions = NonNullList(
        UnavailableAction,
        required=True,
        description=(
            "The actions that the payment offers and the share cannot request now, with "
            "the reason that a request would be refused for. Empty for a transaction of "
            "one order, which offers what it can."
        ),
    )

    class Meta:
        description = (
            "An order's share of a transaction. The shares of a group's payment sum to "
            "the payment in every amount." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_PAYMENTS
        interfaces = [relay.Node]

    @staticmethod
    def resolve_unavailable_actions(root: TransactionShare, info: ResolveInfo):
        return UnavailableActionsByShareLoader(info.context).load(root.id)


class TransactionEventShare(_OfOrder, BaseObjectType):
    id = graphene.GlobalID(
        required=True,
        description=(
            "ID of the share, which never changes: the idempotency key of a transfer to "
            "the seller or of its reversal. A share whose amount changes is replaced by "
            "one with another ID."
        ),
    )
    amount = graphene.Field(
        Money, required=True, description="The order's part of the event's amount."
    )
    transaction_event = graphene.Field(
        TransactionEvent, required=True, description="The event."
    )

    class Meta:
        description = (
            "An order's part of a transaction's event. The parts sum to the event's "
            "amount." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_PAYMENTS
        interfaces = [relay.Node]

    @staticmethod
    def resolve_amount(root: EventShare, _info: ResolveInfo):
        return _to_money(root.amount, root.event.currency)

    @staticmethod
    def resolve_transaction_event(root: EventShare, _info: ResolveInfo):
        return root.event


class TransactionAmountShare(BaseObjectType):
    order = graphene.Field(
        Order, description="The order; null before the checkout completes."
    )
    seller = graphene.Field(Seller, description=SELLER)
    amount = graphene.Field(
        Money, required=True, description="The order's part of the requested amount."
    )

    class Meta:
        description = (
            "An order's part of a requested amount. The parts sum to the requested "
            "amount." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_PAYMENTS

    @staticmethod
    def resolve_order(root: AmountShare, info: ResolveInfo):
        return _load_order(root.order_id, info) if root.order_id else None

    @staticmethod
    def resolve_seller(root: AmountShare, info: ResolveInfo):
        if root.order_id is None:
            return root.seller
        return SellerByOrderIdLoader(info.context).load(root.order_id)

    @staticmethod
    def resolve_amount(root: AmountShare, _info: ResolveInfo):
        return _to_money(root.amount, root.currency)
