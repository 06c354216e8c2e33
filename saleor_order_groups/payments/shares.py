"""Read who has how much of transactions and their events, for payment apps.

A transaction that paid for several orders is divided by stored rows. A transaction of
one order has one share, of that order: there are no rows of it, and its keys derive from
Saleor's.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from saleor.payment.models import TransactionEvent, TransactionItem

from ..models import PaymentEventShare, PaymentShare
from .amounts import is_divided

# Keys that derive from Saleor's own begin here; another value would change them.
_NAMESPACE = UUID("6f9d3c1e-3c55-4b7b-9f0a-5f2f0c9f6d21")
_POSITION = "share__order__order_group_link__position"


@dataclass(frozen=True)
class TransactionShare:
    """An order's share of a transaction; `transaction` has the order's amounts."""

    id: UUID
    order_id: UUID
    transaction: TransactionItem


@dataclass(frozen=True)
class EventShare:
    """An order's part of an event; the parts sum to the event's Decimal amount."""

    id: UUID
    order_id: UUID
    amount: Decimal
    event: TransactionEvent


def get_shares(
    transactions: Sequence[TransactionItem], using: str
) -> dict[int, list[TransactionShare]]:
    """Return the shares of transactions by the transactions' keys, in three statements.

    A group's payment has one share for each order, in the group's order. Any other
    transaction of an order in a group has one. The rest have none.
    """
    found: dict[int, list[TransactionShare]] = defaultdict(list)
    keys = [transaction.pk for transaction in transactions]
    rows = PaymentShare.objects.using(using).select_related("payment", "transaction")
    for row in rows.filter(payment__transaction__in=keys).order_by(
        "payment", "order__order_group_link__position", "pk"
    ):
        share = TransactionShare(row.pk, row.order_id, row.transaction)
        found[row.payment.transaction_id].append(share)
    of_orders = {each.pk: each for each in transactions if each.order_id}
    for row in rows.filter(transaction__in=of_orders):
        share = TransactionShare(row.pk, row.order_id, row.transaction)
        found[row.transaction_id].append(share)
    alone = [each for key, each in of_orders.items() if key not in found]
    for transaction, order_id in _find_orders(alone, using):
        id = uuid5(_NAMESPACE, f"TransactionItem:{transaction.token}")
        found[transaction.pk].append(TransactionShare(id, order_id, transaction))
    return found


def get_event_shares(
    events: Sequence[TransactionEvent],
    transactions: Mapping[int, TransactionItem],
    using: str,
) -> dict[int, list[EventShare]]:
    """Return the parts of events by the events' keys, in three statements.

    An event that does not count or moves no money has none; parts of zero are left out.

    :param transactions: the events' transactions by key.
    """
    found: dict[int, list[EventShare]] = defaultdict(list)
    counted = {each.pk: each for each in events if is_divided(each)}
    # Each kind of transaction is looked up in its own way.
    of_payments: list[int] = []
    of_orders: list[int] = []
    for event in counted.values():
        own = transactions[event.transaction_id]
        (of_orders if own.order_id else of_payments).append(event.pk)
    for row in _select_parts(of_payments, using):
        if row.part:
            share = EventShare(row.pk, row.order_id, row.part, counted[row.event_id])
            found[row.event_id].append(share)
    rows = PaymentEventShare.objects.using(using).filter(share_event__in=of_orders)
    stored = dict(rows.values_list("share_event_id", "pk"))
    alone = {counted[pk].transaction_id for pk in of_orders}
    orders = {
        transaction.pk: order_id
        for transaction, order_id in _find_orders(
            [transactions[key] for key in alone], using
        )
    }
    for pk in of_orders:
        event = counted[pk]
        order_id = orders.get(event.transaction_id)
        if order_id and event.amount_value:
            id = stored.get(pk) or uuid5(_NAMESPACE, f"TransactionEvent:{pk}")
            found[pk].append(EventShare(id, order_id, event.amount_value, event))
    return found


def get_parts_of_request(
    request: TransactionEvent, using: str
) -> list[tuple[UUID, Decimal]]:
    """Return each order's Decimal part of a request on a group's payment.

    Unlike an event's parts these are written down before the request counts.
    """
    rows = PaymentEventShare.objects.using(using).filter(event=request, ended_at=None)
    return list(
        rows.filter(share_event__amount_value__gt=0)
        .order_by(_POSITION, "pk")
        .values_list("share__order_id", "share_event__amount_value")
    )


def _select_parts(event_ids: Collection[int], using: str):
    return (
        PaymentEventShare.objects.using(using)
        .filter(event__in=event_ids, ended_at=None)
        .annotate(
            part=Coalesce(
                "amount_value", F("share_event__amount_value"), Value(Decimal(0))
            ),
            order_id=F("share__order_id"),
        )
        .order_by("event", _POSITION, "pk")
    )


def _find_orders(
    transactions: Collection[TransactionItem], using: str
) -> list[tuple[TransactionItem, UUID]]:
    """Return the transactions whose order is in a group, with the order's key."""
    by_key = {transaction.pk: transaction for transaction in transactions}
    rows = TransactionItem.objects.using(using).filter(
        pk__in=by_key, order__order_group_link__isnull=False
    )
    return [(by_key[pk], order_id) for pk, order_id in rows.values_list("pk", "order")]
