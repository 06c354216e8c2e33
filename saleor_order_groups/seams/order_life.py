"""Keep Saleor from treating an order of a group as an only order."""

from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS
from saleor.core.db.connection import (
    allow_writer,
    allow_writer_for_default_connection,
)

from .seam import Seam


def _get_by_checkout_token(original: Callable) -> Callable:
    """Answer a repeated completion with the group's first order, every time."""

    def get_by_checkout_token(self, token):
        from django.db.models import F

        return (
            self.non_draft()
            .filter(checkout_token=token)
            .order_by(F("order_group_link__position").asc(nulls_last=True), "-number")
            .first()
        )

    return get_by_checkout_token


def _match_orders_with_new_user(original: Callable) -> Callable:
    """Move a guest's groups to the new account; record it as the sellers' customer."""

    def match(user):
        from ..models import OrderGroup, OrderGroupOrder
        from ..sellers.customers import add_missing

        original(user)
        OrderGroup.objects.filter(
            user_email=user.email, user=None, order_links__order__user=user
        ).update(user=user)
        add_missing(OrderGroupOrder.objects.filter(order__user=user))

    return match


def _process_order_promotion(original: Callable) -> Callable:
    """Keep a split order from qualifying for promotions on its own subtotal."""

    def process(order, lines_info, database_connection_name=DEFAULT_DB_ALIAS):
        from ..groups.lookup import is_of_split_group

        # A GraphQL query may recalculate an order, and Saleor forbids the writer there.
        with allow_writer_for_default_connection(database_connection_name):
            if is_of_split_group(order, database_connection_name):
                return
        original(order, lines_info, database_connection_name=database_connection_name)

    return process


def _attach_voucher_info(original: Callable) -> Callable:
    """Keep a split order from applying its voucher to a line of its own choice.

    A voucher that applies once would be applied again, to each order's cheapest line.
    """

    def attach(lines_info, order):
        from saleor.discount.utils.voucher import is_line_level_voucher

        from ..groups.lookup import is_of_split_group

        # The voucher may not be loaded yet; Saleor's own function allows the writer too.
        with allow_writer():
            voucher = order.voucher
        using = order._state.db or DEFAULT_DB_ALIAS
        if is_line_level_voucher(voucher):
            with allow_writer_for_default_connection(using):
                if is_of_split_group(order, using):
                    lines_info = [i for i in lines_info if i.line.voucher_code]
        original(lines_info, order)

    return attach


def _calculate_taxes(original: Callable) -> Callable:
    """Subtract gift cards again after Saleor has recalculated an order without them."""

    def calculate(
        order,
        manager,
        lines,
        tax_calculation_strategy,
        requestor,
        database_connection_name=DEFAULT_DB_ALIAS,
    ):
        from ..groups.recalculation import subtract_gift_cards

        def subtract(result):
            with allow_writer_for_default_connection(database_connection_name):
                subtract_gift_cards(order, database_connection_name)
            return result

        return original(
            order,
            manager,
            lines,
            tax_calculation_strategy,
            requestor,
            database_connection_name=database_connection_name,
        ).then(subtract)

    return calculate


def _bulk_release_voucher_usage(original: Callable) -> Callable:
    """Release a group's voucher use once, when its last order has expired."""

    def release(order_ids):
        from ..groups.voucher_release import select_voucher_releases

        return original(select_voucher_releases(order_ids))

    return release


SEAMS = (
    Seam(
        "saleor.order.models",
        "OrderQueryset.get_by_checkout_token",
        ("self", "token"),
        _get_by_checkout_token,
    ),
    Seam(
        "saleor.order.utils",
        "match_orders_with_new_user",
        ("user",),
        _match_orders_with_new_user,
    ),
    Seam(
        "saleor.order.calculations",
        "process_order_promotion",
        ("order", "lines_info", "database_connection_name"),
        _process_order_promotion,
    ),
    Seam(
        "saleor.order.fetch",
        "attach_voucher_info",
        ("lines_info", "order"),
        _attach_voucher_info,
    ),
    Seam(
        "saleor.order.calculations",
        "calculate_taxes",
        (
            "order",
            "manager",
            "lines",
            "tax_calculation_strategy",
            "requestor",
            "database_connection_name",
        ),
        _calculate_taxes,
    ),
    Seam(
        "saleor.order.tasks",
        "_bulk_release_voucher_usage",
        ("order_ids",),
        _bulk_release_voucher_usage,
    ),
)
