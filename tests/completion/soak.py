"""Several hundred completions from several processes at once; `make soak`.

Carts of several sellers share variants with each other and with carts of one seller,
which Saleor places itself. Afterwards every invariant is checked in SQL.
"""

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db.models import F, Sum
from saleor.checkout.fetch import fetch_checkout_info
from saleor.checkout.tests.utils import add_variant_to_checkout
from saleor.order.models import Order, OrderEvent, OrderLine
from saleor.plugins.manager import get_plugins_manager
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.models import OrderGroup

pytestmark = pytest.mark.django_db(transaction=True)

COMPLETIONS = int(os.environ.get("COMPLETIONS", "300"))
PROCESSES = 3
CLIENTS = 8
SELLERS = [None, "alpha", "beta", "gamma", "delta"]


def test_soak(make_cart, make_variant, pay, start_server):
    # given: some variants are scarce, so that a part of the carts must be refused. Carts
    # of one seller have plenty of everything: Saleor itself may sell a last item twice.
    servers = [start_server() for _ in range(PROCESSES)]
    chance = random.Random(20)
    plenty, scarce = (
        {
            seller: make_variant(
                seller, f"{chance.randint(0, 9999) / 100:.2f}", stock=n
            )
            for seller in SELLERS
        }
        for n in (10_000, COMPLETIONS // 10)
    )
    checkouts = []
    for number in range(COMPLETIONS):
        checkout = make_cart([], user=None)
        info = fetch_checkout_info(
            checkout, [], get_plugins_manager(allow_replica=False)
        )
        sellers = chance.sample(SELLERS, 1 if number % 4 == 0 else chance.randint(2, 5))
        goods = [plenty[seller] for seller in sellers]
        if len(sellers) > 1:
            goods += [scarce[seller] for seller in sellers if chance.random() < 0.5]
        for variant in goods:
            add_variant_to_checkout(info, variant, chance.randint(1, 2))
        pay(checkout)
        checkouts.append(checkout)
    for server in servers:
        server.wait()

    # when: every checkout is completed twice, from two processes
    jobs = [
        (checkout, server)
        for checkout in checkouts
        for server in chance.sample(servers, 2)
    ]
    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda job: job[1].complete(job[0]), jobs))
    seconds = time.monotonic() - started

    # then
    outcomes = Counter(
        answer["errors"][0]["code"] if answer["errors"] else "completed"
        for answer in answers
    )
    print(f"\n{len(jobs)} calls in {seconds:.1f} s: {dict(outcomes)}")  # noqa: T201
    assert set(outcomes) <= {"completed", "INSUFFICIENT_STOCK"}
    for first, second in zip(answers[::2], answers[1::2], strict=True):
        assert first["order"] == second["order"]
        assert first["orderGroup"] == second["orderGroup"]
    groups = {a["orderGroup"]["id"] for a in answers if not a["errors"]}
    assert OrderGroup.objects.count() == len(groups) > 0
    orders = Order.objects.count()
    assert OrderEvent.objects.filter(type="placed").count() == orders
    assert not Stock.objects.filter(quantity_allocated__gt=F("quantity")).exists()
    ordered = OrderLine.objects.aggregate(sum=Sum("quantity"))["sum"]
    allocated = Allocation.objects.aggregate(sum=Sum("quantity_allocated"))["sum"]
    booked = Stock.objects.aggregate(sum=Sum("quantity_allocated"))["sum"]
    assert ordered == allocated == booked
    call_command("verify_order_groups")
