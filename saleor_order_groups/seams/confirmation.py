"""Replace Saleor's order confirmation where the group as a whole is confirmed."""

from collections.abc import Callable

from .seam import Seam


def _send_order_confirmation(original: Callable) -> Callable:
    """Leave the customer's mail to the group's confirmation; staff get Saleor's."""

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
