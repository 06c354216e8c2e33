"""Check what order groups guarantee over a whole database, in constant memory.

Groups are read in batches of keys, and every check is one statement for a batch that
returns only what is off. Who sold the lines is fixed when they are placed, and cannot
be checked later: products change hands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from saleor.order.models import Order
from saleor.payment.models import Payment, TransactionItem

from .adoption import ADOPTED
from .apportion import draw_down
from .books import AMOUNTS
from .config import SELLER_SOURCE
from .configuration_problems import find_lost_products, find_silent_sources
from .customers import select_missing
from .delete_rules import find_wrong_rules
from .models import (
    GroupPayment,
    LegacyPaymentShare,
    OrderGroup,
    OrderGroupOrder,
    PaymentEventShare,
    PaymentShare,
)
from .money import floor_minor
from .unsettled import find_unsettled

DEFAULT_BATCH_SIZE = 1000
REPAIR = "run manage.py verify_order_groups --repair"

Ids = Sequence[UUID]


@dataclass(frozen=True)
class Finding:
    """Something of a group, or of the database as a whole, that is off."""

    number: int | None
    invariant: str
    detail: str

    def __str__(self) -> str:
        where = "" if self.number is None else f"Group #{self.number}: "
        return f"{where}{self.invariant}: {self.detail}"


def verify(
    batch_size: int = DEFAULT_BATCH_SIZE,
    report_progress: Callable[[int], None] = lambda _checked: None,
) -> Iterator[Finding]:
    """Yield what is off, batch by batch.

    :param report_progress: called after each batch with the number of groups checked.
    """
    for problem in (*find_silent_sources(), *find_lost_products()):
        yield Finding(None, SELLER_SOURCE, problem)
    for wrong in find_wrong_rules():
        yield Finding(None, "delete rule", f"{wrong}; {REPAIR}")
    checked = 0
    groups = OrderGroup.objects.order_by("pk").values_list("pk", flat=True)
    ids = list(groups[:batch_size])
    while ids:
        for check in CHECKS:
            yield from check(ids)
        checked += len(ids)
        report_progress(checked)
        ids = list(groups.filter(pk__gt=ids[-1])[:batch_size])


# ------------------------------------------------------------------ groups and orders


def _select_groups(ids: Ids) -> QuerySet[OrderGroup]:
    return OrderGroup.objects.filter(pk__in=ids).order_by("pk")


def _may_have_lost_orders() -> Q:
    """Tell the groups of which Saleor may have deleted expired orders.

    It deletes none that has a payment, and none before the channel's time.
    """
    age = timezone.now() - F("channel__delete_expired_orders_after")  # type: ignore[operator]
    is_old = Q(created_at__lte=age)
    return is_old & ~Q(Exists(GroupPayment.objects.filter(group=OuterRef("pk"))))


def _check_orders_exist(ids: Ids) -> Iterator[Finding]:
    groups = _select_groups(ids).filter(order_links=None)
    for group in groups.exclude(_may_have_lost_orders()):
        yield Finding(group.number, "orders", "the group has none")


def _check_channels(ids: Ids) -> Iterator[Finding]:
    for group in _select_groups(ids).filter(channel=None):
        yield Finding(group.number, "channel", f"the group has lost its own; {REPAIR}")


def _check_positions(ids: Ids) -> Iterator[Finding]:
    groups = _select_groups(ids).annotate(
        count=Count("order_links"), last=Max("order_links__position")
    )
    for group in groups.exclude(_may_have_lost_orders()).exclude(count=F("last") + 1):
        if group.count:
            yield Finding(
                group.number,
                "positions",
                f"{group.count} orders, and the last is at {group.last}",
            )


def _check_sellers(ids: Ids) -> Iterator[Finding]:
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
            f"{row['count']} orders of {row['seller__slug'] or 'the shop itself'}",
        )


def _check_customers(ids: Ids) -> Iterator[Finding]:
    links = select_missing(OrderGroupOrder.objects.filter(group__in=ids))
    rows = links.values_list("group__number", "order__number", "seller__slug")
    for group_number, number, slug in rows.order_by("group__number", "position"):
        yield Finding(
            group_number,
            "customer",
            f"that of order #{number} is not one of {slug}; run"
            " manage.py verify_order_groups --repair",
        )


def _check_links(ids: Ids) -> Iterator[Finding]:
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
                f"order #{link.order.number} has another than the group",
            )


def _check_placed_totals(ids: Ids) -> Iterator[Finding]:
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
            f"{group.placed_total_net_amount} net and"
            f" {group.placed_total_gross_amount} gross, but its orders were placed for"
            f" {group.net} and {group.gross}",
        )


# ------------------------------------------------------------------ payments


def _select_payments(ids: Ids) -> QuerySet[GroupPayment]:
    payments = GroupPayment.objects.filter(group__in=ids)
    return payments.select_related("group", "transaction").order_by("pk")


def _select_shares(ids: Ids) -> QuerySet[PaymentShare]:
    shares = PaymentShare.objects.filter(payment__group__in=ids)
    return shares.select_related("payment__group", "order").order_by("pk")


def select_bound_payments(payments: QuerySet[GroupPayment]) -> QuerySet[GroupPayment]:
    """Return the payments that are bound to an order or a checkout."""
    return payments.filter(
        Q(transaction__order__isnull=False) | Q(transaction__checkout__isnull=False)
    )


def _check_payments_are_unbound(ids: Ids) -> Iterator[Finding]:
    for payment in select_bound_payments(_select_payments(ids)):
        yield Finding(
            payment.group.number,
            "payment",
            f"transaction {payment.transaction.token} is bound to an order or a"
            " checkout",
        )


def select_payments_without_share(
    payments: QuerySet[GroupPayment],
) -> QuerySet[GroupPayment]:
    """Return the payments of which an order of their group has no share."""
    share = PaymentShare.objects.filter(
        payment=OuterRef(OuterRef("pk")), order=OuterRef("order")
    )
    links = OrderGroupOrder.objects.filter(group=OuterRef("group"))
    return payments.filter(Exists(links.exclude(Exists(share))))


def _check_payments_have_shares(ids: Ids) -> Iterator[Finding]:
    for payment in select_payments_without_share(_select_payments(ids)):
        yield Finding(
            payment.group.number,
            "payment",
            f"an order has no share of transaction {payment.transaction.token}",
        )


def select_unbound_shares(shares: QuerySet[PaymentShare]) -> QuerySet[PaymentShare]:
    """Return the shares whose transaction is not bound to their order."""
    return shares.exclude(
        Q(transaction__order=F("order"), transaction__checkout__isnull=True)
    )


def _check_shares_are_bound(ids: Ids) -> Iterator[Finding]:
    shares = _select_shares(ids)
    for share in select_unbound_shares(shares):
        yield Finding(
            share.payment.group.number,
            "share",
            f"its transaction is not bound to order #{share.order.number}",
        )
    link = OrderGroupOrder.objects.filter(
        group=OuterRef("payment__group"), order=OuterRef("order")
    )
    for share in shares.exclude(Exists(link)):
        yield Finding(
            share.payment.group.number,
            "share",
            f"order #{share.order.number} is of another group",
        )


def _check_share_currencies(ids: Ids) -> Iterator[Finding]:
    same = Q(
        transaction__currency=F("payment__group__currency"),
        payment__transaction__currency=F("payment__group__currency"),
    )
    for share in _select_shares(ids).exclude(same):
        yield Finding(
            share.payment.group.number,
            "currency",
            f"the payment, or its share of order #{share.order.number}, has another"
            " than the group",
        )


def select_wrong_sums(payments: QuerySet[GroupPayment]) -> QuerySet[GroupPayment]:
    """Return the payments that the shares do not sum to, with `sum_` of each amount."""
    payments = payments.annotate(
        **{f"sum_{name}": _sum(f"shares__transaction__{name}") for name in AMOUNTS}
    )
    is_off = Q()
    for name in AMOUNTS:
        is_off |= ~Q(**{f"sum_{name}": F(f"transaction__{name}")})
    return payments.filter(is_off)


# A chargeback of one order may leave that order with less than nothing.
_NEVER_NEGATIVE = tuple(
    name for name in AMOUNTS if name not in ("charged_value", "refunded_value")
)


def _check_no_share_is_negative(ids: Ids) -> Iterator[Finding]:
    least = {
        f"min_{name}": Min(f"shares__transaction__{name}") for name in _NEVER_NEGATIVE
    }
    is_negative = Q()
    for name in _NEVER_NEGATIVE:
        is_negative |= Q(**{f"min_{name}__lt": 0, f"transaction__{name}__gte": 0})
    for payment in _select_payments(ids).annotate(**least).filter(is_negative):
        for name in _NEVER_NEGATIVE:
            amount = getattr(payment, f"min_{name}")
            if amount < 0 <= getattr(payment.transaction, name):
                yield Finding(
                    payment.group.number,
                    name,
                    f"a share of transaction {payment.transaction.token} has {amount}",
                )


def _check_share_sums(ids: Ids) -> Iterator[Finding]:
    for payment in select_wrong_sums(_select_payments(ids)):
        for name in AMOUNTS:
            amount = getattr(payment.transaction, name)
            total = getattr(payment, f"sum_{name}")
            if total != amount:
                yield Finding(
                    payment.group.number,
                    name,
                    f"transaction {payment.transaction.token} has {amount}, but the"
                    f" shares sum to {total}",
                )


def _check_divided_anew(ids: Ids) -> Iterator[Finding]:
    for payment in _select_payments(ids).filter(divided_anew_at__isnull=False):
        yield Finding(
            payment.group.number,
            "divided anew",
            f"the shares of transaction {payment.transaction.token} did not sum to it"
            f" at {payment.divided_anew_at:%Y-%m-%d %H:%M}: compare each order's share"
            " with the payment provider's books",
        )


def _check_event_shares(ids: Ids) -> Iterator[Finding]:
    rows = PaymentEventShare.objects.filter(share__payment__group__in=ids)
    own = Q(
        event__transaction=F("share__payment__transaction"),
        share_event__transaction=F("share__transaction"),
    )
    for row in rows.exclude(own).select_related("share__payment__group"):
        yield Finding(
            row.share.payment.group.number,
            "event",
            f"event {row.share_event_id} is not of the share that has it",
        )


def _check_settled(ids: Ids) -> Iterator[Finding]:
    for payment in find_unsettled(_select_payments(ids)):
        yield Finding(
            payment.group.number,
            "unsettled",
            f"transaction {payment.transaction.token} has reports that its orders do"
            " not have; run manage.py settle_payments",
        )


# ------------------------------------------------------------------ legacy payments


def _select_legacy_shares(ids: Ids) -> QuerySet[LegacyPaymentShare]:
    shares = LegacyPaymentShare.objects.filter(group__in=ids)
    return shares.select_related("group", "order", "payment").order_by("payment")


def select_unbound_legacy_parts(
    shares: QuerySet[LegacyPaymentShare],
) -> QuerySet[LegacyPaymentShare]:
    """Return the parts whose payment is not bound to their order."""
    return shares.exclude(Q(payment__order=F("order"), payment__checkout__isnull=True))


def _check_legacy_parts_are_bound(ids: Ids) -> Iterator[Finding]:
    shares = _select_legacy_shares(ids)
    link = OrderGroupOrder.objects.filter(
        group=OuterRef("group"), order=OuterRef("order")
    )
    for name, wrong in (
        ("is not bound to it", select_unbound_legacy_parts(shares)),
        ("is of another group's order", shares.exclude(Exists(link))),
    ):
        for share in wrong:
            yield Finding(
                share.group.number,
                "legacy payment",
                f"the part of order #{share.order.number} {name}",
            )


def _check_legacy_payments_have_parts(ids: Ids) -> Iterator[Finding]:
    shares = LegacyPaymentShare.objects.filter(group=OuterRef("group"))
    links = OrderGroupOrder.objects.filter(Exists(shares), group__in=ids)
    without = links.exclude(Exists(shares.filter(order=OuterRef("order"))))
    for link in without.select_related("group", "order").order_by("order__number"):
        yield Finding(
            link.group.number,
            "legacy payment",
            f"order #{link.order.number} has no part of it",
        )


def _check_legacy_parts_agree(ids: Ids) -> Iterator[Finding]:
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
                detail = f"its parts have {row[name]} different values: {name}"
                yield Finding(row["group__number"], "legacy payment", detail)
        if row["least"] < 0:
            detail = f"a part has captured {row['least']}"
            yield Finding(row["group__number"], "legacy payment", detail)


def _check_legacy_divisions(ids: Ids) -> Iterator[Finding]:
    """Divide the sum of the parts again: what was divided is kept nowhere."""
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
                f"its parts {amounts} are not divided as the orders were placed",
            )


# ------------------------------------------------------------------ orders' amounts


def _sum(path: str) -> Coalesce:
    return Coalesce(Sum(path), Value(Decimal(0)), output_field=DecimalField())


def _sum_of_order(queryset: QuerySet, name: str) -> Coalesce:
    # Subqueries: two joined relations would multiply each other's rows.
    sums = (
        queryset.filter(order=OuterRef("pk"))
        .order_by()
        .values("order")
        .annotate(sum=Sum(name))
    )
    return Coalesce(
        Subquery(sums.values("sum")), Value(Decimal(0)), output_field=DecimalField()
    )


def select_wrong_charged(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return the orders whose payments have charged another amount, with it as `paid`."""
    paid = ExpressionWrapper(
        _sum_of_order(TransactionItem.objects.all(), "charged_value")
        + _sum_of_order(Payment.objects.all(), "captured_amount"),
        output_field=DecimalField(),
    )
    return orders.annotate(paid=paid).exclude(total_charged_amount=F("paid"))


def select_wrong_authorized(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return the orders whose payments authorize another amount, with it as `paid`."""
    # What a legacy payment authorizes Saleor derives from its attempts, in Python.
    without_legacy = orders.exclude(
        Exists(Payment.objects.filter(order=OuterRef("pk")))
    )
    authorized = _sum_of_order(TransactionItem.objects.all(), "authorized_value")
    return without_legacy.annotate(paid=authorized).exclude(
        total_authorized_amount=F("paid")
    )


def _check_order_amounts(ids: Ids) -> Iterator[Finding]:
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


CHECKS: tuple[Callable[[Ids], Iterator[Finding]], ...] = (
    _check_orders_exist,
    _check_channels,
    _check_positions,
    _check_sellers,
    _check_customers,
    _check_links,
    _check_placed_totals,
    _check_payments_are_unbound,
    _check_payments_have_shares,
    _check_shares_are_bound,
    _check_share_currencies,
    _check_share_sums,
    _check_no_share_is_negative,
    _check_divided_anew,
    _check_event_shares,
    _check_legacy_parts_are_bound,
    _check_legacy_payments_have_parts,
    _check_legacy_parts_agree,
    _check_legacy_divisions,
    _check_settled,
    _check_order_amounts,
)
