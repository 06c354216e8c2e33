"""Derive the last fields of the new orders, and insert the orders."""

from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from saleor.order.models import Order
from saleor.payment.models import TransactionItem

from ..host.internals import (
    prepare_order_search_vector_value,
    update_order_authorize_data,
    update_order_charge_data,
)
from ..host.prefetched import forget, remember, remember_for_now
from ..host.search_vectors import flatten
from .context import PlacedOrder

# A new order has no rows of these relations, but Saleor would query each order for
# them.
_NOTHING = ("granted_refunds", "invoices", "events")


def save_orders(
    placed: Sequence[PlacedOrder], transactions: Sequence[TransactionItem]
) -> None:
    """Derive the orders' payment statuses and search vectors, and insert the orders.

    The orders are inserted once, when all of their fields are known: an update would
    write all index entries of the row again.

    :param transactions: the share transactions of all orders, with their events
        prefetched.
    """
    orders = [each.order for each in placed]
    for order in orders:
        of_order = [item for item in transactions if item.order_id == order.pk]
        remember(order, "payment_transactions", of_order)
    # Read the related rows from the database, as Saleor does: its events then show the
    # stored values.
    prefetch_related_objects(
        orders,
        "user",
        "billing_address",
        "shipping_address",
        "payments__transactions",
        "discounts",
        "lines",
    )
    for order in orders:
        _derive(order)
    Order.objects.bulk_create(orders)
    Order.gift_cards.through.objects.bulk_create(
        Order.gift_cards.through(order=each.order, giftcard=card)
        for each in placed
        for card in each.gift_cards
    )


def _derive(order: Order) -> None:
    for name in _NOTHING:
        remember_for_now(order, name, [])
    update_order_charge_data(order, with_save=False)
    update_order_authorize_data(order, with_save=False)
    order.search_vector = flatten(
        prepare_order_search_vector_value(order, already_prefetched=True)
    )
    for name in _NOTHING:
        # Rows may be added from here on: drop the empty ones from the prefetch cache.
        forget(order, name)
