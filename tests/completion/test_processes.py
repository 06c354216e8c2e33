"""Completion in real server processes over HTTP: raced, and killed in the middle."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode
from saleor.order.models import Order, OrderEvent
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.models import OrderGroup
from tests.helpers.database import wait_for_a_blocked_statement

# The processes see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

CART = [(None, "10.00"), ("alpha", "60.00"), ("beta", "40.00")]


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
