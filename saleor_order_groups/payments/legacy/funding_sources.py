"""Find the legacy payments that are funding sources of an action on a group."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from saleor.order.models import Order
from saleor.payment import TransactionAction
from saleor.payment.models import Payment

from ..funding_sources import FundingSource, bundle
from ..group_requests import Amounts
from .capture import get_capturable


def find_legacy_sources(
    orders: Sequence[Order],
    action: str,
    capture_divided: Callable[[Payment, Amounts], None],
    ask_order: Callable[[Order, Decimal], None],
) -> list[FundingSource]:
    """Return the funding sources among the payments that Saleor's plugins process.

    :param capture_divided: captures the parts of a divided payment at once.
    :param ask_order: captures or refunds a Decimal amount of one order's own payment or
        part.
    """
    sources: list[FundingSource] = []
    single: list[FundingSource] = []
    divided: set[int] = set()
    for order in orders:
        payment = order.get_last_payment()
        if payment is None or not payment.is_active:
            continue
        share = getattr(payment, "legacy_payment_share", None)
        if share and action == TransactionAction.CHARGE:
            # One request captures all parts of a divided payment.
            if share.divided_payment_id not in divided:
                divided.add(share.divided_payment_id)
                sources.append(_get_divided_source(payment, capture_divided))
        elif available := _get_available(payment, action):
            single.append(_get_single_source(order, available, ask_order))
    return sources + bundle(single)


def _get_divided_source(
    payment: Payment, capture_divided: Callable[[Payment, Amounts], None]
) -> FundingSource:
    def request(amounts: Amounts) -> None:
        capture_divided(payment, amounts)

    return FundingSource(get_capturable(payment), request)


def _get_single_source(
    order: Order, available: Decimal, ask_order: Callable[[Order, Decimal], None]
) -> FundingSource:
    def request(amounts: Amounts) -> None:
        ask_order(order, amounts[order.pk])

    return FundingSource({order.pk: available}, request)


def _get_available(payment: Payment, action: str) -> Decimal:
    """Return how much can be captured or refunded of one order's payment."""
    if action == TransactionAction.CHARGE:
        can_capture = payment.is_authorized and payment.can_capture()
        return payment.get_charge_amount() if can_capture else Decimal(0)
    return payment.captured_amount if payment.can_refund() else Decimal(0)
