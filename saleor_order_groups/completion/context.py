"""The arguments of a completion, and the orders that it has placed."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.sites.models import Site
from saleor.checkout.models import Checkout
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.giftcard.models import GiftCard
from saleor.order import OrderStatus
from saleor.order.fetch import OrderInfo, OrderLineInfo
from saleor.order.models import Order

from ..models import Seller

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo
    from saleor.plugins.manager import PluginsManager
    from saleor.site.models import SiteSettings


@dataclass(frozen=True)
class Completion:
    """One call of Saleor's order creation, from either of its two flows.

    `order_data` is the data that the payment flow prepared before it took the money. It
    is None in the transaction flow: the completion then prepares the data itself.
    """

    checkout_info: "CheckoutInfo"
    checkout_lines: list["CheckoutLineInfo"]
    manager: "PluginsManager"
    user: "User | None"
    app: "App | None"
    metadata_list: list | None = None
    private_metadata_list: list | None = None
    is_automatic: bool = False
    force_update: bool = False
    order_data: dict[str, Any] | None = None
    site_settings: "SiteSettings" = field(
        default_factory=lambda: Site.objects.get_current().settings
    )

    @property
    def checkout(self) -> Checkout:
        """The checkout; Saleor has locked its row."""
        return self.checkout_info.checkout


@dataclass(frozen=True)
class PlacedOrder:
    """An order with its seller, its lines and the gift cards that pay for it."""

    order: Order
    seller: Seller | None
    lines: list[OrderLineInfo]
    gift_cards: list[GiftCard]

    def has_settled_status(self) -> bool:
        """Tell whether Saleor would derive the status that the order was placed with.

        It would for an unfulfilled order without gift card lines, which Saleor may
        fulfill at once. A fulfillment sets the order's status itself.
        """
        return self.order.status == OrderStatus.UNFULFILLED and not self._sells_cards

    def has_gift_cards(self) -> bool:
        """Tell whether the order sells gift cards, or is paid with them."""
        return self._sells_cards or self.is_paid_with_gift_cards()

    @property
    def _sells_cards(self) -> bool:
        return any(info.line.is_gift_card for info in self.lines)

    def is_paid_with_gift_cards(self) -> bool:
        """Tell whether the order has a gift card transaction that is to be charged.

        The order's transactions are read from the prefetch cache that `save_orders` has
        filled.
        """
        return any(
            transaction.app_identifier == GIFT_CARD_PAYMENT_GATEWAY_ID
            for transaction in self.order.payment_transactions.all()
        )

    @cached_property
    def order_info(self) -> OrderInfo:
        """The order in the form that Saleor's after-commit actions take."""
        return OrderInfo(
            order=self.order,
            customer_email=self.order.user_email,
            channel=self.order.channel,
            payment=self.order.get_last_payment(),
            lines_data=self.lines,
        )
