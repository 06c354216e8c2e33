"""Repair violations of payments that have exactly one correct state.

Each function yields a message for each repair.

:param apply: False to change nothing and only yield the messages.
"""

from collections.abc import Callable, Iterator

from django.db.models import Model, QuerySet
from saleor.core.tracing import traced_atomic_transaction
from saleor.order.models import Order
from saleor.payment.models import Payment, TransactionItem
from saleor.plugins.manager import get_plugins_manager

from ..host.locks import lock_orders
from ..host.order_processing import save_amounts
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
    """Unbind payments from orders and checkouts: orders have shares instead."""
    for payment in _iterate(select_bound_payments(GroupPayment.objects.all())):
        yield _describe(payment, "unbind it from order and checkout")
        if apply:
            TransactionItem.objects.filter(pk=payment.transaction_id).update(
                order=None, checkout=None
            )


def repair_unbound_shares(apply: bool) -> Iterator[str]:
    """Bind each share transaction to the share's order."""
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
    """Create a share with amounts of zero for each order without a share."""
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
    """Settle payments that a crash has left unsettled, as the sweep does."""
    for payment in _iterate(find_unsettled(GroupPayment.objects.all())):
        yield _describe(payment, "settle its reports")
        if apply:
            settle(payment, get_plugins_manager(allow_replica=False))


def repair_sums(apply: bool) -> Iterator[str]:
    """Recalculate amounts that follow from the events but were changed."""
    for payment in _iterate(select_wrong_sums(GroupPayment.objects.all())):
        if not follows_from_events(payment):
            # Only the payment provider knows which order the difference belongs to.
            continue
        yield _describe(payment, "recalculate its amounts from its events")
        if apply:
            settle(payment, get_plugins_manager(allow_replica=False))


def repair_order_amounts(apply: bool) -> Iterator[str]:
    """Recalculate the amounts of orders that differ from the sums of their payments."""
    orders = Order.objects.filter(order_group_link__isnull=False)
    wrong = {
        row
        for selected in (select_wrong_charged(orders), select_wrong_authorized(orders))
        for row in selected.values_list("number", "pk")
    }
    for number, pk in sorted(wrong):
        yield f"Order #{number}: recalculate its charged and authorized amounts"
        if apply:
            with traced_atomic_transaction():
                save_amounts(lock_orders([pk]).values())


def _iterate[Row: Model](queryset: QuerySet[Row]) -> Iterator[Row]:
    # List the keys first, because repaired rows no longer match the query.
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
