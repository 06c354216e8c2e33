"""Where the customer is told of an order."""

from collections.abc import Callable

from .seam import Seam


def _send_order_confirmation(original: Callable) -> Callable:
    """Leave the customer to the group's confirmation; staff get Saleor's own."""

    def send(order_info, redirect_url, manager):
        from ..groups.confirmation import StaffNotifier, is_confirmed_by_its_group

        if is_confirmed_by_its_group(order_info.order, manager):
            manager = StaffNotifier(manager)
        original(order_info, redirect_url, manager)

    return send


SEAMS = (
    Seam(
        "saleor.order.notifications",
        "send_order_confirmation",
        ("order_info", "redirect_url", "manager"),
        _send_order_confirmation,
    ),
)
