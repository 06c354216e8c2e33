"""Create and find order groups."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from saleor.core.prices import quantize_price
from saleor.giftcard import GiftCardEvents
from saleor.giftcard.models import GiftCardEvent
from saleor.order import OrderStatus
from saleor.order.models import Order

from .models import OrderGroup, OrderGroupOrder, Seller, SellerCustomer
from .placement import Completion


def find_first_order(checkout_token: UUID | str) -> Order | None:
    """Return the first order of the checkout's group, the answer to every repetition."""
    # Asked in every completion, and mostly there is none: look where it costs least.
    if not OrderGroup.objects.filter(checkout_token=checkout_token).exists():
        return None
    return (
        Order.objects.filter(order_group_link__group__checkout_token=checkout_token)
        .order_by("order_group_link__position")
        .first()
    )


def create_group(
    completion: Completion, orders: Sequence[tuple[Order, Seller | None]]
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
        checkout_token=completion.checkout.token,
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


def is_of_split_group(order: Order, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Tell whether the order is one of several that came out of a checkout.

    :param using: the connection that the order was read from.
    """
    if not order.checkout_token:
        return False
    siblings = OrderGroupOrder.objects.using(using).filter(
        group__order_links__order_id=order.pk
    )
    return len(siblings.values_list("pk")[:2]) > 1


def subtract_gift_cards(order: Order, using: str = DEFAULT_DB_ALIAS) -> None:
    """Take from a split order's new total what gift cards paid when it was placed.

    The net total keeps its proportion to the gross total, as in a checkout.

    :param using: the connection that the order was read from.
    """
    if not order.checkout_token:
        return
    spent = _get_gift_card_spending(order, using)
    if not spent or not is_of_split_group(order, using):
        return
    net, gross = order.total_net_amount, order.total_gross_amount
    due = max(gross - spent, Decimal(0))
    order.total_gross_amount = due
    if gross:
        order.total_net_amount = quantize_price(net * due / gross, order.currency)


def _get_gift_card_spending(order: Order, using: str) -> Decimal:
    # The amounts are kept nowhere else. A card may pay as a transaction too, which
    # takes nothing from the total.
    events = (
        GiftCardEvent.objects.using(using)
        .filter(
            order_id=order.pk,
            type=GiftCardEvents.USED_IN_ORDER,
            gift_card__orders=order.pk,
        )
        .values_list("parameters__balance", flat=True)
    )
    spent = sum(
        (
            Decimal(str(balance["old_current_balance"]))
            - Decimal(str(balance["current_balance"]))
            for balance in events
        ),
        Decimal(0),
    )
    return quantize_price(spent, order.currency)


def select_voucher_releases(order_ids: Iterable[UUID]) -> list[UUID]:
    """Return the orders whose expiry releases a voucher use: one for each group.

    A group has used its voucher once. It is released when all of its orders have
    expired; an order that is live or canceled keeps it.
    """
    expired = list(order_ids)
    links = OrderGroupOrder.objects.filter(order__in=expired)
    links = links.order_by("group", "position")
    kept_groups = set(
        OrderGroupOrder.objects.filter(group__order_links__order__in=expired)
        .exclude(order__status=OrderStatus.EXPIRED)
        .values_list("group_id", flat=True)
    )
    first_of_group: dict[UUID, UUID] = {}
    grouped = set()
    for group_id, order_id in links.values_list("group_id", "order_id"):
        grouped.add(order_id)
        if group_id not in kept_groups:
            first_of_group.setdefault(group_id, order_id)
    return [
        *(order_id for order_id in expired if order_id not in grouped),
        *first_of_group.values(),
    ]
