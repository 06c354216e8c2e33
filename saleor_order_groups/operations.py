"""What is asked of the payments of a whole group at once.

A payment that several orders share gets one request, for the sum of what each order is
asked for; the app sees the payment as the one order's that it always saw. What the orders
have of it is written down before the app is asked, so that the answer is divided so.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from saleor.core.prices import quantize_price
from saleor.core.tracing import traced_atomic_transaction
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.order.events import (
    event_transaction_cancel_requested,
    event_transaction_charge_requested,
    event_transaction_refund_requested,
)
from saleor.order.models import Order
from saleor.payment import PaymentError, TransactionAction
from saleor.payment.gateway import _create_transaction_data, _request_payment_action
from saleor.payment.models import TransactionItem
from saleor.webhook.event_types import WebhookEventSyncType

from .apportion import draw_down
from .locked import NOT_LIVE, lock_transactions
from .models import GroupPayment, OrderGroup, PaymentShare
from .money import floor_minor, show, to_decimal
from .payment_requests import find_open_requests, get_available
from .payments import create_event_shares, divide_event
from .settlement import settle, update_actions

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.page.models import Page
    from saleor.plugins.manager import PluginsManager

Amounts = dict[UUID, Decimal]

_EVENTS = {
    TransactionAction.CHARGE: WebhookEventSyncType.TRANSACTION_CHARGE_REQUESTED,
    TransactionAction.REFUND: WebhookEventSyncType.TRANSACTION_REFUND_REQUESTED,
    TransactionAction.CANCEL: WebhookEventSyncType.TRANSACTION_CANCELATION_REQUESTED,
}


class InsufficientAmountError(ValueError):
    """More is asked for than the payments have."""


@dataclass
class Requestor:
    """Who asks, and why: what Saleor's requests and events need to know."""

    manager: "PluginsManager"
    user: "User | None" = None
    app: "App | None" = None
    refund_reason: str | None = None
    refund_reason_reference: "Page | None" = None


@dataclass
class Source:
    """What money can be asked of.

    `available`: how much of each order's, by the order's key.
    `request`: asks for these amounts; raises ValidationError or PaymentError. What fails
    for some of the orders only, it returns by the order's key.
    """

    available: Amounts
    request: Callable[[Amounts], dict[UUID, Exception] | None]


@dataclass
class Outcome:
    """What became of a request to a whole group: errors by order, none means asked."""

    errors: dict[UUID, list[Exception]] = field(default_factory=dict)


def request_of_sources(
    sources: Sequence[Source], amount: Decimal | None, orders: Sequence[Order]
) -> Outcome:
    """Ask for an amount, or for all that there is, one source after the other.

    A failure of one source is reported for its orders; the others are asked all the same.

    :raises InsufficientAmountError: nothing was asked for; the message says why.
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


def bundle(sources: Sequence[Source]) -> list[Source]:
    """Put sources of single orders together, so that an amount is divided over them.

    Each bundle has at most one source of an order.
    """
    rounds: list[dict[UUID, Source]] = []
    for source in sources:
        [order_id] = source.available
        free = next((one for one in rounds if order_id not in one), None)
        if free is None:
            free = {}
            rounds.append(free)
        free[order_id] = source
    return [_join(one) for one in rounds]


def _join(sources: Mapping[UUID, Source]) -> Source:
    def request(amounts: Amounts) -> dict[UUID, Exception]:
        failures: dict[UUID, Exception] = {}
        for order_id, amount in amounts.items():
            try:
                sources[order_id].request({order_id: amount})
            except (ValidationError, PaymentError) as error:
                failures[order_id] = error
        return failures

    available = {key: source.available[key] for key, source in sources.items()}
    return Source(available, request)


def find_sources(
    group: OrderGroup,
    orders: Sequence[Order],
    action: str,
    requestor: Requestor,
    request_of_transaction: Callable[[TransactionItem, Decimal], None],
) -> list[Source]:
    """Return what an action can be asked of, the group's own payments first.

    :param request_of_transaction: asks for an amount of one order's own transaction.
    """
    order_ids = {order.pk for order in orders}
    payments = _select_payments().filter(group=group)
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


def _select_payments() -> QuerySet[GroupPayment]:
    """Return payments that can be asked as a whole: a gift card is asked by order."""
    payments = GroupPayment.objects.exclude(
        transaction__app_identifier=GIFT_CARD_PAYMENT_GATEWAY_ID
    )
    return payments.select_related("transaction").order_by("transaction")


def _get_payment_source(
    payment: GroupPayment, order_ids: set[UUID], action: str, requestor: Requestor
) -> Source:
    links = _get_links(payment, order_ids)

    def request(amounts: Amounts) -> None:
        request_of_payment(payment, action, amounts, requestor)

    return Source(
        available=_get_available_of_orders(links, action),
        request=request,
    )


def _get_transaction_source(
    transaction: TransactionItem,
    action: str,
    request_of_transaction: Callable[[TransactionItem, Decimal], None],
) -> Source:
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
    return Source(available={transaction.order_id: available}, request=request)


def _get_links(payment: GroupPayment, order_ids: set[UUID]) -> list[PaymentShare]:
    links = PaymentShare.objects.filter(payment=payment, order__in=order_ids)
    return list(
        links.select_related("order__channel", "transaction", "payment").order_by(
            "order__number"
        )
    )


def _get_available_of_orders(links: Sequence[PaymentShare], action: str) -> Amounts:
    available = get_available(links, action)
    return {link.order_id: available[link.pk] for link in links}


def request_of_payment(
    payment: GroupPayment,
    action: str,
    amounts: Mapping[UUID, Decimal],
    requestor: Requestor,
) -> None:
    """Ask the app of a group's payment for the sum of what its orders are asked for.

    :param amounts: by the order's key.
    :raises ValidationError: an order's share has less left; nothing was asked.
    :raises PaymentError: no app can be asked.
    """
    from saleor.graphql.payment.mutations.transaction.utils import (
        create_transaction_event_requested,
    )

    with traced_atomic_transaction():
        links = _get_links(payment, set(amounts))
        lock_transactions(payment, links)
        available = _get_available_of_orders(links, action)
        for link in links:
            if amounts[link.order_id] > available[link.order_id]:
                raise ValidationError(
                    f"Only {show(available[link.order_id], payment.transaction.currency)}"
                    f" of order #{link.order.number} is left for {action}."
                )
        whole = sum(amounts.values(), Decimal(0))
        request = create_transaction_event_requested(
            payment.transaction,
            whole,
            action,
            user=requestor.user,
            app=requestor.app,
            reason=requestor.refund_reason,
            reason_reference=requestor.refund_reason_reference,
        )
        rows = divide_event(
            request,
            links,
            [floor_minor(amounts[link.order_id], request.currency) for link in links],
        )
        for row, link in zip(rows, links, strict=True):
            row.share_event.amount_value = amounts[link.order_id]
        create_event_shares(rows)
    # Saleor and apps ask a transaction for its order. Never saved.
    asked = copy.copy(payment.transaction)
    live = [link.order for link in links if link.order.status not in NOT_LIVE]
    asked.order = order = (live or [links[0].order])[0]
    event_type = _EVENTS[action]
    try:
        _request_payment_action(
            transaction_action_data=_create_transaction_data(
                transaction=asked,
                action_type=action,
                action_value=whole,
                request_event=request,
            ),
            manager=requestor.manager,
            channel_slug=order.channel.slug,
            event_type=event_type,
            transaction_request_func=getattr(requestor.manager, event_type),
            plugin_func_name=event_type,
        )
    except PaymentError:
        # Saleor has recorded the failure: so must the orders.
        settle(payment, requestor.manager, requestor.user, requestor.app)
        raise
    for link in links:
        amount = quantize_price(amounts[link.order_id], request.currency)
        _record_request(link, action, amount, requestor)


def _record_request(
    link: PaymentShare, action: str, amount: Decimal, requestor: Requestor
) -> None:
    """Add Saleor's own event of a request to the order's history."""
    about: dict[str, Any] = {
        "order_id": link.order_id,
        "reference": link.transaction.psp_reference or "",
        "user": requestor.user,
        "app": requestor.app,
    }
    if action == TransactionAction.CHARGE:
        event_transaction_charge_requested(amount=amount, **about)
    elif action == TransactionAction.REFUND:
        event_transaction_refund_requested(amount=amount, **about)
    else:
        event_transaction_cancel_requested(**about)


def cancel_rest(order: Order, requestor: Requestor) -> None:
    """Cancel what is left authorized of a group's payments after its last order.

    Nothing happens while an order of the group is live. What is asked for already is not
    asked for again, and nothing is refunded.
    """
    for payment in _select_payments().filter(shares__order=order):
        with traced_atomic_transaction():
            orders = Order.objects.filter(payment_shares__payment=payment)
            if orders.exclude(status__in=NOT_LIVE).exists():
                # The one that is left may cancel what is authorized.
                update_actions(payment)
                continue
            links = _get_links(payment, set(orders.values_list("pk", flat=True)))
            lock_transactions(payment, links)
            action = TransactionAction.CANCEL
            amounts = _get_available_of_orders(links, action)
        amounts = {
            key: amount
            for key, amount in amounts.items()
            if floor_minor(amount, payment.transaction.currency)
        }
        if not amounts:
            continue
        try:
            request_of_payment(payment, action, amounts, requestor)
        except (ValidationError, PaymentError):
            # A rival asked first, or nobody can be asked: the failure is on record.
            continue
