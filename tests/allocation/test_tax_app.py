"""A tax app is asked about the whole checkout, and its answer is what is split."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.giftcard.models import GiftCard
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.warehouse.models import Allocation
from saleor.webhook.event_types import WebhookEventSyncType

from saleor_order_groups.models import OrderGroup
from tests.apps.tax import INCLUDED

CART = [("beta", "40.00"), ("alpha", "30.00", 2), (None, "5.00")]
ORDER_CREATE_FROM_CHECKOUT = """
    mutation Create($id: ID!) {
      orderCreateFromCheckout(id: $id) {
        order { id }
        orderGroup { id orders { id } }
        errors { field message code }
      }
    }
"""


@pytest.fixture
def create_order_from_checkout(app_api_client, permission_handle_checkouts):
    app_api_client.app.permissions.add(permission_handle_checkouts)

    def _create(checkout):
        variables = {"id": Node.to_global_id("Checkout", checkout.pk)}
        response = app_api_client.post_graphql(ORDER_CREATE_FROM_CHECKOUT, variables)
        return get_graphql_content(response)["data"]["orderCreateFromCheckout"]

    return _create


def expire_prices(checkout):
    """Let the next completion ask the app again."""
    Checkout.objects.filter(pk=checkout.pk).update(price_expiration=timezone.now())


def write(amount):
    assert amount == round(amount, 2)
    return str(round(amount, 2))


def read(price):
    return write(price.net.amount), write(price.gross.amount)


def get_placed():
    [group] = OrderGroup.objects.all()
    orders = [
        link.order
        for link in group.order_links.select_related("order").order_by("position")
    ]
    assert Order.objects.count() == len(orders)
    return orders


def get_lines(orders):
    return {
        line.product_sku: (*read(line.total_price), line.tax_rate)
        for order in orders
        for line in order.lines.all()
    }


def get_sums(orders):
    return tuple(
        write(sum(getattr(order, f"{name}_amount") for order in orders))
        for name in (
            "subtotal_net",
            "subtotal_gross",
            "shipping_price_net",
            "shipping_price_gross",
            "total_net",
            "total_gross",
        )
    )


def assert_asked_once_about_all(responder, included=True):
    [(event, payload)] = responder.requests
    assert event == WebhookEventSyncType.CHECKOUT_CALCULATE_TAXES
    assert payload["included_taxes_in_prices"] is included
    assert payload["shipping_amount"] == "5.00"
    assert [(line["sku"], line["total_amount"]) for line in payload["lines"]] == [
        ("SKU-0", "40.00"),
        ("SKU-1", "60.00"),
        ("SKU-2", "5.00"),
    ]


def assert_nothing_happened(checkout):
    assert Checkout.objects.filter(pk=checkout.pk).exists()
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    assert not GiftCard.objects.exclude(last_used_on=None).exists()


def count_used_codes(voucher):
    assert not voucher.codes.filter(used__gt=0).exists()
    return voucher.codes.filter(is_active=False).count()


# ------------------------------------------------------------------ taxes


@pytest.mark.parametrize("named", [True, False])
def test_prices_entered_with_tax(
    set_tax_app, responder, make_cart, pay, complete, named
):
    # given
    set_tax_app(named=named)
    checkout = make_cart(CART)
    pay(checkout)
    expire_prices(checkout)
    responder.forget()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert_asked_once_about_all(responder)
    orders = get_placed()
    assert get_lines(orders) == {
        "SKU-0": ("32.52", "40.00", Decimal("0.23")),
        "SKU-1": ("55.56", "60.00", Decimal("0.08")),
        "SKU-2": ("5.00", "5.00", Decimal(0)),
    }
    assert get_sums(orders) == ("93.08", "105.00", "4.20", "5.00", "97.28", "110.00")
    # 5.00 over 5, 60 and 40, and its tax over that
    assert [read(order.shipping_price) for order in orders] == [
        ("0.20", "0.24"),
        ("2.40", "2.86"),
        ("1.60", "1.90"),
    ]
    assert [read(order.total) for order in orders] == [
        ("5.20", "5.24"),
        ("57.96", "62.86"),
        ("34.12", "41.90"),
    ]
    assert {order.shipping_tax_rate for order in orders} == {Decimal("0.19")}
    assert {order.tax_error for order in orders} == {None}


@pytest.mark.parametrize("named", [True, False])
def test_prices_entered_without_tax(
    set_tax_app, responder, make_cart, pay, complete, named
):
    # given
    set_tax_app(named=named, prices_entered_with_tax=False)
    checkout = make_cart(CART)
    pay(checkout)
    expire_prices(checkout)
    responder.forget()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert_asked_once_about_all(responder, included=False)
    orders = get_placed()
    assert get_lines(orders) == {
        "SKU-0": ("40.00", "49.20", Decimal("0.23")),
        "SKU-1": ("60.00", "64.80", Decimal("0.08")),
        "SKU-2": ("5.00", "5.00", Decimal(0)),
    }
    assert get_sums(orders) == ("105.00", "119.00", "5.00", "5.95", "110.00", "124.95")
    # 5.00 over 5.00, 64.80 and 49.20, and its tax over that
    assert [read(order.shipping_price) for order in orders] == [
        ("0.21", "0.25"),
        ("2.72", "3.24"),
        ("2.07", "2.46"),
    ]
    assert [read(order.total) for order in orders] == [
        ("5.21", "5.25"),
        ("62.72", "68.04"),
        ("42.07", "51.66"),
    ]
    assert {order.shipping_tax_rate for order in orders} == {Decimal("0.19")}


@pytest.mark.parametrize(
    ("prices_entered_with_tax", "total"),
    [(True, ("88.44", "100.00")), (False, ("101.20", "114.95"))],
)
def test_gift_card_pays_a_part(
    set_tax_app,
    responder,
    make_cart,
    pay,
    complete,
    gift_card,
    prices_entered_with_tax,
    total,
):
    # given
    set_tax_app(prices_entered_with_tax=prices_entered_with_tax)
    checkout = make_cart(CART, gift_cards=[gift_card])
    pay(checkout)
    expire_prices(checkout)
    responder.forget()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert_asked_once_about_all(responder, prices_entered_with_tax)
    orders = get_placed()
    assert get_sums(orders)[4:] == total
    gift_card.refresh_from_db()
    assert gift_card.current_balance_amount == 0
    assert all(order.gift_cards.get() == gift_card for order in orders)


def test_amounts_finer_than_the_currency(
    set_tax_app, responder, make_cart, pay, complete
):
    # given
    set_tax_app()
    responder.taxes = {
        "SKU-0": ("32.52032", "40.004", "23"),
        "SKU-1": ("55.55555", "60.004", "8"),
        "SKU-2": ("4.996", "5.004", "0.125"),
        "shipping": ("4.20168", "5.004", "19"),
    }
    checkout = make_cart(CART)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    orders = get_placed()
    assert get_sums(orders) == ("93.08", "105.00", "4.20", "5.00", "97.28", "110.00")


def test_free_shipping_that_the_app_prices(
    set_tax_app, responder, make_cart, pay, complete
):
    # given
    set_tax_app()
    responder.taxes = INCLUDED | {"shipping": ("0.00", "0.02", "0")}
    checkout = make_cart(CART, shipping="0.00")
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    orders = get_placed()
    assert get_sums(orders) == ("93.08", "105.00", "0.00", "0.02", "93.08", "105.02")


def test_discount_that_the_app_taxes(
    set_tax_app, responder, make_cart, pay, use_voucher, voucher_single_use, complete
):
    # given
    set_tax_app()
    voucher_single_use.channel_listings.update(discount_value=Decimal("21.00"))
    checkout = make_cart(CART)
    use_voucher(checkout, voucher_single_use)
    # 21.00 off 105.00
    responder.taxes = INCLUDED | {
        "SKU-0": ("26.02", "32.00", "23"),
        "SKU-1": ("44.44", "48.00", "8"),
        "SKU-2": ("4.00", "4.00", "0"),
    }
    pay(checkout)
    expire_prices(checkout)
    responder.forget()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert_asked_once_about_all(responder)
    [(_, payload)] = responder.requests
    assert [discount["amount"] for discount in payload["discounts"]] == ["21.00"]
    orders = get_placed()
    assert get_sums(orders) == ("74.46", "84.00", "4.20", "5.00", "78.66", "89.00")
    assert [write(order.discounts.get().amount_value) for order in orders] == [
        "1.00",
        "12.00",
        "8.00",
    ]
    assert count_used_codes(voucher_single_use) == 1


# ------------------------------------------------------------------ errors


def drop_a_line(answer):
    answer["lines"].pop()
    return json.dumps(answer).encode()


def answer_negative_line(answer):
    answer["lines"][1]["total_net_amount"] = "-55.56"
    return json.dumps(answer).encode()


def answer_negative_shipping(answer):
    answer["shipping_price_gross_amount"] = "-5.00"
    return json.dumps(answer).encode()


ERRORS = pytest.mark.parametrize(
    ("status", "spoil"),
    [
        (500, None),
        (200, lambda answer: b'{"lines": ['),
        (200, drop_a_line),
        (200, answer_negative_line),
        (200, answer_negative_shipping),
    ],
    ids=["status", "json", "missing-line", "negative-line", "negative-shipping"],
)


@ERRORS
@pytest.mark.parametrize("entry", ["complete", "create_order_from_checkout"])
def test_error_of_the_app_refuses_until_it_recovers(
    set_tax_app,
    responder,
    make_cart,
    pay,
    use_voucher,
    voucher_single_use,
    gift_card,
    request,
    entry,
    status,
    spoil,
):
    # given
    place = request.getfixturevalue(entry)
    set_tax_app()
    checkout = make_cart(CART, gift_cards=[gift_card])
    use_voucher(checkout, voucher_single_use)
    pay(checkout)
    expire_prices(checkout)
    responder.status, responder.spoil = status, spoil

    # when
    answers = [place(checkout), place(checkout)]

    # then
    for data in answers:
        [error] = data["errors"]
        assert error["code"] == "TAX_ERROR"
        assert error["message"] == "Configured Tax App returned invalid response."
        assert data["order"] is None
        assert data["orderGroup"] is None
    assert_nothing_happened(checkout)
    assert count_used_codes(voucher_single_use) == 0

    # when
    responder.status, responder.spoil = 200, None
    responder.forget()
    data = place(checkout)

    # then
    assert not data["errors"]
    assert len(data["orderGroup"]["orders"]) == 3
    assert_asked_once_about_all(responder)
    assert get_sums(get_placed())[:4] == ("93.08", "105.00", "4.20", "5.00")
    assert count_used_codes(voucher_single_use) == 1


@pytest.mark.parametrize("entry", ["complete", "create_order_from_checkout"])
@pytest.mark.parametrize(
    "taxes", [{"SKU-1": ("60.01", "60.00", "0")}, {"shipping": ("5.01", "5.00", "0")}]
)
def test_net_above_gross_cannot_be_split(
    set_tax_app,
    responder,
    make_cart,
    pay,
    use_voucher,
    voucher_single_use,
    gift_card,
    request,
    entry,
    taxes,
):
    # given
    place = request.getfixturevalue(entry)
    set_tax_app()
    checkout = make_cart(CART, gift_cards=[gift_card])
    use_voucher(checkout, voucher_single_use)
    # Saleor takes such an answer: the app is not in error for it.
    responder.taxes = INCLUDED | taxes
    pay(checkout)

    # when
    data = place(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "TAX_ERROR"
    assert error["message"] == (
        "The checkout cannot be split between its sellers."
        " The checkout has a negative price or tax."
    )
    assert_nothing_happened(checkout)
    assert count_used_codes(voucher_single_use) == 0

    # when
    responder.taxes = INCLUDED
    expire_prices(checkout)
    data = place(checkout)

    # then
    assert not data["errors"]
    assert get_sums(get_placed())[:4] == ("93.08", "105.00", "4.20", "5.00")
    assert count_used_codes(voucher_single_use) == 1


@ERRORS
def test_error_where_no_app_is_named_leaves_the_taxes_out(
    set_tax_app, responder, make_cart, pay, complete, status, spoil
):
    # given
    set_tax_app(named=False)
    checkout = make_cart(CART)
    pay(checkout)
    expire_prices(checkout)
    responder.status, responder.spoil = status, spoil
    responder.forget()

    # when
    data = complete(checkout)

    # then: as Saleor does, which has then no app that could be in error
    assert not data["errors"]
    assert_asked_once_about_all(responder)
    orders = get_placed()
    assert get_sums(orders) == ("105.00", "105.00", "5.00", "5.00", "110.00", "110.00")
