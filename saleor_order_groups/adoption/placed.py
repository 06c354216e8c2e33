"""Create the groups of drafts and imported orders when they are placed."""

from collections import defaultdict
from collections.abc import Iterable

from saleor.channel.models import Channel
from saleor.order.models import Order

from ..config import get_config
from ..models import OrderGroup
from ..sellers.order_sellers import find_order_sellers
from .purchases import Purchase, create_groups_of, find_linked, is_adoptable


def adopt_placed(orders: Iterable[Order]) -> list[OrderGroup]:
    """Create a group for each order that has just been placed; return the groups.

    Orders are skipped in channels where the plugin is not active, or where a single
    seller's order gets no group.
    """
    groups = []
    by_channel: dict[Channel, list[Order]] = defaultdict(list)
    for order in orders:
        if is_adoptable(order):
            by_channel[order.channel].append(order)
    for channel, of_channel in by_channel.items():
        config = get_config(channel.slug)
        if not config.active or not config.group_single_seller:
            continue
        ids = {order.pk for order in of_channel} - find_linked(of_channel)
        purchases = [Purchase((order,)) for order in of_channel if order.pk in ids]
        sellers = find_order_sellers(ids, config.seller_source, insert=True)
        groups += create_groups_of(purchases, sellers)
    return groups
