"""The ERP's own book: one row for each order, as the newest event has shown it.

Webhooks come at least once, and a later one may overtake an earlier one. So the row
keeps the order with the latest `updatedAt`. A shipment is written into the row before
it is sent: after a failure the same is sent again.
"""

import json
import secrets
import sqlite3
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ..seller_api.orders import Order

# `reference` is the ERP's own name for the order. `shipment` is null until the order is
# ready, `outcome` while there is something to do for the order.
SCHEMA = """
    CREATE TABLE IF NOT EXISTS orders (
        id TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE,
        updated_at TEXT NOT NULL, content TEXT NOT NULL,
        shipment TEXT, outcome TEXT
    )
"""
KEEP = """
    INSERT INTO orders (id, reference, updated_at, content) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET updated_at = excluded.updated_at, content = excluded.content
    WHERE excluded.updated_at >= orders.updated_at
"""


class Entry(NamedTuple):
    """An order in the book."""

    reference: str
    order: Order
    shipment: dict[str, Any] | None
    outcome: str | None


class Book:
    """The orders of one seller, or of several, by the ID of the `SellerOrder`."""

    def __init__(self, path: str) -> None:
        self._store = sqlite3.connect(path, check_same_thread=False)
        self._store.execute(SCHEMA)
        self._lock = threading.Lock()

    def keep(self, order: Order) -> bool:
        """Keep an order; return False if the book has a newer one.

        An order that has a reference keeps it, so that a new book knows it again.
        """
        row = [
            order["id"],
            order["externalReference"] or make_reference(),
            to_utc(order["updatedAt"]),
            json.dumps(order, default=str),
        ]
        with self._lock, self._store:
            return self._store.execute(KEEP, row).rowcount == 1

    def plan(self, order_id: str, shipment: dict[str, Any]) -> None:
        """Write down a shipment before it is sent."""
        self._set("shipment", json.dumps(shipment), order_id)

    def finish(self, order_id: str, outcome: str) -> None:
        """Write down how an order ended for the ERP."""
        self._set("outcome", outcome, order_id)

    def get_all(self) -> list[Entry]:
        return self._read("")

    def get_unfinished(self) -> list[Entry]:
        return self._read("WHERE outcome IS NULL")

    def get_newest_time(self) -> str | None:
        """Return the latest `updatedAt` in the book."""
        query = "SELECT max(updated_at) FROM orders"
        with self._lock:
            return self._store.execute(query).fetchone()[0]

    def _set(self, column: str, value: str, order_id: str) -> None:
        with self._lock, self._store:
            query = f"UPDATE orders SET {column} = ? WHERE id = ?"
            self._store.execute(query, [value, order_id])

    def _read(self, condition: str) -> list[Entry]:
        columns = "reference, content, shipment, outcome"
        query = f"SELECT {columns} FROM orders {condition} ORDER BY rowid"
        with self._lock:
            rows = self._store.execute(query).fetchall()
        return [
            Entry(reference, _parse(content), shipment and _parse(shipment), outcome)
            for reference, content, shipment, outcome in rows
        ]


def make_reference() -> str:
    """Return a new reference; Saleor refuses one that another order of the seller has."""
    return f"ERP-{secrets.token_hex(4).upper()}"


def to_utc(time: str) -> str:
    """Return a time in one form, so that texts compare as times do."""
    moment = datetime.fromisoformat(time).astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


def _parse(content: str) -> dict[str, Any]:
    return json.loads(content, parse_float=Decimal)
