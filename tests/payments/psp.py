"""A payment service provider with an app for Saleor, and the processes it talks to.

Saleor's webhooks come in over HTTP, from a web server and a Celery worker; reports go out
through the GraphQL API with the app's token. The provider knows nothing of order groups.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from graphene import Node
from saleor.app.models import App
from saleor.order.models import Order
from saleor.order.utils import updates_amounts_for_order
from saleor.payment.models import TransactionItem
from saleor.webhook.event_types import WebhookEventSyncType

from saleor_order_groups.models import PaymentShare
from saleor_order_groups.payments.split import AMOUNTS

START_SECONDS = 180
WAIT_SECONDS = 60

SUBSCRIPTION = """
    fragment Payment on TransactionItem {
      id
      pspReference
      order { number }
      authorizedAmount { amount }
      chargedAmount { amount }
    }
    subscription {
      event {
        ... on TransactionInitializeSession {
          initialized: transaction { id }
          initialization: action { amount }
        }
        ... on TransactionChargeRequested {
          transaction { ...Payment }
          action { actionType amount }
        }
        ... on TransactionRefundRequested {
          transaction { ...Payment }
          action { actionType amount }
        }
        ... on TransactionCancelationRequested {
          transaction { ...Payment }
          action { actionType amount }
        }
      }
    }
"""
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ------------------------------------------------------------------ Saleor


class Saleor:
    """A web server and a Celery worker on the test database."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/graphql/"
        self.directory = directory
        self.broker = directory / "broker"
        for path in (self.broker, directory / "broker-control"):
            path.mkdir()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        database = connection.settings_dict
        self._env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.payments.process_settings",
            "BROKER_DIRECTORY": str(self.broker),
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
                **database
            ),
            "SECRET_KEY": "test",
            "RSA_PRIVATE_KEY": settings.RSA_PRIVATE_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_CLIENT_HOSTS": "127.0.0.1",
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "HTTP_IP_FILTER_ENABLED": "False",
            "SEND_USAGE_TELEMETRY": "False",
        }
        for key in ("CELERY_BROKER_URL", "REDIS_URL", "CACHE_URL"):
            self._env.pop(key, None)
        self._processes = [
            self._spawn(
                "server",
                ["uvicorn", "saleor.asgi:application", "--lifespan", "off"]
                + ["--host", "127.0.0.1", "--port", str(self.port)],
            ),
            self._spawn(
                "worker",
                ["celery", "--app", "saleor.celeryconf:app", "worker"]
                + ["--pool", "threads", "--concurrency", "4", "--loglevel", "info"]
                + ["--without-gossip", "--without-mingle", "--without-heartbeat"],
            ),
        ]

    def _spawn(self, name: str, arguments: list[str]) -> subprocess.Popen:
        with (self.directory / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=self._env,
                cwd=Path(__file__).parents[2],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Return when both processes are ready."""
        until(self._is_ready, START_SECONDS, self._get_logs)

    def _is_ready(self) -> bool:
        assert all(process.poll() is None for process in self._processes), (
            self._get_logs()
        )
        if b" ready." not in (self.directory / "worker.log").read_bytes():
            return False
        try:
            self.post("{ shop { name } }")
        except OSError:
            return False
        return True

    def _get_logs(self) -> str:
        return "\n".join(
            (self.directory / f"{name}.log").read_text()[-2000:]
            for name in ("server", "worker")
        )

    def post(self, query: str, token: str | None = None, **variables) -> dict:
        """Return the data of the answer; top-level errors fail the test."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, headers)
        with self._opener.open(request, timeout=120) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def wait_for_webhooks(self, provider: "Provider", number: int) -> None:
        """Return when the provider has received so many, each answered."""
        until(
            lambda: len(provider.received) >= number and self._is_idle(),
            WAIT_SECONDS,
            self._get_logs,
        )

    def wait_until_idle(self) -> None:
        """Return when no task waits or runs, so that the tables can be emptied."""
        for _ in range(5):
            # Between two statements a task looks idle.
            until(self._is_idle, WAIT_SECONDS, self._get_logs)
            time.sleep(0.05)

    def _is_idle(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname ="
                " current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            return not cursor.fetchone()[0] and not list(self.broker.glob("*.msg"))

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(timeout=30)


def until(
    holds: Callable[[], bool], seconds: float, explain: Callable[[], object]
) -> None:
    """Wait until something holds; fail with an explanation if it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)


# ------------------------------------------------------------------ the provider


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

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = 400, None
                if body:
                    event = self.headers["Saleor-Event"]
                    answer = provider.handle(event, json.loads(body))
                    status = 503 if answer is None else 200
                    provider.answers += [answer] if answer else []
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

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


# ------------------------------------------------------------------ fixtures

_started: list[Saleor] = []
IDENTIFIER = "tests.provider"
INITIALIZE = """
    mutation Initialize($id: ID!, $amount: PositiveDecimal, $gateway: String!) {
      transactionInitialize(
        id: $id, amount: $amount, action: AUTHORIZATION, paymentGateway: { id: $gateway }
      ) {
        transaction { id pspReference authorizedAmount { amount } }
        transactionEvent { type message }
        errors { field message code }
      }
    }
"""
COMPLETE = """
    mutation Complete($id: ID!) {
      checkoutComplete(id: $id) {
        orderGroup { id orders { id number } }
        errors { field message code }
      }
    }
"""
ACTION = """
    mutation Request(
      $id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal
    ) {
      transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
        errors { field message code }
      }
    }
"""


@pytest.fixture(scope="session")
def processes(django_db_setup, tmp_path_factory):
    """Saleor's processes, started once: what they see is in the database alone."""
    # Each module that imports the fixture has its own.
    if not _started:
        _started.append(Saleor(tmp_path_factory.mktemp("saleor")))
    yield _started[0]
    _started[0].stop()


@pytest.fixture
def saleor(processes, order_groups_plugin):
    """Saleor's processes, ready, and idle before the tables are emptied."""
    processes.wait()
    yield processes
    processes.wait_until_idle()


@pytest.fixture
def provider(
    saleor,
    permission_manage_payments,
    permission_manage_orders,
    permission_manage_checkouts,
):
    """Install the app of a provider; the value is the provider."""
    app = App.objects.create(name="Provider", identifier=IDENTIFIER, is_active=True)
    app.permissions.add(
        permission_manage_payments,
        permission_manage_orders,
        permission_manage_checkouts,
    )
    _, token = app.tokens.create(name="test")
    provider = Provider(saleor, token)
    webhook = app.webhooks.create(
        name="Payments", target_url=provider.url, subscription_query=SUBSCRIPTION
    )
    for event_type in (
        WebhookEventSyncType.TRANSACTION_INITIALIZE_SESSION,
        WebhookEventSyncType.TRANSACTION_CHARGE_REQUESTED,
        WebhookEventSyncType.TRANSACTION_REFUND_REQUESTED,
        WebhookEventSyncType.TRANSACTION_CANCELATION_REQUESTED,
    ):
        webhook.events.create(event_type=event_type)
    provider.start()
    yield provider
    provider.stop()
    assert provider.failures == []


@dataclass
class Purchase:
    """A completed purchase: its payment's reference, the orders and their shares."""

    reference: str
    payment_id: str
    group_id: str
    order_ids: list[str]
    numbers: list[str]
    share_ids: list[str]


@pytest.fixture
def authorize(provider):
    """Return a function that lets the app authorize a checkout; its value is the answer."""

    def _authorize(checkout, amount=None):
        data = provider.saleor.post(
            INITIALIZE,
            provider.token,
            id=Node.to_global_id("Checkout", checkout.pk),
            amount=amount,
            gateway=IDENTIFIER,
        )["transactionInitialize"]
        assert not data["errors"], data["errors"]
        event = data["transactionEvent"]
        assert event["type"] == "AUTHORIZATION_SUCCESS", event
        return data["transaction"]

    return _authorize


@pytest.fixture
def complete_purchase(saleor):
    """Return a function that completes an authorized checkout as the customer."""

    def _complete(checkout, transaction):
        data = saleor.post(COMPLETE, id=Node.to_global_id("Checkout", checkout.pk))
        data = data["checkoutComplete"]
        assert not data["errors"], data["errors"]
        orders = data["orderGroup"]["orders"]
        _, token = Node.from_global_id(transaction["id"])
        links = PaymentShare.objects.filter(
            payment__transaction__token=token
        ).select_related("transaction")
        shares = {
            Node.to_global_id("Order", link.order_id): link.transaction.token
            for link in links
        }
        return Purchase(
            reference=transaction["pspReference"],
            payment_id=transaction["id"],
            group_id=data["orderGroup"]["id"],
            order_ids=[order["id"] for order in orders],
            numbers=[order["number"] for order in orders],
            share_ids=[
                Node.to_global_id("TransactionItem", shares[order["id"]])
                for order in orders
            ],
        )

    return _complete


@pytest.fixture
def buy(make_cart, authorize, complete_purchase):
    """Return a function that authorizes and completes a cart."""

    def _buy(lines, amount=None, **options):
        checkout = make_cart(lines, user=None, **options)
        return complete_purchase(checkout, authorize(checkout, amount))

    return _buy


@pytest.fixture
def ask(provider):
    """Return a function that requests an action of a transaction; its value: the errors."""

    def _ask(transaction_id, action, amount=None):
        return provider.saleor.post(
            ACTION, provider.token, id=transaction_id, action=action, amount=amount
        )["transactionRequestAction"]["errors"]

    return _ask


def get_transactions(purchase: Purchase) -> list[TransactionItem]:
    """Return the payment and the shares of a purchase."""
    ids = [purchase.payment_id, *purchase.share_ids]
    return [TransactionItem.objects.get(token=Node.from_global_id(id)[1]) for id in ids]


def get_amounts(purchase: Purchase, name: str) -> list[Decimal]:
    """Return an amount of the payment and of each share."""
    return [getattr(item, f"{name}_value") for item in get_transactions(purchase)]


def wait_for(purchase: Purchase, name: str, expected: list) -> None:
    """Wait until the worker has brought an amount of payment and shares there."""
    expected = [Decimal(amount) for amount in expected]
    until(
        lambda: get_amounts(purchase, name) == expected,
        WAIT_SECONDS,
        lambda: (name, get_amounts(purchase, name), expected),
    )


def assert_in_line_with(purchase: Purchase, intent: Intent) -> None:
    """Check that shares, payment, the provider's books and the orders agree."""
    payment, *shares = get_transactions(purchase)
    for name in AMOUNTS:
        parts = [getattr(share, name) for share in shares]
        assert sum(parts) == getattr(payment, name), name
        assert min(parts) >= 0, name
    for name in ("authorized", "charged", "refunded", "canceled"):
        assert getattr(payment, f"{name}_value") == getattr(intent, name), name
    for share in shares:
        order = share.order
        derived = Order.objects.get(pk=order.pk)
        updates_amounts_for_order(derived, save=False)
        for name in ("total_charged_amount", "charge_status", "authorize_status"):
            assert getattr(order, name) == getattr(derived, name), name
