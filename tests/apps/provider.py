"""A payment service provider with an app for Saleor.

Saleor's webhooks come in over HTTP, from a web server and a Celery worker; reports go out
through the GraphQL API with the app's token. The provider knows nothing of order groups.
"""

import threading
from dataclasses import dataclass, field
from decimal import Decimal

from tests.apps.server import AppServer, HttpAnswer, HttpRequest
from tests.helpers.processes import Saleor
from tests.helpers.waiting import WAIT_SECONDS

REPORT = """
    mutation Report(
      $id: ID!, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal!
      $reference: String!, $time: DateTime
    ) {
      transactionEventReport(
        id: $id, type: $type, amount: $amount, pspReference: $reference, time: $time
      ) {
        alreadyProcessed
        errors { field message code }
      }
    }
"""


@dataclass
class Intent:
    """What the provider holds for one payment, in the provider's own books."""

    transaction_id: str
    authorized: Decimal = Decimal(0)
    charged: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    canceled: Decimal = Decimal(0)

    def book(self, action: str, amount: Decimal) -> None:
        """Move money; what is not there cannot be moved."""
        if action == "AUTHORIZATION":
            self.authorized += amount
        elif action == "REFUND":
            assert amount <= self.charged, "more refunded than was charged"
            self.charged -= amount
            self.refunded += amount
        else:
            assert amount <= self.authorized, "more taken than was authorized"
            self.authorized -= amount
            if action == "CHARGE":
                self.charged += amount
            else:
                self.canceled += amount


@dataclass(frozen=True)
class Report:
    """What the provider tells Saleor of its books."""

    transaction_id: str
    type: str
    reference: str
    amount: str


@dataclass
class Provider:
    """Holds intents, answers Saleor's webhooks, and reports.

    `mode`: "now" answers with the result, "later" with a reference alone and keeps the
    result in `reports`, "down" with HTTP 503, "refuse" with a failure; "whole" captures
    all that is authorized, whatever was asked for. `received`: what came, in order, and
    `answers`, without those of "down".
    `gate`: no answer is given while it is closed.
    """

    saleor: Saleor
    token: str = ""
    mode: str = "now"
    intents: dict[str, Intent] = field(default_factory=dict)
    received: list[tuple[str, dict]] = field(default_factory=list)
    answers: list[dict] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    port: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()

    def start(self) -> None:
        """Listen, on the same port as before if the provider was stopped."""
        self._server = AppServer(self.respond, self.port)
        self.port, self.url = self._server.port, f"{self._server.url}/"

    def stop(self) -> None:
        self._server.stop()

    def respond(self, request: HttpRequest) -> HttpAnswer:
        if not request.body:
            return HttpAnswer(None, 400)
        answer = self.handle(request.event, request.json)
        self.answers += [answer] if answer else []
        return HttpAnswer(answer, 503 if answer is None else 200)

    def handle(self, event: str, payload: dict) -> dict | None:
        """Return the answer to one of Saleor's webhooks; None is an error of ours."""
        with self._lock:
            self.received.append((event, payload))
        self.gate.wait(WAIT_SECONDS)
        with self._lock:
            if self.mode == "down":
                return None
            if event == "transaction_initialize_session":
                amount = Decimal(str(payload["initialization"]["amount"]))
                return self._authorize(payload["initialized"]["id"], amount)
            action = payload["action"]
            amount = Decimal(str(action["amount"]))
            intent = self.intents[payload["transaction"]["pspReference"]]
            return self._act(intent, action["actionType"], amount, payload)

    def _authorize(self, transaction_id: str, amount: Decimal) -> dict:
        reference = f"intent-{len(self.intents) + 1}"
        self.intents[reference] = Intent(transaction_id)
        self.intents[reference].book("AUTHORIZATION", amount)
        return {
            "pspReference": reference,
            "result": "AUTHORIZATION_SUCCESS",
            "amount": str(amount),
            "actions": ["CHARGE", "CANCEL"],
        }

    def _act(self, intent: Intent, action: str, amount: Decimal, payload: dict) -> dict:
        reference = f"{action.lower()}-{len(self.received)}"
        if self.mode == "refuse":
            return {
                "pspReference": reference,
                "result": f"{action}_FAILURE",
                "amount": str(amount),
                "message": "Declined",
            }
        if self.mode == "whole":
            amount = intent.authorized
        try:
            intent.book(action, amount)
        except AssertionError as error:
            self.failures.append(f"{error}: {payload}")
            raise
        if self.mode == "later":
            # As apps do that keep the ID which they were given before completion.
            self.reports.append(
                Report(
                    intent.transaction_id, f"{action}_SUCCESS", reference, str(amount)
                )
            )
            return {"pspReference": reference}
        return {
            "pspReference": reference,
            "result": f"{action}_SUCCESS",
            "amount": str(amount),
        }

    def capture(self, reference: str, amount: Decimal) -> Report:
        """Charge on the provider's own site; return what there is to report."""
        with self._lock:
            intent = self.intents[reference]
            intent.book("CHARGE", amount)
        return Report(
            intent.transaction_id, "CHARGE_SUCCESS", f"own-{reference}", str(amount)
        )

    def send(self, report: Report) -> dict:
        """Report an event to Saleor, as the app."""
        data = self.saleor.post(
            REPORT,
            self.token,
            id=report.transaction_id,
            type=report.type,
            amount=report.amount,
            reference=report.reference,
        )["transactionEventReport"]
        assert not data["errors"], data["errors"]
        return data
