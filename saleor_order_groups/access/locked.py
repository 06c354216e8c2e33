"""Lock an order or a fulfillment of a group, and check it again.

Staff and sellers act on the same orders. Whoever comes second must see what the first
one has done.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from saleor.order.error_codes import OrderErrorCode
from saleor.order.models import Fulfillment, Order

from ..host.locks import lock_fulfillment, lock_order_with_goods
from ..models import OrderGroupOrder


def lock_to_cancel(order: Order) -> None:
    """Lock an order of a group, which may have changed since it was read.

    No query asks for the group of an order that was read with its `order_group_link`.

    :raises ValidationError: it cannot be canceled any more.
    """
    if OrderGroupOrder.order.field.remote_field.is_cached(order):
        is_in_group = hasattr(order, "order_group_link")
    else:
        is_in_group = OrderGroupOrder.objects.filter(order=order.pk).exists()
    if not is_in_group:
        return
    locked = lock_order_with_goods(order.pk)
    if locked is None or not locked.can_cancel():
        raise ValidationError(
            {
                "order": ValidationError(
                    "This order can't be canceled.",
                    code=OrderErrorCode.CANNOT_CANCEL_ORDER.value,
                )
            }
        )


def lock_to_fulfill(
    order: Order, lines_of_warehouses: Mapping[UUID, Sequence[Mapping[str, Any]]]
) -> None:
    """Lock an order of a group, and read the lines again that will be fulfilled.

    :param lines_of_warehouses: as Saleor's `create_fulfillments` takes them.
    """
    if not OrderGroupOrder.objects.filter(order=order.pk).exists():
        return
    lock_order_with_goods(order.pk, list(lines_of_warehouses))
    for lines in lines_of_warehouses.values():
        for line in lines:
            line["order_line"].refresh_from_db(fields=["quantity_fulfilled"])


def lock_to_cancel_fulfillment(fulfillment: Fulfillment) -> None:
    """Lock a fulfillment of a group's order, which may have changed since it was read.

    :raises ValidationError: it cannot be canceled any more.
    """
    links = OrderGroupOrder.objects.filter(order=fulfillment.order_id)
    if not links.exists():
        return
    locked = lock_fulfillment(fulfillment.pk)
    # A fulfillment that waited for approval takes nothing from the stock.
    if locked is None or not locked.can_edit() or locked.status != fulfillment.status:
        raise ValidationError(
            {
                "fulfillment": ValidationError(
                    "This fulfillment can't be canceled",
                    code=OrderErrorCode.CANNOT_CANCEL_FULFILLMENT.value,
                )
            }
        )
