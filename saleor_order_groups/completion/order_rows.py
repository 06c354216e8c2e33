"""Make the rows of the new orders, from shared fields and fields of each order."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from saleor.account.models import Address
from saleor.checkout.utils import calculate_checkout_weight
from saleor.core.taxes import zero_taxed_money
from saleor.order import OrderOrigin, OrderStatus
from saleor.order.delivery_context import PRIVATE_META_APP_SHIPPING_ID
from saleor.order.models import Order
from saleor.payment.model_helpers import get_subtotal

from ..allocation.allocate import OrderAllocation
from ..delivery.order_deliveries import describe_deliveries
from ..host.internals import (
    get_checkout_metadata,
    get_or_create_checkout_metadata,
    update_order_display_gross_prices,
)
from ..money.minor_units import to_money, to_taxed_money
from .context import Completion
from .read import CompletionPlan


def make_orders(
    completion: Completion, plan: CompletionPlan, allocations: Sequence[OrderAllocation]
) -> list[Order]:
    """Return the orders in the partitions' order; only their addresses are saved.

    :raises ValidationError: the seller methods are not those that were priced.
    """
    checkout, data = completion.checkout, plan.order_data
    currency = checkout.currency
    metadata, private_metadata = _get_metadata(completion)
    # An allowlist: a key that a later Saleor adds must not reach the orders unnoticed.
    carried = {
        key: data[key]
        for key in (
            "language_code",
            "tracking_client_id",
            "tax_error",
            "voucher",
            "voucher_code",
            "user",
            "user_email",
            "customer_note",
        )
        if key in data
    }
    deliveries = _get_deliveries(plan, allocations)
    addresses = _copy_addresses(data, len(allocations))
    numbers = _take_order_numbers(len(allocations))
    status = _get_status(completion)
    orders = []
    for index, (partition, lines, allocation) in enumerate(
        zip(plan.partitions, plan.order_lines_of_partitions, allocations, strict=True)
    ):
        subtotal = get_subtotal([info.line for info in lines], currency)
        undiscounted_shipping = to_money(
            allocation.shipping_undiscounted_base, currency
        )
        undiscounted_total = (
            sum(
                [info.line.undiscounted_total_price for info in lines],
                start=zero_taxed_money(currency),
            )
            + undiscounted_shipping
        )
        amounts: dict[str, Any] = {
            "subtotal": subtotal,
            "undiscounted_total": undiscounted_total,
            "undiscounted_base_shipping_price": undiscounted_shipping,
            "base_shipping_price": to_money(allocation.shipping_base, currency),
            "shipping_price": to_taxed_money(
                allocation.shipping_net, allocation.shipping_gross, currency
            ),
            "total": to_taxed_money(
                allocation.total_net, allocation.total_gross, currency
            ),
        }
        orders.append(
            Order(
                **carried,
                **amounts,
                **addresses[index],
                **deliveries[index],
                number=numbers[index],
                status=status,
                origin=OrderOrigin.CHECKOUT,
                channel=completion.checkout_info.channel,
                currency=currency,
                checkout_token=str(checkout.token),
                redirect_url=checkout.redirect_url,
                tax_exemption=checkout.tax_exemption,
                should_refresh_prices=False,
                metadata=dict(metadata),
                private_metadata={
                    key: value
                    for key, value in private_metadata.items()
                    # Under this key Saleor keeps the ID of an app's shipping method: it
                    # belongs only to orders that carry shipping.
                    if allocation.carries_shipping
                    or key != PRIVATE_META_APP_SHIPPING_ID
                },
                lines_count=len(lines),
                weight=calculate_checkout_weight(list(partition.lines)),
            )
        )
    # The country decides how prices are shown, and all orders have the same addresses:
    # derive the setting once.
    update_order_display_gross_prices(orders[0])
    for order in orders[1:]:
        order.display_gross_prices = orders[0].display_gross_prices
    return orders


def _get_deliveries(
    plan: CompletionPlan, allocations: Sequence[OrderAllocation]
) -> list[dict[str, Any]]:
    """Return each order's delivery fields: its seller method's or the shared ones.

    :raises ValidationError: the seller methods are not those that were priced.
    """
    data, seller_methods = plan.order_data, plan.prices.seller_methods
    if seller_methods is None:
        shared = {
            key: value
            for key, value in data.items()
            if key.startswith(("shipping_method", "shipping_tax", "collection_point"))
        }
        return [
            shared if allocation.carries_shipping else {} for allocation in allocations
        ]
    return [
        {**own, "shipping_tax_rate": data["shipping_tax_rate"]} if own else {}
        for own in describe_deliveries(plan.partitions, seller_methods)
    ]


def _get_status(completion: Completion) -> str:
    # As in Saleor's two flows: an order of the payment flow has certainly been paid,
    # one of the transaction flow may have no transaction.
    is_paid = (
        completion.order_data is not None
        or completion.checkout.payment_transactions.exists()
    )
    if (
        completion.checkout_info.channel.automatically_confirm_all_new_orders
        and is_paid
    ):
        return OrderStatus.UNFULFILLED
    return OrderStatus.UNCONFIRMED


def _get_metadata(completion: Completion) -> tuple[dict, dict]:
    # In Saleor the transaction flow makes a missing metadata row of the checkout; the
    # payment flow does not.
    stored = (
        get_or_create_checkout_metadata(completion.checkout)
        if completion.order_data is None
        else get_checkout_metadata(completion.checkout)
    )
    metadata = dict(stored.metadata) if stored else {}
    private_metadata = dict(stored.private_metadata) if stored else {}
    for item in completion.metadata_list or []:
        metadata[item.key] = item.value
    for item in completion.private_metadata_list or []:
        private_metadata[item.key] = item.value
    return metadata, private_metadata


def _copy_addresses(data: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Return each order's addresses: the first has the checkout's, others copies."""
    copies: list[dict[str, Any]] = []
    for index in range(count):
        copies.append(
            {
                name: address if index == 0 or not address else _unsaved_copy(address)
                for name, address in (
                    ("shipping_address", data.get("shipping_address")),
                    ("billing_address", data.get("billing_address")),
                )
            }
        )
    Address.objects.bulk_create(
        [address for row in copies[1:] for address in row.values() if address]
    )
    return copies


def _unsaved_copy(address: Address) -> Address:
    return Address(**address.as_data())


def _take_order_numbers(count: int) -> list[int]:
    """Take the next numbers of Saleor's order number sequence, the lowest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('order_order_number_seq') FROM generate_series(1, %s)",
            [count],
        )
        return sorted(number for (number,) in cursor.fetchall())
