"""Create order groups, and link their orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from saleor.order.models import Order

from ..models import OrderGroup, OrderGroupOrder, Seller, SellerCustomer


@dataclass(frozen=True)
class NewGroup:
    """The data of a group to create.

    :param orders: the orders with their sellers, in the group's order. None is the shop
        itself.
    :param values: values of further fields of `OrderGroup`.
    :param are_announced: whether Saleor itself does, or has done, the work that follows
        the creation of the orders.
    :param is_old: whether the orders were placed earlier, so that the sellers' apps are
        not told of them.
    """

    checkout_token: UUID | None
    orders: Sequence[tuple[Order, Seller | None]]
    values: Mapping[str, Any] = field(default_factory=dict)
    are_announced: bool = True
    is_old: bool = False


def create_groups(new_groups: Sequence[NewGroup]) -> list[OrderGroup]:
    """Create groups and order links, and add the customers to the sellers' customers.

    The number of statements does not depend on the number of groups.

    :raises IntegrityError: a checkout has a group already, or an order is in a group.
    """
    groups = OrderGroup.objects.bulk_create(map(_build_group, new_groups))
    OrderGroupOrder.objects.bulk_create(
        OrderGroupOrder(
            group=group,
            order=order,
            seller=seller,
            position=position,
            placed_total_net_amount=order.total_net_amount,
            placed_total_gross_amount=order.total_gross_amount,
            announced_at=timezone.now() if new_group.are_announced else None,
            order_number=order.number,
            order_created_at=order.created_at,
            seller_told_at=order.updated_at if new_group.is_old else None,
        )
        for group, new_group in zip(groups, new_groups, strict=True)
        for position, (order, seller) in enumerate(new_group.orders)
    )
    customers = [
        SellerCustomer(
            seller=seller, user_id=order.user_id, created_at=order.created_at
        )
        for new_group in new_groups
        for order, seller in new_group.orders
        if seller and order.user_id
    ]
    if customers:
        SellerCustomer.objects.bulk_create(customers, ignore_conflicts=True)
    return groups


def _build_group(new_group: NewGroup) -> OrderGroup:
    orders = [order for order, _ in new_group.orders]
    first = orders[0]
    group = OrderGroup(
        user_id=first.user_id,
        user_email=first.user_email,
        channel_id=first.channel_id,
        currency=first.currency,
        checkout_token=new_group.checkout_token,
        placed_total_net_amount=sum(order.total_net_amount for order in orders),
        placed_total_gross_amount=sum(order.total_gross_amount for order in orders),
        **new_group.values,
    )
    for name in ("user", "channel"):
        # Reuse the loaded objects, so that they are not queried again.
        if name in first._state.fields_cache:
            setattr(group, name, getattr(first, name))
    return group
