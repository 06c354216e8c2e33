"""A marketplace on Stripe Connect: separate charges and transfers.

The app charges the whole, then transfers each seller's part. A refund or a dispute
takes nothing back from the sellers: the app reverses transfers.
"""

import os
import sqlite3
import threading
import urllib.parse

from .money import to_decimal, to_minor
from .payouts import Payout, Payouts
from .saleor_api import Saleor
from .web import make_server, send

SUBSCRIPTION = """
    subscription {
      event {
        ... on TransactionInitializeSession {
          merchantReference
          data
          session: action { amount currency }
        }
        ... on TransactionRefundRequested {
          transaction { pspReference }
          action { amount currency shares { order { number } amount { amount } } }
        }
        ... on TransactionSharesUpdated { transaction { id } }
      }
    }
"""
EVENTS = (
    "transaction_initialize_session",
    "transaction_refund_requested",
    "transaction_shares_updated",
)


class Stripe:
    """Stripe's API."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.headers = url, {"Authorization": f"Bearer {key}"}

    def get(self, path: str) -> dict:
        return send("GET", f"{self.url}/v1/{path}", headers=self.headers)

    def post(self, path: str, idempotency_key: str | None = None, **form) -> dict:
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        form = {name: value for name, value in form.items() if value is not None}
        body = urllib.parse.urlencode(form).encode()
        return send("POST", f"{self.url}/v1/{path}", body, headers)


class StripeConnect:
    """Receives the webhooks of Saleor, and those of Stripe at any other path."""

    def __init__(self, saleor: Saleor, stripe: Stripe, path: str) -> None:
        self.saleor, self.stripe = saleor, stripe
        self.payouts = Payouts(sqlite3.connect(path, check_same_thread=False))
        self.lock = threading.Lock()

    def handle(self, event: str, payload: dict) -> dict | None:
        if event == "transaction_initialize_session":
            return self.charge(payload)
        if event == "transaction_refund_requested":
            return self.refund(payload)
        if event == "transaction_shares_updated":
            return self.pay(payload["transaction"]["id"])
        if payload["type"] == "charge.dispute.funds_withdrawn":
            return self.report_dispute(payload["data"]["object"])
        return None

    def charge(self, payload: dict) -> dict:
        action = payload["session"]
        form = {
            "amount": to_minor(action["amount"], action["currency"]),
            "currency": action["currency"].lower(),
            "payment_method": payload["data"]["paymentMethod"],
            "confirm": "true",
            # Stripe copies it to the charge.
            "metadata[transaction]": payload["merchantReference"],
        }
        intent = self.stripe.post("payment_intents", **form)
        return {
            "pspReference": intent["latest_charge"],
            "result": "CHARGE_SUCCESS",
            "amount": action["amount"],
            "actions": ["REFUND"],
        }

    def refund(self, payload: dict) -> dict:
        action = payload["action"]
        refund = self.stripe.post(
            "refunds",
            charge=payload["transaction"]["pspReference"],
            amount=to_minor(action["amount"], action["currency"]),
        )
        return {
            "pspReference": refund["id"],
            "result": "REFUND_SUCCESS",
            "amount": action["amount"],
        }

    def report_dispute(self, dispute: dict) -> None:
        charge = self.stripe.get(f"charges/{dispute['charge']}")
        self.saleor.report(
            charge["metadata"]["transaction"],
            "CHARGE_BACK",
            to_decimal(dispute["amount"], dispute["currency"].upper()),
            dispute["id"],
        )

    def pay(self, transaction_id: str) -> None:
        """Bring the transfers to what the shares of a payment say now."""
        # The signal may be late, or come twice: its payload is not what is true now.
        with self.lock:
            transaction = self.saleor.read(transaction_id)
            if (transaction["pspReference"] or "").startswith("ch_"):
                self.payouts.plan(transaction_id, transaction["events"])
            for payout in self.payouts.find_open():
                self.payouts.finish(payout, self.carry_out(payout)["id"])

    def carry_out(self, payout: Payout) -> dict:
        if payout.amount < 0:
            transfer = self.payouts.find_transfer_id(payout)
            path = f"transfers/{transfer}/reversals"
            return self.stripe.post(path, payout.key, amount=-payout.amount)
        return self.stripe.post(
            "transfers",
            payout.key,
            amount=payout.amount,
            currency=payout.currency.lower(),
            destination=payout.account,
            source_transaction=payout.source,
        )


if __name__ == "__main__":
    env = os.environ
    app = StripeConnect(
        Saleor(env["SALEOR_API_URL"], env["SALEOR_TOKEN"]),
        Stripe(env.get("STRIPE_URL", "https://api.stripe.com"), env["STRIPE_KEY"]),
        env.get("STORE", "stripe_connect.sqlite"),
    )
    make_server(app.handle, int(env.get("PORT", "8080"))).serve_forever()
