"""Bound the requests on one order's part of a legacy payment.

Saleor locks a payment, checks the request against that payment alone and asks its
gateway. To the payment service provider all parts are one payment. The checks here see
all parts, which are locked by primary key. An order is locked after them, as in Saleor.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.payment import PaymentError, TransactionKind
from saleor.payment.models import Payment

from ...config import ChargePolicy, OrderGroupsConfig
from ...models import LegacyPaymentShare
from ...money.minor_units import show

NOTHING_AUTHORIZED = "Nothing is authorized on this payment."


@dataclass(frozen=True)
class Parts:
    """An order's payment part, and the other parts of the payment that was divided."""

    own: Payment
    siblings: list[Payment]

    @property
    def authorized_siblings(self) -> list[Payment]:
        """The siblings for which the provider still holds money."""
        return [part for part in self.siblings if is_authorized(part)]

    def ensure_no_live_authorization(self, reason: str, way_out: str) -> None:
        """Refuse while the provider holds money for a sibling whose order is live.

        :param reason: the start of the message; the orders' numbers follow.
        :param way_out: the end of the message: what can be done instead.
        :raises PaymentError: names these orders.
        """
        orders = [get_order(part) for part in self.authorized_siblings if is_live(part)]
        if orders:
            numbers = ", ".join(f"#{number}" for number in _get_numbers(orders))
            raise PaymentError(f"{reason}: {numbers}. {way_out}")


def is_part(payment: Payment) -> bool:
    """Tell whether a payment is one order's part of a divided payment."""
    return LegacyPaymentShare.objects.filter(payment_id=payment.pk).exists()


def lock_parts(payment: Payment) -> Parts:
    """Lock and return a part and its siblings, each with its order."""
    # Lock by primary key, so that two requests wait for each other without a deadlock.
    return _to_parts(payment, _select_parts(payment).select_for_update(of=("self",)))


def find_parts(payment: Payment) -> Parts:
    """Return a part and its siblings, each with its order."""
    return _to_parts(payment, _select_parts(payment))


def refuse_capture(parts: Parts, config: OrderGroupsConfig) -> None:
    """Refuse to capture a part alone if its group is to be charged at once.

    :raises PaymentError: names the orders that would lose their authorization.
    """
    if config.charge_policy == ChargePolicy.GROUP:
        parts.ensure_no_live_authorization(
            "The payment can be captured once, and other orders were paid with it",
            "Charge the whole group.",
        )


def is_charged_with_its_group(order: Order, config: OrderGroupsConfig) -> bool:
    """Tell whether the capture of an order's payment alone would be refused."""
    payment = order.get_last_payment()
    if payment is None or not is_part(payment):
        return False
    try:
        refuse_capture(find_parts(payment), config)
    except PaymentError:
        return True
    return False


def refuse_void(parts: Parts) -> None:
    """Refuse a void that would take the authorization from live siblings.

    Saleor itself voids any payment that was authorized once, and voids it twice if two
    requests come at once.

    :raises PaymentError: names these orders, or says that nothing is authorized.
    """
    if not is_authorized(parts.own):
        raise PaymentError(NOTHING_AUTHORIZED)
    parts.ensure_no_live_authorization(
        "A void would take the authorization from other orders that were paid with it",
        "Capture their parts or cancel them first.",
    )


def refuse_refund(parts: Parts, amount: Decimal | None) -> None:
    """Refuse to refund more than the part's captured amount less refunds in progress.

    Saleor leaves refunds in progress to the provider, but the provider sees the
    siblings' money in the same payment.

    :param amount: a Decimal amount; None means the whole captured amount.
    :raises PaymentError: the part has less left.
    """
    captured, currency = parts.own.captured_amount, parts.own.currency
    in_progress = _get_refunds_in_progress(parts.own)
    if amount is None:
        amount = captured
    if in_progress and amount > captured - in_progress:
        raise PaymentError(
            "Cannot refund more than captured, and refunds of"
            f" {show(in_progress, currency)} are in progress."
        )


def is_live(part: Payment) -> bool:
    """Tell whether a part's order is neither canceled nor expired."""
    return get_order(part).status not in (OrderStatus.CANCELED, OrderStatus.EXPIRED)


def is_authorized(part: Payment) -> bool:
    """Tell whether the provider still holds money for a part."""
    return part.is_active and part.get_authorized_amount().amount > 0


def get_order(part: Payment) -> Order:
    """Return the order that a part belongs to."""
    assert part.order is not None
    return part.order


def _select_parts(payment: Payment) -> QuerySet[Payment]:
    divided = LegacyPaymentShare.objects.filter(payment_id=payment.pk)
    parts = Payment.objects.filter(
        legacy_payment_share__divided_payment_id__in=divided.values(
            "divided_payment_id"
        )
    )
    parts = parts.order_by("pk").select_related("order")
    return parts.prefetch_related("transactions")


def _to_parts(payment: Payment, parts: Iterable[Payment]) -> Parts:
    found = {part.pk: part for part in parts}
    return Parts(own=found.pop(payment.pk), siblings=list(found.values()))


def _get_numbers(orders: Iterable[Order]) -> list[int]:
    return sorted(order.number for order in orders)


def _get_refunds_in_progress(part: Payment) -> Decimal:
    """Return the Decimal sum of the refunds that gateways have begun and not reported.

    The report of a refund has the token and the amount of its beginning.
    """
    begun: Counter[tuple[str, Decimal]] = Counter()
    reported: Counter[tuple[str, Decimal]] = Counter()
    for row in part.transactions.all():
        refund = (row.token, row.amount)
        if row.kind == TransactionKind.REFUND_ONGOING and row.is_success:
            begun[refund] += 1
        # A failed row of kind REFUND does not count: it may belong to another refund,
        # which has the capture's token.
        elif row.kind == TransactionKind.REFUND_FAILED or (
            row.kind == TransactionKind.REFUND and row.is_success
        ):
            reported[refund] += 1
    in_progress = begun - reported
    return sum((amount for _, amount in in_progress.elements()), Decimal(0))
