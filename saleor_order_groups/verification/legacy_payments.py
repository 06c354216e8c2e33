"""Verify the parts of legacy payments."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from django.db.models import (
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
)

from ..models import LegacyPaymentShare, OrderGroupOrder
from ..money.apportion import draw_down
from ..money.minor_units import floor_minor
from .findings import Finding, Ids


def _select_legacy_shares(ids: Ids) -> QuerySet[LegacyPaymentShare]:
    shares = LegacyPaymentShare.objects.filter(group__in=ids)
    return shares.select_related("group", "order", "payment").order_by("payment")


def select_unbound_legacy_parts(
    shares: QuerySet[LegacyPaymentShare],
) -> QuerySet[LegacyPaymentShare]:
    """Return the payment parts whose payment is not bound to the part's order."""
    return shares.exclude(Q(payment__order=F("order"), payment__checkout__isnull=True))


def check_legacy_parts_are_bound(ids: Ids) -> Iterator[Finding]:
    shares = _select_legacy_shares(ids)
    link = OrderGroupOrder.objects.filter(
        group=OuterRef("group"), order=OuterRef("order")
    )
    for name, wrong in (
        ("is not bound to the order", select_unbound_legacy_parts(shares)),
        ("belongs to an order of another group", shares.exclude(Exists(link))),
    ):
        for share in wrong:
            yield Finding(
                share.group.number,
                "legacy payment",
                f"the part of order #{share.order.number} {name}",
            )


def check_legacy_payments_have_parts(ids: Ids) -> Iterator[Finding]:
    shares = LegacyPaymentShare.objects.filter(group=OuterRef("group"))
    links = OrderGroupOrder.objects.filter(Exists(shares), group__in=ids)
    without = links.exclude(Exists(shares.filter(order=OuterRef("order"))))
    for link in without.select_related("group", "order").order_by("order__number"):
        yield Finding(
            link.group.number,
            "legacy payment",
            f"order #{link.order.number} has no part of the payment",
        )


def check_legacy_parts_agree(ids: Ids) -> Iterator[Finding]:
    names = ("gateway", "token", "currency")
    payments = (
        LegacyPaymentShare.objects.filter(group__in=ids)
        .order_by()
        .values("group__number", "divided_payment_id")
        .annotate(
            **{name: Count(f"payment__{name}", distinct=True) for name in names},
            least=Min("payment__captured_amount"),
        )
    )
    is_off = Q(least__lt=0) | Q(gateway__gt=1) | Q(token__gt=1) | Q(currency__gt=1)
    for row in payments.filter(is_off).order_by("divided_payment_id"):
        for name in names:
            if row[name] > 1:
                detail = f"its parts have {row[name]} different values of {name}"
                yield Finding(row["group__number"], "legacy payment", detail)
        if row["least"] < 0:
            detail = f"the captured amount of a part is {row['least']}"
            yield Finding(row["group__number"], "legacy payment", detail)


def check_legacy_divisions(ids: Ids) -> Iterator[Finding]:
    """Compare each part with a new division of the parts' sum.

    The amounts of the original division are not stored.
    """
    shares = _select_legacy_shares(ids).annotate(
        placed=F("order__order_group_link__placed_total_gross_amount")
    )
    rows = shares.order_by(
        "divided_payment_id", "order__order_group_link__position"
    ).filter(placed__isnull=False)
    for _, parts in groupby(rows, key=attrgetter("divided_payment_id")):
        found = list(parts)
        currency = found[0].payment.currency
        totals = [floor_minor(share.payment.total, currency) for share in found]
        placed = [floor_minor(share.placed, currency) for share in found]
        if totals != draw_down(sum(totals), placed, placed):
            amounts = ", ".join(str(share.payment.total) for share in found)
            yield Finding(
                found[0].group.number,
                "legacy payment",
                f"its parts {amounts} do not match the orders' placed totals",
            )
