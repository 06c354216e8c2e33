"""Generated lives of a purchase: what is recorded is what the orders say, at each step."""

import os
import random
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups.lifecycle.look import find_changed
from saleor_order_groups.lifecycle.states import STATUSES
from saleor_order_groups.models import OrderGroup, OrderGroupEvent
from saleor_order_groups.recovery.sweep import sweep
from saleor_order_groups.verification.runner import verify
from tests.helpers.events import get_event_types
from tests.helpers.payments import REPORT, get_orders

CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")]
STEPS = 14
SEEDS = int(os.environ.get("SEEDS", "6"))


@pytest.fixture
def live(
    make_cart,
    transaction_item_generator,
    complete,
    report,
    order_life,
    app_api_client,
    channel_USD,
):
    """Return a function that lets a purchase live, as the seed says."""

    def _live(seed):
        chance = random.Random(seed)
        channel_USD.automatically_confirm_all_new_orders = chance.random() < 0.5
        channel_USD.save()
        checkout = make_cart(CART)
        payment = transaction_item_generator(
            checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
        )
        first = chance.choice(["AUTHORIZATION_SUCCESS", "CHARGE_SUCCESS"])
        report(payment, first, "105.00", f"{seed}-0")
        assert not complete(checkout)["errors"]
        yield
        for number in range(1, STEPS):
            order = chance.choice(list(get_orders()))
            act = chance.choice(
                ["fulfill", "cancel_fulfillment", "return_goods", "cancel", "confirm"]
                + ["report"] * 3
            )
            if act == "report":
                variables = {
                    "id": payment_id(chance.choice([payment, share_of(order)])),
                    "type": chance.choice(
                        ["CHARGE_SUCCESS", "REFUND_SUCCESS", "CHARGE_BACK"]
                        + ["CHARGE_FAILURE", "REFUND_REVERSE"]
                    ),
                    "amount": str(chance.choice([5, 20, Decimal("31.50"), 105])),
                    "reference": f"{seed}-{chance.randrange(number + 1)}",
                }
                get_graphql_content(app_api_client.post_graphql(REPORT, variables))
            else:
                try:
                    getattr(order_life, act)(order)
                except (AssertionError, ObjectDoesNotExist):
                    # Saleor refuses it: the orders are as they were.
                    continue
            yield

    return _live


def payment_id(transaction):
    return Node.to_global_id("TransactionItem", transaction.token)


def share_of(order):
    return order.payment_transactions.get()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_recorded_is_what_the_orders_say(live, seed):
    # when
    for _ in live(seed):
        # then: without any sweep
        group = OrderGroup.objects.get()
        assert find_changed([group.pk]) == []
    # and each event goes on from where the one before ended
    assert get_event_types(group)[0] == "created"
    before = None
    for event in OrderGroupEvent.objects.order_by("sequence"):
        previous, present = (event.parameters[key] for key in ("previous", "present"))
        if before and previous != before["previous"]:
            # Amounts may have changed without an event.
            assert {name: previous[name] for name in STATUSES} == {
                name: before["present"][name] for name in STATUSES
            }
        before = event.parameters
    assert not OrderGroupEvent.objects.filter(announced_at=None).exists()
    assert list(sweep()) == []
    assert list(verify()) == []
