"""What is asked of one order goes to the app, bounded by the order's share."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.graphql.payment.mutations.transaction.utils import (
    create_transaction_event_requested,
)
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.order import OrderChargeStatus
from saleor.order.models import Order
from saleor.payment.models import TransactionEvent

from tests.apps.payment import accept, fail, succeed
from tests.helpers.payments import (
    CART,
    REQUEST,
    assert_shares_sum_to,
    get_amounts,
    get_orders,
    get_share,
)


@pytest.fixture
def charged_group(paid_group, report):
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    paid_group.refresh_from_db()
    return paid_group


def test_charge_of_an_order_reaches_the_app_with_its_part(
    paid_group, payment_app, request_action
):
    # given
    first, second = get_orders()
    payment_app.answer = succeed("charge-a")

    # when
    errors = request_action(get_share(first), "CHARGE")

    # then
    assert errors == []
    [request] = payment_app.requests
    assert request.reference == "auth-1"
    assert request.amount == 63
    assert request.transaction["order"]["number"] == str(first.number)
    assert get_amounts("charged_value") == [63, [63, 0]]
    assert get_amounts("authorized_value") == [42, [0, 42]]
    first, second = get_orders()
    assert first.charge_status == OrderChargeStatus.FULL
    assert second.charge_status == OrderChargeStatus.NONE
    assert not get_share(second).events.filter(type__startswith="charge").exists()
    assert_shares_sum_to(paid_group)


@pytest.mark.parametrize("amount", ["100.00", "63.00", None])
def test_refund_is_bounded_by_the_share(
    charged_group, payment_app, request_action, amount
):
    # given
    first, _ = get_orders()
    payment_app.answer = succeed("refund-a")

    # when
    errors = request_action(get_share(first), "REFUND", amount)

    # then
    assert errors == []
    assert [request.amount for request in payment_app.requests] == [63]
    assert get_amounts("refunded_value") == [63, [63, 0]]
    assert get_amounts("charged_value") == [42, [0, 42]]
    assert_shares_sum_to(charged_group)


@pytest.fixture
def ask():
    """Return a function that requests what the app has not answered yet."""

    def _ask(order, action, amount):
        return create_transaction_event_requested(
            get_share(order), Decimal(amount), action
        )

    return _ask


@pytest.mark.parametrize("is_answered", [True, False])
def test_open_requests_count(
    charged_group, payment_app, request_action, ask, is_answered
):
    # given
    share = get_share(get_orders()[0])
    if is_answered:
        payment_app.answer = accept("refund-a")
        assert request_action(share, "REFUND", "50.00") == []
    else:
        ask(get_orders()[0], "refund", "50.00")

    # when
    payment_app.answer = accept("refund-b")
    assert request_action(share, "REFUND", "50.00") == []
    [error] = request_action(share, "REFUND", "0.01")

    # then
    assert error["message"] == (
        "Nothing of this order's share of the payment is left for refund."
    )
    assert payment_app.requests[-1].amount == 13
    assert_shares_sum_to(charged_group)


@pytest.mark.parametrize("answer", [lambda request: None, fail()])
def test_failed_request_frees_what_it_asked_for(
    charged_group, payment_app, request_action, answer
):
    # given
    share = get_share(get_orders()[0])
    payment_app.answer = answer
    assert request_action(share, "REFUND", "63.00") == []
    [failure] = share.events.filter(type="refund_failure")
    assert failure.psp_reference is None

    # when
    payment_app.answer = succeed("refund-a")
    errors = request_action(share, "REFUND", "63.00")

    # then
    assert errors == []
    assert get_amounts("refunded_value") == [63, [63, 0]]


def test_answer_reported_on_the_payment_is_the_orders_that_asked(
    charged_group, payment_app, request_action, report
):
    # given
    _, second = get_orders()
    payment_app.answer = accept("refund-b")
    assert request_action(get_share(second), "REFUND", "10.00") == []
    assert get_amounts("refund_pending_value") == [10, [0, 10]]

    # when
    report(charged_group, "REFUND_SUCCESS", "10.00", "refund-b")

    # then
    assert get_amounts("refunded_value") == [10, [0, 10]]
    assert get_amounts("refund_pending_value") == [0, [0, 0]]
    assert_shares_sum_to(charged_group)


def test_only_open_request_of_that_amount_is_answered_without_a_reference(
    charged_group, payment_app, request_action, report, ask
):
    # given
    first, second = get_orders()
    ask(first, "refund", "11.00")
    ask(second, "refund", "10.00")

    # when
    report(charged_group, "REFUND_SUCCESS", "10.00", "refund-b")

    # then
    assert get_amounts("refunded_value") == [10, [0, 10]]
    # and it is no longer open
    payment_app.answer = succeed("refund-c")
    assert request_action(get_share(second), "REFUND") == []
    assert payment_app.requests[-1].amount == 32
    assert_shares_sum_to(charged_group)


def test_report_that_may_answer_two_orders_is_of_the_first_that_asked(
    charged_group, report, ask
):
    # given
    for order in get_orders():
        ask(order, "refund", "10.00")

    # when
    report(charged_group, "REFUND_SUCCESS", "10.00", "refund-x")

    # then
    assert get_amounts("refunded_value") == [10, [10, 0]]
    assert_shares_sum_to(charged_group)


def test_refund_failure_reported_on_the_payment_is_the_orders_that_asked(
    charged_group, payment_app, request_action, report
):
    # given
    _, second = get_orders()
    payment_app.answer = accept("refund-b")
    assert request_action(get_share(second), "REFUND", "42.00") == []
    assert get_amounts("charged_value") == [63, [63, 0]]

    # when
    report(charged_group, "REFUND_FAILURE", "42.00", "refund-b")

    # then
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert get_amounts("refund_pending_value") == [0, [0, 0]]
    assert_shares_sum_to(charged_group)


def test_app_that_captures_the_whole_leaves_every_order_true(
    paid_group, payment_app, request_action
):
    # given
    first, second = get_orders()
    payment_app.answer = succeed("charge-a", "105.00")

    # when
    errors = request_action(get_share(first), "CHARGE")

    # then
    assert errors == []
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert get_amounts("authorized_value") == [0, [0, 0]]
    assert_shares_sum_to(paid_group)
    for order in get_orders():
        assert order.charge_status == OrderChargeStatus.FULL
        assert order.events.filter(type="order_fully_paid").count() == 1
    # and when the app then answers the second order with the same capture
    payment_app.answer = succeed("charge-a", "42.00")
    [error] = request_action(get_share(second), "CHARGE")
    assert error["code"] == "INVALID"
    assert get_amounts("charged_value") == [105, [63, 42]]


def test_report_of_the_whole_on_a_share_leaves_every_order_true(paid_group, report):
    # given
    first, _ = get_orders()

    # when
    data = report(get_share(first), "CHARGE_SUCCESS", "105.00", "charge-a")

    # then
    assert data["transaction"] == {"chargedAmount": {"amount": 63.0}}
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert [order.charge_status for order in get_orders()] == [
        OrderChargeStatus.FULL,
        OrderChargeStatus.FULL,
    ]
    assert_shares_sum_to(paid_group)
    # and reported again
    assert report(get_share(first), "CHARGE_SUCCESS", "105.00", "charge-a")[
        "alreadyProcessed"
    ]
    assert get_amounts("charged_value") == [105, [63, 42]]


def test_whole_event_of_the_payment_reported_on_a_share_is_processed_already(
    charged_group, report
):
    # when
    data = report(get_share(get_orders()[0]), "CHARGE_SUCCESS", "105.00", "charge-1")

    # then
    assert data["alreadyProcessed"]
    assert get_amounts("charged_value") == [105, [63, 42]]


def test_refund_above_the_share_is_its_siblings(charged_group, report):
    # when
    report(get_share(get_orders()[1]), "REFUND_SUCCESS", "100.00", "refund-b")

    # then
    assert get_amounts("refunded_value") == [100, [58, 42]]
    assert_shares_sum_to(charged_group)


def test_charge_of_an_order_is_refused_where_the_group_is_charged(
    paid_group, payment_app, request_action, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"charge-policy": "GROUP"})
    first, second = get_orders()

    # when
    [error] = request_action(get_share(first), "CHARGE")

    # then
    assert error == {
        "field": "id",
        "code": "INVALID",
        "message": (
            "The payment can be charged only once, for all of its orders: charge the"
            " order group. Other orders that were paid with it:"
            f" #{second.number}."
        ),
    }
    assert payment_app.requests == []
    # and when the other one is not live
    Order.objects.filter(pk=second.pk).update(status="canceled")
    payment_app.answer = succeed("charge-a")
    assert request_action(get_share(first), "CHARGE") == []
    assert get_amounts("charged_value") == [63, [63, 0]]


def test_report_left_unsettled_by_a_crash_is_settled_when_it_is_repeated(
    paid_group, report
):
    # given: Saleor saves the event first
    TransactionEvent.objects.create(
        transaction=paid_group,
        type="charge_success",
        psp_reference="charge-1",
        amount_value=Decimal(105),
        currency="USD",
        include_in_calculations=True,
    )

    # when
    data = report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")

    # then
    assert data["alreadyProcessed"]
    assert data["transaction"] == {"chargedAmount": {"amount": 105.0}}
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert [order.total_charged_amount for order in get_orders()] == [63, 42]


def test_amounts_in_fractions_of_the_minor_unit_are_not_lost(
    paid_group, payment_app, request_action
):
    # given
    payment_app.answer = succeed("charge-a", "62.995")

    # when
    errors = request_action(get_share(get_orders()[0]), "CHARGE")

    # then
    assert errors == []
    assert get_amounts("charged_value") == [Decimal("62.995"), [Decimal("62.995"), 0]]
    assert_shares_sum_to(paid_group)


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


def test_cancel_is_refused_while_the_charge_of_a_sibling_is_pending(
    paid_group, payment_app, request_action
):
    # given
    first, second = get_orders()
    payment_app.answer = accept("charge-a")
    assert request_action(get_share(first), "CHARGE") == []

    # when
    [error] = request_action(get_share(second), "CANCEL")

    # then
    assert error["message"] == (
        "Canceling would take the authorization from other orders that were paid with"
        f" it: #{first.number}."
    )
    assert [request.event for request in payment_app.requests] == [
        "transaction_charge_requested"
    ]


def test_refusal_tells_staff_of_other_channels_nothing_of_siblings(
    paid_group, staff_api_client, permission_group_all_perms_without_any_channel
):
    # given
    permission_group_all_perms_without_any_channel.user_set.add(staff_api_client.user)
    share = get_share(get_orders()[0])

    # when
    response = staff_api_client.post_graphql(
        REQUEST,
        {"id": Node.to_global_id("TransactionItem", share.token), "action": "CANCEL"},
    )

    # then
    assert_no_permission(response)
