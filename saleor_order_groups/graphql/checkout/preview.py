"""Resolve the preview of a checkout's orders."""

from graphql.error import GraphQLError
from promise import Promise
from saleor.checkout.models import Checkout
from saleor.graphql.checkout.dataloaders.calculations import (
    CheckoutPriceCalculationByCheckoutIdAndWebhookSyncAndForceStatusUpdateLoader,
)
from saleor.graphql.checkout.dataloaders.checkout_delivery import (
    CheckoutDeliveryByIdLoader,
)
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext

from ...allocation import preview
from ...allocation.allocate import UnbalancedCheckoutError
from ...allocation.checkout_prices import read_prices
from ...config import get_config
from .dataloaders import ActiveGiftCardsByCheckoutIdLoader
from .sellers import load_checkout_sellers


def resolve_order_group_preview(
    root: SyncWebhookControlContext[Checkout], info: ResolveInfo
) -> Promise[list[SyncWebhookControlContext[preview.OrderPreview]] | None]:
    """Return the orders' previews; None if there are no lines or no active plugin."""

    def with_prices(data):
        checkout_info, lines = data
        if not lines:
            return None

        def with_sellers(sellers):
            if sellers is None:
                return None
            return _load_preview(root, info, checkout_info, lines, sellers)

        return load_checkout_sellers(info, checkout_info, lines).then(with_sellers)

    # This loader gives the prices, and the errors, of `Checkout.totalPrice`.
    return (
        CheckoutPriceCalculationByCheckoutIdAndWebhookSyncAndForceStatusUpdateLoader(
            info.context
        )
        .load((root.node.token, root.allow_sync_webhooks, False))
        .then(with_prices)
    )


def _load_preview(root, info: ResolveInfo, checkout_info, lines, sellers):
    checkout = checkout_info.checkout

    def with_cards_and_delivery(data):
        gift_cards, checkout.assigned_delivery = data
        return _preview(root, checkout_info, lines, sellers, gift_cards)

    # Load the delivery with a data loader; Saleor would query it for each checkout.
    delivery_id = checkout.assigned_delivery_id
    deliveries = CheckoutDeliveryByIdLoader(info.context)
    return Promise.all(
        [
            ActiveGiftCardsByCheckoutIdLoader(info.context).load(checkout.pk),
            deliveries.load(delivery_id) if delivery_id else None,
        ]
    ).then(with_cards_and_delivery)


def _preview(root, checkout_info, lines, sellers, gift_cards):
    prices = read_prices(checkout_info, lines, gift_cards)
    config = get_config(checkout_info.channel.slug, checkout_info.manager)
    plan = preview.read_plan(checkout_info, lines, sellers, prices, gift_cards, config)
    try:
        orders = preview.preview_orders(plan)
    except UnbalancedCheckoutError as error:
        raise GraphQLError(
            f"The checkout cannot be split between its sellers. {error}"
        ) from error
    return [
        SyncWebhookControlContext(order, allow_sync_webhooks=root.allow_sync_webhooks)
        for order in orders
    ]
