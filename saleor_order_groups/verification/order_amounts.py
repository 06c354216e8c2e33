"""Verify that each order's amounts are the sums of its payments' amounts."""

from collections.abc import Iterator

from django.db.models import (
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
)
from saleor.order.models import Order
from saleor.payment.models import Payment, TransactionItem

from .findings import Finding, Ids, sum_of_order


def select_wrong_charged(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return the orders with a wrong charged amount; `paid` is the right one."""
    paid = ExpressionWrapper(
        sum_of_order(TransactionItem.objects.all(), "charged_value")
        + sum_of_order(Payment.objects.all(), "captured_amount"),
        output_field=DecimalField(),
    )
    return orders.annotate(paid=paid).exclude(total_charged_amount=F("paid"))


def select_wrong_authorized(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return the orders with a wrong authorized amount; `paid` is the right one."""
    # Saleor derives the authorization of legacy payments from their transactions in
    # Python, so that SQL cannot sum it.
    without_legacy = orders.exclude(
        Exists(Payment.objects.filter(order=OuterRef("pk")))
    )
    authorized = sum_of_order(TransactionItem.objects.all(), "authorized_value")
    return without_legacy.annotate(paid=authorized).exclude(
        total_authorized_amount=F("paid")
    )


def check_order_amounts(ids: Ids) -> Iterator[Finding]:
    orders = Order.objects.filter(order_group_link__group__in=ids).order_by("pk")
    for name, wrong in (
        ("total_charged_amount", select_wrong_charged(orders)),
        ("total_authorized_amount", select_wrong_authorized(orders)),
    ):
        rows = wrong.values_list(
            "order_group_link__group__number", "number", name, "paid"
        )
        for group_number, number, stored, sum_of_payments in rows:
            yield Finding(
                group_number,
                name,
                f"order #{number} has {stored}, but its payments sum to"
                f" {sum_of_payments}",
            )
