"""Completion in real server processes over HTTP: raced, and killed in the middle."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as saleor_settings
from django.db import connection, transaction
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode
from saleor.order.models import Order, OrderEvent
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.models import OrderGroup

from .conftest import CHECKOUT_COMPLETE

# The processes see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

CART = [(None, "10.00"), ("alpha", "60.00"), ("beta", "40.00")]
START_SECONDS = 120


class Server:
    """A Saleor web process on the test database."""

    def __init__(self, tmp_path, name):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = tmp_path / f"{name}.log"
        database = connection.settings_dict
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "saleor.settings",
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
                **database
            ),
            "SECRET_KEY": "test",
            "RSA_PRIVATE_KEY": saleor_settings.RSA_PRIVATE_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_CLIENT_HOSTS": "127.0.0.1",
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "SEND_USAGE_TELEMETRY": "False",
        }
        # Tasks run in the process itself.
        for key in ("CELERY_BROKER_URL", "REDIS_URL", "CACHE_URL"):
            env.pop(key, None)
        command = [sys.executable, "-m", "uvicorn", "saleor.asgi:application"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--lifespan", "off"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=env, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return self.post("{ shop { name } }", {})
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"The server did not start: {self.log.read_text()[-2000:]}")

    def post(self, query, variables):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql/",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as response:
            return json.load(response)

    def complete(self, checkout):
        variables = {"id": Node.to_global_id("Checkout", checkout.pk)}
        answer = self.post(CHECKOUT_COMPLETE, variables)
        return answer["data"]["checkoutComplete"]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)


@pytest.fixture
def start_server(tmp_path):
    servers = []

    def _start():
        servers.append(Server(tmp_path, f"server-{len(servers)}"))
        return servers[-1]

    yield _start
    for server in servers:
        server.kill()


def wait_for_a_blocked_statement():
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            # What a transaction has read of the statistics it keeps, until told.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    pytest.fail("The completion did not come to the stocks.")


def test_twenty_completions_at_once_make_one_group(make_cart, pay, start_server):
    # given
    servers = [start_server(), start_server()]
    checkout = make_cart(CART, user=None)
    pay(checkout)
    for server in servers:
        server.wait()

    # when
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: servers[n % 2].complete(checkout), range(20)))

    # then
    assert [answer["errors"] for answer in answers] == [[]] * 20
    assert len({answer["order"]["id"] for answer in answers}) == 1
    assert len({answer["orderGroup"]["id"] for answer in answers}) == 1
    assert OrderGroup.objects.count() == 1
    assert Order.objects.count() == 3
    assert list(Stock.objects.values_list("quantity_allocated", flat=True)) == [1] * 3
    assert not Checkout.objects.exists()
    events = Counter(OrderEvent.objects.values_list("type", flat=True))
    assert events["placed"] == 3


def test_two_customers_race_for_the_last_item_of_one_seller(
    make_cart, pay, start_server
):
    # given
    servers = [start_server(), start_server()]
    checkouts = [make_cart(CART, user=None), make_cart(CART, user=None)]
    contested = Stock.objects.get(product_variant__sku="SKU-2")
    contested.quantity = 1
    contested.save()
    lines = [
        checkout.lines.get(variant__sku__in=["SKU-2", "SKU-5"])
        for checkout in checkouts
    ]
    variant = contested.product_variant
    for line in lines:
        line.variant = variant
        line.save()
    for checkout in checkouts:
        pay(checkout)
    for server in servers:
        server.wait()

    # when
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda n: servers[n].complete(checkouts[n]), range(2)))

    # then
    winner, loser = sorted(answers, key=lambda answer: len(answer["errors"]))
    assert winner["errors"] == []
    assert [error["code"] for error in loser["errors"]] == ["INSUFFICIENT_STOCK"]
    assert OrderGroup.objects.count() == 1
    assert Order.objects.count() == 3
    kept = Checkout.objects.get()
    assert kept == checkouts[answers.index(loser)]
    assert kept.lines.count() == 3
    assert TransactionItem.objects.get(checkout=kept).authorized_value > 0
    assert Stock.objects.get(pk=contested.pk).quantity_allocated == 1


def test_killed_in_the_middle_leaves_nothing_and_completing_again_succeeds(
    make_cart, pay, start_server, voucher_single_use, use_voucher
):
    # given: the orders and their lines are written, the stock is locked by somebody
    checkout = make_cart(CART, user=None)
    use_voucher(checkout, voucher_single_use)
    pay(checkout)
    server = start_server()
    server.wait()
    pool = ThreadPoolExecutor(1)
    with transaction.atomic():
        list(Stock.objects.select_for_update())
        answer = pool.submit(server.complete, checkout)
        wait_for_a_blocked_statement()

        # when
        server.kill()
    with pytest.raises(OSError, match="closed|reset"):
        answer.result(timeout=60)
    pool.shutdown()

    # then
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    assert TransactionItem.objects.get().checkout_id == checkout.pk
    assert not VoucherCode.objects.filter(is_active=False).exists()

    # when
    server = start_server()
    server.wait()
    data = server.complete(checkout)

    # then
    assert data["errors"] == []
    assert Order.objects.count() == 3
    assert VoucherCode.objects.filter(is_active=False).count() == 1
