"""Bound the requests on a payment after completion by the orders' shares.

A request is open until it is answered. Saleor counts a request as soon as the app has
answered with a reference. A request that was answered without a reference has failed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.error_codes import TransactionRequestActionErrorCode
from saleor.payment.models import TransactionEvent, TransactionItem

from ..config import ChargePolicy, OrderGroupsConfig, get_config
from ..groups.statuses import NOT_LIVE
from ..models import GroupPayment, PaymentShare
from ..money.minor_units import show
from .open_requests import find_open_requests
from .records import find_share, lock_transactions

# The amount that each action takes from, and the requests that take from the same.
BOUNDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
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
    if action is None or not takes_from_siblings(
        transaction, action, lambda: get_config(share.order.channel.slug)
    ):
        return None
    numbers = find_authorized_siblings([share])[share.pk]
    return describe_refusal(action, numbers) if numbers else None


def takes_from_siblings(
    transaction: TransactionItem,
    action: str | None,
    read_config: Callable[[], OrderGroupsConfig | None],
) -> bool:
    """Tell whether an action of one order takes the authorization of all.

    :param read_config: returns the configuration of the order's channel; None if the
        plugin was never configured there.
    """
    if action == TransactionAction.CANCEL:
        return True
    if (
        action != TransactionAction.CHARGE
        or transaction.app_identifier == GIFT_CARD_PAYMENT_GATEWAY_ID
    ):
        return False
    config = read_config()
    return bool(config and config.active and config.charge_policy == ChargePolicy.GROUP)


def describe_refusal(action: str, numbers: Iterable[int]) -> str:
    """Return why an action must not be requested of an order alone.

    :param numbers: the orders with money authorized on the same payment.
    """
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


def find_authorized_siblings(
    shares: Sequence[PaymentShare], using: str = DEFAULT_DB_ALIAS
) -> dict[UUID, list[int]]:
    """Return the numbers of the live orders that have money on the same payment.

    One statement for all shares; by the share's key.
    """
    rows = (
        PaymentShare.objects.using(using)
        .filter(payment__in={share.payment_id for share in shares})
        .exclude(order__status__in=NOT_LIVE)
        .filter(
            Q(transaction__authorized_value__gt=0)
            | Q(transaction__authorize_pending_value__gt=0)
            # If the charge fails, this amount is authorized again.
            | Q(transaction__charge_pending_value__gt=0)
        )
        .values_list("payment_id", "pk", "order__number")
    )
    numbers: dict[UUID, list[tuple[int, UUID]]] = defaultdict(list)
    for payment_id, key, number in rows:
        numbers[payment_id].append((number, key))
    return {
        share.pk: sorted(
            number for number, key in numbers[share.payment_id] if key != share.pk
        )
        for share in shares
    }


def get_available(links: Sequence[PaymentShare], action: str) -> dict[UUID, Decimal]:
    """Return the Decimal amount that can be requested of each share, by its key.

    The amounts of open requests are subtracted, also those of the orders' parts of
    group requests. The number of SQL statements is constant.
    """
    open_requests = find_open_requests([link.transaction_id for link in links])
    return subtract_requests(links, action, open_requests)


def subtract_requests(
    links: Sequence[PaymentShare],
    action: str,
    open_requests: Iterable[TransactionEvent],
) -> dict[UUID, Decimal]:
    """Return what `get_available` returns, from the open requests of the shares."""
    name, kinds = BOUNDS[action]
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


def describe_nothing_left(action: str) -> str:
    return f"Nothing of this order's share of the payment is left for {action}."


def limit_to_share(share: PaymentShare, action: str, amount: Decimal | None) -> Decimal:
    """Return how much of a Decimal amount, or of all, can be requested of a share.

    :param amount: None requests all that is left.
    :raises ValidationError: nothing is left of the share.
    """
    available = get_available([share], action)[share.pk]
    if not available:
        raise ValidationError(
            describe_nothing_left(action),
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
