"""Spare Saleor statements about new orders that a completion has just made."""

from collections.abc import Callable

from django.db.models import F

from .seam import Seam


def _order_created(original: Callable) -> Callable:
    """Write the rows of a group's only order together; Saleor commits each of them."""

    def create(
        order_info,
        user,
        app,
        manager,
        from_draft=False,
        site_settings=None,
        automatic=False,
    ):
        from ..completion.after_commit import announce_one_order, find_announced
        from ..lifecycle.look import is_placed_now

        def create_rows():
            original(
                order_info=order_info,
                user=user,
                app=app,
                manager=manager,
                from_draft=from_draft,
                site_settings=site_settings,
                automatic=automatic,
            )

        order = order_info.order
        if is_placed_now(order) and not (from_draft or find_announced(order)):
            announce_one_order(order_info, create_rows)
        else:
            create_rows()

    return create


def _update_order_status(original: Callable) -> Callable:
    """Leave alone an order that is neither fulfilled nor to be confirmed.

    Saleor would lock each order and read its lines and fulfillments.
    """

    def update(order):
        from ..completion.after_commit import find_announced

        placed = find_announced(order)
        if placed is None or not placed.has_settled_status():
            original(order)

    return update


def _charge_gift_card_transactions(original: Callable) -> Callable:
    """Leave alone an order without gift card transactions; Saleor would query them."""

    def charge(order, user=None, app=None):
        from ..completion.after_commit import find_announced

        placed = find_announced(order)
        if placed is None or placed.is_paid_with_gift_cards():
            original(order, user=user, app=app)

    return charge


def _fulfill_non_shippable_gift_cards(original: Callable) -> Callable:
    """Leave alone an order without gift cards: Saleor would build a query for none."""

    def fulfill(order, order_lines, settings, requestor_user, app, manager):
        order_lines = list(order_lines)
        if any(line.is_gift_card for line in order_lines):
            original(order, order_lines, settings, requestor_user, app, manager)

    return fulfill


def _save_event(original: Callable) -> Callable:
    """Insert the events of new orders together, where the plugin asks for it."""

    def save(
        self,
        *args,
        force_insert=False,
        force_update=False,
        using=None,
        update_fields=None,
    ):
        from ..host.new_events import collect_event

        if not (force_insert and collect_event(self, using)):
            original(
                self,
                *args,
                force_insert=force_insert,
                force_update=force_update,
                using=using,
                update_fields=update_fields,
            )

    return save


def _save_user(original: Callable) -> Callable:
    """Count new orders of a customer at once, where the plugin asks for it."""

    def save(self, *args, **kwargs):
        from ..host.new_events import collect_count

        is_count = (
            not args
            and kwargs == {"update_fields": ["number_of_orders"]}
            and self.number_of_orders == F("number_of_orders") + 1
        )
        if not (is_count and collect_count(self)):
            original(self, *args, **kwargs)

    return save


SEAMS = (
    Seam(
        "saleor.order.actions",
        "order_created",
        (
            "order_info",
            "user",
            "app",
            "manager",
            "from_draft",
            "site_settings",
            "automatic",
        ),
        _order_created,
    ),
    Seam(
        "saleor.order.actions",
        "update_order_status",
        ("order",),
        _update_order_status,
    ),
    Seam(
        "saleor.giftcard.gateway",
        "charge_gift_card_transactions",
        ("order", "user", "app"),
        _charge_gift_card_transactions,
    ),
    Seam(
        "saleor.giftcard.utils",
        "fulfill_non_shippable_gift_cards",
        ("order", "order_lines", "settings", "requestor_user", "app", "manager"),
        _fulfill_non_shippable_gift_cards,
    ),
    Seam(
        "saleor.order.models",
        "OrderEvent.save",
        ("self", "args", "force_insert", "force_update", "using", "update_fields"),
        _save_event,
    ),
    Seam(
        "saleor.account.models",
        "CustomerEvent.save",
        ("self", "args", "force_insert", "force_update", "using", "update_fields"),
        _save_event,
    ),
    Seam("saleor.account.models", "User.save", ("self", "args", "kwargs"), _save_user),
)
