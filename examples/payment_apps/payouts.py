"""What an app has to transfer to sellers, and to take back from them.

Each row is a transfer (`amount` above zero) or the reversal of a part of a transfer. It
is written down first, and carried out after that: when the app is asked again after a
crash, the same key goes with the same amount.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from .balances import Movement, get_movements
from .commission import Commissions
from .money import to_minor

SCHEMA = """
    CREATE TABLE IF NOT EXISTS payouts (
        key TEXT PRIMARY KEY, share TEXT, party TEXT, account TEXT, currency TEXT,
        amount INTEGER, source TEXT, provider_id TEXT
    )
"""
# What is left of the transfers for an order.
LEFT = """
    SELECT key, amount + (
        SELECT total(amount) FROM payouts AS reversal
        WHERE reversal.source = transfer.key AND reversal.amount < 0
    ) FROM payouts AS transfer WHERE party = ? AND amount > 0 ORDER BY rowid
"""
OPEN = """
    SELECT * FROM payouts WHERE provider_id IS NULL ORDER BY amount > 0 OR source IN (
        SELECT key FROM payouts WHERE provider_id IS NULL
    ), rowid
"""


class Payout(NamedTuple):
    """A transfer, or a reversal.

    :param source: of a transfer the charge that pays for it, if there is one; of a
        reversal the key of the transfer.
    :param provider_id: set when it has been carried out.
    """

    key: str
    share: str
    party: str
    account: str
    currency: str
    amount: int
    source: str | None
    provider_id: str | None


class Payouts:
    """The transfers and reversals that follow from the shares of payments."""

    def __init__(self, store: sqlite3.Connection) -> None:
        self.store = store
        store.execute(SCHEMA)
        self.commissions = Commissions(store)

    def plan(self, payment: str, events: Iterable[dict]) -> None:
        """Plan what the shares of a payment say and was not planned yet.

        Shares that were planned for and are gone have ended: that is undone.
        """
        movements = get_movements(events)
        planned = self.commissions.get_keys(payment)
        for key in planned - movements.keys():
            self._undo(key)
        for key, movement in movements.items():
            seller = movement.share["seller"]
            # A seller without an account is paid as soon as there is one.
            if key not in planned and (not seller or seller["payoutReference"]):
                self._plan(payment, key, movement)

    def find_open(self) -> list[Payout]:
        """Return what has not been carried out, in the order to do it.

        Reversals come first, so that the shop has the money for transfers that no
        charge pays for; but none before its transfer.
        """
        return [Payout(*row) for row in self.store.execute(OPEN)]

    def find_transfer_id(self, reversal: Payout) -> str:
        query = "SELECT provider_id FROM payouts WHERE key = ?"
        return self.store.execute(query, [reversal.source]).fetchone()[0]

    def finish(self, payout: Payout, provider_id: str) -> None:
        query = "UPDATE payouts SET provider_id = ? WHERE key = ?"
        with self.store:
            self.store.execute(query, [provider_id, payout.key])

    def _plan(self, payment: str, key: str, movement: Movement) -> None:
        share, seller = movement.share, movement.share["seller"]
        order_id, currency = share["order"]["id"], share["amount"]["currency"]
        amount = to_minor(movement.amount, currency)
        is_charge = movement.event["type"] == "CHARGE_SUCCESS"
        charge = movement.event["pspReference"] if is_charge else None
        with self.store:
            amount -= self.commissions.take(
                key, payment, order_id, seller, amount, currency, is_charge=is_charge
            )
            if seller:
                account = seller["payoutReference"]
                self._add(key, order_id, account, currency, amount, charge)

    def _undo(self, key: str) -> None:
        query = "SELECT * FROM payouts WHERE share = ?"
        rows = [Payout(*row) for row in self.store.execute(query, [key])]
        with self.store:
            self.commissions.drop(key)
            for row in rows[:1]:
                amount = -sum(row.amount for row in rows)
                self._add(f"{key} undo", row.party, row.account, row.currency, amount)

    def _add(self, share, party, account, currency, amount, charge=None):
        if amount > 0:
            row = Payout(share, share, party, account, currency, amount, charge, None)
            self._insert(row)
            return
        for transfer, left in self.store.execute(LEFT, [party]).fetchall():
            part = min(int(left), -amount)
            if part:
                # The key of a reversal names its transfer: there may be several.
                key = f"{share} of {transfer}"
                self._insert(
                    Payout(key, share, party, account, currency, -part, transfer, None)
                )
                amount += part

    def _insert(self, row: Payout) -> None:
        self.store.execute("INSERT INTO payouts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
