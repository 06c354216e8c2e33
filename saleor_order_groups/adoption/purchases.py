"""Turn orders that have been placed already into groups.

Adoption does not divide or change an order. Its seller is the seller of all its lines;
an order whose lines belong to several sellers has no seller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from saleor.order import OrderOrigin, OrderStatus
from saleor.order.models import Order

from ..groups.creation import NewGroup, create_groups
from ..models import NUMBER_SEQUENCE, OrderGroup, OrderGroupOrder
from ..sellers.order_sellers import OrderSeller

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


def is_adoptable(order: Order) -> bool:
    """Tell whether the order is placed and is not a replacement."""
    return order.status not in UNPLACED and order.origin != OrderOrigin.REISSUE


def find_linked(orders: Iterable[Order]) -> set[UUID]:
    """Return the keys of those orders that are in a group."""
    links = OrderGroupOrder.objects.filter(order__in=[order.pk for order in orders])
    return set(links.values_list("order_id", flat=True))


def create_groups_of(
    purchases: Sequence[Purchase],
    sellers: dict[UUID, OrderSeller],
    private_metadata: dict[str, str] | None = None,
) -> list[OrderGroup]:
    """Create the groups of purchases, and return them.

    :param sellers: the seller of each order by the order's key.
    """
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
        new_groups.append(
            NewGroup(purchase.checkout_token, orders, values, is_old=True)
        )
    return create_groups(new_groups)


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
