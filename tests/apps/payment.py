"""A payment app that answers Saleor's requests over HTTP, as a test tells it to."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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

    def start(self) -> None:
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = Request(self.headers["Saleor-Event"], json.loads(body))
                app.requests.append(request)
                answer = app.answer(request)
                content = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(200 if answer is not None else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


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
