"""Release a group's voucher use once, when all of its orders have expired."""

from collections.abc import Iterable
from uuid import UUID

from saleor.order import OrderStatus

from ..models import OrderGroupOrder


def select_voucher_releases(order_ids: Iterable[UUID]) -> list[UUID]:
    """Return the orders whose expiry releases a voucher use: one for each group.

    A group uses its voucher once. The use is released when all of its orders have
    expired; an order that is live or canceled keeps it.
    """
    expired = list(order_ids)
    links = OrderGroupOrder.objects.filter(order__in=expired)
    links = links.order_by("group", "position")
    kept_groups = set(
        OrderGroupOrder.objects.filter(group__order_links__order__in=expired)
        .exclude(order__status=OrderStatus.EXPIRED)
        .values_list("group_id", flat=True)
    )
    first_of_group: dict[UUID, UUID] = {}
    grouped = set()
    for group_id, order_id in links.values_list("group_id", "order_id"):
        grouped.add(order_id)
        if group_id not in kept_groups:
            first_of_group.setdefault(group_id, order_id)
    return [
        *(order_id for order_id in expired if order_id not in grouped),
        *first_of_group.values(),
    ]
