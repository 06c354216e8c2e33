"""Find the funding sources of an action on a group, and request money from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.order.models import Order
from saleor.payment import PaymentError, TransactionAction
from saleor.payment.models import TransactionItem

from ..models import GroupPayment, OrderGroup
from ..money.apportion import draw_down
from ..money.minor_units import floor_minor, show, to_decimal
from .group_requests import (
    Amounts,
    Requestor,
    get_available_of_orders,
    get_links,
    request_of_payment,
    select_payments,
)
from .open_requests import find_open_requests


class InsufficientAmountError(ValueError):
    """More is requested than the funding sources have."""


@dataclass
class FundingSource:
    """Money of orders from which an action can take amounts.

    `available` is the Decimal amount of each order, by the order's key. `request`
    requests such amounts. It raises ValidationError or PaymentError; if it fails for
    some of the orders only, it returns their errors by the order's key.
    """

    available: Amounts
    request: Callable[[Amounts], dict[UUID, Exception] | None]


@dataclass
class Outcome:
    """The outcome of a request on a whole group: errors by the order's key.

    An order without errors has been asked.
    """

    errors: dict[UUID, list[Exception]] = field(default_factory=dict)


def request_of_sources(
    sources: Sequence[FundingSource], amount: Decimal | None, orders: Sequence[Order]
) -> Outcome:
    """Request an amount, or all that is available, from one source after the other.

    A failure of one source is reported for its orders; the other sources are asked
    anyway.

    :param amount: a Decimal amount; None requests all that is available.
    :raises InsufficientAmountError: nothing was requested; the message says how much is
        left.
    """
    currency = orders[0].currency
    whole = sum(
        (part for source in sources for part in source.available.values()), Decimal(0)
    )
    left = whole if amount is None else amount
    if not whole or left > whole:
        raise InsufficientAmountError(f"Only {show(whole, currency)} is left.")
    totals = [floor_minor(order.total_gross_amount, currency) for order in orders]
    outcome = Outcome(errors={order.pk: [] for order in orders})
    for source in sources:
        available = [source.available.get(order.pk, Decimal(0)) for order in orders]
        if left >= sum(available):
            parts = available
        else:
            minor = [floor_minor(part, currency) for part in available]
            drawn = draw_down(floor_minor(left, currency), minor, totals)
            parts = [to_decimal(part, currency) for part in drawn]
        amounts = {
            order.pk: part
            for order, part in zip(orders, parts, strict=True)
            if floor_minor(part, currency)
        }
        if not amounts:
            continue
        left -= sum(amounts.values(), Decimal(0))
        try:
            failures = source.request(amounts) or {}
        except (ValidationError, PaymentError) as error:
            failures = dict.fromkeys(amounts, error)
        for order_id, failure in failures.items():
            outcome.errors[order_id].append(failure)
    return outcome


def bundle(sources: Sequence[FundingSource]) -> list[FundingSource]:
    """Join sources of single orders, so that an amount is divided over the orders.

    Each bundle has at most one source of an order.
    """
    rounds: list[dict[UUID, FundingSource]] = []
    for source in sources:
        [order_id] = source.available
        free = next((one for one in rounds if order_id not in one), None)
        if free is None:
            free = {}
            rounds.append(free)
        free[order_id] = source
    return [_join(one) for one in rounds]


def _join(sources: Mapping[UUID, FundingSource]) -> FundingSource:
    def request(amounts: Amounts) -> dict[UUID, Exception]:
        failures: dict[UUID, Exception] = {}
        for order_id, amount in amounts.items():
            try:
                sources[order_id].request({order_id: amount})
            except (ValidationError, PaymentError) as error:
                failures[order_id] = error
        return failures

    available = {key: source.available[key] for key, source in sources.items()}
    return FundingSource(available, request)


def find_sources(
    group: OrderGroup,
    orders: Sequence[Order],
    action: str,
    requestor: Requestor,
    request_of_transaction: Callable[[TransactionItem, Decimal], None],
) -> list[FundingSource]:
    """Return the funding sources of an action, the group's own payments first.

    :param request_of_transaction: requests a Decimal amount of one order's own
        transaction.
    """
    order_ids = {order.pk for order in orders}
    payments = select_payments().filter(group=group)
    sources = [
        _get_payment_source(payment, order_ids, action, requestor)
        for payment in payments
    ]
    own = TransactionItem.objects.filter(order__in=order_ids).exclude(
        payment_share__payment__in=list(payments)
    )
    if action != TransactionAction.REFUND:
        # Saleor charges gift cards itself, when an order is confirmed.
        own = own.exclude(app_identifier=GIFT_CARD_PAYMENT_GATEWAY_ID)
    return sources + bundle(
        [
            _get_transaction_source(transaction, action, request_of_transaction)
            for transaction in own.order_by("pk")
        ]
    )


def _get_payment_source(
    payment: GroupPayment, order_ids: set[UUID], action: str, requestor: Requestor
) -> FundingSource:
    links = get_links(payment, order_ids)

    def request(amounts: Amounts) -> None:
        request_of_payment(payment, action, amounts, requestor)

    return FundingSource(
        available=get_available_of_orders(links, action),
        request=request,
    )


def _get_transaction_source(
    transaction: TransactionItem,
    action: str,
    request_of_transaction: Callable[[TransactionItem, Decimal], None],
) -> FundingSource:
    is_refund = action == TransactionAction.REFUND
    amount = transaction.charged_value if is_refund else transaction.authorized_value
    open_requests = sum(
        request.amount_value
        for request in find_open_requests([transaction.pk])
        if request.type == f"{action}_request"
    )

    def request(amounts: Amounts) -> None:
        [asked] = amounts.values()
        request_of_transaction(transaction, asked)

    assert transaction.order_id is not None
    available = max(amount - open_requests, Decimal(0))
    return FundingSource(available={transaction.order_id: available}, request=request)
