"""Insert the new orders, with what Saleor derives of them last."""

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

# A new order has none of them: Saleor would ask for them, order by order.
_NOTHING = ("granted_refunds", "invoices", "events")


def save_orders(
    placed: Sequence[PlacedOrder], transactions: Sequence[TransactionItem]
) -> None:
    """Derive the orders' payment statuses and search vectors, and insert the orders.

    Once, when everything of them is known: to update a row is to index it again.

    :param transactions: of all orders, with their events prefetched.
    """
    orders = [each.order for each in placed]
    for order in orders:
        of_order = [item for item in transactions if item.order_id == order.pk]
        remember(order, "payment_transactions", of_order)
    # Read again, as Saleor does: its events show them as the database has them.
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
        # From here on it may have some.
        forget(order, name)
