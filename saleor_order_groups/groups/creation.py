"""Create an order group and link its orders."""

from collections.abc import Sequence
from uuid import UUID

from saleor.order.models import Order

from ..models import OrderGroup, OrderGroupOrder, Seller, SellerCustomer


def create_group(
    checkout_token: UUID, orders: Sequence[tuple[Order, Seller | None]]
) -> OrderGroup:
    """Link the orders, in their order, and the sellers to the customer.

    :raises IntegrityError: the checkout has a group already.
    """
    first = orders[0][0]
    group = OrderGroup.objects.create(
        user=first.user,
        user_email=first.user_email,
        channel=first.channel,
        currency=first.currency,
        checkout_token=checkout_token,
        placed_total_net_amount=sum(order.total_net_amount for order, _ in orders),
        placed_total_gross_amount=sum(order.total_gross_amount for order, _ in orders),
    )
    OrderGroupOrder.objects.bulk_create(
        OrderGroupOrder(
            group=group,
            order=order,
            seller=seller,
            position=position,
            placed_total_net_amount=order.total_net_amount,
            placed_total_gross_amount=order.total_gross_amount,
        )
        for position, (order, seller) in enumerate(orders)
    )
    if first.user:
        SellerCustomer.objects.bulk_create(
            [
                SellerCustomer(seller=seller, user=first.user)
                for _, seller in orders
                if seller
            ],
            ignore_conflicts=True,
        )
    return group
