"""A marketplace on PayPal: one purchase unit for each seller.

PayPal pays each seller directly, and the shop its fee. The units are those of the
order's creation: the app compares them with the shares before it captures.
"""

import os
from decimal import ROUND_HALF_UP, Decimal

from .commission import get_commission
from .money import to_decimal, to_minor
from .saleor_api import SELLER, Saleor
from .web import make_server, send

SUBSCRIPTION = (
    SELLER
    + """
    fragment Share on TransactionAmountShare { seller { ...Payee } amount { amount } }
    fragment Session on TransactionProcessAction {
      amount currency shares { ...Share }
    }
    subscription {
      event {
        ... on TransactionInitializeSession {
          merchantReference
          session: action { ...Session }
        }
        ... on TransactionProcessSession {
          processed: transaction { pspReference }
          merchantReference
          session: action { ...Session }
        }
        ... on TransactionRefundRequested {
          transaction { pspReference }
          action { amount currency shares { ...Share } }
        }
      }
    }
"""
)
EVENTS = (
    "transaction_initialize_session",
    "transaction_process_session",
    "transaction_refund_requested",
)
MOST_UNITS = 10


class PayPal:
    """PayPal's API."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def send(self, method: str, path: str, body=None, request_id: str = "") -> dict:
        headers = {"Authorization": f"Bearer {self.token}"}
        if request_id:
            headers["PayPal-Request-Id"] = request_id
        return send(method, f"{self.url}/v2/{path}", body, headers)


class PayPalApp:
    """Receives the webhooks of Saleor, and those of PayPal at any other path.

    It stores nothing: PayPal keeps the units, their fees and their refunds.
    """

    def __init__(self, saleor: Saleor, paypal: PayPal) -> None:
        self.saleor, self.paypal = saleor, paypal

    def handle(self, event: str, payload: dict) -> dict | None:
        if event == "transaction_initialize_session":
            return self.create(payload)
        if event == "transaction_process_session":
            return self.capture(payload)
        if event == "transaction_refund_requested":
            return self.refund(payload)
        if payload["event_type"] == "CHECKOUT.ORDER.COMPLETED":
            self.report(payload["resource"])
        return None

    def create(self, payload: dict) -> dict:
        action = payload["session"]
        units = make_units(action, payload["merchantReference"])
        if len(units) > MOST_UNITS:
            message = f"PayPal pays at most {MOST_UNITS} sellers at once."
            return fail(payload["merchantReference"], action, message)
        body = {"intent": "CAPTURE", "purchase_units": units}
        order = self.paypal.send("POST", "checkout/orders", body)
        return {
            "pspReference": order["id"],
            "result": "CHARGE_ACTION_REQUIRED",
            "amount": action["amount"],
            "data": {"orderID": order["id"]},
        }

    def capture(self, payload: dict) -> dict:
        action, order_id = payload["session"], payload["processed"]["pspReference"]
        order = self.paypal.send("GET", f"checkout/orders/{order_id}")
        units = make_units(action, payload["merchantReference"])
        if get_terms(order["purchase_units"]) != get_terms(units):
            return fail(order_id, action, "The cart has changed. Please pay again.")
        path = f"checkout/orders/{order_id}/capture"
        self.paypal.send("POST", path, {}, request_id=order_id)
        return {
            "pspReference": order_id,
            "result": "CHARGE_SUCCESS",
            "amount": action["amount"],
            "actions": ["REFUND"],
        }

    def report(self, order: dict) -> None:
        units = order["purchase_units"]
        amount = sum(Decimal(unit["amount"]["value"]) for unit in units)
        transaction_id = units[0]["custom_id"]
        self.saleor.report(transaction_id, "CHARGE_SUCCESS", amount, order["id"])

    def refund(self, payload: dict) -> dict:
        """Refund each seller's capture; a request of the group concerns several."""
        action, order_id = payload["action"], payload["transaction"]["pspReference"]
        order = self.paypal.send("GET", f"checkout/orders/{order_id}")
        units = {unit["reference_id"]: unit for unit in order["purchase_units"]}
        refunds = []
        for share in action["shares"]:
            unit = units[get_reference(share["seller"])]
            [capture] = unit["payments"]["captures"]
            amount = make_amount(share["amount"]["amount"], action["currency"])
            body = {"amount": amount}
            if fee := get_fee_back(unit, amount):
                body["payment_instruction"] = {"platform_fees": [{"amount": fee}]}
            path = f"payments/captures/{capture['id']}/refund"
            refunds.append(self.paypal.send("POST", path, body))
        return {
            "pspReference": refunds[0]["id"],
            "result": "REFUND_SUCCESS",
            "amount": action["amount"],
        }


def make_units(action: dict, custom_id: str) -> list[dict]:
    """Return a purchase unit for each share."""
    units, currency = [], action["currency"]
    for share in action["shares"]:
        seller, amount = share["seller"], share["amount"]["amount"]
        unit = {
            "reference_id": get_reference(seller),
            "custom_id": custom_id,
            "amount": make_amount(amount, currency),
        }
        if seller:
            unit["payee"] = {"merchant_id": seller["payoutReference"]}
            minor = to_minor(amount, currency)
            if fee := get_commission(seller, minor, minor, currency):
                fees = [{"amount": make_amount(to_decimal(fee, currency), currency)}]
                unit["payment_instruction"] = {"platform_fees": fees}
        units.append(unit)
    return units


def get_terms(units: list[dict]) -> dict[str, tuple]:
    """Return who gets how much, and the fee in it."""
    return {
        unit["reference_id"]: (
            unit["amount"],
            unit.get("payee"),
            get_fee(unit.get("payment_instruction")),
        )
        for unit in units
    }


def get_reference(seller: dict | None) -> str:
    return seller["slug"] if seller else "shop"


def make_amount(amount: Decimal, currency: str) -> dict:
    """Return an amount as PayPal takes it, with all digits of the currency."""
    value = to_decimal(to_minor(amount, currency), currency)
    return {"currency_code": currency, "value": str(value)}


def get_fee(breakdown: dict | None) -> Decimal:
    """Return the shop's fee in a purchase unit, or what a refund gave back of it."""
    fees = (breakdown or {}).get("platform_fees", [])
    return sum((Decimal(each["amount"]["value"]) for each in fees), Decimal(0))


def get_fee_back(unit: dict, amount: dict) -> dict | None:
    """Return what a refund gives back of the fee: in proportion, to the minor unit."""
    refunds = unit["payments"].get("refunds", [])
    refunded = sum(Decimal(each["amount"]["value"]) for each in refunds)
    given_back = sum(get_fee(each["seller_payable_breakdown"]) for each in refunds)
    captured, fee = (
        Decimal(unit["amount"]["value"]),
        get_fee(unit.get("payment_instruction")),
    )
    left = captured - refunded - Decimal(amount["value"])
    kept = (fee * left / captured).quantize(captured, rounding=ROUND_HALF_UP)
    back = fee - given_back - kept
    return make_amount(back, amount["currency_code"]) if back else None


def fail(reference: str, action: dict, message: str) -> dict:
    return {
        "pspReference": reference,
        "result": "CHARGE_FAILURE",
        "amount": action["amount"],
        "message": message,
    }


if __name__ == "__main__":
    env = os.environ
    app = PayPalApp(
        Saleor(env["SALEOR_API_URL"], env["SALEOR_TOKEN"]),
        PayPal(env.get("PAYPAL_URL", "https://api-m.paypal.com"), env["PAYPAL_TOKEN"]),
    )
    make_server(app.handle, int(env.get("PORT", "8080"))).serve_forever()
