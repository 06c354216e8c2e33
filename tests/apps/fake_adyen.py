"""Adyen for Platforms, as far as split instructions need it."""

from dataclasses import dataclass

from tests.apps.fake_provider import FakeProvider, check


@dataclass
class Payment:
    authorized: int
    currency: str
    captured: int = 0
    refunded: int = 0


class FakeAdyen(FakeProvider):
    """Books every capture and refund by its splits, to the accounts and to the shop.

    `notifications`: what is to be told of captures and refunds, in order.
    `is_failing`: the next capture or refund comes to nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, Payment] = {}
        self.accounts: dict[str, int] = {}
        self.platform = 0
        self.notifications: list[dict] = []
        self.is_failing = False

    def handle(self, method: str, path: str, body: dict) -> dict:
        assert body["merchantAccount"] == "Market"
        assert len(body["reference"]) <= 80
        check_splits(body)
        match path.removeprefix("/v71/").split("/"):
            case ["payments"]:
                return self._authorize(body)
            case ["payments", id, "captures"]:
                payment = self.payments[id]
                left = payment.authorized - payment.captured
                return self._book("CAPTURE", id, body, left, 1)
            case ["payments", id, "refunds"]:
                payment = self.payments[id]
                left = payment.captured - payment.refunded
                return self._book("REFUND", id, body, left, -1)
        raise AssertionError(path)

    def _authorize(self, body: dict) -> dict:
        id, amount = self.number("PAYMENT"), body["amount"]
        self.payments[id] = Payment(amount["value"], amount["currency"])
        return {"pspReference": id, "resultCode": "Authorised"}

    def _book(self, code: str, id: str, body: dict, left: int, sign: int) -> dict:
        payment, amount = self.payments[id], body["amount"]
        check(amount["currency"] == payment.currency, "Another currency.")
        check(amount["value"] <= left, f"{code}: the amount is above {left}.")
        reference = self.number(code)
        is_success, self.is_failing = not self.is_failing, False
        if is_success:
            if code == "CAPTURE":
                payment.captured += amount["value"]
            else:
                payment.refunded += amount["value"]
            for split in body["splits"]:
                value = sign * split["amount"]["value"]
                if split["type"] == "BalanceAccount":
                    account = split["account"]
                    self.accounts[account] = self.accounts.get(account, 0) + value
                else:
                    self.platform += value
        item = {
            "eventCode": code,
            "success": "true" if is_success else "false",
            "pspReference": reference,
            "originalReference": id,
            "merchantReference": body["reference"],
            "amount": amount,
        }
        notification = {"notificationItems": [{"NotificationRequestItem": item}]}
        self.notifications.append(notification)
        return {"pspReference": reference, "status": "received"}


def check_splits(body: dict) -> None:
    """Refuse splits that do not sum to the amount, to the minor unit."""
    values = [split["amount"]["value"] for split in body["splits"]]
    check(all(isinstance(each, int) and each > 0 for each in values), "Wrong split.")
    check(sum(values) == body["amount"]["value"], "Splits do not sum to the amount.")
    references = [split["reference"] for split in body["splits"]]
    check(len(references) == len(set(references)), "Two splits have one reference.")
    for split in body["splits"]:
        check(
            split["type"] == "Commission"
            or (split["type"] == "BalanceAccount" and bool(split["account"])),
            "A split without an account.",
        )
