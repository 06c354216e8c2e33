"""Lock rows of Saleor's tables.

All processes follow one lock order; otherwise two of them could deadlock. The lock
order is: the checkout; the code of its voucher; lines or fulfillments of orders;
stocks; gift cards; orders by primary key; transactions by primary key.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import Q
from saleor.order.lock_objects import (
    order_lines_qs_select_for_update,
    order_qs_select_for_update,
)
from saleor.order.models import Fulfillment, Order
from saleor.payment.lock_objects import transaction_item_qs_select_for_update
from saleor.payment.models import TransactionItem
from saleor.warehouse.lock_objects import stock_qs_select_for_update


def lock_orders(order_ids: Collection[UUID]) -> dict[UUID, Order]:
    """Lock orders by primary key; return those that exist, by key.

    :raises RuntimeError: no database transaction is open that would hold the locks.
    """
    refuse_without_transaction()
    return order_qs_select_for_update().in_bulk(list(order_ids))


def lock_order_with_goods(
    order_id: UUID, warehouse_ids: Collection[UUID] = ()
) -> Order | None:
    """Lock the lines of an order, their stocks, then the order; return the order.

    Nobody can fulfill or cancel the order then.

    :param warehouse_ids: warehouses of more stocks to lock.
    :raises RuntimeError: no database transaction is open that would hold the locks.
    """
    refuse_without_transaction()
    lines = list(order_lines_qs_select_for_update().filter(order_id=order_id))
    allocated = Q(allocations__order_line__in=[line.pk for line in lines])
    named = Q(
        product_variant__in=[line.variant_id for line in lines if line.variant_id],
        warehouse__in=list(warehouse_ids),
    )
    keys = stock_qs_select_for_update().model.objects.filter(allocated | named)
    list(stock_qs_select_for_update().filter(pk__in=keys.values("pk")))
    return lock_orders([order_id]).get(order_id)


def lock_fulfillment(pk: int) -> Fulfillment | None:
    """Lock a fulfillment, then its lines in the order; return the fulfillment.

    :raises RuntimeError: no database transaction is open that would hold the locks.
    """
    refuse_without_transaction()
    fulfillments = Fulfillment.objects.select_for_update(of=("self",))
    fulfillment = fulfillments.filter(pk=pk).first()
    if fulfillment:
        list(
            order_lines_qs_select_for_update().filter(
                fulfillment_lines__fulfillment=fulfillment
            )
        )
    return fulfillment


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
