"""What is asked of a payment provider after completion, bounded by the orders' shares.

A request is open until it is answered: Saleor counts it from when the app has answered
with a reference. An answer without one has failed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from saleor.core.prices import quantize_price
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.order import OrderStatus
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.error_codes import TransactionRequestActionErrorCode
from saleor.payment.lock_objects import transaction_item_qs_select_for_update
from saleor.payment.models import TransactionEvent, TransactionItem

from .config import ChargePolicy, get_config
from .models import GroupPayment, PaymentShare

NOT_LIVE = (OrderStatus.CANCELED, OrderStatus.EXPIRED)

REQUESTS = {
    TransactionEventType.CHARGE_REQUEST: TransactionEventType.CHARGE_FAILURE,
    TransactionEventType.REFUND_REQUEST: TransactionEventType.REFUND_FAILURE,
    TransactionEventType.CANCEL_REQUEST: TransactionEventType.CANCEL_FAILURE,
}
# What each action takes from, and the requests that take from the same.
_BOUNDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    TransactionAction.CHARGE: (
        "authorized_value",
        (TransactionEventType.CHARGE_REQUEST, TransactionEventType.CANCEL_REQUEST),
    ),
    TransactionAction.CANCEL: (
        "authorized_value",
        (TransactionEventType.CHARGE_REQUEST, TransactionEventType.CANCEL_REQUEST),
    ),
    TransactionAction.REFUND: (
        "charged_value",
        (TransactionEventType.REFUND_REQUEST,),
    ),
}


def find_share(transaction: TransactionItem) -> PaymentShare | None:
    """Return what the transaction is an order's share of, if it is one."""
    return (
        PaymentShare.objects.filter(transaction=transaction)
        .select_related("payment", "order__channel")
        .first()
    )


def find_refusal(
    transaction: TransactionItem, share: PaymentShare | None, action: str | None
) -> str | None:
    """Return why an action may not be requested of a transaction, if it may not.

    A payment provider cancels a whole authorization, and may let it be charged only once:
    then an order may act on its share alone when no live sibling has money authorized on
    the same payment.
    """
    if share is None:
        if GroupPayment.objects.filter(transaction=transaction).exists():
            return (
                "This transaction paid for several orders: request the action of the"
                " transactions of these orders, or of the order group."
            )
        return None
    if action not in (TransactionAction.CANCEL, TransactionAction.CHARGE):
        return None
    if action == TransactionAction.CHARGE:
        if transaction.app_identifier == GIFT_CARD_PAYMENT_GATEWAY_ID:
            return None
        config = get_config(share.order.channel.slug)
        if config.charge_policy != ChargePolicy.GROUP:
            return None
    numbers = _find_authorized_siblings(share)
    if not numbers:
        return None
    orders = ", ".join(f"#{number}" for number in numbers)
    if action == TransactionAction.CANCEL:
        return (
            "Canceling would take the authorization from other orders that were paid"
            f" with it: {orders}."
        )
    return (
        "The payment can be charged only once, for all of its orders: charge the order"
        f" group. Other orders that were paid with it: {orders}."
    )


def _find_authorized_siblings(share: PaymentShare) -> list[int]:
    siblings = (
        PaymentShare.objects.filter(payment=share.payment_id)
        .exclude(pk=share.pk)
        .exclude(order__status__in=NOT_LIVE)
        .filter(
            Q(transaction__authorized_value__gt=0)
            | Q(transaction__authorize_pending_value__gt=0)
            # Authorized again, should the charge fail.
            | Q(transaction__charge_pending_value__gt=0)
        )
    )
    return sorted(siblings.values_list("order__number", flat=True))


def get_available(
    payment: GroupPayment, links: Sequence[PaymentShare], action: str
) -> dict[UUID, Decimal]:
    """Return how much of each share can be requested, by the share's key.

    Open requests have theirs already. The number of statements is constant.
    """
    amount, kinds = _BOUNDS[action]
    shares = PaymentShare.objects.filter(payment=payment)
    open_requests = [
        request
        for request in find_open_requests(
            [*shares.values_list("transaction_id", flat=True), payment.transaction_id]
        )
        if request.type in kinds
    ]
    own: dict[int, Decimal] = defaultdict(Decimal)
    for request in open_requests:
        own[request.transaction_id] += request.amount_value
    # A request of the group is divided between the shares, and counts once.
    divided = {
        request.payment_event_share.event_id
        for request in open_requests
        if hasattr(request, "payment_event_share")
    }
    whole = getattr(payment.transaction, amount) - sum(
        request.amount_value for request in open_requests if request.pk not in divided
    )
    return {
        link.pk: max(
            min(getattr(link.transaction, amount) - own[link.transaction_id], whole),
            Decimal(0),
        )
        for link in links
    }


def limit_to_share(share: PaymentShare, action: str, amount: Decimal | None) -> Decimal:
    """Return what can be requested of a share where this amount, or all, is asked for.

    :raises ValidationError: nothing is left of the share.
    """
    available = get_available(share.payment, [share], action)[share.pk]
    if not available:
        raise ValidationError(
            f"Nothing of this order's share of the payment is left for {action}.",
            code=TransactionRequestActionErrorCode.INVALID.value,
        )
    return min(amount or available, available)


def refuse_beyond_share(
    transaction: TransactionItem, action: str, amount: Decimal
) -> None:
    """Refuse a request of more than is left of a share; hold its locks until it is made.

    To be called in the transaction that saves the request.

    :raises ValidationError: names what is left.
    """
    share = find_share(transaction)
    if share is None:
        return
    lock_transactions(share.payment, [share])
    if refusal := find_refusal(transaction, share, action):
        raise ValidationError(
            refusal, code=TransactionRequestActionErrorCode.INVALID.value
        )
    available = get_available(share.payment, [share], action)[share.pk]
    if amount > available:
        currency = transaction.currency
        raise ValidationError(
            f"Only {quantize_price(available, currency)} {currency} of this order's"
            f" share of the payment is left for {action}:"
            f" {quantize_price(amount, currency)} {currency} was requested.",
            code=TransactionRequestActionErrorCode.INVALID.value,
        )


def lock_transactions(payment: GroupPayment, links: Sequence[PaymentShare]) -> None:
    """Lock a payment and shares of it by primary key, and read them anew."""
    transactions = {
        transaction.pk: transaction
        for transaction in transaction_item_qs_select_for_update().filter(
            pk__in=[payment.transaction_id, *(link.transaction_id for link in links)]
        )
    }
    payment.transaction = transactions[payment.transaction_id]
    for link in links:
        link.transaction = transactions[link.transaction_id]


# ------------------------------------------------------------------ open requests


def find_open_requests(transaction_ids: Iterable[int]) -> list[TransactionEvent]:
    """Return requests that have no answer yet, the oldest first."""
    open_requests, _ = _match_failures(transaction_ids)
    return open_requests


def find_failed_requests(
    transaction_id: int,
) -> list[tuple[TransactionEvent, TransactionEvent]]:
    """Return requests that got no answer, each with the failure that Saleor recorded."""
    _, failed = _match_failures([transaction_id])
    return failed


def _match_failures(
    transaction_ids: Iterable[int],
) -> tuple[list[TransactionEvent], list[tuple[TransactionEvent, TransactionEvent]]]:
    """Pair each failure with the oldest request before it of its kind and amount."""
    events = (
        TransactionEvent.objects.filter(
            Q(psp_reference__isnull=True) | Q(psp_reference=""),
            Q(type__in=REQUESTS, include_in_calculations=False)
            | Q(type__in=REQUESTS.values()),
            transaction__in=list(transaction_ids),
        )
        .select_related("payment_event_share")
        .order_by("pk")
    )
    waiting: dict[tuple, list[TransactionEvent]] = defaultdict(list)
    failed = []
    for event in events:
        kind = REQUESTS.get(event.type, event.type)
        requests = waiting[(event.transaction_id, kind, event.amount_value)]
        if event.type in REQUESTS:
            requests.append(event)
        elif requests:
            failed.append((requests.pop(0), event))
    open_requests = [request for requests in waiting.values() for request in requests]
    return sorted(open_requests, key=lambda request: request.pk), failed


def close_open_requests(
    transaction: TransactionItem, links: Sequence[PaymentShare]
) -> None:
    """Give an open request the reference of the report that can only be its answer.

    An app may report on the payment before it has answered the request.
    """
    shares = [link.transaction_id for link in links]
    reports = (
        TransactionEvent.objects.filter(
            transaction__in=[transaction.pk, *shares],
            include_in_calculations=True,
            event_shares__isnull=True,
            payment_event_share__isnull=True,
            psp_reference__isnull=False,
        )
        .exclude(psp_reference="")
        .order_by("created_at", "pk")
    )
    open_requests: list[TransactionEvent] | None = None
    for report in reports:
        action, _, outcome = report.type.partition("_")
        request_type = f"{action}_request"
        if outcome not in ("success", "failure") or request_type not in REQUESTS:
            continue
        if open_requests is None:
            open_requests = find_open_requests([transaction.pk, *shares])
        is_known = TransactionEvent.objects.filter(
            transaction__in=[transaction.pk, *shares],
            psp_reference=report.psp_reference,
            type=request_type,
        ).exists()
        if is_known:
            continue
        candidates = [
            request
            for request in open_requests
            if request.type == request_type
            and request.amount_value == report.amount_value
            and _can_answer(report, request, transaction)
        ]
        if len({request.transaction_id for request in candidates}) != 1:
            continue
        request = candidates[0]
        request.psp_reference = report.psp_reference
        request.include_in_calculations = True
        request.save(update_fields=["psp_reference", "include_in_calculations"])
        open_requests.remove(request)


def _can_answer(
    report: TransactionEvent, request: TransactionEvent, transaction: TransactionItem
) -> bool:
    # An order's part of the group's request is answered with that.
    if hasattr(request, "payment_event_share"):
        return False
    return report.transaction_id in (transaction.pk, request.transaction_id)
