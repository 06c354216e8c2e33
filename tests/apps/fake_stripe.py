"""Stripe, as far as separate charges and transfers need it."""

from dataclasses import dataclass

from tests.apps.fake_provider import FakeProvider, check, parse_form

# What the shop has of its own, in minor units: it pays refunds before it gets reversals.
OWN = 10_00


@dataclass
class Charge:
    id: str
    amount: int
    currency: str
    metadata: dict
    refunded: int = 0
    disputed: int = 0


@dataclass
class Transfer:
    id: str
    amount: int
    destination: str
    source: str | None
    reversed: int = 0


class FakeStripe(FakeProvider):
    """Charges belong to the platform; sellers have what is transferred to them.

    A refund and a dispute take money from the platform alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.charges: dict[str, Charge] = {}
        self.transfers: dict[str, Transfer] = {}

    def parse(self, body: bytes) -> dict:
        return parse_form(body)

    def handle(self, method: str, path: str, body: dict) -> dict:
        match path.removeprefix("/v1/").split("/"):
            case ["payment_intents"]:
                return self._charge(body)
            case ["charges", id]:
                return {"id": id, "metadata": self.charges[id].metadata}
            case ["refunds"]:
                return self.refund(body["charge"], read_amount(body))
            case ["transfers"]:
                return self._transfer(body)
            case ["transfers", id, "reversals"]:
                return self._reverse(self.transfers[id], read_amount(body))
        raise AssertionError(path)

    def _charge(self, body: dict) -> dict:
        check(body["confirm"] == "true", "The payment is not confirmed.")
        check(body["payment_method"].startswith("pm_"), "No such payment method.")
        metadata = {"transaction": body["metadata[transaction]"]}
        charge = Charge(
            self.number("ch_"), read_amount(body), body["currency"], metadata
        )
        self.charges[charge.id] = charge
        return {"id": self.number("pi_"), "latest_charge": charge.id}

    def refund(self, charge_id: str, amount: int) -> dict:
        """Give money back to the customer; sellers keep what they have."""
        charge = self.charges[charge_id]
        left = charge.amount - charge.refunded - charge.disputed
        check(amount <= left, "More is refunded than is left of the charge.")
        charge.refunded += amount
        return {"id": self.number("re_")}

    def dispute(self, charge_id: str, amount: int) -> dict:
        """Take money from the platform; return the event that tells of it."""
        charge = self.charges[charge_id]
        assert amount <= charge.amount - charge.refunded - charge.disputed
        charge.disputed += amount
        dispute = {
            "id": self.number("dp_"),
            "charge": charge_id,
            "amount": amount,
            "currency": charge.currency,
        }
        return {"type": "charge.dispute.funds_withdrawn", "data": {"object": dispute}}

    def _transfer(self, body: dict) -> dict:
        amount, source = read_amount(body), body.get("source_transaction")
        check(body["destination"].startswith("acct_"), "No such account.")
        if source:
            used = sum(
                each.amount - each.reversed
                for each in self.transfers.values()
                if each.source == source
            )
            check(
                used + amount <= self.charges[source].amount,
                "The transfers of a charge are above the charge.",
            )
        else:
            check(amount <= OWN + self.platform, "The balance is too low.")
        transfer = Transfer(self.number("tr_"), amount, body["destination"], source)
        self.transfers[transfer.id] = transfer
        return {"id": transfer.id}

    def _reverse(self, transfer: Transfer, amount: int) -> dict:
        left = transfer.amount - transfer.reversed
        check(amount <= left, "The reversal is above what is left of the transfer.")
        transfer.reversed += amount
        return {"id": self.number("trr_")}

    @property
    def accounts(self) -> dict[str, int]:
        """What each seller has."""
        accounts: dict[str, int] = {}
        for each in self.transfers.values():
            has = accounts.get(each.destination, 0)
            accounts[each.destination] = has + each.amount - each.reversed
        return accounts

    @property
    def platform(self) -> int:
        """What the shop has from the charges."""
        charged = sum(
            each.amount - each.refunded - each.disputed
            for each in self.charges.values()
        )
        return charged - sum(self.accounts.values())


def read_amount(body: dict) -> int:
    amount = body["amount"]
    check(amount.isdigit() and amount != "0", f"Invalid integer: {amount}")
    return int(amount)
