"""The orders' parts of a legacy payment, the one that Saleor's payment plugins process."""

from collections.abc import Sequence

from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment.models import Payment, Transaction

from .apportion import apportion, draw_down
from .models import LegacyPaymentShare, OrderGroup
from .money import to_decimal, to_minor


def share_legacy_payments(
    checkout: Checkout,
    group: OrderGroup,
    orders: Sequence[Order],
    needs: list[int],
) -> None:
    """Divide the active payment; what was tried and given up stays with the first order."""
    active = checkout.get_last_active_payment()
    inactive = checkout.payments.all()
    if active:
        inactive = inactive.exclude(pk=active.pk)
    inactive.update(order=orders[0], checkout_id=None)
    if not active:
        return
    currency = active.currency
    totals = draw_down(to_minor(active.total, currency), needs, needs)
    captured = apportion(to_minor(active.captured_amount, currency), totals)
    attempts = list(active.transactions.all())
    # Saleor takes an order's payment with the highest key for its last: each part is a
    # new one, above what was given up. An order of nothing has its part too: Saleor
    # expires unconfirmed orders that have no payment.
    for index in range(len(orders)):
        part = _copy_payment(active)
        part.order = orders[index]
        part.total = to_decimal(totals[index], currency)
        part.captured_amount = to_decimal(captured[index], currency)
        part.save()
        LegacyPaymentShare.objects.create(
            group=group, order=orders[index], payment=part, divided_payment_id=active.pk
        )
        if index == 0:
            active.transactions.update(payment=part)
        _share_attempts(attempts, totals, index, part, is_copy=index != 0)
    active.delete()


def _copy_payment(payment: Payment) -> Payment:
    excluded = ("id", "order", "checkout", "created_at", "modified_at")
    values = {
        field.attname: getattr(payment, field.attname)
        for field in Payment._meta.concrete_fields
        if field.name not in excluded
    }
    return Payment(**values)


def _share_attempts(
    attempts: Sequence[Transaction],
    totals: list[int],
    index: int,
    part: Payment,
    *,
    is_copy: bool,
) -> None:
    rows = []
    for attempt in attempts:
        amounts = apportion(to_minor(attempt.amount, attempt.currency), totals)
        values = {
            field.attname: getattr(attempt, field.attname)
            for field in Transaction._meta.concrete_fields
            if field.name not in ("payment", "amount") and (field.name != "id")
        }
        amount = to_decimal(amounts[index], attempt.currency)
        row = Transaction(**values, payment=part, amount=amount)
        if not is_copy:
            row.pk = attempt.pk
        rows.append(row)
    if is_copy:
        Transaction.objects.bulk_create(rows)
    else:
        Transaction.objects.bulk_update(rows, ["amount"])
