"""Request an action on a group's payment: one request for several orders."""

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from kombu.exceptions import OperationalError as BrokerError
from saleor.core.prices import quantize_price
from saleor.core.tracing import traced_atomic_transaction
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.order.models import Order
from saleor.payment import PaymentError, TransactionAction
from saleor.payment.models import TransactionEvent
from saleor.webhook.event_types import WebhookEventSyncType

from ..groups.statuses import NOT_LIVE
from ..host.internals import (
    create_failed_transaction_event,
    create_transaction_data,
    create_transaction_event_requested,
    event_transaction_cancel_requested,
    event_transaction_charge_requested,
    event_transaction_refund_requested,
    request_payment_action,
)
from ..models import GroupPayment, PaymentShare
from ..money.minor_units import floor_minor, show
from .event_shares import create_event_shares, divide_event
from .records import lock_transactions
from .request_bounds import get_available
from .settlement import settle
from .share_transactions import update_actions

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.page.models import Page
    from saleor.plugins.manager import PluginsManager


Amounts = dict[UUID, Decimal]

# The orders that were canceled in a block of `cancel_rests_once`.
_canceled: ContextVar[list[Order] | None] = ContextVar("canceled", default=None)

_EVENTS = {
    TransactionAction.CHARGE: WebhookEventSyncType.TRANSACTION_CHARGE_REQUESTED,
    TransactionAction.REFUND: WebhookEventSyncType.TRANSACTION_REFUND_REQUESTED,
    TransactionAction.CANCEL: WebhookEventSyncType.TRANSACTION_CANCELATION_REQUESTED,
}


@dataclass
class Requestor:
    """The user or app that makes a request, and the reason for a refund."""

    manager: "PluginsManager"
    user: "User | None" = None
    app: "App | None" = None
    refund_reason: str | None = None
    refund_reason_reference: "Page | None" = None


def select_payments() -> QuerySet[GroupPayment]:
    """Return the payments on which a group request can be made.

    A gift card is charged and refunded for each order alone.
    """
    payments = GroupPayment.objects.exclude(
        transaction__app_identifier=GIFT_CARD_PAYMENT_GATEWAY_ID
    )
    return payments.select_related("transaction").order_by("transaction")


def get_links(payment: GroupPayment, order_ids: set[UUID]) -> list[PaymentShare]:
    """Return the payment's shares of these orders, by the orders' numbers."""
    links = PaymentShare.objects.filter(payment=payment, order__in=order_ids)
    return list(
        links.select_related("order__channel", "transaction", "payment").order_by(
            "order__number"
        )
    )


def get_available_of_orders(links: Sequence[PaymentShare], action: str) -> Amounts:
    """Return the Decimal amount that can be requested of each order, by its key."""
    available = get_available(links, action)
    return {link.order_id: available[link.pk] for link in links}


def request_of_payment(
    payment: GroupPayment,
    action: str,
    amounts: Mapping[UUID, Decimal],
    requestor: Requestor,
) -> None:
    """Request from the payment's app the sum of the orders' amounts.

    :param amounts: Decimal amounts by the order's key.
    :raises ValidationError: an order's share has less left; nothing was requested.
    :raises PaymentError: no app can be asked; the failure is recorded.
    :raises BrokerError: there is no broker; the failure is recorded.
    """
    with traced_atomic_transaction():
        links = get_links(payment, set(amounts))
        lock_transactions(payment, links)
        _refuse_more_than_available(payment, links, action, amounts)
        request = _create_request(payment, links, action, amounts, requestor)
    try:
        _send_request(payment, links, action, request, requestor)
    except (PaymentError, BrokerError) as error:
        # The app was not asked: the amounts are free again. Saleor has recorded its own
        # failure on the payment. Settling records it on the shares too.
        if isinstance(error, BrokerError):
            create_failed_transaction_event(request, cause="The request was not sent.")
        settle(payment, requestor.manager, requestor.user, requestor.app)
        raise
    for link in links:
        amount = quantize_price(amounts[link.order_id], request.currency)
        _record_request(link, action, amount, requestor)


def _refuse_more_than_available(
    payment: GroupPayment,
    links: Sequence[PaymentShare],
    action: str,
    amounts: Mapping[UUID, Decimal],
) -> None:
    available = get_available_of_orders(links, action)
    for link in links:
        left = available[link.order_id]
        if amounts[link.order_id] > left:
            raise ValidationError(
                f"Only {show(left, payment.transaction.currency)} of order"
                f" #{link.order.number} is left for {action}."
            )


def _create_request(
    payment: GroupPayment,
    links: Sequence[PaymentShare],
    action: str,
    amounts: Mapping[UUID, Decimal],
    requestor: Requestor,
) -> TransactionEvent:
    """Save Saleor's request event and each order's part of it; return the event."""
    request = create_transaction_event_requested(
        payment.transaction,
        sum(amounts.values(), Decimal(0)),
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
        row.own_event.amount_value = amounts[link.order_id]
    create_event_shares(rows)
    return request


def _send_request(
    payment: GroupPayment,
    links: Sequence[PaymentShare],
    action: str,
    request: TransactionEvent,
    requestor: Requestor,
) -> None:
    """Send the request to the payment's app, as Saleor does.

    :raises PaymentError: no app can be asked.
    """
    # Saleor and apps read the transaction's order, which the group's payment lacks. The
    # copy that has one is never saved.
    asked = copy.copy(payment.transaction)
    live = [link.order for link in links if link.order.status not in NOT_LIVE]
    asked.order = order = (live or [links[0].order])[0]
    event_type = _EVENTS[action]
    request_payment_action(
        transaction_action_data=create_transaction_data(
            transaction=asked,
            action_type=action,
            action_value=request.amount_value,
            request_event=request,
        ),
        manager=requestor.manager,
        channel_slug=order.channel.slug,
        event_type=event_type,
        transaction_request_func=getattr(requestor.manager, event_type),
        plugin_func_name=event_type,
    )


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


@contextmanager
def cancel_rests_once(requestor: Requestor) -> Iterator[None]:
    """Cancel the rest of all orders that the block cancels once, at its end."""
    canceled: list[Order] = []
    token = _canceled.set(canceled)
    try:
        yield
    finally:
        _canceled.reset(token)
        cancel_rests(canceled, requestor)


def cancel_rest(order: Order, requestor: Requestor) -> None:
    """Cancel the authorization that is left after a canceled order, if it is the last.

    In `cancel_rests_once`, that is done at the end.
    """
    canceled = _canceled.get()
    if canceled is None:
        cancel_rests([order], requestor)
    else:
        canceled.append(order)


def cancel_rests(canceled: Collection[Order], requestor: Requestor) -> None:
    """Cancel the authorization that is left of a group's payments after its last order.

    Nothing happens while an order of the group is live. Amounts of open requests are
    not requested again, and nothing is refunded.
    """
    of_orders = PaymentShare.objects.filter(order__in=canceled).values("payment")
    for payment in select_payments().filter(pk__in=of_orders):
        with traced_atomic_transaction():
            orders = Order.objects.filter(payment_shares__payment=payment)
            if orders.exclude(status__in=NOT_LIVE).exists():
                # The last order with an authorization may cancel it now.
                update_actions(payment)
                continue
            links = get_links(payment, set(orders.values_list("pk", flat=True)))
            lock_transactions(payment, links)
            action = TransactionAction.CANCEL
            amounts = get_available_of_orders(links, action)
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
            # A concurrent request was first, or no app can be asked: the failure is
            # recorded.
            continue
