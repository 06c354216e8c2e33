"""Resolve how an amount that is requested of a payment app divides."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from promise import Promise
from saleor.checkout.models import Checkout
from saleor.graphql.checkout.dataloaders import CheckoutByTokenLoader
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import (
    SyncWebhookControlContext,
    get_database_connection_name,
)
from saleor.payment.interface import TransactionActionData, TransactionSessionData
from saleor.payment.models import TransactionItem

from ...models import GroupPayment, Seller
from ...money.minor_units import to_minor
from ...payments.requested_shares import (
    divide_after_completion,
    divide_before_completion,
)
from ...payments.shares import get_parts_of_request
from ..checkout.preview import resolve_order_group_preview
from ..groups.dataloaders import OrderLinkByOrderIdLoader


@dataclass(frozen=True)
class AmountShare:
    """An order's part of a requested Decimal amount; before completion a seller's."""

    amount: Decimal
    currency: str
    order_id: UUID | None = None
    seller: Seller | None = None


Shares = list[AmountShare] | Promise[list[AmountShare]]


def resolve_action_shares(root: TransactionActionData, info: ResolveInfo) -> Shares:
    """Return the shares of an amount that an app is asked to charge, refund or cancel."""
    using = get_database_connection_name(info.context)
    transaction, amount = root.transaction, root.action_value
    if parts := get_parts_of_request(root.event, using):
        return _of_orders(transaction, parts)
    if transaction.order_id:
        return _of_order(info, transaction, transaction.order_id, amount)
    if transaction.checkout_id is None:
        return []
    action = root.action_type

    def with_checkout(checkout: Checkout | None):
        if checkout is None:
            return []
        return _of_checkout(info, checkout, transaction, action, amount)

    loader = CheckoutByTokenLoader(info.context)
    return loader.load(transaction.checkout_id).then(with_checkout)


def resolve_session_shares(data: TransactionSessionData, info: ResolveInfo) -> Shares:
    """Return the shares of an amount that a session is to authorize or charge."""
    transaction, source = data.transaction, data.source_object
    action, amount = data.action.action_type, data.action.amount
    if isinstance(source, Checkout):
        return _of_checkout(info, source, transaction, action, amount)
    using = get_database_connection_name(info.context)
    payments = GroupPayment.objects.using(using).select_related("transaction")
    if payment := payments.filter(transaction=transaction).first():
        parts = divide_after_completion(payment, action, amount)
        return _of_orders(transaction, parts)
    return _of_order(info, transaction, source.pk, amount)


def _of_order(
    info: ResolveInfo, transaction: TransactionItem, order_id: UUID, amount: Decimal
) -> Promise[list[AmountShare]]:
    def with_link(link):
        return _of_orders(transaction, [(order_id, amount)] if link else [])

    return OrderLinkByOrderIdLoader(info.context).load(order_id).then(with_link)


def _of_orders(
    transaction: TransactionItem, parts: list[tuple[UUID, Decimal]]
) -> list[AmountShare]:
    return [
        AmountShare(part, transaction.currency, order_id=order_id)
        for order_id, part in parts
        if part
    ]


def _of_checkout(
    info: ResolveInfo,
    checkout: Checkout,
    transaction: TransactionItem,
    action: str,
    amount: Decimal,
) -> Promise[list[AmountShare]]:
    currency = transaction.currency
    using = get_database_connection_name(info.context)

    def with_previews(previews) -> list[AmountShare]:
        if not previews:
            return []
        orders = [preview.node for preview in previews]
        parts = divide_before_completion(
            transaction,
            action,
            amount,
            [to_minor(order.total.gross.amount, currency) for order in orders],
            TransactionItem.objects.using(using)
            .filter(checkout_id=checkout.pk)
            .prefetch_related("events")
            .order_by("pk"),
        )
        return [
            AmountShare(part, currency, seller=order.seller)
            for order, part in zip(orders, parts, strict=True)
            if part
        ]

    context = SyncWebhookControlContext(node=checkout)
    return resolve_order_group_preview(context, info).then(with_previews)
