"""Fulfill and cancel what somebody else may fulfill or cancel at the same time.

Saleor reads and checks orders, lines and fulfillments before it locks them. Where its
seller acts at the same time as staff, goods would be restocked twice, a fulfilled order
be canceled, or a quantity be forgotten.
"""

from collections.abc import Callable

from .seam import Seam


def _cancel_order(original: Callable) -> Callable:
    """Check an order of a group again under locks; then cancel what is left to pay.

    The rest of a group's payment is canceled when its last live order is.
    """

    def cancel(order, user, app, manager, site_settings, webhook_event_map=None):
        from django.db import transaction
        from saleor.core.utils.events import call_event

        from ..access.locked import lock_to_cancel
        from ..payments.group_requests import Requestor, cancel_rest

        # Saleor writes in a savepoint of its own.
        with transaction.atomic(savepoint=False):
            lock_to_cancel(order)
            original(order, user, app, manager, site_settings, webhook_event_map)
            call_event(cancel_rest, order, Requestor(manager, user, app))

    return cancel


def _create_fulfillments(original: Callable) -> Callable:
    """Read the lines of a group's order again under locks.

    Saleor locks them too, but adds to the quantities that it read before.
    """

    def create(
        user,
        app,
        order,
        fulfillment_lines_for_warehouses,
        manager,
        site_settings,
        **options,
    ):
        from saleor.core.tracing import traced_atomic_transaction

        from ..access.locked import lock_to_fulfill

        with traced_atomic_transaction():
            lock_to_fulfill(order, fulfillment_lines_for_warehouses)
            return original(
                user,
                app,
                order,
                fulfillment_lines_for_warehouses,
                manager,
                site_settings,
                **options,
            )

    return create


def _cancel_fulfillment(original: Callable) -> Callable:
    """Check a fulfillment of a group's order again under locks."""

    def cancel(
        fulfillment,
        user,
        app,
        warehouse,
        manager,
        *,
        calculate_stocks_with_shipping_zones,
    ):
        from saleor.core.tracing import traced_atomic_transaction

        from ..access.locked import lock_to_cancel_fulfillment

        with traced_atomic_transaction():
            lock_to_cancel_fulfillment(fulfillment)
            return original(
                fulfillment,
                user,
                app,
                warehouse,
                manager,
                calculate_stocks_with_shipping_zones=(
                    calculate_stocks_with_shipping_zones
                ),
            )

    return cancel


SEAMS = (
    Seam(
        "saleor.order.actions",
        "create_fulfillments",
        (
            "user",
            "app",
            "order",
            "fulfillment_lines_for_warehouses",
            "manager",
            "site_settings",
            "notify_customer",
            "auto",
            "auto_approved",
            "allow_stock_to_be_exceeded",
            "tracking_number",
        ),
        _create_fulfillments,
    ),
    Seam(
        "saleor.order.actions",
        "cancel_order",
        ("order", "user", "app", "manager", "site_settings", "webhook_event_map"),
        _cancel_order,
    ),
    Seam(
        "saleor.order.actions",
        "cancel_fulfillment",
        (
            "fulfillment",
            "user",
            "app",
            "warehouse",
            "manager",
            "calculate_stocks_with_shipping_zones",
        ),
        _cancel_fulfillment,
    ),
)
