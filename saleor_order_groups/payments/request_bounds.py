"""Bound the requests on a payment after completion by the orders' shares.

A request is open until it is answered. Saleor counts a request as soon as the app has
answered with a reference. A request that was answered without a reference has failed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.error_codes import TransactionRequestActionErrorCode
from saleor.payment.models import TransactionItem

from ..config import ChargePolicy, get_config
from ..groups.statuses import NOT_LIVE
from ..models import GroupPayment, PaymentShare
from ..money.minor_units import show
from .open_requests import find_open_requests
from .records import find_share, lock_transactions

# The amount that each action takes from, and the requests that take from the same.
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


def find_refusal(
    transaction: TransactionItem, share: PaymentShare | None, action: str | None
) -> str | None:
    """Return why an action must not be requested of a transaction, None if it may be.

    A payment provider cancels a whole authorization, and may allow only one charge of
    it. An order may then act on its share alone only if no live sibling has money
    authorized on the same payment.
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
            # If the charge fails, this amount is authorized again.
            | Q(transaction__charge_pending_value__gt=0)
        )
    )
    return sorted(siblings.values_list("order__number", flat=True))


def get_available(links: Sequence[PaymentShare], action: str) -> dict[UUID, Decimal]:
    """Return the Decimal amount that can be requested of each share, by its key.

    The amounts of open requests are subtracted, also those of the orders' parts of
    group requests. The number of SQL statements is constant.
    """
    name, kinds = _BOUNDS[action]
    open_requests = find_open_requests([link.transaction_id for link in links])
    asked: dict[int, Decimal] = defaultdict(Decimal)
    for request in open_requests:
        if request.type in kinds:
            asked[request.transaction_id] += request.amount_value
    return {
        link.pk: max(
            getattr(link.transaction, name) - asked[link.transaction_id], Decimal(0)
        )
        for link in links
    }


def limit_to_share(share: PaymentShare, action: str, amount: Decimal | None) -> Decimal:
    """Return how much of a Decimal amount, or of all, can be requested of a share.

    :param amount: None requests all that is left.
    :raises ValidationError: nothing is left of the share.
    """
    available = get_available([share], action)[share.pk]
    if not available:
        raise ValidationError(
            f"Nothing of this order's share of the payment is left for {action}.",
            code=TransactionRequestActionErrorCode.INVALID.value,
        )
    return min(amount or available, available)


def refuse_beyond_share(
    transaction: TransactionItem, action: str, amount: Decimal
) -> None:
    """Refuse a request of more than its share has left; keep the share locked.

    Call it in the transaction that saves the request, so that no concurrent request can
    take the same amount.

    :param amount: the requested Decimal amount.
    :raises ValidationError: the message says how much is left, or why the action is
        refused.
    """
    share = find_share(transaction)
    if share is None:
        return
    lock_transactions(share.payment, [share])
    if refusal := find_refusal(transaction, share, action):
        raise ValidationError(
            refusal, code=TransactionRequestActionErrorCode.INVALID.value
        )
    available = get_available([share], action)[share.pk]
    if amount > available:
        currency = transaction.currency
        raise ValidationError(
            f"Only {show(available, currency)} of this order's share of the payment is"
            f" left for {action}: {show(amount, currency)} was requested.",
            code=TransactionRequestActionErrorCode.INVALID.value,
        )
