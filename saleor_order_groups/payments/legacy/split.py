"""The orders' parts of a legacy payment, the one that Saleor's payment plugins process."""

from collections.abc import Sequence
from dataclasses import dataclass

from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment, Transaction

from ...models import LegacyPaymentShare, OrderGroup
from ...money.apportion import apportion, draw_down
from ...money.minor_units import to_decimal, to_minor


@dataclass(frozen=True)
class Division:
    """The parts of a payment's amounts in minor units, in the orders' order.

    `attempts` has the parts of each of the payment's transactions.
    """

    totals: list[int]
    captured: list[int]
    attempts: list[list[int]]


def divide(
    total: int, captured: int, attempts: Sequence[int], needs: Sequence[int]
) -> Division:
    """Divide a payment over what the orders need, and what it exceeds them by with it.

    Whatever was authorized, captured or refunded of it goes in the parts' proportions.
    """
    totals = draw_down(total, needs, needs)
    weights = totals if any(totals) else [1] + [0] * (len(totals) - 1)
    return Division(
        totals=totals,
        captured=apportion(captured, weights),
        attempts=[apportion(amount, weights) for amount in attempts],
    )


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
    attempts = list(active.transactions.all())
    division = divide(
        to_minor(active.total, currency),
        to_minor(active.captured_amount, currency),
        [to_minor(attempt.amount, attempt.currency) for attempt in attempts],
        needs,
    )
    # Saleor takes an order's payment with the highest key for its last: each part is a
    # new one, above what was given up. An order of nothing has its part too: Saleor
    # expires unconfirmed orders that have no payment.
    parts = []
    for index, order in enumerate(orders):
        part = _copy_payment(active)
        part.order = order
        part.total = to_decimal(division.totals[index], currency)
        part.captured_amount = to_decimal(division.captured[index], currency)
        if not division.totals[index]:
            # There is nothing to capture: Saleor fails to confirm an order otherwise.
            part.charge_status = ChargeStatus.FULLY_CHARGED
        part.save()
        parts.append(part)
        LegacyPaymentShare.objects.create(
            group=group, order=order, payment=part, divided_payment_id=active.pk
        )
    _share_attempts(attempts, parts, division)
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
    attempts: Sequence[Transaction], parts: Sequence[Payment], division: Division
) -> None:
    """Give each part its copy of the attempts; the first that has a total, themselves.

    A part of nothing gets none: nothing was authorized or captured for its order.
    """
    indexes = [index for index, total in enumerate(division.totals) if total]
    keeper, *others = indexes or [0]
    copies = []
    for attempt, amounts in zip(attempts, division.attempts, strict=True):
        for index in others:
            copy = _copy_attempt(attempt)
            copy.payment = parts[index]
            copy.amount = to_decimal(amounts[index], attempt.currency)
            copies.append(copy)
        attempt.payment = parts[keeper]
        attempt.amount = to_decimal(amounts[keeper], attempt.currency)
    Transaction.objects.bulk_update(attempts, ["payment", "amount"])
    Transaction.objects.bulk_create(copies)


def _copy_attempt(attempt: Transaction) -> Transaction:
    excluded = ("id", "payment", "amount", "created_at")
    values = {
        field.attname: getattr(attempt, field.attname)
        for field in Transaction._meta.concrete_fields
        if field.name not in excluded
    }
    return Transaction(**values)
