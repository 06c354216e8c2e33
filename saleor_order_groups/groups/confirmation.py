"""One confirmation for a whole purchase, instead of one for each order."""

from collections.abc import Callable, Iterable
from typing import Any

from graphene import Node
from prices import TaxedMoney
from saleor.core.notification.utils import get_site_context
from saleor.core.notify import NotifyEventType, NotifyHandler
from saleor.core.prices import quantize_price
from saleor.core.taxes import zero_taxed_money
from saleor.order.models import Order
from saleor.order.notifications import get_address_payload, get_default_order_payload
from saleor.plugins.manager import PluginsManager

from ..config import Confirmation, get_config
from ..models import OrderGroup, OrderGroupOrder, Seller
from .channels import get_channel

ORDER_GROUP_CONFIRMATION = "order_group_confirmation"


class StaffNotifier:
    """Plugin manager for `send_order_confirmation` that skips the customer's mail."""

    def __init__(self, manager: PluginsManager) -> None:
        self._manager = manager

    def notify(self, event: str, *args: Any, **kwargs: Any) -> None:
        """Pass on every notification except the customer's order confirmation."""
        if event != NotifyEventType.ORDER_CONFIRMATION:
            self._manager.notify(event, *args, **kwargs)


def is_confirmed_by_its_group(order: Order, manager: PluginsManager) -> bool:
    """Tell whether the group's confirmation replaces the order's."""
    config = get_config(order.channel.slug, manager)
    return (
        config.confirmation == Confirmation.GROUP
        and OrderGroupOrder.objects.filter(order=order).exists()
    )


def send_group_confirmation(
    group: OrderGroup, redirect_url: str | None, manager: PluginsManager
) -> None:
    """Notify the customer of the group; build the payload only if a plugin reads it."""
    channel = get_channel(group)
    handler = NotifyHandler(lambda: get_payload(group, redirect_url))
    notify: Callable = manager.notify
    notify(
        # Not an event of Saleor's, whose enum is closed: plugins and apps accept any
        # name.
        ORDER_GROUP_CONFIRMATION,
        payload_func=handler.payload,
        channel_slug=channel and channel.slug,
    )


def get_payload(group: OrderGroup, redirect_url: str | None) -> dict[str, Any]:
    """Return the notification's payload in the format of Saleor's order confirmation.

    Each order has the fields of Saleor's `order_confirmation`, and its seller. Amounts
    are Decimals in the group's currency.
    """
    links = list(
        group.order_links.select_related("seller", "order__channel").order_by(
            "position"
        )
    )
    orders = [link.order for link in links]
    first = orders[0]
    currency = group.currency
    return {
        "order_group": {
            "id": Node.to_global_id("OrderGroup", group.pk),
            "number": str(group.number),
            "created": str(group.created_at),
            "channel_slug": (group.channel or first.channel).slug,
            "language_code": first.language_code,
            "email": first.get_customer_email(),
            "currency": currency,
            "display_gross_prices": first.display_gross_prices,
            **_get_amounts("subtotal", (order.subtotal for order in orders), currency),
            **_get_amounts(
                "shipping_price", (order.shipping_price for order in orders), currency
            ),
            "placed_total_net_amount": quantize_price(
                group.placed_total_net_amount, currency
            ),
            "placed_total_gross_amount": quantize_price(
                group.placed_total_gross_amount, currency
            ),
            "placed_total_tax_amount": quantize_price(
                group.placed_total_gross_amount - group.placed_total_net_amount,
                currency,
            ),
            "billing_address": get_address_payload(first.billing_address),
            "shipping_address": get_address_payload(first.shipping_address),
            "orders": [_get_order_payload(link, redirect_url) for link in links],
        },
        "recipient_email": first.get_customer_email(),
        **get_site_context(),
    }


def _get_amounts(
    name: str, prices: Iterable[TaxedMoney], currency: str
) -> dict[str, Any]:
    total = sum(prices, start=zero_taxed_money(currency))
    return {
        f"{name}_net_amount": quantize_price(total.net.amount, currency),
        f"{name}_gross_amount": quantize_price(total.gross.amount, currency),
    }


def _get_order_payload(
    link: OrderGroupOrder, redirect_url: str | None
) -> dict[str, Any]:
    order = link.order
    return {
        **get_default_order_payload(order, redirect_url or ""),
        # Saleor rounds all amounts of this payload to the currency's decimal places,
        # except for the shipping price.
        **_get_amounts("shipping_price", [order.shipping_price], order.currency),
        "seller": _get_seller_payload(link.seller),
    }


def _get_seller_payload(seller: Seller | None) -> dict[str, Any] | None:
    if seller is None:
        return None
    return {
        "id": Node.to_global_id("Seller", seller.pk),
        "slug": seller.slug,
        "name": seller.name,
        "external_reference": seller.external_reference,
        "metadata": seller.metadata,
    }
