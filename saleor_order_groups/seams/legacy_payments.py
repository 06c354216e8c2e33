"""Guard a legacy payment that may be one order's part of a divided payment.

Mutations of orders and payments, returns and refunds of products, and clean-up tasks
all call the gateway's three functions, and all of them report the errors.
"""

from collections.abc import Callable

from .seam import Seam


def _capture(original: Callable) -> Callable:
    """Refuse to capture a part alone if the policy forbids it; divide any excess."""

    def capture(payment, manager, channel_slug, *args, **kwargs):
        from saleor.core.transactions import transaction_with_commit_on_errors

        from ..config import get_config
        from ..payments.legacy.bounds import is_part, lock_parts, refuse_capture
        from ..payments.legacy.capture import carry_capture

        if not is_part(payment):
            return original(payment, manager, channel_slug, *args, **kwargs)
        # Saleor keeps the record of a failed attempt, so commit on errors too.
        with transaction_with_commit_on_errors():
            parts = lock_parts(payment)
            refuse_capture(parts, get_config(channel_slug, manager))
            transaction = original(payment, manager, channel_slug, *args, **kwargs)
            carry_capture(transaction, parts, manager)
        return transaction

    return capture


def _void(original: Callable) -> Callable:
    """Refuse a void while the provider holds money for a live sibling."""

    def void(payment, manager, channel_slug):
        from saleor.core.transactions import transaction_with_commit_on_errors

        from ..payments.legacy.bounds import is_part, lock_parts, refuse_void
        from ..payments.legacy.capture import carry_void

        if not is_part(payment):
            return original(payment, manager, channel_slug)
        with transaction_with_commit_on_errors():
            parts = lock_parts(payment)
            refuse_void(parts)
            transaction = original(payment, manager, channel_slug)
            carry_void(transaction, parts, manager)
        return transaction

    return void


def _refund(original: Callable) -> Callable:
    """Refuse a refund that exceeds the part together with refunds in progress."""

    def refund(payment, manager, channel_slug, amount=None, refund_data=None):
        from saleor.core.transactions import transaction_with_commit_on_errors

        from ..payments.legacy.bounds import is_part, lock_parts, refuse_refund

        if not is_part(payment):
            return original(payment, manager, channel_slug, amount, refund_data)
        with transaction_with_commit_on_errors():
            refuse_refund(lock_parts(payment), amount)
            return original(payment, manager, channel_slug, amount, refund_data)

    return refund


def _get_order_to_confirm(original: Callable) -> Callable:
    """Confirm an order without a capture if it must not be charged alone.

    The refused capture would stop Saleor in the middle: the order would have its new
    status, but its events would be missing.
    """

    def get_instance(cls, info, /, **data):
        from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise

        from ..config import get_config
        from ..payments.legacy.bounds import is_charged_with_its_group

        order = original(info, **data)
        manager = get_plugin_manager_promise(info.context).get()
        if is_charged_with_its_group(order, get_config(order.channel.slug, manager)):
            order.get_last_payment = lambda: None
        return order

    return get_instance


GATEWAY = "saleor.payment.gateway"
SEAMS = (
    # Saleor's decorators hide the parameters of these functions.
    Seam(GATEWAY, "capture", ("args", "kwargs"), _capture),
    Seam(GATEWAY, "void", ("args", "kwargs"), _void),
    Seam(GATEWAY, "refund", ("args", "kwargs"), _refund),
    Seam(
        "saleor.graphql.order.mutations.order_confirm",
        "OrderConfirm.get_instance",
        ("info", "data"),
        _get_order_to_confirm,
    ),
)
