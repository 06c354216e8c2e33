"""A payment app that answers Saleor's requests over HTTP, as a test tells it to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.apps.server import HttpAnswer, HttpRequest

SUBSCRIPTION = """
    fragment Request on TransactionItem {
      id pspReference
      order { id number }
      authorizedAmount { amount } chargedAmount { amount }
    }
    subscription {
      event {
        ... on TransactionChargeRequested {
          transaction { ...Request }
          action { actionType amount }
        }
        ... on TransactionRefundRequested {
          transaction { ...Request }
          action { actionType amount }
          grantedRefund { id amount { amount } }
        }
        ... on TransactionCancelationRequested {
          transaction { ...Request }
          action { actionType amount }
        }
      }
    }
"""


@dataclass
class Request:
    """What the app was asked to do."""

    event: str
    payload: dict

    @property
    def transaction(self) -> dict:
        return self.payload["transaction"]

    @property
    def reference(self) -> str:
        return self.transaction["pspReference"]

    @property
    def amount(self) -> float:
        return self.payload["action"]["amount"]


@dataclass
class PaymentApp:
    """Listens on a free local port; answers are those of `answer`, or none (HTTP 400).

    `requests`: what arrived, in order.
    """

    answer: Callable[[Request], dict | None] = lambda request: None
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    def respond(self, request: HttpRequest) -> HttpAnswer:
        asked = Request(request.event, request.json)
        self.requests.append(asked)
        answer = self.answer(asked)
        return HttpAnswer(status=400) if answer is None else HttpAnswer(answer)


def succeed(reference: str, amount: float | str | None = None) -> Callable:
    """Return an answer: the action was done, with this reference."""

    def answer(request: Request) -> dict:
        return {
            "pspReference": reference,
            "result": f"{request.payload['action']['actionType']}_SUCCESS",
            "amount": request.amount if amount is None else amount,
        }

    return answer


def accept(reference: str) -> Callable:
    """Return an answer: the action will be reported on later."""
    return lambda request: {"pspReference": reference}


def fail() -> Callable:
    """Return an answer: the action failed; a reference is optional then."""
    return lambda request: {
        "result": f"{request.payload['action']['actionType']}_FAILURE",
        "amount": request.amount,
        "message": "Declined",
    }
