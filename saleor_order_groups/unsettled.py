"""Find payments of groups whose reports have not reached payment and shares both.

A process may die between Saleor's saving of a report and its settling; the report's
repetition settles it, and so does `manage.py settle_payments`.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from saleor.payment.models import TransactionEvent
from saleor.plugins.manager import get_plugins_manager

from .models import GroupPayment
from .payments import FAILURES, NOT_SHARED
from .settlement import settle

DEFAULT_BATCH_SIZE = 500


def find_unsettled(
    payments: QuerySet[GroupPayment],
) -> QuerySet[GroupPayment]:
    """Return the payments that have, or whose shares have, an event that is not linked."""
    counted = TransactionEvent.objects.filter(include_in_calculations=True).exclude(
        type__in=NOT_SHARED
    )
    # A failure of nothing that was asked of an order stays on the payment.
    of_payment = counted.filter(
        Q(~Q(type__in=FAILURES) | _is_failure_of_an_order()),
        transaction=OuterRef("transaction"),
        event_shares__isnull=True,
    )
    of_shares = counted.filter(
        ~Q(psp_reference=""),
        transaction__payment_share__payment=OuterRef("pk"),
        payment_event_share__isnull=True,
        psp_reference__isnull=False,
    )
    return payments.filter(Exists(of_payment) | Exists(of_shares))


def _is_failure_of_an_order() -> Q:
    """Return the condition that a failure is of what orders have their parts of."""
    divided = TransactionEvent.objects.filter(
        transaction=OuterRef("transaction"),
        psp_reference=OuterRef("psp_reference"),
        event_shares__isnull=False,
    )
    condition = Q()
    for failure in FAILURES:
        action, _, _ = failure.partition("_")
        of_action = divided.filter(type__startswith=f"{action}_")
        condition |= Q(Exists(of_action), ~Q(psp_reference=""), type=failure)
    return condition


def settle_unsettled(
    batch_size: int = DEFAULT_BATCH_SIZE,
    report_progress: Callable[[int], None] = lambda _looked_at: None,
) -> Iterator[GroupPayment]:
    """Settle what is unsettled in the whole database, batch by batch; yield each.

    :param report_progress: called after each batch with the number of payments seen.
    """
    manager = get_plugins_manager(allow_replica=False)
    looked_at = 0
    last: UUID | None = None
    while True:
        payments = GroupPayment.objects.order_by("pk")
        if last:
            payments = payments.filter(pk__gt=last)
        ids = list(payments.values_list("pk", flat=True)[:batch_size])
        if not ids:
            return
        batch = GroupPayment.objects.filter(pk__in=ids).select_related("group")
        for payment in find_unsettled(batch).order_by("pk"):
            settle(payment, manager)
            yield payment
        looked_at += len(ids)
        last = ids[-1]
        report_progress(looked_at)
