"""Lock rows of Saleor's tables.

All processes follow one lock order; otherwise two of them could deadlock. The lock
order is: the checkout; the code of its voucher; lines or fulfillments of orders;
stocks; gift cards; orders by primary key; transactions by primary key.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order
from saleor.payment.lock_objects import transaction_item_qs_select_for_update
from saleor.payment.models import TransactionItem


def lock_orders(order_ids: Collection[UUID]) -> dict[UUID, Order]:
    """Lock orders by primary key; return those that exist, by key.

    :raises RuntimeError: no database transaction is open that would hold the locks.
    """
    refuse_without_transaction()
    return order_qs_select_for_update().in_bulk(list(order_ids))


def lock_transaction_items(ids: Collection[int]) -> dict[int, TransactionItem]:
    """Lock transactions by primary key; return those that exist, by key.

    :raises RuntimeError: no database transaction is open that would hold the locks.
    """
    refuse_without_transaction()
    return transaction_item_qs_select_for_update().in_bulk(list(ids))


def lock_transaction_items_of_checkout(checkout_id: UUID) -> list[TransactionItem]:
    """Lock the transactions of a checkout by primary key, and return them.

    :raises RuntimeError: no database transaction is open that would hold the locks.
    """
    refuse_without_transaction()
    return list(transaction_item_qs_select_for_update().filter(checkout_id=checkout_id))


def refuse_without_transaction() -> None:
    """Refuse to lock rows outside a database transaction, which would hold the locks.

    :raises RuntimeError: no database transaction is open.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Locks are held by a transaction, and there is none.")
