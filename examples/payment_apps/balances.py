"""What each order of a purchase has, from the shares of a payment's events."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

SIGNS = {
    "CHARGE_SUCCESS": 1,
    "CHARGE_BACK": -1,
    "REFUND_SUCCESS": -1,
    "REFUND_REVERSE": 1,
}


@dataclass(frozen=True)
class Movement:
    """An order's part of money that moved; negative if the customer got it."""

    event: dict
    share: dict
    amount: Decimal


def get_movements(events: Iterable[dict]) -> dict[str, Movement]:
    """Return what has moved, by the share's ID.

    :param events: `TransactionItem.events { id type pspReference createdAt shares }`,
        in any order, once or several times.
    """
    decisive = {}
    for event in sorted(
        events, key=lambda each: (each["createdAt"], each["type"].endswith("FAILURE"))
    ):
        kind, _, outcome = event["type"].partition("_")
        if event["shares"]:
            # Of one reference, the newest of success and failure decides.
            outcome = "RESULT" if outcome in ("SUCCESS", "FAILURE") else outcome
            decisive[kind, outcome, event["pspReference"] or event["id"]] = event
    movements = {}
    for event in decisive.values():
        # An app that sets amounts itself subtracts its refunds from the charge itself.
        is_set = event["type"] == "REFUND_SUCCESS" and not event["pspReference"]
        if sign := 0 if is_set else SIGNS.get(event["type"], 0):
            for share in event["shares"]:
                amount = sign * Decimal(str(share["amount"]["amount"]))
                movements[share["id"]] = Movement(event, share, amount)
    return movements


def get_balances(events: Iterable[dict]) -> dict[str, Decimal]:
    """Return the amount charged and not given back, by the order's ID."""
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for movement in get_movements(events).values():
        balances[movement.share["order"]["id"]] += movement.amount
    return dict(balances)
