"""Amounts that cannot be divided are refused, and say so."""

from decimal import Decimal

import pytest
from graphene import Node
from prices import Money, TaxedMoney
from saleor.checkout import calculations
from saleor.checkout.models import Checkout
from saleor.giftcard.models import GiftCard
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment, TransactionItem
from saleor.warehouse.models import Allocation

from saleor_order_groups.completion import orders as placement
from saleor_order_groups.models import OrderGroup
from tests.helpers.previews import PREVIEW

CART = [("alpha", "60.00"), ("beta", "40.00")]
PREFIX = "The checkout cannot be split between its sellers. "


def assert_nothing_happened(checkout):
    assert Checkout.objects.filter(pk=checkout.pk).exists()
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    assert not GiftCard.objects.exclude(last_used_on=None).exists()


@pytest.fixture
def spend_the_card_meanwhile(monkeypatch):
    """Let a rival spend the card while the orders' stock is allocated."""

    def _spend(gift_card):
        allocate_stock = placement.allocate_stock

        def allocate(*args):
            gift_card.current_balance_amount = Decimal("9.00")
            gift_card.save()
            allocate_stock(*args)

        monkeypatch.setattr(placement, "allocate_stock", allocate)

    return _spend


@pytest.mark.parametrize("entry", ["complete", "create_from_checkout"])
def test_gift_card_that_was_spent_meanwhile(
    make_cart,
    pay,
    gift_card,
    spend_the_card_meanwhile,
    request,
    entry,
):
    # given
    place = request.getfixturevalue(entry)
    checkout = make_cart(CART, gift_cards=[gift_card])
    pay(checkout)
    spend_the_card_meanwhile(gift_card)

    # when
    data = place(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "GIFT_CARD_NOT_APPLICABLE"
    assert error["field"] == "giftCards"
    assert error["message"] == PREFIX + "A gift card was used in the meantime."
    assert_nothing_happened(checkout)


def test_gift_card_that_was_spent_after_the_payment_was_taken(
    make_cart,
    pay_legacy,
    complete,
    gift_card,
    spend_the_card_meanwhile,
):
    # given
    checkout = make_cart(CART, gift_cards=[gift_card])
    payment = pay_legacy(checkout)
    spend_the_card_meanwhile(gift_card)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "GIFT_CARD_NOT_APPLICABLE"
    assert_nothing_happened(checkout)
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED


@pytest.mark.parametrize("entry", ["complete", "create_from_checkout"])
def test_gift_card_balance_that_the_currency_does_not_have(
    make_cart, pay, gift_card, user_api_client, request, entry
):
    # given: the API refuses such a balance, a migration of data may not
    place = request.getfixturevalue(entry)
    gift_card.current_balance_amount = Decimal("9.995")
    gift_card.save()
    checkout = make_cart(CART, gift_cards=[gift_card])
    pay(checkout)
    message = (
        f"{PREFIX}A gift card's balance: 9.995 USD is not a whole number of minor"
        " units."
    )

    # when
    response = user_api_client.post_graphql(
        PREVIEW, {"id": Node.to_global_id("Checkout", checkout.token)}
    )
    data = place(checkout)

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert [error["message"] for error in content["errors"]] == [message]
    [error] = data["errors"]
    assert error["code"] == "GIFT_CARD_NOT_APPLICABLE"
    assert error["message"] == message
    assert_nothing_happened(checkout)


def test_price_that_the_currency_does_not_have(make_cart, pay, complete, monkeypatch):
    # given: Saleor itself rounds every price
    checkout = make_cart(CART)
    pay(checkout)
    monkeypatch.setattr(
        calculations,
        "checkout_shipping_price",
        lambda **kwargs: TaxedMoney(Money("4.995", "USD"), Money("4.995", "USD")),
    )

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "TAX_ERROR"
    assert error["message"] == (
        f"{PREFIX}4.995 USD is not a whole number of minor units."
    )
    assert_nothing_happened(checkout)


def test_transaction_of_an_amount_that_the_currency_does_not_have_is_kept(
    make_cart, pay, complete
):
    # given: of what was paid nothing is lost, however odd it is
    checkout = make_cart(CART)
    transaction = pay(checkout)
    TransactionItem.objects.update(authorized_value=Decimal("105.005"))

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    shares = TransactionItem.objects.exclude(pk=transaction.pk)
    assert len(shares) == 2
    assert sum(share.authorized_value for share in shares) == Decimal("105.005")


def test_payment_of_an_amount_that_the_currency_does_not_have_is_given_back(
    make_cart,
    pay_legacy,
    complete,
):
    # given: the gateway takes more than what is due
    checkout = make_cart(CART)
    payment = pay_legacy(checkout)
    Payment.objects.update(total=Decimal("105.005"))

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["message"] == (
        f"{PREFIX}105.005 USD is not a whole number of minor units."
    )
    assert_nothing_happened(checkout)
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED
