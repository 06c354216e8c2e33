"""Who is a customer of which seller."""

from collections.abc import Iterator

from django.db.models import Exists, Min, OuterRef, QuerySet

from ..models import OrderGroupOrder, SellerCustomer


def select_missing(links: QuerySet[OrderGroupOrder]) -> QuerySet[OrderGroupOrder]:
    """Return the orders whose customer is not one of their seller's."""
    present = SellerCustomer.objects.filter(
        seller=OuterRef("seller"), user=OuterRef("order__user")
    )
    return links.filter(seller__isnull=False, order__user__isnull=False).exclude(
        Exists(present)
    )


def add_missing(links: QuerySet[OrderGroupOrder]) -> int:
    """Make the customers of these orders their sellers'; return how many were missing.

    A customer is one from the first of the orders on.
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
    """Add the customers who are missing, or only say how many; a message for each seller."""
    missing = select_missing(OrderGroupOrder.objects.all()).order_by()
    sellers = missing.values_list("seller_id", "seller__slug").distinct()
    for seller_id, slug in sellers.order_by("seller__slug"):
        links = OrderGroupOrder.objects.filter(seller=seller_id)
        users = select_missing(links).order_by().values("order__user").distinct()
        count = add_missing(links) if apply else users.count()
        yield f"Seller {slug}: {count} customers {'added' if apply else 'to add'}"
