"""Gift cards as goods: fulfilled and mailed for each order."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.checkout.fetch import fetch_checkout_info
from saleor.checkout.tests.utils import add_variant_to_checkout
from saleor.giftcard.models import GiftCard
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.plugins.manager import PluginsManager, get_plugins_manager


def get_orders():
    return list(Order.objects.order_by("number"))


@pytest.fixture
def notifications(monkeypatch):
    """Return what Saleor asks its plugins to notify of: (event, payload)."""
    sent = []
    notify = PluginsManager.notify

    def record(self, event, payload_func, *args, **kwargs):
        sent.append((str(event), payload_func()))
        return notify(self, event, payload_func, *args, **kwargs)

    monkeypatch.setattr(PluginsManager, "notify", record)
    return sent


@pytest.fixture
def gift_card_cart(make_cart, make_variant, non_shippable_gift_card_product_type):
    """Make a cart of a gift card and a mug of alpha, two gift cards of beta."""
    checkout = make_cart([("alpha", "10.00")])
    checkout_info = fetch_checkout_info(
        checkout, [], get_plugins_manager(allow_replica=False)
    )
    for seller, price, quantity in (("alpha", "25.00", 1), ("beta", "50.00", 2)):
        variant = make_variant(seller, price, type=non_shippable_gift_card_product_type)
        add_variant_to_checkout(checkout_info, variant, quantity)
    checkout.save()
    return checkout


def test_bought_gift_cards_are_fulfilled_per_order(
    gift_card_cart, pay, complete, channel_USD, notifications, customer_user
):
    # given
    channel_USD.automatically_confirm_all_new_orders = True
    channel_USD.automatically_fulfill_non_shippable_gift_card = True
    channel_USD.save()
    pay(gift_card_cart, charged_value=Decimal("140.00"))

    # when
    data = complete(gift_card_cart)

    # then
    assert not data["errors"]
    alpha, beta = get_orders()
    assert [alpha.total_gross_amount, beta.total_gross_amount] == [40, 100]
    for order, status, balances in (
        (alpha, OrderStatus.PARTIALLY_FULFILLED, [Decimal(25)]),
        (beta, OrderStatus.FULFILLED, [Decimal(50), Decimal(50)]),
    ):
        order.refresh_from_db()
        assert order.status == status
        fulfillment = order.fulfillments.get()
        [line] = fulfillment.lines.all()
        assert line.order_line.is_gift_card
        cards = GiftCard.objects.filter(fulfillment_line=line)
        assert [card.initial_balance_amount for card in cards] == balances
        assert {card.created_by for card in cards} == {customer_user}
        for card in cards:
            [bought] = card.events.filter(type="bought")
            assert bought.order == order
    assert GiftCard.objects.count() == 3
    mailed = [
        payload for event, payload in notifications if event.endswith("send_gift_card")
    ]
    assert sorted(payload["gift_card"]["code"] for payload in mailed) == sorted(
        GiftCard.objects.values_list("code", flat=True)
    )
    assert {payload["recipient_email"] for payload in mailed} == {customer_user.email}
    fulfilled = [
        payload["order"]["id"]
        for event, payload in notifications
        if event.endswith("order_fulfillment_confirmation")
    ]
    assert sorted(map(str, fulfilled)) == sorted(
        Node.to_global_id("Order", order.pk) for order in (alpha, beta)
    )


def test_bought_gift_cards_wait_where_they_are_not_fulfilled_automatically(
    gift_card_cart, pay, complete, channel_USD
):
    # given
    channel_USD.automatically_fulfill_non_shippable_gift_card = False
    channel_USD.save()
    pay(gift_card_cart, charged_value=Decimal("140.00"))

    # when
    data = complete(gift_card_cart)

    # then
    assert not data["errors"]
    assert len(get_orders()) == 2
    assert not GiftCard.objects.exists()
    assert [order.fulfillments.count() for order in get_orders()] == [0, 0]


def test_bought_gift_cards_of_an_unpaid_order_wait(
    gift_card_cart, pay, complete, channel_USD
):
    # given
    channel_USD.automatically_fulfill_non_shippable_gift_card = True
    channel_USD.save()
    pay(gift_card_cart)

    # when
    data = complete(gift_card_cart)

    # then
    assert not data["errors"]
    assert not GiftCard.objects.exists()
