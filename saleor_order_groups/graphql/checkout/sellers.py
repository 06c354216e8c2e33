"""The sellers of the lines of a checkout."""

from typing import TYPE_CHECKING

from promise import Promise
from saleor.core.db.connection import allow_writer_in_context
from saleor.graphql.core import ResolveInfo

from ...config import get_config
from ...models import Seller
from ..sellers.dataloaders import SellerByProductAndChannelLoader

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


def load_checkout_sellers(
    info: ResolveInfo, checkout_info: "CheckoutInfo", lines: list["CheckoutLineInfo"]
) -> Promise[dict[int, Seller] | None]:
    """Return the sellers by product ID; None if the plugin is not active."""
    with allow_writer_in_context(info.context):
        config = get_config(checkout_info.channel.slug, checkout_info.manager)
    if not config.active:
        return Promise.resolve(None)
    product_ids = list({line_info.product.pk for line_info in lines})
    slug = checkout_info.channel.slug

    def with_sellers(sellers: list[Seller | None]) -> dict[int, Seller]:
        return {
            product_id: seller
            for product_id, seller in zip(product_ids, sellers, strict=True)
            if seller
        }

    loader = SellerByProductAndChannelLoader(info.context)
    return loader.load_many([(pk, slug) for pk in product_ids]).then(with_sellers)
