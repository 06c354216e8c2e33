"""PayPal, as far as orders of several purchase units need it."""

import copy
from decimal import Decimal

from tests.apps.fake_provider import FakeProvider, check

MOST_UNITS = 10


class FakePayPal(FakeProvider):
    """Captures all units of an approved order at once: each pays its own payee."""

    key_header = "paypal-request-id"

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, dict] = {}
        self.accounts: dict[str, Decimal] = {}
        self.platform = Decimal(0)

    def handle(self, method: str, path: str, body: dict) -> dict:
        match path.removeprefix("/v2/").split("/"):
            case ["checkout", "orders"]:
                return self._create(body)
            case ["checkout", "orders", id]:
                return copy.deepcopy(self.orders[id])
            case ["checkout", "orders", id, "capture"]:
                return self._capture(self.orders[id])
            case ["payments", "captures", id, "refund"]:
                return self._refund(id, body)
        raise AssertionError(path)

    def _create(self, body: dict) -> dict:
        units = body["purchase_units"]
        check(1 <= len(units) <= MOST_UNITS, "MAX_NUMBER_OF_PURCHASE_UNITS_EXCEEDED")
        references = [unit["reference_id"] for unit in units]
        check(len(set(references)) == len(references), "DUPLICATE_REFERENCE_ID")
        currencies = {unit["amount"]["currency_code"] for unit in units}
        check(len(currencies) == 1, "MULTI_CURRENCY_ORDER")
        for unit in units:
            amount = read_amount(unit["amount"])
            check(get_fee(unit) <= amount, "PLATFORM_FEE_EXCEEDED")
            if "payee" in unit:
                check(bool(unit["payee"]["merchant_id"]), "PAYEE_ACCOUNT_INVALID")
        id = self.number("ORDER")
        self.orders[id] = {"id": id, "status": "CREATED"} | copy.deepcopy(body)
        return {"id": id, "status": "CREATED"}

    def approve(self, id: str) -> None:
        """Let the buyer approve an order."""
        self.orders[id]["status"] = "APPROVED"

    def _capture(self, order: dict) -> dict:
        check(order["status"] == "APPROVED", "ORDER_NOT_APPROVED")
        order["status"] = "COMPLETED"
        for unit in order["purchase_units"]:
            self._pay(unit, read_amount(unit["amount"]), get_fee(unit))
            capture = {"id": self.number("CAPTURE"), "amount": unit["amount"]}
            unit["payments"] = {"captures": [capture], "refunds": []}
        return copy.deepcopy(order)

    def _refund(self, capture_id: str, body: dict) -> dict:
        [unit] = [
            unit
            for order in self.orders.values()
            for unit in order["purchase_units"]
            if unit.get("payments", {}).get("captures", [{}])[0].get("id") == capture_id
        ]
        amount, fee = read_amount(body["amount"]), get_fee(body)
        refunds = unit["payments"]["refunds"]
        left = read_amount(unit["amount"]) - sum(
            read_amount(each["amount"]) for each in refunds
        )
        check(amount <= left, "REFUND_AMOUNT_EXCEEDED")
        fee_left = get_fee(unit) - sum(
            get_fee({"payment_instruction": each["seller_payable_breakdown"]})
            for each in refunds
        )
        check(fee <= fee_left, "PLATFORM_FEE_EXCEEDED")
        self._pay(unit, -amount, -fee)
        refund = {
            "id": self.number("REFUND"),
            "amount": body["amount"],
            "seller_payable_breakdown": body.get(
                "payment_instruction", {"platform_fees": []}
            ),
        }
        refunds.append(refund)
        return refund

    def _pay(self, unit: dict, amount: Decimal, fee: Decimal) -> None:
        if payee := unit.get("payee"):
            account = payee["merchant_id"]
            self.accounts[account] = self.accounts.get(account, Decimal(0)) + amount
            self.accounts[account] -= fee
            self.platform += fee
        else:
            self.platform += amount

    def get_event(self, id: str) -> dict:
        """Return the event that tells of a completed order."""
        assert self.orders[id]["status"] == "COMPLETED"
        resource = copy.deepcopy(self.orders[id])
        return {"event_type": "CHECKOUT.ORDER.COMPLETED", "resource": resource}


def read_amount(amount: dict) -> Decimal:
    value = Decimal(amount["value"])
    check(value > 0 and value.as_tuple().exponent == -2, "INVALID_PARAMETER_VALUE")
    return value


def get_fee(holder: dict) -> Decimal:
    fees = holder.get("payment_instruction", {}).get("platform_fees", [])
    check(len(fees) <= 1, "MAX_ITEMS_EXCEEDED")
    return sum((read_amount(each["amount"]) for each in fees), Decimal(0))
