"""Two sellers' choices at the same time: both hold, and so does their sum."""

import json
import threading
import time
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from saleor.checkout import delivery_context
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.checkout.models import Checkout, CheckoutDelivery
from saleor.tests.utils import prepare_test_db_connections

from saleor_order_groups.delivery.combined_method import (
    get_combined_id,
    read_seller_methods,
)
from saleor_order_groups.delivery.options import fetch_choices
from saleor_order_groups.models import Seller
from tests.helpers.deliveries import CHOOSE, get_method_id, get_seller_id, to_id

# The rivals see what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

CART = [("beta", "40.00"), ("alpha", "30.00", 2)]
IN_TIME = 20


def wait_for_waiting(number):
    """Wait until so many of this database's connections wait for a lock."""
    deadline = time.monotonic() + IN_TIME
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(0.02)
    raise AssertionError("The rivals did not come to the lock.")


@pytest.fixture
def choose_at_once(api_client):
    """Return a function that sends choices which meet at the checkout's lock."""

    def _choose(checkout, *rivals):
        answers = []

        def send(slug, method):
            try:
                # Of this thread, too.
                prepare_test_db_connections()
                delivery = {
                    "sellerId": get_seller_id(slug),
                    "shippingMethodId": get_method_id(method),
                }
                variables = {"id": to_id(checkout), "deliveries": [delivery]}
                response = api_client.post_graphql(CHOOSE, variables)
                answers.append(json.loads(response.content))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=send, args=rival) for rival in rivals]
        with transaction.atomic():
            checkout_qs_select_for_update().get(pk=checkout.pk)
            for thread in threads:
                thread.start()
            wait_for_waiting(len(threads))
        for thread in threads:
            thread.join(IN_TIME)
            assert not thread.is_alive()
        return answers

    return _choose


def assert_sum_is_of_the_choices(checkout, expected, price):
    checkout = Checkout.objects.get(pk=checkout.pk)
    choices = fetch_choices(checkout.pk)
    assert choices == {
        Seller.objects.get(slug=slug).pk: method.pk for slug, method in expected.items()
    }
    delivery = checkout.assigned_delivery
    assert delivery.shipping_method_id == get_combined_id(choices)
    assert delivery.is_valid
    parcels = read_seller_methods(delivery.private_metadata, "USD")
    assert {key: parcel.method_id for key, parcel in parcels.items()} == choices
    assert delivery.price_amount == Decimal(price)
    assert checkout.undiscounted_base_shipping_price_amount == Decimal(price)


def test_first_choices_of_two_sellers_are_both_kept(
    make_cart, make_method, choose_at_once
):
    # given
    cart = make_cart(CART, shipping=None, user=None)
    van = make_method("12.00", name="Van")
    bike = make_method("3.10", name="Bike")

    # when
    answers = choose_at_once(cart, ("alpha", van), ("beta", bike))

    # then
    assert all("errors" not in answer for answer in answers)
    assert_sum_is_of_the_choices(cart, {"alpha": van, "beta": bike}, "15.10")


def test_changed_choices_of_two_sellers_are_both_kept(
    make_cart, make_method, choose, choose_at_once
):
    # given
    cart = make_cart(CART, shipping=None, user=None)
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    bike = make_method("3.10", name="Bike")
    choose(cart, {"alpha": parcel, "beta": parcel})

    # when
    answers = choose_at_once(cart, ("alpha", van), ("beta", bike))

    # then
    assert all("errors" not in answer for answer in answers)
    assert_sum_is_of_the_choices(cart, {"alpha": van, "beta": bike}, "15.10")


def test_older_refresh_does_not_replace_a_newer_sum(
    make_cart, make_method, choose, refresh, monkeypatch
):
    # given: a refresh that has read the choices, and is slow to write the sum
    cart = make_cart(CART, shipping=None, user=None)
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {"alpha": parcel, "beta": parcel})
    convert = delivery_context.convert_shipping_method_data_to_checkout_delivery
    done = []

    def convert_late(*args):
        if not done:
            done.append(True)
            rival = threading.Thread(target=choose_and_close)
            rival.start()
            rival.join(IN_TIME)
        return convert(*args)

    def choose_and_close():
        try:
            prepare_test_db_connections()
            done.append(choose(cart, {"alpha": van}))
        finally:
            connections.close_all()

    monkeypatch.setattr(
        delivery_context,
        "convert_shipping_method_data_to_checkout_delivery",
        convert_late,
    )

    # when
    refresh(cart)

    # then
    assert done[1]["errors"] == []
    assert_sum_is_of_the_choices(cart, {"alpha": van, "beta": parcel}, "16.90")
    assert CheckoutDelivery.objects.filter(is_external=True, is_valid=True).count() == 1
