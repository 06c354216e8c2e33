"""Process many orders whose transactions have changed, as Saleor does it for one.

Saleor's `process_order_with_transaction` takes some thirty statements an order, most of
which read. Here one statement reads for all orders.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils import timezone
from saleor.core.tracing import traced_atomic_transaction
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.payment.models import TransactionItem

from .internals import (
    prepare_order_search_vector_value,
    refresh_order_status,
    updates_amounts_for_order,
)
from .locks import lock_orders, lock_transaction_items
from .prefetched import forget
from .search_vectors import flatten

_AMOUNTS = (
    "total_charged_amount",
    "charge_status",
    "total_authorized_amount",
    "authorize_status",
)
_SUMMANDS = ("payments", "payment_transactions", "granted_refunds")
# What a search vector consists of, but for the payments and transactions.
_SEARCHED = (
    "user",
    "billing_address",
    "shipping_address",
    "discounts",
    "lines",
    "payment_transactions__events",
    "invoices",
    "events",
)


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
        prefetch_related_objects(list(orders.values()), *_SEARCHED)
        for order in orders.values():
            vectors = prepare_order_search_vector_value(order, already_prefetched=True)
            order.search_vector = flatten(vectors)
        _save(orders.values(), *_AMOUNTS, "status", "search_vector")
    return {
        key: (order, transactions[transaction_ids[key]])
        for key, order in orders.items()
        if transaction_ids[key] in transactions
    }


def _derive_amounts(orders: Collection[Order]) -> None:
    prefetch_related_objects(list(orders), *_SUMMANDS)
    for order in orders:
        updates_amounts_for_order(order, save=False)


def _save(orders: Collection[Order], *fields: str) -> None:
    now = timezone.now()
    for order in orders:
        order.updated_at = now
    Order.objects.bulk_update(orders, [*fields, "updated_at"])
