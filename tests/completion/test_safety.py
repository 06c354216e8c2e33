"""All or nothing, once, however completion fails, repeats or races."""

import threading
from unittest import mock

import pytest
from django.db import IntegrityError, connections, transaction
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.tests import race_condition
from saleor.tests.utils import prepare_test_db_connections
from saleor.warehouse.models import Stock

from saleor_order_groups.models import OrderGroup

CART = [(None, "10.00"), ("alpha", "60.00"), ("beta", "40.00")]


class PowerCutError(Exception):
    pass


def test_events_fire_once_for_each_order_after_commit(
    make_cart, pay, complete, order_groups_plugin_with_webhooks
):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with (
        mock.patch(
            "saleor_order_groups.completion.after_commit.order_created"
        ) as order_created,
        mock.patch(
            "saleor_order_groups.completion.after_commit.send_order_confirmation"
        ) as confirm,
        mock.patch(
            "saleor_order_groups.completion.after_commit.trigger_order_group_created"
        ) as group_created,
    ):
        complete(checkout)
        complete(checkout)

    # then
    orders = list(Order.objects.order_by("number"))
    assert [
        call.kwargs["order_info"].order for call in order_created.call_args_list
    ] == orders
    assert [call.args[0].order for call in confirm.call_args_list] == orders
    group_created.assert_called_once()
    assert group_created.call_args.args[0] == OrderGroup.objects.get()


def test_rolled_back_completion_announces_nothing(make_cart, pay, fail_to_complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with (
        mock.patch(
            "saleor_order_groups.completion.after_commit.trigger_order_group_created"
        ) as group_created,
        mock.patch(
            "saleor_order_groups.completion.after_commit.order_created"
        ) as order_created,
        mock.patch(
            "saleor.checkout.complete_checkout.delete_checkouts",
            side_effect=PowerCutError,
        ),
    ):
        fail_to_complete(checkout, PowerCutError)

    # then
    group_created.assert_not_called()
    order_created.assert_not_called()
    assert not OrderGroup.objects.exists()


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
