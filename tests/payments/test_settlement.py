"""What the payment app reports after completion reaches the orders, exactly."""

from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus
from saleor.order.models import Order
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionItem
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts
from saleor.payment.utils import process_order_or_checkout_with_transaction
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import GroupPayment
from saleor_order_groups.payments.settlement import settle
from saleor_order_groups.payments.split import AMOUNTS
from tests.helpers.payments import CART, assert_shares_sum_to, get_orders, get_share

REPORT_CARD = """
    mutation Report($id: ID!) {
      transactionEventReport(
        id: $id, type: CHARGE_SUCCESS, amount: 105.00, pspReference: "charge-1"
        paymentMethodDetails: {
          giftCard: { name: "Voucher", brand: "Shoppers", lastChars: "1a2b" }
        }
      ) {
        errors { field message code }
      }
    }
"""


def test_charge_reported_on_the_payment_reaches_every_order(paid_group, report):
    # when
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")

    # then
    assert_shares_sum_to(paid_group)
    assert paid_group.charged_value == Decimal(105)
    for order, total in zip(get_orders(), (63, 42), strict=True):
        assert order.total_charged_amount == total
        assert order.total_authorized_amount == 0
        assert order.charge_status == OrderChargeStatus.FULL
        assert order.events.filter(type="order_fully_paid").count() == 1


def test_partial_charges_and_refunds_stay_exact(paid_group, report):
    # when
    report(paid_group, "CHARGE_SUCCESS", "33.33", "charge-1")
    report(paid_group, "CHARGE_SUCCESS", "0.01", "charge-2")
    report(paid_group, "REFUND_SUCCESS", "10.01", "refund-1")
    report(paid_group, "CANCEL_SUCCESS", "1.00", "cancel-1")

    # then
    assert_shares_sum_to(paid_group)
    assert paid_group.charged_value == Decimal("23.33")
    assert paid_group.refunded_value == Decimal("10.01")
    assert paid_group.authorized_value == Decimal("70.66")
    for order in get_orders():
        assert order.charge_status == OrderChargeStatus.PARTIAL
        assert order.authorize_status == OrderAuthorizeStatus.PARTIAL


def test_repeated_report_changes_nothing(paid_group, report):
    # given
    report(paid_group, "CHARGE_SUCCESS", "50.00", "charge-1")
    before = [(o.total_charged_amount, o.events.count()) for o in get_orders()]

    # when
    data = report(paid_group, "CHARGE_SUCCESS", "50.00", "charge-1")

    # then
    assert data["alreadyProcessed"]
    assert [(o.total_charged_amount, o.events.count()) for o in get_orders()] == before
    assert_shares_sum_to(paid_group)


def test_settling_again_changes_nothing(paid_group, report):
    # given
    report(paid_group, "CHARGE_SUCCESS", "50.00", "charge-1")
    rows = list(TransactionItem.objects.order_by("pk").values(*AMOUNTS))
    events = [order.events.count() for order in get_orders()]

    # when
    settle(GroupPayment.objects.get(), None, None, None)

    # then
    assert list(TransactionItem.objects.order_by("pk").values(*AMOUNTS)) == rows
    assert [order.events.count() for order in get_orders()] == events


def test_report_on_a_share_is_that_orders_and_reaches_the_payment(paid_group, report):
    # given
    first, second = get_orders()

    # when
    report(first.payment_transactions.get(), "CHARGE_SUCCESS", "63.00", "charge-1")

    # then
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.total_charged_amount, second.total_charged_amount) == (63, 0)
    assert first.charge_status == OrderChargeStatus.FULL
    assert second.total_authorized_amount == 42
    assert_shares_sum_to(paid_group)
    assert paid_group.charged_value == Decimal(63)
    assert first.events.filter(type="order_fully_paid").count() == 1


def test_later_report_on_the_payment_goes_to_who_is_not_charged_yet(paid_group, report):
    # given
    first, _ = get_orders()
    report(first.payment_transactions.get(), "CHARGE_SUCCESS", "63.00", "charge-1")

    # when
    report(paid_group, "CHARGE_SUCCESS", "42.00", "charge-2")

    # then
    assert [order.total_charged_amount for order in get_orders()] == [63, 42]
    assert {order.charge_status for order in get_orders()} == {OrderChargeStatus.FULL}
    assert_shares_sum_to(paid_group)


def test_report_of_the_same_event_on_payment_and_share_counts_once(paid_group, report):
    # given
    first, _ = get_orders()
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")

    # when
    report(first.payment_transactions.get(), "CHARGE_FAILURE", "63.00", "other")
    report(first.payment_transactions.get(), "REFUND_SUCCESS", "3.00", "refund-1")
    report(paid_group, "REFUND_SUCCESS", "3.00", "refund-1")

    # then
    assert [order.total_charged_amount for order in get_orders()] == [60, 42]
    assert_shares_sum_to(paid_group)


def test_omitted_amount_is_that_of_the_transaction_reported_on(paid_group, report):
    # given: the newest event with the reference is a share's
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    first, _ = get_orders()
    share = first.payment_transactions.get()
    share.events.filter(type="charge_success").update(created_at=timezone.now())

    # when
    report(paid_group, "CHARGE_BACK", None, "charge-1")

    # then
    assert [order.total_charged_amount for order in get_orders()] == [0, 0]
    assert_shares_sum_to(paid_group)


def test_updating_amounts_of_a_share_is_refused(paid_group, app_api_client):
    # given
    first, _ = get_orders()
    share = first.payment_transactions.get()
    mutation = """
        mutation Update($id: ID!) {
          transactionUpdate(
            id: $id
            transaction: { amountCharged: { amount: 63, currency: "USD" } }
          ) {
            errors { field code message }
          }
        }
    """

    # when
    response = app_api_client.post_graphql(
        mutation, {"id": Node.to_global_id("TransactionItem", share.token)}
    )

    # then
    data = get_graphql_content(response)["data"]["transactionUpdate"]
    assert data["errors"] == [
        {
            "field": "transaction",
            "code": "INVALID",
            "message": (
                "This transaction is one order's share of a payment: report its amounts"
                " with transactionEventReport."
            ),
        }
    ]
    assert_shares_sum_to(paid_group)


def test_chargeback_comes_off_as_the_charge_was_divided(paid_group, report):
    # given
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")

    # when
    report(paid_group, "CHARGE_BACK", "105.00", "charge-1")

    # then
    assert [order.total_charged_amount for order in get_orders()] == [0, 0]
    assert_shares_sum_to(paid_group)


def test_cancel_is_refused_while_a_sibling_is_authorized(
    paid_group, report, request_action
):
    # given
    first, second = get_orders()
    share = first.payment_transactions.get()

    # when
    [error] = request_action(share, "CANCEL")

    # then
    assert error == {
        "field": "id",
        "code": "INVALID",
        "message": (
            "Canceling would take the authorization from other orders that were paid"
            f" with it: #{second.number}."
        ),
    }
    assert not share.events.filter(type="cancel_request").exists()


@pytest.mark.parametrize("status", ["canceled", "expired"])
def test_cancel_is_not_refused_for_orders_that_are_not_live(
    paid_group, request_action, status
):
    # given
    first, second = get_orders()
    Order.objects.filter(pk=second.pk).update(status=status)

    # when
    errors = request_action(first.payment_transactions.get(), "CANCEL")

    # then: Saleor's own answer, for no app listens to requests here
    assert [error["code"] for error in errors] == [
        "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"
    ]


def test_cancel_is_not_refused_when_the_siblings_are_charged(
    paid_group, report, request_action
):
    # given
    first, second = get_orders()
    report(second.payment_transactions.get(), "CHARGE_SUCCESS", "42.00", "charge-2")

    # when
    errors = request_action(first.payment_transactions.get(), "CANCEL")

    # then
    assert [error["code"] for error in errors] == [
        "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"
    ]


def test_event_that_a_share_has_twice_counts_once(paid_group, report):
    # given
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    share = get_share(get_orders()[0])
    twice = share.events.create(
        type="charge_success",
        psp_reference="charge-1",
        amount_value=Decimal("63.00"),
        currency="USD",
        include_in_calculations=True,
    )

    # when
    settle(GroupPayment.objects.get(), None)

    # then
    twice.refresh_from_db()
    assert not twice.include_in_calculations
    assert_shares_sum_to(paid_group)
    assert paid_group.charged_value == Decimal(105)


@pytest.fixture
def paid_group_with_actions(
    make_cart, transaction_item_generator, report, complete, app_api_client
):
    """Two orders of 63.00 and 42.00, authorized by an app that names what it can do."""
    checkout = make_cart(CART)
    transaction = transaction_item_generator(
        checkout_id=checkout.pk,
        app=app_api_client.app,
        psp_reference=None,
        available_actions=["charge", "cancel"],
    )
    report(transaction, "AUTHORIZATION_SUCCESS", "105.00", "auth-1")
    assert not complete(checkout)["errors"]
    transaction.refresh_from_db()
    return transaction


def get_actions():
    return [get_share(order).available_actions for order in get_orders()]


def test_cancel_is_offered_to_the_last_one_that_has_money_authorized(
    paid_group_with_actions, report
):
    # given
    assert get_actions() == [["charge"], ["charge"]]

    # when
    report(get_share(get_orders()[0]), "CHARGE_SUCCESS", "63.00", "charge-1")

    # then
    assert get_actions() == [["charge"], ["charge", "cancel"]]
    paid_group_with_actions.refresh_from_db()
    assert paid_group_with_actions.available_actions == []


def test_cancel_is_offered_when_the_siblings_are_canceled(
    paid_group_with_actions, staff_api_client, permission_group_manage_orders
):
    # given
    first, _ = get_orders()
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    # when
    staff_api_client.post_graphql(
        "mutation($id: ID!) { orderCancel(id: $id) { errors { code } } }",
        {"id": Node.to_global_id("Order", first.pk)},
    )

    # then
    assert get_actions() == [["charge"], ["charge", "cancel"]]


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


def test_gift_card_details_that_are_reported_follow_to_the_orders(
    paid_group, app_api_client
):
    # when
    response = app_api_client.post_graphql(
        REPORT_CARD, {"id": Node.to_global_id("TransactionItem", paid_group.token)}
    )

    # then
    data = get_graphql_content(response)["data"]["transactionEventReport"]
    assert data["errors"] == []
    for order in get_orders():
        share = get_share(order)
        assert share.payment_method_name == "Voucher"
        assert share.gift_card_brand == "Shoppers"
        assert share.gift_card_last_chars == "1a2b"
