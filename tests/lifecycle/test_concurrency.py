"""Looks at one group at once: each transition is recorded once, and nothing waits.

ROUNDS sets how often siblings race; `make test` runs some rounds.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections, transaction
from saleor.checkout.payment_utils import update_checkout_payment_statuses
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order
from saleor.payment.models import TransactionItem
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import OrderGroup, OrderGroupEvent
from saleor_order_groups.recovery.sweep import sweep
from saleor_order_groups.verification.runner import verify
from tests.helpers.events import get_event_types
from tests.helpers.payments import get_orders

ROUNDS = int(os.environ.get("ROUNDS", "15"))
PURCHASES = 20
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("replica_of_threads"),
]


@pytest.fixture
def group(make_cart, pay, complete):
    checkout = make_cart(CART)
    pay(checkout, charged_value=Decimal(105))
    assert not complete(checkout)["errors"]
    return OrderGroup.objects.get()


def in_thread(function, *args):
    try:
        return function(*args)
    finally:
        connections.close_all()


def test_siblings_that_change_at_once(group, caplog):
    # given
    orders = list(get_orders())

    def change(order, status, start):
        start.wait()
        with transaction.atomic():
            Order.objects.filter(pk=order.pk).update(status=status)
        order = Order.objects.select_related("channel").get(pk=order.pk)
        get_plugins_manager(allow_replica=False).order_updated(order, webhooks=[])

    # when
    before = len(get_event_types(group))
    for n in range(ROUNDS):
        for status in ("fulfilled", "unfulfilled"):
            start = threading.Barrier(len(orders))
            with ThreadPoolExecutor(len(orders)) as pool:
                for done in [
                    pool.submit(in_thread, change, order, status, start)
                    for order in orders
                ]:
                    done.result()

        # then: the way back is told too
        types = get_event_types(group)[before:]
        assert types.count("fulfilled") == n + 1
    assert "Looking at the group" not in caplog.text
    assert list(sweep()) == []
    assert not OrderGroupEvent.objects.filter(announced_at=None).exists()


def test_locked_order_delays_no_look(group):
    # given
    order = get_orders()[0]
    Order.objects.update(status="fulfilled")
    order = Order.objects.select_related("channel").get(pk=order.pk)

    # when
    with transaction.atomic():
        assert order_qs_select_for_update().get(pk=order.pk)
        with ThreadPoolExecutor(1) as pool:
            manager = get_plugins_manager(allow_replica=False)
            look = pool.submit(in_thread, manager.order_updated, order, [])
            look.result(timeout=20)

        # then
        assert get_event_types(group)[-1] == "fulfilled"


def test_purchases_of_one_customer_paid_by_gift_cards_at_once(
    make_cart, complete, get_total, customer_user, gift_card, channel_USD
):
    # given: each with a transaction of a gift card, charged when the orders are confirmed
    checkouts = []
    for number in range(PURCHASES):
        gift_card.pk, gift_card.code = None, f"card-{number}"
        gift_card.initial_balance_amount = gift_card.current_balance_amount = 200
        gift_card.save()
        checkout = make_cart(CART)
        total = get_total(checkout).gross
        TransactionItem.objects.create(
            checkout=checkout,
            currency="USD",
            authorized_value=total.amount,
            gift_card=gift_card,
            app_identifier=GIFT_CARD_PAYMENT_GATEWAY_ID,
            available_actions=["charge", "refund", "cancel"],
        ).events.create(
            type="authorization_success",
            amount_value=total.amount,
            currency="USD",
            psp_reference=f"gc-{number}",
            app_identifier=GIFT_CARD_PAYMENT_GATEWAY_ID,
            include_in_calculations=True,
        )
        checkout.refresh_from_db()
        update_checkout_payment_statuses(
            checkout=checkout, checkout_total_gross=total, checkout_has_lines=True
        )
        checkouts.append(checkout)
    before = customer_user.number_of_orders

    # when
    with ThreadPoolExecutor(PURCHASES) as pool:
        for done in [pool.submit(in_thread, complete, each) for each in checkouts]:
            assert not done.result()["errors"]

    # then
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == before + 3 * PURCHASES
    assert OrderGroup.objects.count() == PURCHASES
    for group in OrderGroup.objects.all():
        assert get_event_types(group) == ["created", "confirmed", "fully_paid"]
        for link in group.order_links.all():
            assert link.announced_at
            assert link.order.events.filter(type="placed").count() == 1
            assert link.order.charge_status == "full"
    assert list(verify()) == []
