"""One checkout has one group, however often and at once it is completed."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.tests import race_condition
from saleor.tests.utils import prepare_test_db_connections
from saleor.warehouse.models import Stock

from saleor_order_groups.models import OrderGroup

CART = [(None, "10.00"), ("alpha", "60.00"), ("beta", "40.00")]


def test_database_refuses_a_second_group_of_a_checkout(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    complete(checkout)
    group = OrderGroup.objects.get()

    # when / then
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderGroup.objects.create(
            channel=group.channel,
            currency="USD",
            checkout_token=group.checkout_token,
            placed_total_net_amount=0,
            placed_total_gross_amount=0,
        )


def test_rival_that_completes_while_the_checkout_is_validated(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    rival = []

    # when
    with race_condition.RunBefore(
        "saleor.graphql.checkout.mutations.checkout_complete"
        ".CheckoutComplete.validate_checkout_addresses",
        lambda *args, **kwargs: rival.append(complete(checkout)),
    ):
        data = complete(checkout)

    # then
    assert not data["errors"]
    assert [data] == rival
    assert OrderGroup.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_completions_make_one_group(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    start = threading.Barrier(4)
    answers = []

    def run():
        try:
            prepare_test_db_connections()
            start.wait(timeout=30)
            answers.append(complete(checkout))
        finally:
            connections.close_all()

    # when
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    # then
    assert len(answers) == 4
    assert [answer["errors"] for answer in answers] == [[]] * 4
    assert len({answer["order"]["id"] for answer in answers}) == 1
    assert len({answer["orderGroup"]["id"] for answer in answers}) == 1
    assert OrderGroup.objects.count() == 1
    assert Order.objects.count() == 3
    assert sorted(Stock.objects.values_list("quantity_allocated", flat=True)) == [
        1,
        1,
        1,
    ]
    assert not Checkout.objects.exists()
