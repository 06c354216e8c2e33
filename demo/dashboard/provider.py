"""A payment app that does what Saleor asks for, unless a test tells it otherwise."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

from ..client import Api

APP_NAME = "Payments of the dashboard tests"
EVENTS = [
    "TRANSACTION_CHARGE_REQUESTED",
    "TRANSACTION_REFUND_REQUESTED",
    "TRANSACTION_CANCELATION_REQUESTED",
]
_REQUEST = """
    ... on %s {
      transaction { pspReference order { number } }
      action { actionType amount }
    }"""
SUBSCRIPTION = (
    "subscription {\n  event {"
    + "".join(_REQUEST % event.title().replace("_", "") for event in EVENTS)
    + "\n  }\n}"
)


@dataclass
class Provider:
    """Listens on a free port of localhost.

    `declined`: numbers of orders whose requests are declined.
    `delay`: how many seconds an answer takes.
    `requests`: what was asked for, in the order of arrival.
    """

    declined: set[str] = field(default_factory=set)
    delay: float = 0
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        respond = self._respond

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = json.dumps(respond(json.loads(body))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent: standard output has the description of the shop."""

        self._references = count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        """Forget what a test has told."""
        self.declined.clear()
        self.delay = 0
        self.requests.clear()

    def _respond(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(request)
        time.sleep(self.delay)
        action = request["action"]
        order = request["transaction"]["order"] or {"number": None}
        declined = order["number"] in self.declined
        outcome = "FAILURE" if declined else "SUCCESS"
        return {
            "pspReference": f"{action['actionType'].lower()}-{next(self._references)}",
            "result": f"{action['actionType']}_{outcome}",
            "amount": action["amount"],
            "message": "The card issuer declined." if declined else "",
        }


def install(staff: Api, provider: Provider) -> Api:
    """Make the app anew, because its address is another in each run; log it in."""
    _remove_old(staff)
    app_id = staff(
        """mutation ($input: AppInput!) {
          appCreate(input: $input) { app { id } errors { field message } }
        }""",
        input={
            "name": APP_NAME,
            "permissions": ["MANAGE_ORDERS", "HANDLE_PAYMENTS", "MANAGE_CHECKOUTS"],
        },
    )["app"]["id"]
    staff(
        """mutation ($input: WebhookCreateInput!) {
          webhookCreate(input: $input) { webhook { id } errors { field message } }
        }""",
        input={
            "app": app_id,
            "name": "Payments",
            "targetUrl": provider.url,
            "syncEvents": EVENTS,
            "query": SUBSCRIPTION,
            "isActive": True,
        },
    )
    token = staff(
        """mutation ($app: ID!) {
          appTokenCreate(input: {app: $app}) { authToken errors { field message } }
        }""",
        app=app_id,
    )["authToken"]
    return staff.as_bearer_of(token)


def _remove_old(staff: Api) -> None:
    apps = staff(
        """query ($search: String!) {
          apps(first: 20, filter: {search: $search}) { edges { node { id } } }
        }""",
        search=APP_NAME,
    )["edges"]
    for app in apps:
        staff(
            "mutation ($id: ID!) { appDelete(id: $id) { errors { field message } } }",
            id=app["node"]["id"],
        )
