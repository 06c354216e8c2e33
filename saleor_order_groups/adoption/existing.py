"""Create the groups of orders that are older than the plugin."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from saleor.channel.models import Channel
from saleor.order import OrderOrigin
from saleor.order.models import Order

from ..config import OrderGroupsConfig
from ..host.locks import lock_orders
from ..lifecycle.records import record_present
from ..models import OrderGroup
from ..sellers.order_sellers import find_order_sellers
from .purchases import (
    ADOPTED,
    UNPLACED,
    Purchase,
    create_groups_of,
    find_linked,
    is_adoptable,
)


@dataclass(frozen=True)
class Doubt:
    """A remark about one order for the person who runs the command."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"Order #{self.number}: {self.reason}"


@dataclass(frozen=True)
class AdoptedBatch:
    """The result of one batch: orders read, orders grouped, groups made, remarks."""

    read: int
    orders: int
    groups: int
    doubts: tuple[Doubt, ...]


def select_existing(channel: Channel) -> QuerySet[Order]:
    """Return the channel's orders that are placed and have no group."""
    return (
        Order.objects.filter(channel=channel, order_group_link=None)
        .exclude(status__in=UNPLACED)
        .exclude(origin=OrderOrigin.REISSUE)
    )


def adopt_existing(
    channel: Channel,
    config: OrderGroupsConfig,
    batch_size: int,
    *,
    dry_run: bool,
) -> Iterator[AdoptedBatch]:
    """Create the groups of a channel's orders, oldest first; yield each batch's result.

    Each batch is its own transaction. The command may be stopped at any time; running
    it again continues with the orders that still have no group.
    """
    orders = select_existing(channel).order_by("number")
    batch = list(orders[:batch_size])
    while batch:
        with transaction.atomic():
            adopted = _adopt_batch(batch, config, dry_run=dry_run)
        yield adopted
        batch = list(orders.filter(number__gt=batch[-1].number)[:batch_size])


def _adopt_batch(
    batch: Sequence[Order], config: OrderGroupsConfig, *, dry_run: bool
) -> AdoptedBatch:
    siblings, doubts = _find_siblings(batch)
    if not config.group_single_seller:
        # All remarks so far concern groups of one order, which this channel does not
        # have.
        doubts = []
    purchases = []
    for order in batch:
        purchase = siblings.get(order.pk, Purchase((order,)))
        if len(purchase.orders) == 1 and not config.group_single_seller:
            continue
        # The first order of a purchase adds the purchase for all of its orders.
        if purchase.orders[0] == order:
            purchases.append(purchase)
    if not dry_run:
        purchases = _lock(purchases)
    orders = [order for purchase in purchases for order in purchase.orders]
    sellers = find_order_sellers(
        [order.pk for order in orders], config.seller_source, insert=not dry_run
    )
    for order in orders:
        if reason := sellers[order.pk].doubt:
            doubts.append(Doubt(order.number, f"no seller: {reason.message}"))
    if not dry_run:
        groups = create_groups_of(
            purchases, sellers, private_metadata={ADOPTED: "true"}
        )
        record_present([group.pk for group in groups])
    return AdoptedBatch(
        read=len(batch),
        orders=len(orders),
        groups=len(purchases),
        doubts=tuple(sorted(doubts, key=lambda doubt: doubt.number)),
    )


def _find_siblings(
    batch: Sequence[Order],
) -> tuple[dict[UUID, Purchase], list[Doubt]]:
    """Return the purchases of orders with a checkout token, by order key, and remarks.

    Orders of one checkout share a purchase. They get a group each if they differ in
    channel, currency or customer, or if the checkout has a group already: a checkout
    has at most one group.
    """
    by_token: dict[str, list[Order]] = defaultdict(list)
    tokens = {order.checkout_token for order in batch if order.checkout_token}
    for order in (
        Order.objects.filter(checkout_token__in=tokens)
        .exclude(status__in=UNPLACED)
        .exclude(origin=OrderOrigin.REISSUE)
        .order_by("number")
    ):
        by_token[order.checkout_token].append(order)
    parsed = {token: _parse(token) for token in by_token}
    linked = find_linked(order for orders in by_token.values() for order in orders)
    # A group can exist although Saleor has deleted its orders.
    taken = set(
        OrderGroup.objects.filter(
            checkout_token__in=[token for token in parsed.values() if token]
        ).values_list("checkout_token", flat=True)
    )
    in_batch = {order.pk for order in batch}
    purchases: dict[UUID, Purchase] = {}
    doubts = []
    for token, orders in by_token.items():
        kinds = {(order.channel_id, order.currency, order.user_id) for order in orders}
        is_grouped = parsed[token] in taken or any(
            order.pk in linked for order in orders
        )
        if len(kinds) == 1 and not is_grouped:
            purchase = Purchase(tuple(orders), parsed[token])
            purchases.update({order.pk: purchase for order in orders})
            continue
        doubts += [
            Doubt(
                order.number,
                "a group of its own: the orders of its checkout "
                + (
                    "have one already"
                    if is_grouped
                    else "differ in channel, currency or customer"
                ),
            )
            for order in orders
            if order.pk in in_batch
        ]
    return purchases, doubts


def _parse(token: str) -> UUID | None:
    try:
        return UUID(token)
    except ValueError:
        return None


def _lock(purchases: Sequence[Purchase]) -> list[Purchase]:
    """Lock the orders; drop purchases with an order that is grouped or deleted now."""
    ids = [order.pk for purchase in purchases for order in purchase.orders]
    locked = lock_orders(ids)
    linked = find_linked(locked.values())
    free = {
        pk: order
        for pk, order in locked.items()
        if pk not in linked and is_adoptable(order)
    }
    return [
        Purchase(
            tuple(free[order.pk] for order in purchase.orders), purchase.checkout_token
        )
        for purchase in purchases
        if all(order.pk in free for order in purchase.orders)
    ]
