"""The customers of each seller."""

from collections.abc import Iterator

from django.db.models import Exists, Min, OuterRef, QuerySet

from ..models import OrderGroupOrder, SellerCustomer


def select_missing(links: QuerySet[OrderGroupOrder]) -> QuerySet[OrderGroupOrder]:
    """Return the order links whose customer is not among the seller's customers."""
    present = SellerCustomer.objects.filter(
        seller=OuterRef("seller"), user=OuterRef("order__user")
    )
    return links.filter(seller__isnull=False, order__user__isnull=False).exclude(
        Exists(present)
    )


def add_missing(links: QuerySet[OrderGroupOrder]) -> int:
    """Add missing customers of these orders to their sellers; return their number.

    `created_at` of a new row is that of the customer's first order from the seller.
    """
    missing = (
        select_missing(links)
        .order_by()
        .values("seller_id", "order__user_id")
        .annotate(first=Min("order__created_at"))
    )
    rows = [
        SellerCustomer(
            seller_id=row["seller_id"],
            user_id=row["order__user_id"],
            created_at=row["first"],
        )
        for row in missing
    ]
    SellerCustomer.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def repair_customers(apply: bool) -> Iterator[str]:
    """Add the missing customers of each seller; yield a message for each seller.

    :param apply: False to change nothing and only yield the messages.
    """
    missing = select_missing(OrderGroupOrder.objects.all()).order_by()
    sellers = missing.values_list("seller_id", "seller__slug").distinct()
    for seller_id, slug in sellers.order_by("seller__slug"):
        links = OrderGroupOrder.objects.filter(seller=seller_id)
        users = select_missing(links).order_by().values("order__user").distinct()
        count = add_missing(links) if apply else users.count()
        yield f"Seller {slug}: {count} customers {'added' if apply else 'to add'}"
