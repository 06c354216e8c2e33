"""Buys carts, and brings the purchases into the states that operators see."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from .. import sellers, shop, storefront
from ..client import Api
from .staff import OUTLET, OUTLET_CURRENCY, WHOLESALE

GUEST_EMAIL = "guest@example.com"
GOODS_OF_TWO = {"HONEY": 1, "MUG": 2}
CHARGED = ("amountCharged", ["REFUND"])
AUTHORIZED = ("amountAuthorized", ["CHARGE", "CANCEL"])


@dataclass(frozen=True)
class Buyer:
    """Buys as the demo's customer or as a guest; the app is the one that pays."""

    customer: Api
    staff: Api
    app: Api

    def buy(self, kind: str) -> dict[str, Any]:
        """Make a purchase of a kind of `KINDS`; return its group."""
        return KINDS[kind](self)

    def paid(self) -> dict[str, Any]:
        return self._complete(self.customer, CHARGED)

    def authorized(self) -> dict[str, Any]:
        return self._complete(self.customer, AUTHORIZED)

    def guest(self) -> dict[str, Any]:
        return self._complete(
            Api(self.app.endpoint), CHARGED, cart=GOODS_OF_TWO, email=GUEST_EMAIL
        )

    def outlet(self) -> dict[str, Any]:
        return self._complete(self.customer, CHARGED, channel=OUTLET, cart=GOODS_OF_TWO)

    def partly_fulfilled(self) -> dict[str, Any]:
        group = self.paid()
        sellers.fulfil(self.app, sellers.orders_to_ship(self.app, group["id"])[0])
        return group

    def canceled(self) -> dict[str, Any]:
        group = self.authorized()
        self.staff(
            """mutation ($id: ID!) {
              orderGroupCancel(id: $id) { errors { field message code } }
            }""",
            id=group["id"],
        )
        return group

    def unconfirmed(self) -> dict[str, Any]:
        """Buy while the channel leaves it to the staff to confirm orders."""
        self._confirm_automatically(False)
        try:
            return self.paid()
        finally:
            self._confirm_automatically(True)

    def order_without_group(self) -> dict[str, Any]:
        """Let the staff make an order by hand where the plugin is not active."""
        channel_id, variant_id = self._get_goods(WHOLESALE)
        draft = self.staff(
            """mutation ($input: DraftOrderCreateInput!) {
              draftOrderCreate(input: $input) {
                order { id shippingMethods { id } } errors { field message code }
              }
            }""",
            input={
                "channelId": channel_id,
                "lines": [{"variantId": variant_id, "quantity": 1}],
                "userEmail": GUEST_EMAIL,
                "shippingAddress": shop.ADDRESS,
                "billingAddress": shop.ADDRESS,
            },
        )["order"]
        self.staff(
            """mutation ($id: ID!, $method: ID!) {
              orderUpdateShipping(order: $id, input: {shippingMethod: $method}) {
                errors { field message code }
              }
            }""",
            id=draft["id"],
            method=draft["shippingMethods"][0]["id"],
        )
        return self.staff(
            """mutation ($id: ID!) {
              draftOrderComplete(id: $id) {
                order { id number } errors { field message code }
              }
            }""",
            id=draft["id"],
        )["order"]

    def _complete(
        self,
        customer: Api,
        payment: tuple[str, list[str]],
        channel: str = shop.CHANNEL,
        **cart: Any,
    ) -> dict[str, Any]:
        checkout_id = storefront.fill_cart(customer, channel=channel, **cart)["id"]
        checkout = storefront.address_and_deliver(customer, checkout_id)
        total = Decimal(str(checkout["totalPrice"]["gross"]["amount"]))
        self._pay(checkout_id, *payment, total, channel)
        return storefront.complete(customer, checkout_id)["orderGroup"]

    def _pay(
        self,
        checkout_id: str,
        kind: str,
        actions: list[str],
        total: Decimal,
        channel: str,
    ) -> None:
        """Report a payment of the whole checkout, as a payment app does."""
        currency = OUTLET_CURRENCY if channel == OUTLET else shop.CURRENCY
        self.app(
            """mutation ($id: ID!, $transaction: TransactionCreateInput!) {
              transactionCreate(id: $id, transaction: $transaction) {
                errors { field message code }
              }
            }""",
            id=checkout_id,
            transaction={
                "name": "Card ending in 4242",
                "pspReference": f"card-{uuid4()}",
                "availableActions": actions,
                kind: {"amount": str(total), "currency": currency},
            },
        )

    def _confirm_automatically(self, automatically: bool) -> None:
        channel_id, _ = self._get_goods(shop.CHANNEL)
        self.staff(
            """mutation ($id: ID!, $automatically: Boolean!) {
              channelUpdate(id: $id, input: {
                orderSettings: {automaticallyConfirmAllNewOrders: $automatically}
              }) { errors { field message } }
            }""",
            id=channel_id,
            automatically=automatically,
        )

    def _get_goods(self, slug: str) -> tuple[str, str]:
        """Return the ID of a channel, and of a variant that is sold there."""
        channel = self.staff(
            "query ($slug: String!) { channel(slug: $slug) { id } }", slug=slug
        )
        products = self.staff(
            """query ($channel: String!) {
              products(channel: $channel, first: 1) {
                edges { node { variants { id } } }
              }
            }""",
            channel=slug,
        )["edges"]
        return channel["id"], products[0]["node"]["variants"][0]["id"]


KINDS: dict[str, Callable[[Buyer], dict[str, Any]]] = {
    "paid": Buyer.paid,
    "authorized": Buyer.authorized,
    "partlyFulfilled": Buyer.partly_fulfilled,
    "canceled": Buyer.canceled,
    "unconfirmed": Buyer.unconfirmed,
    "guest": Buyer.guest,
    "outlet": Buyer.outlet,
    "withoutGroup": Buyer.order_without_group,
}
