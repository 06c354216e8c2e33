"""One gift card in several carts: one purchase gets it, and none waits for another's."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.giftcard.models import GiftCard, GiftCardEvent
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.tests import race_condition
from saleor.tests.utils import prepare_test_db_connections
from saleor.warehouse.models import Allocation

from saleor_order_groups.models import OrderGroup
from tests.helpers.database import wait_for_a_blocked_statement

pytestmark = pytest.mark.django_db(transaction=True)

SEVERAL = [("alpha", "60.00"), ("beta", "40.00")]
ONE = [("alpha", "60.00"), ("alpha", "40.00")]
CREATE_ORDER = "saleor.checkout.complete_checkout.create_order_from_checkout"


def assert_nothing_happened(checkout):
    assert Checkout.objects.filter(pk=checkout.pk).exists()
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    assert not GiftCard.objects.exclude(last_used_on=None).exists()
    assert not GiftCardEvent.objects.filter(type="used_in_order").exists()


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
def test_other_checkouts_with_the_card_are_priced_again_after_the_commit(
    make_cart, pay, complete, gift_card, cart
):
    # given: another checkout with the card is being completed
    checkout = make_cart(cart, gift_cards=[gift_card])
    other = make_cart(cart, gift_cards=[gift_card])
    pay(checkout)
    Checkout.objects.update(price_expiration=timezone.now() + timedelta(hours=1))
    answers = []

    def run():
        try:
            prepare_test_db_connections()
            answers.append(complete(checkout))
        finally:
            connections.close_all()

    # when
    thread = threading.Thread(target=run)
    with transaction.atomic():
        Checkout.objects.select_for_update().get(pk=other.pk)
        thread.start()
        wait_for_a_blocked_statement()

        # then: what waits for the other checkout holds neither the card nor the orders
        assert Order.objects.count() == len({seller for seller, _ in cart})
        GiftCard.objects.select_for_update(nowait=True).get(pk=gift_card.pk)
    thread.join(timeout=60)
    [data] = answers
    assert data["errors"] == []
    gift_card.refresh_from_db()
    assert gift_card.current_balance_amount == 0
    other.refresh_from_db()
    assert other.price_expiration <= timezone.now()


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
@pytest.mark.parametrize(
    ("_case", "moment"),
    [
        ("before it is priced", CREATE_ORDER),
        ("before it is locked", "saleor.checkout.complete_checkout.allocate_preorders"),
    ],
)
def test_card_that_is_spent_while_the_checkout_completes(
    make_cart, pay, complete, gift_card, cart, _case, moment
):
    # given: 10.00 of 105.00 are the card's
    if "preorders" in moment and cart is SEVERAL:
        moment = "saleor_order_groups.completion.stock.allocate_preorders"
    checkout = make_cart(cart, gift_cards=[gift_card])
    payment = pay(checkout)
    assert payment.authorized_value == 95

    def spend(*args, **kwargs):
        GiftCard.objects.update(current_balance_amount=0)

    # when
    with race_condition.RunBefore(moment, spend):
        data = complete(checkout)

    # then
    [error] = data["errors"]
    assert (error["code"], error["field"]) == ("GIFT_CARD_NOT_APPLICABLE", "giftCards")
    assert "A gift card was used in the meantime." in error["message"]
    assert_nothing_happened(checkout)
    payment.refresh_from_db()
    assert payment.checkout_id == checkout.pk


def test_card_that_is_spent_after_the_payment_for_one_seller_was_taken(
    make_cart,
    pay_legacy,
    complete,
    gift_card,
):
    # given
    checkout = make_cart(ONE, gift_cards=[gift_card])
    payment = pay_legacy(checkout)

    def spend(*args, **kwargs):
        GiftCard.objects.update(current_balance_amount=3)

    # when
    with race_condition.RunBefore(
        "saleor.checkout.complete_checkout.allocate_preorders", spend
    ):
        data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "GIFT_CARD_NOT_APPLICABLE"
    assert error["message"] == "A gift card was used in the meantime."
    assert_nothing_happened(checkout)
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED
    assert payment.captured_amount == 0
