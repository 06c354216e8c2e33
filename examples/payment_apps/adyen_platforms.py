"""A marketplace on Adyen for Platforms: split instructions in every request.

Adyen books each amount to the sellers' balance accounts itself, by the splits of the
capture and of the refund. Those of the authorization are a forecast.
"""

import os
import sqlite3
import threading
from uuid import uuid4

from .commission import Commissions, get_commission
from .money import to_decimal, to_minor
from .saleor_api import SELLER, Saleor
from .web import make_server, send

SUBSCRIPTION = (
    SELLER
    + """
    fragment Share on TransactionAmountShare {
      order { id number } seller { ...Payee } amount { amount }
    }
    fragment Asked on TransactionAction { amount currency shares { ...Share } }
    fragment Payment on TransactionItem { id pspReference }
    subscription {
      event {
        ... on TransactionInitializeSession {
          merchantReference
          data
          session: action { amount currency shares { ...Share } }
        }
        ... on TransactionChargeRequested {
          transaction { ...Payment } action { ...Asked }
        }
        ... on TransactionRefundRequested {
          transaction { ...Payment } action { ...Asked }
        }
      }
    }
"""
)
EVENTS = (
    "transaction_initialize_session",
    "transaction_charge_requested",
    "transaction_refund_requested",
)
SCHEMA = """
    CREATE TABLE IF NOT EXISTS requests (
        reference TEXT PRIMARY KEY, transaction_id TEXT, kind TEXT
    )
"""


class Adyen:
    """Adyen's Checkout API."""

    def __init__(self, url: str, key: str, merchant: str) -> None:
        self.url, self.key, self.merchant = url, key, merchant

    def post(self, path: str, reference: str, **body) -> dict:
        body |= {"merchantAccount": self.merchant, "reference": reference}
        headers = {"X-API-Key": self.key, "Idempotency-Key": reference}
        return send("POST", f"{self.url}/v71/{path}", body, headers)


class AdyenPlatforms:
    """Receives the webhooks of Saleor, and those of Adyen at any other path."""

    def __init__(self, saleor: Saleor, adyen: Adyen, path: str) -> None:
        self.saleor, self.adyen = saleor, adyen
        self.store = sqlite3.connect(path, check_same_thread=False)
        self.store.execute(SCHEMA)
        self.commissions = Commissions(self.store)
        self.lock = threading.Lock()

    def handle(self, event: str, payload: dict) -> dict | str:
        if event == "transaction_initialize_session":
            return self.authorize(payload)
        if event == "transaction_charge_requested":
            return self.request("CHARGE", "captures", payload)
        if event == "transaction_refund_requested":
            return self.request("REFUND", "refunds", payload)
        for item in payload["notificationItems"]:
            self.report(item["NotificationRequestItem"])
        return "[accepted]"

    def authorize(self, payload: dict) -> dict:
        action = payload["session"]
        splits = []
        for share in action["shares"]:
            amount = to_minor(share["amount"]["amount"], action["currency"])
            commission = get_commission(
                share["seller"], amount, amount, action["currency"]
            )
            splits += make_splits(share, amount, commission)
        payment = self.adyen.post(
            "payments",
            payload["merchantReference"],
            amount=get_amount(action),
            paymentMethod=payload["data"]["paymentMethod"],
            splits=splits,
        )
        is_authorized = payment["resultCode"] == "Authorised"
        return {
            "pspReference": payment["pspReference"],
            "result": f"AUTHORIZATION_{'SUCCESS' if is_authorized else 'FAILURE'}",
            "amount": action["amount"],
        }

    def request(self, kind: str, path: str, payload: dict) -> dict:
        """Capture or refund what the orders of the request have, seller by seller."""
        action, transaction = payload["action"], payload["transaction"]
        reference, splits = str(uuid4()), []
        with self.lock, self.store:
            row = [reference, transaction["id"], kind]
            self.store.execute("INSERT INTO requests VALUES (?, ?, ?)", row)
            for share in action["shares"]:
                splits += self.take(kind, reference, share, action["currency"])
        answer = self.adyen.post(
            f"payments/{transaction['pspReference']}/{path}",
            reference,
            amount=get_amount(action),
            splits=splits,
        )
        # Adyen tells the result later.
        return {"pspReference": answer["pspReference"]}

    def take(self, kind: str, reference: str, share: dict, currency: str) -> list[dict]:
        """Return the splits of an order's part, with the commission in it."""
        amount = to_minor(share["amount"]["amount"], currency)
        order_id, sign = share["order"]["id"], 1 if kind == "CHARGE" else -1
        commission = self.commissions.take(
            f"{reference} {order_id}",
            reference,
            order_id,
            share["seller"],
            sign * amount,
            currency,
            is_charge=kind == "CHARGE",
        )
        return make_splits(share, amount, sign * commission)

    def report(self, item: dict) -> None:
        query = "SELECT transaction_id, kind FROM requests WHERE reference = ?"
        reference, amount = item["merchantReference"], item["amount"]
        found = self.store.execute(query, [reference]).fetchone()
        if not found:
            return
        transaction_id, kind = found
        is_success = item["success"] == "true"
        self.saleor.report(
            transaction_id,
            f"{kind}_{'SUCCESS' if is_success else 'FAILURE'}",
            to_decimal(amount["value"], amount["currency"]),
            item["pspReference"],
        )
        if not is_success:
            with self.lock, self.store:
                for key in self.commissions.get_keys(reference):
                    self.commissions.drop(key)


def get_amount(action: dict) -> dict:
    """Return a requested amount as Adyen takes it."""
    value = to_minor(action["amount"], action["currency"])
    return {"value": value, "currency": action["currency"]}


def make_splits(share: dict, amount: int, commission: int) -> list[dict]:
    """Return the seller's part and the shop's; they sum to the amount."""
    seller = share["seller"] or {"slug": "shop", "payoutReference": None}
    own = {
        "type": "BalanceAccount",
        "account": seller["payoutReference"],
        "reference": seller["slug"],
        "amount": {"value": amount - commission},
    }
    shops = {
        "type": "Commission",
        "reference": f"{seller['slug']}-commission",
        "amount": {"value": commission},
    }
    return [split for split in (own, shops) if split["amount"]["value"]]


if __name__ == "__main__":
    env = os.environ
    app = AdyenPlatforms(
        Saleor(env["SALEOR_API_URL"], env["SALEOR_TOKEN"]),
        Adyen(env["ADYEN_URL"], env["ADYEN_KEY"], env["ADYEN_MERCHANT"]),
        env.get("STORE", "adyen_platforms.sqlite"),
    )
    make_server(app.handle, int(env.get("PORT", "8080"))).serve_forever()
