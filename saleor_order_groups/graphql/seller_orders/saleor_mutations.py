"""Saleor's own mutations of an order, for a row that a seller has in its scope.

Each class is Saleor's mutation without its two gates, the permission and the channel:
the scope has taken their place. All of Saleor's checks stay. Nothing here is a mutation
of the schema: `act` is the only way in, and it takes a row that was found in the scope
and locked.
"""

from typing import Any
from uuid import UUID

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.order.mutations.fulfillment_cancel import FulfillmentCancel
from saleor.graphql.order.mutations.order_cancel import OrderCancel
from saleor.graphql.order.mutations.order_confirm import OrderConfirm
from saleor.graphql.order.mutations.order_fulfill import OrderFulfill
from saleor.graphql.order.mutations.order_grant_refund_create import (
    OrderGrantRefundCreate,
)
from saleor.graphql.payment.mutations.transaction.transaction_request_refund_for_granted_refund import (  # noqa: E501
    TransactionRequestRefundForGrantedRefund,
)
from saleor.order.models import Fulfillment, Order, OrderGrantedRefund


class _InScope:
    """Opens the gate of the channels: sellers sell in all of them."""

    @classmethod
    def check_channel_permissions(cls, info: ResolveInfo, channel_ids: Any) -> None:
        """Do nothing."""


class _Confirm(_InScope, OrderConfirm):
    class Meta:
        abstract = True


class _Cancel(_InScope, OrderCancel):
    class Meta:
        abstract = True


class _Fulfill(_InScope, OrderFulfill):
    class Meta:
        abstract = True


class _CancelFulfillment(_InScope, FulfillmentCancel):
    class Meta:
        abstract = True


class _GrantRefund(_InScope, OrderGrantRefundCreate):
    class Meta:
        abstract = True


class _RequestRefund(_InScope, TransactionRequestRefundForGrantedRefund):
    class Meta:
        abstract = True


MUTATIONS = (
    _Confirm,
    _Cancel,
    _Fulfill,
    _CancelFulfillment,
    _GrantRefund,
    _RequestRefund,
)


def confirm(info: ResolveInfo, order: Order) -> None:
    """Confirm a locked order.

    :raises ValidationError, PaymentError: Saleor refuses it.
    """
    _Confirm.perform_mutation(None, info, id=_to_id(order))


def cancel(info: ResolveInfo, order: Order) -> None:
    """Cancel a locked order.

    :raises ValidationError: Saleor refuses it.
    """
    _Cancel.perform_mutation(None, info, id=_to_id(order))


def fulfill(
    info: ResolveInfo,
    order: Order,
    lines: list[tuple[UUID, int, UUID]],
    *,
    tracking_number: str,
    notify_customer: bool,
) -> None:
    """Fulfill lines of a locked order.

    :param lines: the keys of lines and warehouses, and quantities.
    :raises ValidationError: Saleor refuses it.
    """
    to_id = graphene.Node.to_global_id
    stocks: dict[UUID, list[dict[str, Any]]] = {}
    for line_id, quantity, warehouse_id in lines:
        stocks.setdefault(line_id, []).append(
            {"quantity": quantity, "warehouse": to_id("Warehouse", warehouse_id)}
        )
    _Fulfill.perform_mutation(
        None,
        info,
        order=_to_id(order),
        input={
            "lines": [
                {"order_line_id": to_id("OrderLine", pk), "stocks": of_line}
                for pk, of_line in stocks.items()
            ],
            "notify_customer": notify_customer,
            "allow_stock_to_be_exceeded": False,
            "tracking_number": tracking_number,
        },
    )


def cancel_fulfillment(
    info: ResolveInfo, fulfillment: Fulfillment, warehouse_id: UUID | None
) -> None:
    """Cancel a locked fulfillment; the goods go to the warehouse.

    :raises ValidationError: Saleor refuses it.
    """
    to_id = graphene.Node.to_global_id
    warehouse = {"warehouse_id": to_id("Warehouse", warehouse_id)}
    _CancelFulfillment.perform_mutation(
        None,
        info,
        id=to_id("Fulfillment", fulfillment.pk),
        input=warehouse if warehouse_id else None,
    )


def grant_refund(
    info: ResolveInfo, order: Order, input: dict[str, Any]
) -> OrderGrantedRefund:
    """Grant a refund of a locked order.

    :param input: as that of `orderGrantRefundCreate`.
    :raises ValidationError: Saleor refuses it.
    """
    granted = _GrantRefund.perform_mutation(None, info, id=_to_id(order), input=input)
    return granted.granted_refund.node


def request_refund(info: ResolveInfo, granted: OrderGrantedRefund) -> None:
    """Request a granted refund from the payment app.

    :raises ValidationError, PaymentError: Saleor refuses it.
    """
    _RequestRefund.perform_mutation(
        None,
        info,
        granted_refund_id=graphene.Node.to_global_id("OrderGrantedRefund", granted.pk),
    )


def _to_id(order: Order) -> str:
    return graphene.Node.to_global_id("Order", order.pk)
