"""Find the group of a checkout or an order."""

from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from saleor.order.models import Order

from ..models import OrderGroup, OrderGroupOrder


def find_first_order(checkout_token: UUID | str) -> Order | None:
    """Return the first order of the checkout's group: later completions return it."""
    # Every completion asks this, and most checkouts have no group: ask the unique index
    # of groups before joining the orders.
    if not OrderGroup.objects.filter(checkout_token=checkout_token).exists():
        return None
    return (
        Order.objects.filter(order_group_link__group__checkout_token=checkout_token)
        .order_by("order_group_link__position")
        .first()
    )


def is_of_split_group(order: Order, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Tell whether the order is one of several orders of its group.

    :param using: the connection that the order was read from.
    """
    if not order.checkout_token:
        return False
    siblings = OrderGroupOrder.objects.using(using).filter(
        group__order_links__order_id=order.pk
    )
    return len(siblings.values_list("pk")[:2]) > 1
