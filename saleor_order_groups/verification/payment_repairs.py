"""What of payments has one right answer, and is put right by `verify_order_groups --repair`.

Each function yields a line for everything that it does, or would do.
"""

from collections.abc import Callable, Iterator

from django.db.models import Model, QuerySet
from saleor.core.tracing import traced_atomic_transaction
from saleor.order.models import Order
from saleor.payment.models import Payment, TransactionItem
from saleor.plugins.manager import get_plugins_manager

from ..host.internals import updates_amounts_for_order
from ..host.locks import lock_orders
from ..models import GroupPayment, LegacyPaymentShare, PaymentShare
from ..payments.recovery import find_unsettled
from ..payments.settlement import follows_from_events, settle
from ..payments.split import create_shares
from .legacy_payments import select_unbound_legacy_parts
from .order_amounts import select_wrong_authorized, select_wrong_charged
from .payments import (
    select_bound_payments,
    select_payments_without_share,
    select_unbound_shares,
    select_wrong_sums,
)


def repair_bound_payments(apply: bool) -> Iterator[str]:
    """Unbind payments: their orders have shares of them."""
    for payment in _iterate(select_bound_payments(GroupPayment.objects.all())):
        yield _describe(payment, "unbind it from order and checkout")
        if apply:
            TransactionItem.objects.filter(pk=payment.transaction_id).update(
                order=None, checkout=None
            )


def repair_unbound_shares(apply: bool) -> Iterator[str]:
    """Bind the transaction of each share to the share's order."""
    shares = select_unbound_shares(PaymentShare.objects.all())
    for share in _iterate(shares):
        yield _describe(share.payment, f"bind the share of order #{share.order.number}")
        if apply:
            TransactionItem.objects.filter(pk=share.transaction_id).update(
                order=share.order_id, checkout=None
            )


def repair_unbound_legacy_parts(apply: bool) -> Iterator[str]:
    """Bind each part of a legacy payment to the part's order."""
    parts = select_unbound_legacy_parts(LegacyPaymentShare.objects.all())
    for part in _iterate(parts):
        yield (
            f"Group #{part.group.number}: bind the part of a legacy payment to order"
            f" #{part.order.number}"
        )
        if apply:
            Payment.objects.filter(pk=part.payment_id).update(
                order=part.order_id, checkout=None
            )


def repair_missing_shares(apply: bool) -> Iterator[str]:
    """Give each order that has no share of a payment one of zero."""
    for payment in _iterate(select_payments_without_share(GroupPayment.objects.all())):
        shared = PaymentShare.objects.filter(payment=payment).values("order")
        orders = list(
            Order.objects.filter(order_group_link__group=payment.group_id)
            .exclude(pk__in=shared)
            .order_by("number")
        )
        numbers = ", ".join(f"#{order.number}" for order in orders)
        yield _describe(payment, f"add a share of zero for {numbers}")
        if apply:
            with traced_atomic_transaction():
                transactions = create_shares(payment.transaction, orders)
                PaymentShare.objects.bulk_create(
                    PaymentShare(payment=payment, order=order, transaction=transaction)
                    for order, transaction in zip(orders, transactions, strict=True)
                )


def repair_unsettled(apply: bool) -> Iterator[str]:
    """Settle what a crash has left, as `settle_payments` does."""
    for payment in _iterate(find_unsettled(GroupPayment.objects.all())):
        yield _describe(payment, "settle its reports")
        if apply:
            settle(payment, get_plugins_manager(allow_replica=False))


def repair_sums(apply: bool) -> Iterator[str]:
    """Calculate amounts again where they follow from the events and were changed."""
    for payment in _iterate(select_wrong_sums(GroupPayment.objects.all())):
        if not follows_from_events(payment):
            # Whose money is missing only the payment provider knows.
            continue
        yield _describe(payment, "calculate its amounts from the events again")
        if apply:
            settle(payment, get_plugins_manager(allow_replica=False))


def repair_order_amounts(apply: bool) -> Iterator[str]:
    """Let orders have what their payments sum to."""
    orders = Order.objects.filter(order_group_link__isnull=False)
    wrong = {
        row
        for selected in (select_wrong_charged(orders), select_wrong_authorized(orders))
        for row in selected.values_list("number", "pk")
    }
    for number, pk in sorted(wrong):
        yield f"Order #{number}: calculate what is charged and authorized again"
        if apply:
            with traced_atomic_transaction():
                updates_amounts_for_order(lock_orders([pk])[pk])


def _iterate[Row: Model](queryset: QuerySet[Row]) -> Iterator[Row]:
    # The keys first: what is repaired leaves the list.
    for pk in list(queryset.order_by("pk").values_list("pk", flat=True)):
        yield queryset.model._default_manager.get(pk=pk)


def _describe(payment: GroupPayment, repair: str) -> str:
    return (
        f"Group #{payment.group.number}: transaction {payment.transaction.token}:"
        f" {repair}"
    )


PAYMENT_REPAIRS: tuple[Callable[[bool], Iterator[str]], ...] = (
    repair_bound_payments,
    repair_unbound_shares,
    repair_unbound_legacy_parts,
    repair_missing_shares,
    repair_unsettled,
    repair_sums,
    repair_order_amounts,
)
