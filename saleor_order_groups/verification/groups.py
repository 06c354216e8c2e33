"""Verify groups, their order links and their sellers."""

from collections.abc import Iterator

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Cast
from django.utils import timezone

from ..adoption.purchases import ADOPTED
from ..models import GroupPayment, OrderGroup, OrderGroupOrder
from ..sellers.customers import select_missing
from ..sellers.names import SHOP_ITSELF
from .findings import REPAIR, Finding, Ids


def _select_groups(ids: Ids) -> QuerySet[OrderGroup]:
    return OrderGroup.objects.filter(pk__in=ids).order_by("pk")


def _may_have_lost_orders() -> Q:
    """Return the condition that Saleor may have deleted expired orders of a group.

    Saleor keeps orders with payments, and all orders for the time that the channel
    sets.
    """
    age = timezone.now() - F("channel__delete_expired_orders_after")  # type: ignore[operator]
    is_old = Q(created_at__lte=age)
    return is_old & ~Q(Exists(GroupPayment.objects.filter(group=OuterRef("pk"))))


def check_orders_exist(ids: Ids) -> Iterator[Finding]:
    """Find groups without orders, unless Saleor may have deleted expired ones."""
    groups = _select_groups(ids).filter(order_links=None)
    for group in groups.exclude(_may_have_lost_orders()):
        yield Finding(group.number, "orders", "the group has no orders")


def check_channels(ids: Ids) -> Iterator[Finding]:
    """Find groups that have lost their channel."""
    for group in _select_groups(ids).filter(channel=None):
        yield Finding(group.number, "channel", f"the group has no channel; {REPAIR}")


def check_positions(ids: Ids) -> Iterator[Finding]:
    """Find groups in which the orders' positions are not 0, 1, 2 and so on."""
    groups = _select_groups(ids).annotate(
        count=Count("order_links"), last=Max("order_links__position")
    )
    for group in groups.exclude(_may_have_lost_orders()).exclude(count=F("last") + 1):
        if group.count:
            yield Finding(
                group.number,
                "positions",
                f"{group.count} orders, but the last position is {group.last}",
            )


def check_sellers(ids: Ids) -> Iterator[Finding]:
    """Find groups with several orders of one seller, except adopted groups."""
    repeated = (
        OrderGroupOrder.objects.filter(group__in=ids)
        .exclude(group__private_metadata__has_key=ADOPTED)
        .order_by()
        .values("group__number", "seller__slug")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    for row in repeated:
        yield Finding(
            row["group__number"],
            "sellers",
            f"{row['count']} orders of {row['seller__slug'] or SHOP_ITSELF}",
        )


def check_customers(ids: Ids) -> Iterator[Finding]:
    """Find orders whose customer is not among the seller's customers."""
    links = select_missing(OrderGroupOrder.objects.filter(group__in=ids))
    rows = links.values_list("group__number", "order__number", "seller__slug")
    for group_number, number, slug in rows.order_by("group__number", "position"):
        yield Finding(
            group_number,
            "customer",
            f"the customer of order #{number} is missing from the customers of {slug};"
            f" {REPAIR}",
        )


def check_links(ids: Ids) -> Iterator[Finding]:
    """Find orders with another checkout, currency or channel than their group."""
    links = OrderGroupOrder.objects.filter(group__in=ids).select_related(
        "group", "order"
    )
    token = Cast("group__checkout_token", CharField())
    of_checkout = links.filter(group__checkout_token__isnull=False)
    of_channel = links.filter(group__channel__isnull=False)
    for name, wrong in (
        ("checkout", of_checkout.exclude(order__checkout_token=token)),
        ("currency", links.exclude(order__currency=F("group__currency"))),
        ("channel", of_channel.exclude(order__channel=F("group__channel"))),
    ):
        for link in wrong:
            yield Finding(
                link.group.number,
                name,
                f"order #{link.order.number} has another {name} than the group",
            )


def check_placed_totals(ids: Ids) -> Iterator[Finding]:
    """Find groups whose placed total is not the sum of their order links'."""
    groups = _select_groups(ids).annotate(
        net=Sum("order_links__placed_total_net_amount"),
        gross=Sum("order_links__placed_total_gross_amount"),
    )
    is_more = Q(net__gt=F("placed_total_net_amount")) | Q(
        gross__gt=F("placed_total_gross_amount")
    )
    is_less = Q(net__lt=F("placed_total_net_amount")) | Q(
        gross__lt=F("placed_total_gross_amount")
    )
    for group in groups.filter(is_more | (is_less & ~_may_have_lost_orders())):
        yield Finding(
            group.number,
            "placed total",
            f"the group has {group.placed_total_net_amount} net and"
            f" {group.placed_total_gross_amount} gross, but its orders' placed totals"
            f" sum to {group.net} net and {group.gross} gross",
        )
