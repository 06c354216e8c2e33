"""Groups of deleted channels.

While the plugin is not installed, Saleor deletes a channel and moves its orders without
knowing of groups. The database then sets the groups' channel to null (`delete_rules`).
Such a group takes the channel of its first order, until `repair_channels` stores it. A
group whose orders are deleted too is deleted by the repair, as it would have been
together with its channel.
"""

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, QuerySet, Subquery
from saleor.channel.models import Channel

from ..models import OrderGroup, OrderGroupOrder

BATCH_SIZE = 1000


def move_groups(origin_channel_id: int, target_channel_id: int) -> None:
    """Move all groups of a channel to the channel that their orders were moved to."""
    OrderGroup.objects.filter(channel_id=origin_channel_id).update(
        channel_id=target_channel_id
    )


def delete_groups_without_orders(channel_id: int | None) -> None:
    """Delete the groups whose orders have all expired and been deleted.

    :param channel_id: None for groups that have lost their channel.
    """
    select_without_orders(channel_id).delete()


def select_without_orders(channel_id: int | None) -> QuerySet[OrderGroup]:
    """Return the groups of a channel (None: of no channel) that have no orders."""
    return OrderGroup.objects.filter(channel=channel_id, order_links=None)


def select_lost(channel_ids: Iterable[int] | None = None) -> QuerySet[OrderGroup]:
    """Return the groups without a channel, annotated with `first_channel_id`.

    :param channel_ids: if given, only groups whose first order is in one of these
        channels.
    """
    lost = OrderGroup.objects.filter(channel=None).annotate(
        first_channel_id=_first_order("channel_id")
    )
    if channel_ids is None:
        return lost
    return lost.filter(first_channel_id__in=channel_ids)


def get_channel(group: OrderGroup) -> Channel | None:
    """Return the channel of a group; if it is lost, that of the group's first order.

    None if the group has neither a channel nor orders.
    """
    if group.channel:
        return group.channel
    links = group.order_links.select_related("order__channel").order_by("position")
    first = links.first()
    return first.order.channel if first else None


def repair_channels(apply: bool) -> Iterator[str]:
    """Give each group without a channel the channel of its first order.

    Groups that have no orders either are deleted. Yield a message for each group.

    :param apply: False to change nothing and only yield the messages.
    """
    last = 0
    while groups := list(_select_lost_after(last)[:BATCH_SIZE]):
        for group in groups:
            yield f"Group #{group.number}: {_describe(group)}"
        last = groups[-1].number
        if apply:
            _repair([group.pk for group in groups])


def _first_order(name: str) -> Subquery:
    links = OrderGroupOrder.objects.filter(group=OuterRef("pk")).order_by("position")
    return Subquery(links.values(f"order__{name}")[:1])


def _select_lost_after(number: int) -> QuerySet[OrderGroup]:
    slug = _first_order("channel__slug")
    lost = select_lost().filter(number__gt=number).annotate(first_channel_slug=slug)
    return lost.order_by("number")


def _describe(group: OrderGroup) -> str:
    slug = getattr(group, "first_channel_slug")
    if slug is None:
        return "delete it: it has neither a channel nor orders"
    return f"set its channel to {slug}, the channel of its first order"


def _repair(keys: list) -> None:
    lost = OrderGroup.objects.filter(pk__in=keys, channel=None)
    lost.exclude(order_links=None).update(channel_id=_first_order("channel_id"))
    select_without_orders(None).filter(pk__in=keys).delete()
