"""Find group payments whose reports have not reached both payment and shares.

A process may die between Saleor's saving of a report and its settling. If the app
repeats the report, that settles it; `recovery.sweep` does too.
"""

import datetime
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from saleor.payment.models import TransactionEvent
from saleor.plugins.manager import get_plugins_manager

from ..host.internals import create_failed_transaction_event
from ..models import GroupPayment, PaymentEventShare
from .amounts import NOT_SHARED, STILL_PENDING
from .announcements import find_left_over
from .event_shares import FAILURES
from .open_requests import REQUESTS, find_open_requests
from .records import find_payment
from .settlement import settle

DEFAULT_BATCH_SIZE = 500


def find_unsettled(
    payments: QuerySet[GroupPayment],
) -> QuerySet[GroupPayment]:
    """Return the payments that orders lack events of, or were not told of."""
    counted = (
        TransactionEvent.objects.filter(include_in_calculations=True)
        .exclude(type__in=NOT_SHARED)
        .exclude(message=STILL_PENDING)
    )
    # A failure without a matching request on any order stays on the payment.
    of_payment = counted.filter(
        Q(~Q(type__in=FAILURES) | _is_failure_of_an_order()),
        ~Exists(_select_parts(event=OuterRef("pk"))),
        transaction=OuterRef("transaction"),
    )
    of_shares = counted.filter(
        ~Q(psp_reference=""),
        transaction__payment_share__payment=OuterRef("pk"),
        payment_event_share__isnull=True,
        psp_reference__isnull=False,
    )
    # Saleor gives a request its reference in place when the app answers it.
    unnamed = _select_parts(
        ~Q(event__psp_reference=""),
        event__transaction=OuterRef("transaction"),
        event__type__in=REQUESTS,
        event__include_in_calculations=True,
        event__psp_reference__isnull=False,
        share_event__psp_reference__isnull=True,
    )
    untold = find_left_over().filter(share__payment=OuterRef("pk"))
    return payments.filter(
        Exists(of_payment)
        | Exists(of_shares)
        | Exists(unnamed)
        | Exists(untold)
        | Exists(_select_wrong_sums())
    )


def _select_wrong_sums() -> QuerySet[TransactionEvent]:
    """Return the events of a payment whose parts do not sum to them.

    An earlier version did not write down what a part counts for.
    """
    parts = TransactionEvent.objects.filter(
        transaction=OuterRef("transaction"),
        include_in_calculations=True,
        event_shares__isnull=False,
        event_shares__ended_at=None,
    ).annotate(
        parts=Sum(
            Coalesce(
                "event_shares__amount_value", "event_shares__share_event__amount_value"
            )
        )
    )
    return parts.exclude(parts=F("amount_value"))


def _select_parts(*conditions: Q, **values: object) -> QuerySet[PaymentEventShare]:
    """Return the parts that an event of the share carries."""
    parts = PaymentEventShare.objects.filter(share_event__isnull=False)
    return parts.filter(*conditions, **values)


def _is_failure_of_an_order() -> Q:
    """Return the condition that orders have parts of a failure's reference."""
    divided = TransactionEvent.objects.filter(
        transaction=OuterRef("transaction"),
        psp_reference=OuterRef("psp_reference"),
        event_shares__share_event__isnull=False,
    )
    condition = Q()
    for failure in FAILURES:
        action, _, _ = failure.partition("_")
        of_action = divided.filter(type__startswith=f"{action}_")
        condition |= Q(Exists(of_action), ~Q(psp_reference=""), type=failure)
    return condition


def give_up_requests(
    before: datetime.datetime, batch_size: int = DEFAULT_BATCH_SIZE
) -> Iterator[GroupPayment]:
    """Record a failure of each request without an answer; yield its payment.

    The app may never have received the request, for example because a worker died. Only
    the app itself could tell. The amount that such a request reserved can then be
    requested again.

    :param before: only requests that were made earlier are given up.
    """
    manager = get_plugins_manager(allow_replica=False)
    requests = TransactionEvent.objects.filter(
        Q(psp_reference__isnull=True) | Q(psp_reference=""),
        Q(transaction__payment_share__isnull=False)
        | Q(transaction__group_payment__isnull=False),
        # An order's part of a group request fails with the group request.
        payment_event_share__isnull=True,
        include_in_calculations=False,
        type__in=REQUESTS,
        created_at__lt=before,
    ).order_by("pk")
    last = 0
    while batch := list(requests.filter(pk__gt=last)[:batch_size]):
        for request in batch:
            payment = find_payment(request.transaction_id)
            open_requests = find_open_requests([request.transaction_id])
            if payment is None or request not in open_requests:
                continue
            create_failed_transaction_event(
                request, cause="The app has not answered the request."
            )
            settle(payment, manager)
            yield payment
        last = batch[-1].pk
