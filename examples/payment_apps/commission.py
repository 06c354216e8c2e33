"""The shop's commission on what a seller's order was paid.

It is the app's alone: order groups know nothing of it. The seller's private metadata has
`commission_percent` of the order's charge, and `commission_fixed` for each order. What
is given back to the customer gives the commission back in proportion.
"""

import sqlite3
from decimal import ROUND_HALF_UP, Decimal

from .money import to_minor

SCHEMA = """
    CREATE TABLE IF NOT EXISTS movements (
        key TEXT PRIMARY KEY, payment TEXT, party TEXT,
        charged INTEGER, amount INTEGER, commission INTEGER
    )
"""


def get_commission(
    seller: dict | None, charged: int, balance: int, currency: str
) -> int:
    """Return the commission on an order, in minor units.

    :param seller: `Seller { privateMetadata { key value } }`; None for the shop's own
        goods, of which the shop keeps the whole.
    :param charged: what the customer paid for the order.
    :param balance: what the customer has not got back of it.
    """
    if seller is None:
        return balance
    if charged <= 0 or balance <= 0:
        return 0
    terms = {each["key"]: each["value"] for each in seller["privateMetadata"]}
    fixed = to_minor(terms.get("commission_fixed", "0"), currency)
    percent = Decimal(terms.get("commission_percent", "0"))
    whole = min(charged, _round(charged * percent / 100) + fixed)
    return _round(Decimal(whole) * balance / charged)


class Commissions:
    """The commission in each movement of money, so that every order's sum is exact."""

    def __init__(self, store: sqlite3.Connection) -> None:
        self.store = store
        store.execute(SCHEMA)

    def take(
        self,
        key: str,
        payment: str,
        party: str,
        seller: dict | None,
        amount: int,
        currency: str,
        *,
        is_charge: bool,
    ) -> int:
        """Return the commission in a movement, in minor units.

        It brings the order's commission to what its charges and its balance say. A key
        that was seen before has the same commission again.

        :param key: what identifies the movement, such as a share's ID.
        :param party: what identifies the order.
        :param amount: in minor units; negative if the customer gets it.
        """
        query = "SELECT commission FROM movements WHERE key = ?"
        if found := self.store.execute(query, [key]).fetchone():
            return found[0]
        query = (
            "SELECT total(charged), total(amount), total(commission)"
            " FROM movements WHERE party = ?"
        )
        sums = self.store.execute(query, [party]).fetchone()
        charged, balance, taken = (int(each) for each in sums)
        charge = amount if is_charge else 0
        commission = (
            get_commission(seller, charged + charge, balance + amount, currency) - taken
        )
        self.store.execute(
            "INSERT INTO movements VALUES (?, ?, ?, ?, ?, ?)",
            [key, payment, party, charge, amount, commission],
        )
        return commission

    def drop(self, key: str) -> None:
        """Forget a movement that did not take place."""
        self.store.execute("DELETE FROM movements WHERE key = ?", [key])

    def get_keys(self, payment: str) -> set[str]:
        """Return the movements of a payment."""
        query = "SELECT key FROM movements WHERE payment = ?"
        return {key for (key,) in self.store.execute(query, [payment])}

    def get_sum(self, party: str) -> int:
        """Return the commission on an order."""
        query = "SELECT total(commission) FROM movements WHERE party = ?"
        return int(self.store.execute(query, [party]).fetchone()[0])


def _round(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
