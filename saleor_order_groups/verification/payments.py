"""Verify payments and their shares."""

from collections.abc import Iterator

from django.db.models import (
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..models import (
    GroupPayment,
    OrderGroupOrder,
    PaymentEventShare,
    PaymentShare,
    SharesUpdate,
)
from ..payments.amounts import AMOUNTS
from ..payments.recovery import find_unsettled
from .events import RECOVER, SWEEP_PATIENCE
from .findings import Finding, Ids, sum_of


def _select_payments(ids: Ids) -> QuerySet[GroupPayment]:
    payments = GroupPayment.objects.filter(group__in=ids)
    return payments.select_related("group", "transaction").order_by("pk")


def _select_shares(ids: Ids) -> QuerySet[PaymentShare]:
    shares = PaymentShare.objects.filter(payment__group__in=ids)
    return shares.select_related("payment__group", "order").order_by("pk")


def select_bound_payments(payments: QuerySet[GroupPayment]) -> QuerySet[GroupPayment]:
    """Return the group payments that are bound to an order or a checkout."""
    return payments.filter(
        Q(transaction__order__isnull=False) | Q(transaction__checkout__isnull=False)
    )


def check_payments_are_unbound(ids: Ids) -> Iterator[Finding]:
    """Find group payments that are bound to an order or a checkout."""
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
    """Return the payments that have no share for an order of their group."""
    share = PaymentShare.objects.filter(
        payment=OuterRef(OuterRef("pk")), order=OuterRef("order")
    )
    links = OrderGroupOrder.objects.filter(group=OuterRef("group"))
    return payments.filter(Exists(links.exclude(Exists(share))))


def check_payments_have_shares(ids: Ids) -> Iterator[Finding]:
    """Find payments without a share for an order of their group."""
    for payment in select_payments_without_share(_select_payments(ids)):
        yield Finding(
            payment.group.number,
            "payment",
            f"an order has no share of transaction {payment.transaction.token}",
        )


def select_unbound_shares(shares: QuerySet[PaymentShare]) -> QuerySet[PaymentShare]:
    """Return the shares whose transaction is not bound to the share's order."""
    return shares.exclude(
        Q(transaction__order=F("order"), transaction__checkout__isnull=True)
    )


def check_shares_are_bound(ids: Ids) -> Iterator[Finding]:
    """Find shares that are not bound to their order, or to an order of their group."""
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
            f"order #{share.order.number} belongs to another group",
        )


def check_share_currencies(ids: Ids) -> Iterator[Finding]:
    """Find payments and shares in another currency than their group."""
    same = Q(
        transaction__currency=F("payment__group__currency"),
        payment__transaction__currency=F("payment__group__currency"),
    )
    for share in _select_shares(ids).exclude(same):
        yield Finding(
            share.payment.group.number,
            "currency",
            f"the payment, or its share of order #{share.order.number}, has another"
            " currency than the group",
        )


def select_wrong_sums(payments: QuerySet[GroupPayment]) -> QuerySet[GroupPayment]:
    """Return the payments whose shares do not sum to them.

    Each amount is annotated with the shares' sum as `sum_<amount>`.
    """
    payments = payments.annotate(
        **{f"sum_{name}": sum_of(f"shares__transaction__{name}") for name in AMOUNTS}
    )
    is_off = Q()
    for name in AMOUNTS:
        is_off |= ~Q(**{f"sum_{name}": F(f"transaction__{name}")})
    return payments.filter(is_off)


# The charged and refunded amounts of a share may be negative: a chargeback of one order
# may be larger than what the order was charged.
_NEVER_NEGATIVE = tuple(
    name for name in AMOUNTS if name not in ("charged_value", "refunded_value")
)


def check_no_share_is_negative(ids: Ids) -> Iterator[Finding]:
    """Find negative amounts of shares whose payment's amount is not negative."""
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


def check_share_sums(ids: Ids) -> Iterator[Finding]:
    """Find payments whose amounts are not the sums of their shares' amounts."""
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


def check_divided_anew(ids: Ids) -> Iterator[Finding]:
    """Find payments whose shares once did not sum to them and were divided again."""
    for payment in _select_payments(ids).filter(divided_anew_at__isnull=False):
        yield Finding(
            payment.group.number,
            "divided anew",
            f"the shares of transaction {payment.transaction.token} did not sum to it"
            f" at {payment.divided_anew_at:%Y-%m-%d %H:%M}: compare each order's share"
            " with the payment provider's books",
        )


def check_event_shares(ids: Ids) -> Iterator[Finding]:
    """Find events that do not belong to the payment or share they are recorded for."""
    rows = PaymentEventShare.objects.filter(
        share__payment__group__in=ids, share_event__isnull=False
    )
    own = Q(
        event__transaction=F("share__payment__transaction"),
        share_event__transaction=F("share__transaction"),
    )
    for row in rows.exclude(own).select_related("share__payment__group"):
        yield Finding(
            row.share.payment.group.number,
            "event",
            f"event {row.share_event_id} does not belong to its share and payment",
        )


def check_shares_announced(ids: Ids) -> Iterator[Finding]:
    """Find changed shares that were not announced for an hour."""
    waiting = SharesUpdate.objects.filter(
        Q(transaction__group_payment__group__in=ids)
        | Q(transaction__order__order_group_link__group__in=ids),
        created_at__lt=timezone.now() - SWEEP_PATIENCE,
    ).annotate(
        number=Coalesce(
            "transaction__group_payment__group__number",
            "transaction__order__order_group_link__group__number",
        )
    )
    for update in waiting.select_related("transaction"):
        yield Finding(
            update.number,
            "shares",
            f"changed shares of transaction {update.transaction.token} were not"
            f" announced; {RECOVER}",
        )


def check_settled(ids: Ids) -> Iterator[Finding]:
    """Find payments with reports that are not settled."""
    for payment in find_unsettled(_select_payments(ids)):
        yield Finding(
            payment.group.number,
            "unsettled",
            f"transaction {payment.transaction.token} has unsettled reports; run"
            " manage.py recover_order_groups --all",
        )
