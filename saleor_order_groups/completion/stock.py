"""Allocate the stock of all new orders at once."""

from collections.abc import Sequence

from saleor.order.fetch import OrderLineInfo
from saleor.warehouse.reservations import is_reservation_enabled

from ..host.internals import allocate_preorders, allocate_stocks
from .context import Completion


def allocate_stock(
    completion: Completion, order_lines: Sequence[OrderLineInfo]
) -> None:
    """Allocate all sellers' lines at once, so that stocks are locked in one order.

    :raises InsufficientStock: stock is missing for some of the lines.
    """
    checkout_info, site_settings = completion.checkout_info, completion.site_settings
    delivery_method_info = checkout_info.get_delivery_method_info()
    checkout_lines = [info.line for info in completion.checkout_lines]
    allocate_stocks(
        list(order_lines),
        checkout_info.get_country(),
        checkout_info.channel,
        site_settings,
        completion.app or completion.user,
        calculate_stocks_with_shipping_zones=site_settings.use_legacy_shipping_zone_stock_availability,
        collection_point_pk=delivery_method_info.warehouse_pk,
        additional_filter_lookup=delivery_method_info.get_warehouse_filter_lookup(),
        # Saleor reads the stocks' IDs from a generator that its check of the
        # reservations uses up. After that check it finds no allocations, and sells the
        # last item twice. Other customers' reservations have been checked with the
        # lines.
        check_reservations=False,
        checkout_lines=checkout_lines,
    )
    allocate_preorders(
        list(order_lines),
        checkout_info.channel.slug,
        check_reservations=is_reservation_enabled(site_settings),
        checkout_lines=checkout_lines,
    )
