"""Create groups for orders that no completion of the plugin has placed.

Placed drafts and imported orders get their groups at once. Orders that are older than
the plugin get theirs from `adopt_existing`. Adoption does not divide or change the
order. Its seller is the seller of all its lines; an order whose lines belong to several
sellers has no seller.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from saleor.channel.models import Channel
from saleor.order import OrderOrigin, OrderStatus
from saleor.order.models import Order

from ..config import OrderGroupsConfig, get_config
from ..host.locks import lock_orders
from ..models import NUMBER_SEQUENCE, OrderGroup, OrderGroupOrder
from ..sellers.order_sellers import OrderSeller, find_order_sellers
from .creation import NewGroup, create_groups

# Key in the private metadata of groups that were created later for the orders of one
# checkout. Such a group may hold several orders of one seller.
ADOPTED = "saleor_order_groups.adopted"

# Drafts are not placed yet, and expired orders are no longer placed. Saleor deletes
# both.
UNPLACED = frozenset({OrderStatus.DRAFT, OrderStatus.EXPIRED})


@dataclass(frozen=True)
class Purchase:
    """Orders that become one group."""

    orders: tuple[Order, ...]
    checkout_token: UUID | None = None


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


def is_adoptable(order: Order) -> bool:
    """Tell whether the order is placed and is not a replacement."""
    return order.status not in UNPLACED and order.origin != OrderOrigin.REISSUE


def adopt_placed(orders: Iterable[Order]) -> None:
    """Create a group for each order that has just been placed.

    Orders are skipped in channels where the plugin is not active, or where a single
    seller's order gets no group.
    """
    by_channel: dict[Channel, list[Order]] = defaultdict(list)
    for order in orders:
        if is_adoptable(order):
            by_channel[order.channel].append(order)
    for channel, of_channel in by_channel.items():
        config = get_config(channel.slug)
        if not config.active or not config.group_single_seller:
            continue
        ids = {order.pk for order in of_channel} - _find_linked(of_channel)
        purchases = [Purchase((order,)) for order in of_channel if order.pk in ids]
        sellers = find_order_sellers(ids, config.seller_source, insert=True)
        _create_groups(purchases, sellers)


# ------------------------------------------------------------------ existing orders


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
        _create_groups(purchases, sellers, private_metadata={ADOPTED: "true"})
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
    linked = _find_linked(order for orders in by_token.values() for order in orders)
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
    linked = _find_linked(locked.values())
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


def _find_linked(orders: Iterable[Order]) -> set[UUID]:
    links = OrderGroupOrder.objects.filter(order__in=[order.pk for order in orders])
    return set(links.values_list("order_id", flat=True))


# ------------------------------------------------------------------ rows


def _create_groups(
    purchases: Sequence[Purchase],
    sellers: dict[UUID, OrderSeller],
    private_metadata: dict[str, str] | None = None,
) -> None:
    new_groups = []
    for purchase, number in zip(purchases, _take_numbers(len(purchases)), strict=True):
        # Every group is ordered like this: the shop's own goods, then sellers by slug.
        orders = sorted(
            ((order, sellers[order.pk].seller) for order in purchase.orders),
            key=lambda pair: (
                pair[1] is not None,
                pair[1].slug if pair[1] else "",
                pair[0].number,
            ),
        )
        values = {
            "number": number,
            "created_at": min(order.created_at for order in purchase.orders),
            "adoption": _describe_doubts(
                [(order, sellers[order.pk]) for order, _ in orders]
            ),
            "private_metadata": dict(private_metadata or {}),
        }
        new_groups.append(NewGroup(purchase.checkout_token, orders, values))
    create_groups(new_groups)


def _describe_doubts(
    orders: Iterable[tuple[Order, OrderSeller]],
) -> dict[str, Any] | None:
    """Return why orders of a group have no seller; None if all sellers are known.

    `reason` is that of the first such order, in the spelling of Saleor's enums.
    """
    doubts = [(order, found.doubt) for order, found in orders if found.doubt]
    if not doubts:
        return None
    sellers = {str(one.pk): None for _, doubt in doubts for one in doubt.sellers}
    return {
        "reason": doubts[0][1].reason.value,
        "message": " ".join(
            f"Order #{order.number}: {doubt.message}." for order, doubt in doubts
        ),
        "sellers": list(sellers),
    }


def _take_numbers(count: int) -> list[int]:
    """Take numbers from the groups' sequence in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT nextval('{NUMBER_SEQUENCE}') FROM generate_series(1, %s)", [count]
        )
        return [number for (number,) in cursor.fetchall()]
