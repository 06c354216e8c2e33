"""Give each order its part of a legacy payment, which a payment plugin processes."""

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
    """Divide a payment over the orders' needs, and any excess in the same proportions.

    The amounts that were authorized, captured or refunded are divided in the
    proportions of the parts. All amounts are in minor units.

    :param attempts: the amounts of the payment's transactions.
    :param needs: how much each order needs of the payment.
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
    """Divide the active payment; inactive payments stay with the first order.

    :param needs: how much each order needs of the payment, in minor units.
    """
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
    # Saleor takes the payment with the highest key for an order's last one, so each
    # part is a new row, above the inactive payments. An order with a total of zero has
    # a part too: Saleor expires unconfirmed orders that have no payment.
    parts = []
    for index, order in enumerate(orders):
        part = _copy_payment(active)
        part.order = order
        part.total = to_decimal(division.totals[index], currency)
        part.captured_amount = to_decimal(division.captured[index], currency)
        if not division.totals[index]:
            # A part with an amount of zero has nothing to capture: without this status
            # Saleor fails to confirm its order.
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
    """Leave the attempts to the first part with a total; give the other parts copies.

    A part with an amount of zero gets none: nothing was authorized or captured for its
    order.
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
