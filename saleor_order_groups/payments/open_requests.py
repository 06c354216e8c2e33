"""Find the requests that an app has not answered."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, Q
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent

from ..models import PaymentEventShare

REQUESTS = {
    TransactionEventType.CHARGE_REQUEST: TransactionEventType.CHARGE_FAILURE,
    TransactionEventType.REFUND_REQUEST: TransactionEventType.REFUND_FAILURE,
    TransactionEventType.CANCEL_REQUEST: TransactionEventType.CANCEL_FAILURE,
}


def find_open_requests(
    transaction_ids: Iterable[int], using: str = DEFAULT_DB_ALIAS
) -> list[TransactionEvent]:
    """Return the requests without an answer, the oldest first.

    A report that was taken for the answer closes a request too.
    """
    events = (
        TransactionEvent.objects.using(using)
        .filter(
            Q(psp_reference__isnull=True) | Q(psp_reference=""),
            Q(type__in=REQUESTS, include_in_calculations=False)
            | Q(type__in=REQUESTS.values()),
            transaction__in=list(transaction_ids),
        )
        .select_related("payment_event_share")
        .annotate(
            is_answered=Exists(
                PaymentEventShare.objects.filter(request=OuterRef("pk"))
            ),
            # A group request is answered when the orders' parts of it are.
            parts_are_answered=Exists(
                PaymentEventShare.objects.filter(
                    event=OuterRef("pk"),
                    share_event__payment_event_answers__isnull=False,
                )
            ),
        )
        .order_by("pk")
    )
    open_requests, _ = match_failures(
        events, lambda event: hasattr(event, "payment_event_share")
    )
    return [
        request
        for request in open_requests
        if not (request.is_answered or request.parts_are_answered)  # type: ignore[attr-defined]
    ]


def match_failures(
    events: Iterable[TransactionEvent],
    is_part: Callable[[TransactionEvent], bool],
) -> tuple[list[TransactionEvent], list[tuple[TransactionEvent, TransactionEvent]]]:
    """Pair each failure without a reference with the request that has failed.

    That is the oldest earlier request of the same transaction, kind and amount.

    :param events: the oldest first.
    :param is_part: tells whether a request is an order's part of a group request, which
        fails with it.
    :return: the requests without a failure, and the pairs of request and failure.
    """
    waiting: dict[tuple, list[TransactionEvent]] = defaultdict(list)
    failed = []
    for event in events:
        if event.psp_reference:
            continue
        kind = REQUESTS.get(event.type)
        if kind and not event.include_in_calculations:
            key = (event.transaction_id, kind, event.amount_value, is_part(event))
            waiting[key].append(event)
        elif event.type in REQUESTS.values():
            key = (event.transaction_id, event.type, event.amount_value, is_part(event))
            if waiting[key]:
                failed.append((waiting[key].pop(0), event))
    open_requests = [request for requests in waiting.values() for request in requests]
    return sorted(open_requests, key=lambda request: request.pk), failed
