"""Details of completion that somebody who trusts it with money asked about."""

from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.checkout import complete_checkout as saleor_completion
from saleor.discount.models import VoucherCode
from saleor.order.models import Order
from saleor.payment import ChargeStatus

from saleor_order_groups import checkout as checkout_module
from saleor_order_groups import placement
from saleor_order_groups.models import OrderGroup

from .test_legacy_payments import pay_legacy  # noqa: F401

CART = [("alpha", "60.00"), ("beta", "40.00")]


def test_voucher_that_somebody_else_used_up_meanwhile_is_refused(
    make_cart, pay, complete, voucher_single_use, use_voucher
):
    # given
    checkout = make_cart(CART)
    use_voucher(checkout, voucher_single_use)
    pay(checkout)
    fetch_checkout_lines = saleor_completion.fetch_checkout_lines

    def fetch_after_another_use(*args, **kwargs):
        VoucherCode.objects.filter(code=checkout.voucher_code).update(is_active=False)
        return fetch_checkout_lines(*args, **kwargs)

    # when
    with mock.patch.object(
        saleor_completion, "fetch_checkout_lines", fetch_after_another_use
    ):
        data = complete(checkout)

    # then
    assert [error["code"] for error in data["errors"]] == ["VOUCHER_NOT_APPLICABLE"]
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()


def change_while_paying(monkeypatch, change):
    process_payment = saleor_completion._process_payment

    def process(**kwargs):
        change()
        return process_payment(**kwargs)

    monkeypatch.setattr(saleor_completion, "_process_payment", process)


@pytest.mark.parametrize("cart", [CART, CART[:1]])
def test_line_added_while_the_payment_is_processed(
    make_cart,
    make_variant,
    pay_legacy,  # noqa: F811
    complete,
    monkeypatch,
    cart,
):
    # given
    checkout = make_cart(cart)
    payment = pay_legacy(checkout)
    late = make_variant("gamma", "7.00")
    change_while_paying(
        monkeypatch,
        lambda: checkout.lines.create(variant=late, quantity=1, currency="USD"),
    )

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["message"] == "The checkout's lines were changed while it was paid."
    assert not Order.objects.exists()
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED


@pytest.mark.parametrize("cart", [CART, [*CART, ("gamma", "7.00")]])
def test_line_removed_while_the_payment_is_processed(
    make_cart,
    pay_legacy,  # noqa: F811
    complete,
    monkeypatch,
    cart,
):
    # given
    checkout = make_cart(cart)
    payment = pay_legacy(checkout)
    line = checkout.lines.get(variant__sku="SKU-1")
    change_while_paying(monkeypatch, line.delete)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["message"] == "The checkout's lines were changed while it was paid."
    assert not Order.objects.exists()
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED


def test_group_of_one_that_fails_gives_the_money_back(
    make_cart,
    pay_legacy,  # noqa: F811
    fail_to_complete,
    monkeypatch,
):
    # given
    checkout = make_cart([("alpha", "60.00")])
    payment = pay_legacy(checkout)

    def fail(*args):
        raise RuntimeError("power cut")

    # when
    monkeypatch.setattr(checkout_module, "create_group", fail)
    fail_to_complete(checkout, RuntimeError)

    # then
    assert not Order.objects.exists()
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED


def test_order_that_ships_nothing_has_no_external_shipping_method(
    make_cart, pay, complete, product_type_without_variant
):
    # given
    checkout = make_cart(CART)
    storage = checkout.metadata_storage
    storage.private_metadata = {"external_app_shipping_id": "app:1:x", "key": "value"}
    storage.save()
    product_type_without_variant.is_shipping_required = False
    product_type_without_variant.save()
    product = checkout.lines.get(variant__sku="SKU-0").variant.product
    product.product_type = product_type_without_variant
    product.save()
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    first, second = Order.objects.order_by("number")
    assert first.private_metadata == {"key": "value"}
    assert second.private_metadata == {
        "external_app_shipping_id": "app:1:x",
        "key": "value",
    }


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
    allocate_stock = placement._allocate_stock

    def allocate_while_the_card_is_spent(*args):
        gift_card.current_balance_amount = 0
        gift_card.save()
        allocate_stock(*args)

    monkeypatch.setattr(placement, "_allocate_stock", allocate_while_the_card_is_spent)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert "A gift card was used in the meantime." in error["message"]
    assert not Order.objects.exists()
