"""The sellers that a requestor may see, with their products, orders and customers."""

from django.db.models import QuerySet
from saleor.account.models import User
from saleor.channel.models import Channel
from saleor.graphql.account.resolvers import resolve_customers
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import ChannelQsContext, get_database_connection_name
from saleor.graphql.product.resolvers import resolve_products
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.order.models import Order
from saleor.permission.enums import ProductPermissions
from saleor.permission.utils import has_one_of_permissions
from saleor.product.models import ALL_PRODUCTS_PERMISSIONS

from ... import models
from ...sellers.products import select_products
from ..core.access import select_of_channels
from ..core.ids import global_id_to_uuid


def get_visible_sellers(info: ResolveInfo) -> QuerySet[models.Seller]:
    """Return the active sellers; all sellers if the requestor manages products."""
    sellers = models.Seller.objects.using(get_database_connection_name(info.context))
    if has_one_of_permissions(
        get_user_or_app_from_context(info.context),
        [ProductPermissions.MANAGE_PRODUCTS],
    ):
        return sellers.all()
    return sellers.filter(is_active=True)


def resolve_seller(
    info: ResolveInfo,
    global_id: str | None,
    slug: str | None,
    external_reference: str | None,
) -> models.Seller | None:
    """Return one seller; None if it does not exist or the requestor may not see it."""
    sellers = get_visible_sellers(info)
    if global_id:
        pk = global_id_to_uuid(global_id, "Seller")
        return sellers.filter(pk=pk).first() if pk else None
    if slug:
        return sellers.filter(slug=slug).first()
    return sellers.filter(external_reference=external_reference).first()


def may_read_all_products(info: ResolveInfo) -> bool:
    """Tell whether the requestor may read unpublished products."""
    return has_one_of_permissions(
        get_user_or_app_from_context(info.context), ALL_PRODUCTS_PERMISSIONS
    )


def resolve_seller_products(
    info: ResolveInfo,
    seller: models.Seller,
    channel: Channel | None,
    *,
    is_limited: bool,
) -> ChannelQsContext:
    """Return the seller's products among those that Saleor lists for the requestor.

    :param channel: None for all channels.
    :param is_limited: whether the requestor named the channel, as in Saleor's
        `products`.
    """
    requestor = get_user_or_app_from_context(info.context)
    listed = resolve_products(info, requestor, channel, is_limited)
    return ChannelQsContext(
        qs=select_products(
            listed.qs,
            seller,
            channel.slug if channel else None,
            get_database_connection_name(info.context),
        ),
        channel_slug=listed.channel_slug,
    )


def resolve_seller_orders(info: ResolveInfo, seller: models.Seller) -> QuerySet[Order]:
    """Return the seller's orders among those that Saleor lists for the requestor."""
    orders = Order.objects.using(get_database_connection_name(info.context))
    return select_of_channels(
        info, orders.non_draft().filter(order_group_link__seller_id=seller.pk)
    )


def resolve_seller_customers(
    info: ResolveInfo, seller: models.Seller
) -> QuerySet[User]:
    """Return the customers of a seller."""
    return resolve_customers(info).filter(seller_customers__seller_id=seller.pk)
