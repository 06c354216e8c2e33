"""Gift cards that pay for a cart: locked, and looked at once more."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.order.models import Order

from saleor_order_groups.completion import orders as placement

CART = [("alpha", "60.00"), ("beta", "40.00")]


def test_gift_cards_are_locked_after_stocks(make_cart, pay, complete, gift_card):
    # given
    checkout = make_cart(CART, gift_cards=[gift_card])
    pay(checkout)

    # when
    with CaptureQueriesContext(connection) as queries:
        data = complete(checkout)

    # then: as Saleor does, or two completions could wait for each other
    assert not data["errors"]
    locks = [
        table
        for query in queries
        for table in ("warehouse_stock", "giftcard_giftcard")
        if f'FROM "{table}"' in query["sql"] and "FOR UPDATE" in query["sql"]
    ]
    assert locks == ["warehouse_stock", "giftcard_giftcard"]


def test_gift_card_that_was_spent_meanwhile_is_refused(
    make_cart, pay, complete, gift_card, monkeypatch
):
    # given
    checkout = make_cart(CART, gift_cards=[gift_card])
    pay(checkout)
    allocate_stock = placement.allocate_stock

    def allocate_while_the_card_is_spent(*args):
        gift_card.current_balance_amount = 0
        gift_card.save()
        allocate_stock(*args)

    monkeypatch.setattr(placement, "allocate_stock", allocate_while_the_card_is_spent)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert "A gift card was used in the meantime." in error["message"]
    assert not Order.objects.exists()


@pytest.mark.parametrize("cart", [[("alpha", "100.00")], CART])
def test_gift_card_payment_is_logged_as_by_saleor(
    cart, make_cart, pay, complete, gift_card, caplog
):
    # given: 10.00 on the card
    checkout = make_cart(cart, gift_cards=[gift_card])
    pay(checkout)

    # when
    assert not complete(checkout)["errors"]

    # then
    [record] = [each for each in caplog.records if "Gift card payment" in each.message]
    assert record.name == "saleor.order.utils"
    assert record.checkout_id == Node.to_global_id("Checkout", checkout.pk)
    assert Decimal(record.gift_card_compensation) == 10
    assert Decimal(record.total_after_gift_card_compensation) == 95
