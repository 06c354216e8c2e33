"""What a report means that leaves its amount out, or is of what was reported already."""

from decimal import Decimal

from saleor.payment.models import TransactionItem

from .models import PaymentEventShare
from .settlement import find_payment


def find_event_amount(
    transaction: TransactionItem, event_type: str, psp_reference: str
) -> Decimal | None:
    """Return the amount that a report without one means, of a payment or a share.

    None where the transaction is neither, or has no such event: Saleor decides then.
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


def find_reported_part(
    transaction: TransactionItem, event_type: str, psp_reference: str, amount: Decimal
) -> Decimal | None:
    """Return a share's part of an event that its payment has, reported on the share.

    None where the payment does not have the event with this amount.
    """
    row = PaymentEventShare.objects.filter(
        share__transaction=transaction,
        event__type=event_type,
        event__psp_reference=psp_reference,
        event__amount_value=amount,
    ).first()
    return row.share_event.amount_value if row else None
