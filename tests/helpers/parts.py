"""Read the parts of a payment's events as payment apps read them."""

from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Coalesce
from graphene import Node

from examples.payment_apps.balances import get_balances
from saleor_order_groups.models import PaymentEventShare


def read_events(transaction) -> list[dict]:
    """Return the events of a payment with their parts, by the orders' primary keys."""
    parts: dict[int, list] = {}
    rows = PaymentEventShare.objects.filter(
        event__transaction=transaction,
        event__include_in_calculations=True,
        ended_at=None,
    ).annotate(
        part=Coalesce("amount_value", F("share_event__amount_value")),
        order_id=F("share__order_id"),
    )
    for row in rows:
        if row.part:
            parts.setdefault(row.event_id, []).append(
                {
                    "id": row.pk,
                    "order": {"id": row.order_id},
                    "amount": {"amount": row.part},
                }
            )
    return [
        {
            "id": event.pk,
            "type": event.type.upper(),
            "pspReference": event.psp_reference,
            "createdAt": event.created_at,
            "amount": event.amount_value,
            "is_counted": event.include_in_calculations,
            "shares": parts.get(event.pk, []),
        }
        for event in transaction.events.order_by("pk")
    ]


def assert_parts_sum(transaction, shares):
    """Check that parts sum to events and to what the share transactions have."""
    events = read_events(transaction)
    for event in events:
        if event["shares"]:
            parts = [share["amount"]["amount"] for share in event["shares"]]
            assert sum(parts) == event["amount"], event
    balances = get_balances(events)
    assert get_balances([*reversed(events), *events]) == balances
    for share in shares:
        has = share.charged_value + share.refund_pending_value
        assert balances.get(share.order_id, Decimal(0)) == has, (share.order_id, events)


class Payouts:
    """A seller's app: it pays each part of a movement once, by the part's key."""

    def __init__(self):
        self.paid: dict = {}
        self.taken_back: set = set()

    def read(self, transaction):
        """Pay the parts that are new, take back those that are gone; check the keys."""
        present = {
            share["id"]: share["amount"]["amount"]
            for event in read_events(transaction)
            if not event["type"].endswith("_REQUEST")
            for share in event["shares"]
        }
        assert not present.keys() & self.taken_back
        for key, amount in present.items():
            assert self.paid.setdefault(key, amount) == amount
        self.taken_back |= self.paid.keys() - present.keys()


def read_shares(transaction) -> set[tuple[str, str, Decimal]]:
    """Return type, share's ID and amount of all parts of a payment's events."""
    return {
        (
            event["type"],
            Node.to_global_id("TransactionEventShare", share["id"]),
            share["amount"]["amount"],
        )
        for event in read_events(transaction)
        for share in event["shares"]
    }
