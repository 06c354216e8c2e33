"""Find the amount of a report that omits it, or that repeats an earlier report."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from saleor.payment.models import TransactionItem

from ..models import GroupPayment, PaymentEventShare, PaymentShare
from .corrections import claim_report
from .records import find_payment

if TYPE_CHECKING:
    from saleor.plugins.manager import PluginsManager


def find_event_amount(
    transaction: TransactionItem, event_type: str, psp_reference: str
) -> Decimal | None:
    """Return the Decimal amount that a report without one means.

    None if the transaction is neither a group's payment nor a share, or has no matching
    event: Saleor decides then.
    """
    action, _, outcome = event_type.partition("_")
    if outcome not in ("failure", "back", "reverse"):
        return None
    if find_payment(transaction.pk) is None:
        return None
    outcomes = ("success", "request") if outcome == "failure" else ("success",)
    events = transaction.events.filter(
        psp_reference=psp_reference, type__in=[f"{action}_{name}" for name in outcomes]
    )
    event = events.order_by("-created_at", "-pk").first()
    return event.amount_value if event else None


def find_known_amount(
    transaction: TransactionItem,
    event_type: str,
    psp_reference: str,
    amount: Decimal,
    get_manager: Callable[[], "PluginsManager"],
) -> Decimal | None:
    """Return the present Decimal amount of an event that is reported again.

    None if the event is new. A report on a share may repeat a report on the payment
    that was taken for another order's: the event then belongs to the share's order.

    :param amount: the Decimal amount of the report.
    """
    share = (
        PaymentShare.objects.filter(transaction=transaction)
        .select_related("payment")
        .first()
    )
    if share:
        if not _get_rows(event_type, psp_reference).filter(share=share).exists():
            claim_report(
                share.payment, share, event_type, psp_reference, amount, get_manager()
            )
        return find_reported_part(transaction, event_type, psp_reference, amount)
    if not GroupPayment.objects.filter(transaction=transaction).exists():
        return None
    rows = _get_rows(event_type, psp_reference).filter(event__transaction=transaction)
    found = list(rows.select_related("event", "share_event"))
    if not found:
        return None
    of_payment = [row for row in found if not row.reported_on_share]
    known = {
        *(row.own_event.amount_value for row in found),
        sum((row.own_event.amount_value for row in found), Decimal(0)),
        sum((row.own_event.amount_value for row in of_payment), Decimal(0)),
    }
    return found[0].event.amount_value if amount in known else None


def find_reported_part(
    transaction: TransactionItem, event_type: str, psp_reference: str, amount: Decimal
) -> Decimal | None:
    """Return a share's Decimal part of a payment's event that is reported on the share.

    None if the payment does not have the event with this amount.
    """
    rows = _get_rows(event_type, psp_reference)
    row = (
        rows.filter(share__transaction=transaction)
        .select_related("share_event")
        .first()
    )
    if row is None:
        return None
    parts = rows.filter(event=row.event_id).values_list(
        "share_event__amount_value", flat=True
    )
    if amount not in (row.own_event.amount_value, sum(parts, Decimal(0))):
        return None
    return row.own_event.amount_value


def _get_rows(event_type: str, psp_reference: str):
    return PaymentEventShare.objects.filter(
        event__type=event_type,
        event__psp_reference=psp_reference,
        share_event__isnull=False,
    )
