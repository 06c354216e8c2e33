"""Group the orders that staff place, and check the goods that they add."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from .seam import Seam

# Who places the draft: Saleor does not tell the method that the group is made in.
_requestor: ContextVar[Any] = ContextVar("requestor", default=None)


def _handle_order_voucher(original: Callable) -> Callable:
    """Give a draft its group in the transaction that places it.

    Saleor calls this method once there, after it has saved the order. The group comes
    before the voucher, so that the lock order is that of a completion.
    """

    def handle(cls, order, channel):
        from ..adoption.placed import adopt_placed
        from ..lifecycle.records import record_created
        from ..sellers.order_sellers import refuse_unsold_goods

        refuse_unsold_goods(order)
        if groups := adopt_placed([order]):
            record_created(groups, _requestor.get())
        original(order, channel)

    return handle


def _complete_draft(original: Callable) -> Callable:
    """Announce the group of a draft that was placed."""

    def perform_mutation(cls, root, info, /, **data):
        from saleor.graphql.app.dataloaders import get_app_promise

        from ..lifecycle.look import look_after_placement, mute_hooks
        from ..models import OrderGroup

        token = _requestor.set(get_app_promise(info.context).get() or info.context.user)
        try:
            with mute_hooks():
                payload = original(root, info, **data)
        finally:
            _requestor.reset(token)
        order = payload.order.node
        if group := OrderGroup.objects.filter(order_links__order=order).first():
            look_after_placement(group.pk, order.pk)
        return payload

    return perform_mutation


def _save_bulk_orders(original: Callable) -> Callable:
    """Give imported orders their groups, in the transaction that saves them."""

    def save_data(cls, orders_data, stocks):
        from ..adoption.placed import adopt_placed
        from ..lifecycle.records import record_present

        saved = original(orders_data, stocks)
        groups = adopt_placed(data.order for data in saved if data.order)
        if groups:
            record_present([group.pk for group in groups])
        return saved

    return save_data


def _validate_variants(original: Callable) -> Callable:
    """Refuse goods of another seller on an order."""

    def validate(cls, order, variants):
        from ..sellers.order_sellers import refuse_foreign_goods

        original(order, variants)
        refuse_foreign_goods(order, variants)

    return validate


DRAFT_COMPLETE = "saleor.graphql.order.mutations.draft_order_complete"
SEAMS = (
    Seam(
        DRAFT_COMPLETE,
        "DraftOrderComplete.handle_order_voucher",
        ("order", "channel"),
        _handle_order_voucher,
    ),
    Seam(
        DRAFT_COMPLETE,
        "DraftOrderComplete.perform_mutation",
        ("_root", "info", "id"),
        _complete_draft,
    ),
    Seam(
        "saleor.graphql.order.bulk_mutations.order_bulk_create",
        "OrderBulkCreate.save_data",
        ("orders_data", "stocks"),
        _save_bulk_orders,
    ),
    Seam(
        "saleor.graphql.order.mutations.order_lines_create",
        "OrderLinesCreate.validate_variants",
        ("order", "variants"),
        _validate_variants,
    ),
)
