"""Details of completion that somebody who trusts it with money asked about."""

from decimal import Decimal
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.checkout import complete_checkout as saleor_completion
from saleor.discount.models import VoucherCode
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderChargeStatus
from saleor.order.models import Order
from saleor.payment import ChargeStatus, TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts
from saleor.payment.utils import process_order_or_checkout_with_transaction
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.completion import after_commit as events
from saleor_order_groups.completion import orders as placement
from saleor_order_groups.completion import place_group as checkout_module
from saleor_order_groups.models import OrderGroup

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
    pay_legacy,
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
    pay_legacy,
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
    pay_legacy,
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


def test_report_whose_amounts_come_after_completion_reaches_the_orders(
    make_cart, pay, complete
):
    # given: Saleor has committed the event of a report, but not yet the amounts
    checkout = make_cart(CART)
    payment = pay(checkout)
    payment.events.create(
        type=TransactionEventType.CHARGE_SUCCESS,
        amount_value=Decimal(105),
        currency="USD",
        psp_reference="charge-1",
        include_in_calculations=True,
    )
    payment = TransactionItem.objects.get()

    # when
    data = complete(checkout)
    recalculate_transaction_amounts(payment, save=False)
    payment.save(update_fields=["authorized_value", "charged_value"])
    process_order_or_checkout_with_transaction(
        payment, get_plugins_manager(allow_replica=False), None, None
    )

    # then
    assert not data["errors"]
    for order in Order.objects.all():
        assert order.total_charged_amount == order.total_gross_amount
        assert order.total_authorized_amount == 0
        assert order.charge_status == OrderChargeStatus.FULL


def test_events_of_one_order_that_fail_keep_nothing_from_the_others(
    make_cart, pay, complete
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    order_created = events.order_created

    def fail_for_the_first(*, order_info, **kwargs):
        if order_info.order.order_group_link.position == 0:
            raise RuntimeError("power cut")
        order_created(order_info=order_info, **kwargs)

    # when
    with (
        mock.patch.object(events, "order_created", fail_for_the_first),
        mock.patch.object(events, "trigger_order_group_created") as group_created,
    ):
        data = complete(checkout)

    # then
    assert not data["errors"]
    first, second = Order.objects.order_by("number")
    assert not first.events.filter(type="placed").exists()
    assert second.events.filter(type="placed").count() == 1
    group_created.assert_called_once()


def test_action_that_is_requested_of_the_groups_payment_is_refused(
    make_cart, pay, complete, app_api_client, permission_manage_payments
):
    # given
    checkout = make_cart(CART)
    payment = pay(checkout)
    assert not complete(checkout)["errors"]
    mutation = """
        mutation Request($id: ID!) {
          transactionRequestAction(id: $id, actionType: CHARGE) {
            errors { field message code }
          }
        }
    """

    # when
    response = app_api_client.post_graphql(
        mutation,
        {"id": Node.to_global_id("TransactionItem", payment.token)},
        permissions=[permission_manage_payments],
    )

    # then
    data = get_graphql_content(response)["data"]["transactionRequestAction"]
    [error] = data["errors"]
    assert (error["field"], error["code"]) == ("id", "INVALID")
    assert "request the action of the transactions of these orders" in error["message"]
    assert not TransactionEvent.objects.filter(type="charge_request").exists()
