"""Offer, check and store the delivery methods of several sellers.

Saleor knows one delivery method of a checkout. The combined method, the sum of the
seller methods, is offered to Saleor as one method and never reaches an order.
"""

from collections.abc import Callable

from saleor.core.db.connection import allow_writer

from ..host.versions import forget_external_shipping
from .seam import Seam


def _get_available_built_in_shipping_methods(original: Callable) -> Callable:
    """Leave out the methods of sellers who do not sell all shipped goods."""

    def get(checkout_info):
        from ..delivery.offer import leave_out_sellers_own

        methods = original(checkout_info)
        with allow_writer():
            return leave_out_sellers_own(checkout_info, methods) if methods else methods

    return get


def _fetch_external_shipping_methods(original: Callable) -> Callable:
    """Offer the combined method together with the methods of shipping apps."""

    def fetch(checkout_info, available_built_in_methods, requestor):
        from ..delivery.offer import offer_combined_method

        with allow_writer():
            offered = offer_combined_method(checkout_info)
        methods = original(
            checkout_info=checkout_info,
            available_built_in_methods=available_built_in_methods,
            requestor=requestor,
        )
        if offered is None:
            return methods
        return methods.then(lambda external: [*external, offered])

    return fetch


def _excluded_shipping_methods(original: Callable) -> Callable:
    """Ask apps about the seller methods, which they know, not the combined method."""

    def exclude(checkout, available_shipping_methods, allow_replica, requestor):
        from ..delivery.combined_method import CombinedMethod
        from ..delivery.offer import exclude_combined_method

        methods = {
            method.id: method
            for method in available_shipping_methods
            if not isinstance(method, CombinedMethod)
        }
        sums = [m for m in available_shipping_methods if isinstance(m, CombinedMethod)]
        for offered in sums:
            methods |= {m.id: m for m in offered.methods if m.id not in methods}
        return original(
            checkout,
            available_shipping_methods=list(methods.values()),
            allow_replica=allow_replica,
            requestor=requestor,
        ).then(
            lambda excluded: [
                *excluded,
                *(
                    row
                    for offered in sums
                    for row in exclude_combined_method(offered, excluded)
                ),
            ]
        )

    return exclude


def _clean_checkout_shipping(original: Callable) -> Callable:
    """Name the sellers whose delivery is invalid, where Saleor names none."""

    def clean(checkout_info, lines, error_code):
        from saleor.checkout.delivery_context import is_shipping_required

        from ..delivery.combined_method import is_combined
        from ..delivery.validation import refuse_invalid_deliveries

        delivery = checkout_info.checkout.assigned_delivery
        if (
            delivery
            and is_combined(delivery.shipping_method_id)
            and is_shipping_required(lines)
        ):
            # A refresh has updated the row, but not the instance that the checkout
            # holds.
            delivery.refresh_from_db()
            refuse_invalid_deliveries(checkout_info, lines, delivery, error_code)
        return original(checkout_info, lines, error_code)

    return clean


def _process_shipping_data(original: Callable) -> Callable:
    """Give one seller's order its seller method; several orders get theirs later."""

    def process(
        checkout_info,
        undiscounted_base_shipping_price,
        base_shipping_price,
        shipping_price,
        manager,
        lines,
    ):
        from ..delivery.combined_method import read_seller_methods
        from ..delivery.options import find_partitions, needs_shipping
        from ..delivery.order_deliveries import describe_deliveries

        data = original(
            checkout_info,
            undiscounted_base_shipping_price,
            base_shipping_price,
            shipping_price,
            manager,
            lines,
        )
        seller_methods = read_seller_methods(
            data.get("shipping_method_private_metadata"),
            checkout_info.checkout.currency,
        )
        if seller_methods is None:
            return data
        # Saleor has kept the combined method's ID there, as it keeps that of an app's
        # method.
        forget_external_shipping(checkout_info.checkout)
        partitions = find_partitions(checkout_info, lines) or []
        if any(map(needs_shipping, partitions)) and len(partitions) > 1:
            return data
        of_sum = [key for key in data if key.startswith(SHIPPING_METHOD_FIELDS)]
        for key in of_sum:
            del data[key]
        if any(map(needs_shipping, partitions)):
            data |= describe_deliveries(partitions, seller_methods)[0]
        return data

    return process


# Prefixes of the order's fields that describe its delivery method.
SHIPPING_METHOD_FIELDS = ("shipping_method", "shipping_tax_class")

DELIVERY_CONTEXT = "saleor.checkout.delivery_context"
SEAMS = (
    Seam(
        DELIVERY_CONTEXT,
        "get_available_built_in_shipping_methods_for_checkout_info",
        ("checkout_info",),
        _get_available_built_in_shipping_methods,
    ),
    Seam(
        DELIVERY_CONTEXT,
        "fetch_external_shipping_methods_for_checkout_info",
        ("checkout_info", "available_built_in_methods", "requestor"),
        _fetch_external_shipping_methods,
    ),
    Seam(
        "saleor.checkout.webhooks.exclude_shipping",
        "excluded_shipping_methods_for_checkout",
        ("checkout", "available_shipping_methods", "allow_replica", "requestor"),
        _excluded_shipping_methods,
    ),
    Seam(
        "saleor.checkout.checkout_cleaner",
        "clean_checkout_shipping",
        ("checkout_info", "lines", "error_code"),
        _clean_checkout_shipping,
    ),
    Seam(
        "saleor.checkout.complete_checkout",
        "_process_shipping_data_for_order",
        (
            "checkout_info",
            "undiscounted_base_shipping_price",
            "base_shipping_price",
            "shipping_price",
            "manager",
            "lines",
        ),
        _process_shipping_data,
    ),
)
