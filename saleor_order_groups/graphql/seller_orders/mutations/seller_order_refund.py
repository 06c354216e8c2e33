"""Refund an order, or ask the shop to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import graphene
from saleor.core.prices import quantize_price
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.scalars import PositiveDecimal
from saleor.graphql.core.types import BaseInputObjectType, NonNullList
from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise
from saleor.order.models import Order, OrderGrantedRefundLine
from saleor.payment.models import TransactionItem
from saleor.webhook.event_types import WebhookEventAsyncType

from ....access.refunds import find_refundable
from ....config import SellerRefunds
from ....host.internals import call_order_event
from ....host.locks import lock_orders, lock_transaction_items
from ....models import OrderGroupOrder, SellerRight
from ....money.minor_units import show
from ...core.descriptions import ADDED_IN_01
from ...core.ids import has_impossible_number
from ...core.limits import describe_excess
from .. import saleor_mutations
from ..enums import SellerOrderErrorCode
from ..errors import SellerOrderError, refuse
from ..settings import get_settings
from .base import SellerOrderAct, to_line_pk

MAX_REASON_LENGTH = 2000


class SellerOrderRefundLineInput(BaseInputObjectType):
    line_id = graphene.ID(required=True, description="ID of the line.")
    quantity = graphene.Int(required=True, description="Number of items to refund.")

    class Meta:
        description = "How much of a line a seller refunds." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class SellerOrderRefundInput(BaseInputObjectType):
    amount = PositiveDecimal(description="Amount to refund.")
    lines = NonNullList(
        SellerOrderRefundLineInput,
        description="Goods to refund. At most 100 lines.",
    )
    shipping = graphene.Boolean(
        default_value=False, description="Whether the shipping price is refunded."
    )
    reason = graphene.String(description="Reason of the refund.")
    reason_reference = graphene.ID(
        description=(
            "ID of a `Page` (Model) to reference in reason. Required for members if the "
            "shop has configured a model type for refund reasons."
        )
    )

    class Meta:
        description = (
            "A refund of an amount, or of lines and shipping; bounded by what the order "
            "has charged and nobody asked for." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS


class SellerOrderRefund(SellerOrderAct):
    right = SellerRight.REFUND
    act_name = "refund"

    class Arguments:
        id = graphene.ID(required=True, description="ID of the seller's order.")
        input = SellerOrderRefundInput(
            required=True, description="What the seller refunds."
        )
        idempotency_key = graphene.String(
            description="Any text of the caller's: a retry with it is done once."
        )

    class Meta:
        description = (
            "Refused, granted for the shop to pay, or paid at once, by the channel's "
            "`seller-refunds`. Requires REFUND." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        error_type_class = SellerOrderError

    @classmethod
    def act(  # type: ignore[override]
        cls, info: ResolveInfo, link: OrderGroupOrder, input: Mapping[str, Any]
    ) -> None:
        mode = get_settings(info, link.order.channel.slug).seller_refunds
        if mode == SellerRefunds.OFF:
            raise refuse(
                None,
                "In this channel only the shop refunds.",
                SellerOrderErrorCode.NOT_ALLOWED,
            )
        check_input(input)
        order = lock_orders([link.order_id])[link.order_id]
        keys = order.payment_transactions.values_list("pk", flat=True)
        transactions = lock_transaction_items(list(keys))
        parts = divide(order, input)
        granted = [
            saleor_mutations.grant_refund(info, order, each)
            for each in build_grants(parts, transactions, input)
        ]
        if mode == SellerRefunds.DIRECT:
            for one in granted:
                saleor_mutations.request_refund(info, one)
        manager = get_plugin_manager_promise(info.context).get()
        call_order_event(manager, WebhookEventAsyncType.ORDER_UPDATED, order)


def check_input(input: Mapping[str, Any]) -> None:
    """Check the input without a look at the order.

    :raises ValidationError: the input is incomplete, contradicts itself or is too long.
    """
    lines = input.get("lines")
    if excess := describe_excess("lines", lines or ()):
        raise refuse("lines", excess, SellerOrderErrorCode.INVALID)
    if len(input.get("reason") or "") > MAX_REASON_LENGTH:
        raise refuse(
            "reason",
            f"At most {MAX_REASON_LENGTH} characters.",
            SellerOrderErrorCode.INVALID,
        )
    # The first versions of 3.23 fail on such a key.
    if has_impossible_number(input.get("reason_reference") or "", "Page"):
        raise refuse(
            "reason_reference",
            "Invalid reason reference. Must be an ID of a Model (Page)",
            SellerOrderErrorCode.INVALID,
        )
    if input.get("amount") is None and not lines and not input.get("shipping"):
        raise refuse(
            "amount",
            "Name an amount, lines or shipping.",
            SellerOrderErrorCode.REQUIRED,
        )


def divide(order: Order, input: Mapping[str, Any]) -> dict[int, Decimal]:
    """Divide the refund between the transactions of a locked order.

    :return: Decimal amounts by the transaction's key.
    :raises ValidationError: a line is unknown, or less is left to refund.
    """
    refundable = find_refundable([order.pk])[order.pk]
    amount = input.get("amount")
    if amount is None:
        # As Saleor: at most what is left.
        price = quantize_price(_price(order, input), order.currency)
        amount = min(price, refundable.total)
    else:
        _price(order, input)
    if amount > refundable.total or not refundable.total:
        raise refuse(
            "amount",
            f"{show(refundable.total, order.currency)} is left to refund.",
            SellerOrderErrorCode.AMOUNT_GREATER_THAN_AVAILABLE,
        )
    if quantize_price(amount, order.currency) != amount:
        raise refuse(
            "amount",
            f"{order.currency} has fewer decimals.",
            SellerOrderErrorCode.INVALID,
        )
    if not amount:
        raise refuse(
            "amount",
            "The amount must be greater than 0.",
            SellerOrderErrorCode.INVALID,
        )
    return refundable.divide(amount)


def _price(order: Order, input: Mapping[str, Any]) -> Decimal:
    """Return the price of the lines and shipping that were named.

    :raises ValidationError: the order has no such line, or less of it is left.
    """
    price = order.shipping_price_gross_amount if input.get("shipping") else Decimal(0)
    lines = {line.pk: line for line in order.lines.all()} if input.get("lines") else {}
    left = {pk: line.quantity for pk, line in lines.items()}
    for granted in OrderGrantedRefundLine.objects.filter(order_line__in=lines):
        left[granted.order_line_id] -= granted.quantity
    named = set()
    for each in input.get("lines") or ():
        pk = to_line_pk(each["line_id"])
        if pk is None or pk not in lines:
            raise refuse(
                "lines",
                "The order has no such line.",
                SellerOrderErrorCode.NOT_FOUND,
                each["line_id"],
            )
        if pk in named:
            raise refuse(
                "lines",
                "A line was named twice.",
                SellerOrderErrorCode.INVALID,
                each["line_id"],
            )
        if not 1 <= each["quantity"] <= left[pk]:
            raise refuse(
                "lines",
                f"The quantity must be from 1 to {left[pk]}."
                if left[pk] > 0
                else "The line is refunded already.",
                SellerOrderErrorCode.QUANTITY,
                each["line_id"],
            )
        named.add(pk)
        price += lines[pk].unit_price_gross_amount * each["quantity"]
    return price


def build_grants(
    parts: Mapping[int, Decimal],
    transactions: Mapping[int, TransactionItem],
    input: Mapping[str, Any],
) -> Sequence[dict[str, Any]]:
    """Return the input of a granted refund for each transaction.

    The first one names the lines and the shipping: Saleor counts them once.
    """
    to_id = graphene.Node.to_global_id
    grants = [
        {
            "amount": amount,
            "reason": input.get("reason"),
            "reason_reference": input.get("reason_reference"),
            "transaction_id": to_id("TransactionItem", transactions[pk].token),
        }
        for pk, amount in parts.items()
    ]
    grants[0]["lines"] = [
        {
            "id": to_id("OrderLine", to_line_pk(each["line_id"])),
            "quantity": each["quantity"],
        }
        for each in input.get("lines") or ()
    ]
    grants[0]["grant_refund_for_shipping"] = bool(input.get("shipping"))
    return grants
