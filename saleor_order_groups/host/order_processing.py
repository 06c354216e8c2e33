"""Process many orders whose transactions have changed, as Saleor does it for one.

Saleor's `process_order_with_transaction` takes some thirty statements an order, most of
which read. Here one statement reads for all orders.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils import timezone
from saleor.core.tracing import traced_atomic_transaction
from saleor.invoice.models import Invoice
from saleor.order import OrderEvents, OrderStatus
from saleor.order.fetch import OrderInfo, OrderLineInfo
from saleor.order.models import Order, OrderEvent
from saleor.payment.models import TransactionItem

from .internals import (
    prepare_order_search_vector_value,
    refresh_order_status,
    updates_amounts_for_order,
)
from .locks import lock_orders, lock_transaction_items
from .prefetched import forget, remember_for_now
from .search_vectors import flatten

_AMOUNTS = (
    "total_charged_amount",
    "charge_status",
    "total_authorized_amount",
    "authorize_status",
)
_SUMMANDS = ("payments", "payment_transactions", "granted_refunds")
# What a search vector consists of, but for payments, transactions, invoices and notes.
_SEARCHED = (
    "user",
    "billing_address",
    "shipping_address",
    "discounts",
    "lines__variant",
    "payment_transactions__events",
)
_NOTES = (OrderEvents.NOTE_ADDED, OrderEvents.NOTE_UPDATED)


def save_amounts(orders: Collection[Order]) -> None:
    """Save what follows for locked orders from their payments and transactions."""
    _derive_amounts(orders)
    _save(orders, *_AMOUNTS)
    for order in orders:
        for relation in _SUMMANDS:
            forget(order, relation)


def process_orders(
    transaction_ids: Mapping[UUID, int],
) -> dict[UUID, tuple[Order, TransactionItem]]:
    """Save amounts, statuses and search vectors of orders; no event is fired.

    :param transaction_ids: the changed transaction of each order, by the order's key.
    :return: each order and its transaction as they were saved, by the order's key.
        Orders that were deleted meanwhile are missing.
    """
    with traced_atomic_transaction():
        orders = lock_orders(transaction_ids)
        transactions = lock_transaction_items(transaction_ids.values())
        _derive_amounts(orders.values())
        prefetch_related_objects(list(orders.values()), "channel")
        for order in orders.values():
            if (
                order.status == OrderStatus.UNCONFIRMED
                and order.channel.automatically_confirm_all_new_orders
            ):
                refresh_order_status(order)
        _derive_search_vectors(orders)
        _save(orders.values(), *_AMOUNTS, "status", "search_vector")
    return {
        key: (order, transactions[transaction_ids[key]])
        for key, order in orders.items()
        if transaction_ids[key] in transactions
    }


def get_order_info(order: Order) -> OrderInfo:
    """Return an order that was processed in the form that Saleor's events take."""
    lines = [
        OrderLineInfo(line=line, quantity=line.quantity, variant=line.variant)
        for line in order.lines.all()
    ]
    return OrderInfo(
        order=order,
        customer_email=order.get_customer_email(),
        channel=order.channel,
        payment=order.get_last_payment(),
        lines_data=lines,
    )


def _derive_search_vectors(orders: Mapping[UUID, Order]) -> None:
    prefetch_related_objects(list(orders.values()), *_SEARCHED)
    # Saleor sorts these rows itself, which queries what is prefetched once more.
    invoices, notes = defaultdict(list), defaultdict(list)
    for invoice in Invoice.objects.filter(order__in=orders).order_by("-created_at"):
        invoices[invoice.order_id].append(invoice)
    events = OrderEvent.objects.filter(order__in=orders, type__in=_NOTES)
    for note in events.order_by("-date"):
        notes[note.order_id].append(note)
    for key, order in orders.items():
        remember_for_now(order, "invoices", invoices[key])
        remember_for_now(order, "events", notes[key])
        vectors = prepare_order_search_vector_value(order, already_prefetched=True)
        order.search_vector = flatten(vectors)
        forget(order, "invoices")
        forget(order, "events")


def _derive_amounts(orders: Collection[Order]) -> None:
    prefetch_related_objects(list(orders), *_SUMMANDS)
    for order in orders:
        updates_amounts_for_order(order, save=False)


def _save(orders: Collection[Order], *fields: str) -> None:
    now = timezone.now()
    for order in orders:
        order.updated_at = now
    Order.objects.bulk_update(orders, [*fields, "updated_at"])
