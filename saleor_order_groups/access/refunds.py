"""How much of an order its seller may still ask to be refunded."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from saleor.order import OrderGrantedRefundStatus
from saleor.order.models import OrderGrantedRefund
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionItem

from ..payments.open_requests import find_open_requests


@dataclass(frozen=True)
class Refundable:
    """What is left to refund of each transaction of an order, and of the order.

    `by_transaction`: Decimal amounts by the transaction's key, the oldest first; only
    those above zero.
    `total`: a Decimal amount; less than the sum where a grant names no transaction.
    """

    by_transaction: dict[int, Decimal]
    total: Decimal

    def divide(self, amount: Decimal) -> dict[int, Decimal]:
        """Divide an amount between the transactions, the oldest first."""
        parts = {}
        for key, left in self.by_transaction.items():
            if part := min(amount, left):
                parts[key] = part
                amount -= part
        return parts


def find_refundable(
    order_ids: Collection[UUID], using: str = DEFAULT_DB_ALIAS
) -> dict[UUID, Refundable]:
    """Return what is left to refund of each order, in three statements.

    What is charged, less what somebody has asked for already: open requests, and
    granted refunds that wait for the shop.
    """
    transactions = list(
        TransactionItem.objects.using(using)
        .filter(order_id__in=list(order_ids))
        .order_by("pk")
    )
    asked: dict[int, Decimal] = defaultdict(Decimal)
    for request in find_open_requests([one.pk for one in transactions], using):
        if request.type == TransactionEventType.REFUND_REQUEST:
            asked[request.transaction_id] += request.amount_value
    unassigned: dict[UUID, Decimal] = defaultdict(Decimal)
    for grant in OrderGrantedRefund.objects.using(using).filter(
        order_id__in=list(order_ids), status=OrderGrantedRefundStatus.NONE
    ):
        if grant.transaction_item_id:
            asked[grant.transaction_item_id] += grant.amount_value
        else:
            unassigned[grant.order_id] += grant.amount_value

    found = {}
    for order_id in order_ids:
        left = {
            one.pk: one.charged_value - asked[one.pk]
            for one in transactions
            if one.order_id == order_id
        }
        total = max(sum(left.values(), Decimal(0)) - unassigned[order_id], Decimal(0))
        positive = {key: amount for key, amount in left.items() if amount > 0}
        found[order_id] = Refundable(
            positive, min(total, sum(positive.values(), Decimal(0)))
        )
    return found
