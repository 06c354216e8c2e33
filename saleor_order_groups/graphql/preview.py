"""Resolve how a checkout will be split."""

from graphql.error import GraphQLError
from promise import Promise
from saleor.checkout.models import Checkout
from saleor.core.db.connection import allow_writer_in_context
from saleor.graphql.checkout.dataloaders.calculations import (
    CheckoutPriceCalculationByCheckoutIdAndWebhookSyncAndForceStatusUpdateLoader,
)
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import (
    SyncWebhookControlContext,
    get_database_connection_name,
)

from .. import preview
from ..figures import fetch_prices, select_gift_cards
from ..shares import UnbalancedCheckoutError
from .checkout_sellers import load_checkout_sellers


def resolve_order_group_preview(
    root: SyncWebhookControlContext[Checkout], info: ResolveInfo
) -> Promise[list[SyncWebhookControlContext[preview.OrderPreview]] | None]:
    """Return the orders' previews, None for no lines and for an inactive plugin."""

    def with_prices(data):
        checkout_info, lines = data
        if not lines:
            return None

        def with_sellers(sellers):
            if sellers is None:
                return None
            return _preview(root, info, checkout_info, lines, sellers)

        return load_checkout_sellers(info, checkout_info, lines).then(with_sellers)

    # The prices, and their errors, of Checkout.totalPrice.
    return (
        CheckoutPriceCalculationByCheckoutIdAndWebhookSyncAndForceStatusUpdateLoader(
            info.context
        )
        .load((root.node.token, root.allow_sync_webhooks, False))
        .then(with_prices)
    )


def _preview(root, info: ResolveInfo, checkout_info, lines, sellers):
    connection_name = get_database_connection_name(info.context)
    # Saleor's calculations may store prices, and read gift cards where they do.
    with allow_writer_in_context(info.context):
        prices = fetch_prices(
            checkout_info,
            lines,
            manager=checkout_info.manager,
            allow_sync_webhooks=root.allow_sync_webhooks,
            database_connection_name=connection_name,
        )
        gift_cards = list(
            select_gift_cards(checkout_info.checkout).using(connection_name)
        )
        try:
            orders = preview.preview_orders(
                checkout_info, lines, sellers, prices, gift_cards
            )
        except UnbalancedCheckoutError as error:
            raise GraphQLError(
                f"The checkout cannot be split between its sellers. {error}"
            ) from error
    return [
        SyncWebhookControlContext(order, allow_sync_webhooks=root.allow_sync_webhooks)
        for order in orders
    ]
