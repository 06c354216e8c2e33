"""Operations on a whole group: one call, a result for each order."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.order import FulfillmentStatus, OrderChargeStatus, OrderStatus
from saleor.order.models import Order
from saleor.payment.models import TransactionEvent, TransactionItem

from saleor_order_groups.models import OrderGroup
from tests.apps.payment import accept, fail, succeed
from tests.helpers.payments import (
    OPERATION,
    assert_shares_sum_to,
    get_amounts,
    get_errors,
    get_orders,
    get_share,
)


def test_charge_asks_the_app_once_for_all_orders(paid_group, payment_app, operate):
    # given
    payment_app.answer = succeed("charge-1")

    # when
    data = operate("Charge")

    # then
    assert data["errors"] == []
    assert get_errors(data) == [[], []]
    [request] = payment_app.requests
    assert request.amount == 105
    assert request.reference == "auth-1"
    assert request.transaction["id"] == Node.to_global_id(
        "TransactionItem", paid_group.token
    )
    first, second = get_orders()
    assert request.transaction["order"]["number"] == str(first.number)
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert_shares_sum_to(paid_group)
    assert TransactionItem.objects.get(pk=paid_group.pk).order_id is None
    for order, amount in ((first, "63.00"), (second, "42.00")):
        assert order.charge_status == OrderChargeStatus.FULL
        [asked] = order.events.filter(type="transaction_charge_requested")
        assert asked.parameters["amount"] == amount


def test_named_amount_is_divided_and_answered_later(
    paid_group, payment_app, operate, report
):
    # given
    payment_app.answer = accept("charge-1")

    # when
    data = operate("Charge", amount="50.00")

    # then
    assert get_errors(data) == [[], []]
    assert get_amounts("charge_pending_value") == [50, [30, 20]]
    # and later
    report(paid_group, "CHARGE_SUCCESS", "50.00", "charge-1")
    assert get_amounts("charged_value") == [50, [30, 20]]
    assert get_amounts("charge_pending_value") == [0, [0, 0]]
    assert_shares_sum_to(paid_group)


@pytest.mark.parametrize("answer", [lambda request: None, fail()])
def test_failed_charge_of_a_group_can_be_repeated(
    paid_group, payment_app, operate, answer
):
    # given
    payment_app.answer = answer
    assert get_errors(operate("Charge")) == [[], []]
    assert get_amounts("charged_value") == [0, [0, 0]]
    for order in get_orders():
        assert get_share(order).events.filter(type="charge_failure").count() == 1

    # when
    payment_app.answer = succeed("charge-1")
    operate("Charge")

    # then
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert_shares_sum_to(paid_group)


def test_no_app_to_ask_fails_for_every_order(
    paid_group, payment_app, operate, app_api_client
):
    # given
    app_api_client.app.webhooks.update(is_active=False)

    # when
    data = operate("Charge")

    # then
    assert data["errors"] == []
    for row in data["results"]:
        assert row["errors"] == [
            {
                "field": None,
                "code": "PAYMENT_ERROR",
                "message": (
                    "No app or plugin is configured to handle payment action requests."
                ),
            }
        ]
    # and nothing stays reserved
    app_api_client.app.webhooks.update(is_active=True)
    payment_app.answer = succeed("charge-1")
    assert get_errors(operate("Charge")) == [[], []]
    assert get_amounts("charged_value") == [105, [63, 42]]


@pytest.mark.parametrize("name", ["Charge", "Refund"])
def test_more_than_there_is_is_refused(paid_group, payment_app, operate, report, name):
    # given
    report(paid_group, "CHARGE_SUCCESS", "50.00", "charge-1")
    left = {"Charge": "55.00", "Refund": "50.00"}[name]

    # when
    data = operate(name, amount="55.01")

    # then
    assert data["errors"] == [
        {
            "field": "amount",
            "code": "AMOUNT_GREATER_THAN_AVAILABLE",
            "message": f"Only {left} USD is left.",
        }
    ]
    assert data["results"] == []
    assert payment_app.requests == []


def test_refund_of_one_order_leaves_the_other(paid_group, payment_app, operate, report):
    # given
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    _, second = get_orders()
    payment_app.answer = succeed("refund-1")

    # when
    data = operate("Refund", orders=[Node.to_global_id("Order", second.pk)])

    # then
    assert [row["order"]["number"] for row in data["results"]] == [str(second.number)]
    [request] = payment_app.requests
    assert request.amount == 42
    assert request.transaction["order"]["number"] == str(second.number)
    assert get_amounts("refunded_value") == [42, [0, 42]]
    assert_shares_sum_to(paid_group)


def test_refund_of_a_foreign_order_is_refused(paid_group, operate, order):
    # given
    order_id = Node.to_global_id("Order", order.pk)

    # when
    data = operate("Refund", orders=[order_id])

    # then
    [error] = data["errors"]
    assert (error["field"], error["code"]) == ("orders", "NOT_FOUND")


def test_refund_counts_what_is_asked_of_an_order_already(
    paid_group, payment_app, operate, report, request_action
):
    # given
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    payment_app.answer = accept("refund-1")
    assert request_action(get_share(get_orders()[0]), "REFUND", "60.00") == []

    # when
    payment_app.answer = succeed("refund-2")
    data = operate("Refund")

    # then
    assert get_errors(data) == [[], []]
    assert [request.amount for request in payment_app.requests] == [60, 45]
    assert get_amounts("refunded_value") == [45, [3, 42]]
    assert_shares_sum_to(paid_group)


def test_later_payment_of_one_order_is_charged_too(
    paid_group, payment_app, operate, transaction_item_generator, app_api_client
):
    # given
    first, _ = get_orders()
    own = transaction_item_generator(
        order_id=first.pk,
        app=app_api_client.app,
        psp_reference="own",
        authorized_value=Decimal(7),
    )
    payment_app.answer = lambda request: succeed(f"charge-{request.amount}")(request)

    # when
    operate("Charge")

    # then
    assert [(r.reference, r.amount) for r in payment_app.requests] == [
        ("auth-1", 105),
        ("own", 7),
    ]
    own.refresh_from_db()
    assert own.charged_value == 7


def test_cancel_cancels_the_orders_and_what_is_authorized(
    paid_group, payment_app, operate
):
    # given
    payment_app.answer = succeed("cancel-1")

    # when
    data = operate("Cancel")

    # then
    assert get_errors(data) == [[], []]
    assert {row["order"]["status"] for row in data["results"]} == {"CANCELED"}
    [request] = payment_app.requests
    assert request.event == "transaction_cancelation_requested"
    assert request.amount == 105
    assert get_amounts("canceled_value") == [105, [63, 42]]
    assert get_amounts("authorized_value") == [0, [0, 0]]
    assert_shares_sum_to(paid_group)
    # and again
    data = operate("Cancel")
    assert get_errors(data) == [["CANNOT_CANCEL_ORDER"], ["CANNOT_CANCEL_ORDER"]]
    assert len(payment_app.requests) == 1


def test_rest_is_canceled_with_the_last_live_order_only(
    paid_group, payment_app, operate, report, order_cancel
):
    # given
    first, second = get_orders()
    report(get_share(first), "CHARGE_SUCCESS", "60.00", "charge-a")
    payment_app.answer = succeed("cancel-1")

    # when
    order_cancel(first)

    # then
    assert payment_app.requests == []
    # and when the last one is canceled
    order_cancel(second)
    assert [request.amount for request in payment_app.requests] == [45]
    assert get_amounts("canceled_value") == [45, [3, 42]]
    assert get_amounts("charged_value") == [60, [60, 0]]
    assert_shares_sum_to(paid_group)


def test_expired_order_is_not_live(paid_group, payment_app, order_cancel):
    # given
    first, second = get_orders()
    Order.objects.filter(pk=first.pk).update(status=OrderStatus.EXPIRED)
    payment_app.answer = succeed("cancel-1")

    # when
    order_cancel(second)

    # then
    assert [request.amount for request in payment_app.requests] == [105]


def test_rest_that_was_asked_for_is_not_canceled_twice(
    paid_group, payment_app, order_cancel
):
    # given
    payment_app.answer = accept("cancel-1")
    for order in get_orders():
        order_cancel(order)
    assert len(payment_app.requests) == 1
    Order.objects.update(status=OrderStatus.UNFULFILLED)

    # when
    for order in get_orders():
        order_cancel(order)

    # then
    assert len(payment_app.requests) == 1
    assert (
        TransactionEvent.objects.filter(
            transaction=paid_group, type="cancel_request"
        ).count()
        == 1
    )


@pytest.fixture
def order_cancel(staff_api_client, permission_group_manage_orders):
    """Return a function that cancels one order through the API."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    def _cancel(order):
        response = staff_api_client.post_graphql(
            "mutation($id: ID!) { orderCancel(id: $id) { errors { code } } }",
            {"id": Node.to_global_id("Order", order.pk)},
        )
        data = get_graphql_content(response)["data"]["orderCancel"]
        assert data["errors"] == []

    return _cancel


def test_canceling_goes_on_when_one_order_cannot(paid_group, operate):
    # given
    first, second = get_orders()
    first.fulfillments.create(status=FulfillmentStatus.FULFILLED)

    # when
    data = operate("Cancel")

    # then
    assert get_errors(data) == [["CANNOT_CANCEL_ORDER"], []]
    second.refresh_from_db()
    assert second.status == OrderStatus.CANCELED


def test_confirm(paid_group, operate):
    # given
    first, second = get_orders()
    Order.objects.filter(pk=first.pk).update(status=OrderStatus.UNCONFIRMED)

    # when
    data = operate("Confirm")

    # then
    [confirmed, refused] = data["results"]
    assert confirmed["errors"] == []
    assert confirmed["order"]["status"] == "UNFULFILLED"
    assert refused["errors"] == [
        {
            "field": "id",
            "code": "INVALID",
            "message": (
                "Provided order id belongs to an order with status different than"
                " unconfirmed."
            ),
        }
    ]


def test_charge_of_a_group_where_the_payment_can_be_charged_once(
    paid_group, payment_app, operate, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"charge-policy": "GROUP"})
    payment_app.answer = succeed("charge-1")

    # when
    data = operate("Charge")

    # then
    assert get_errors(data) == [[], []]
    assert {order.charge_status for order in get_orders()} == {OrderChargeStatus.FULL}


def test_unknown_group(paid_group, operate, app_api_client):
    # given
    query = OPERATION % ("", "Cancel", "")

    # when
    response = app_api_client.post_graphql(
        query, {"id": Node.to_global_id("OrderGroup", uuid4())}
    )

    # then
    data = get_graphql_content(response)["data"]["orderGroupCancel"]
    assert data["orderGroup"] is None
    assert data["results"] == []
    [error] = data["errors"]
    assert (error["field"], error["code"]) == ("id", "NOT_FOUND")


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("Charge", "manage_orders"),
        ("Refund", "manage_orders"),
        ("Cancel", "handle_payments"),
        ("Confirm", "handle_payments"),
    ],
)
def test_permissions(
    paid_group,
    user_api_client,
    app_api_client,
    permission_manage_orders,
    permission_manage_payments,
    name,
    permission,
):
    # given
    group = OrderGroup.objects.get()
    query = OPERATION % ("", name, "")
    variables = {"id": Node.to_global_id("OrderGroup", group.pk)}
    app_api_client.app.permissions.set(
        [
            permission_manage_orders
            if permission == "manage_orders"
            else permission_manage_payments
        ]
    )

    # when / then
    assert_no_permission(user_api_client.post_graphql(query, variables))
    assert_no_permission(app_api_client.post_graphql(query, variables))


def test_staff_of_other_channels_cannot_operate(
    paid_group,
    staff_api_client,
    permission_group_all_perms_channel_USD_only,
    channel_PLN,
):
    # given
    group = OrderGroup.objects.get()
    permission_group_all_perms_channel_USD_only.channels.set([channel_PLN])
    permission_group_all_perms_channel_USD_only.user_set.add(staff_api_client.user)
    query = OPERATION % ("", "Cancel", "")

    # when
    response = staff_api_client.post_graphql(
        query, {"id": Node.to_global_id("OrderGroup", group.pk)}
    )

    # then
    assert_no_permission(response)
    assert not Order.objects.filter(status=OrderStatus.CANCELED).exists()


@pytest.mark.django_db(transaction=True)
def test_statements_of_a_refund_for_each_further_order(
    make_cart, pay, complete, report, operate, payment_app
):
    # given
    counts = []
    for count in (5, 15):
        checkout = make_cart([(f"of-{count}-{n}", "10.00") for n in range(count)])
        payment = pay(checkout)
        assert not complete(checkout)["errors"]
        amount = str(payment.authorized_value)
        report(payment, "CHARGE_SUCCESS", amount, f"charge-{count}")
        payment_app.answer = succeed(f"refund-{count}")

        # when
        with CaptureQueriesContext(connection) as queries:
            data = operate("Refund")
        assert data["errors"] == []
        counts.append(len(queries))

    # then: the app's answer, and what each order is told of it, are among them
    assert (counts[1] - counts[0]) / 10 == 5
