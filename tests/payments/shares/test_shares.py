"""Who has how much of a payment and of each of its events, through the API."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.webhook.transport.synchronous.transport import (
    handle_transaction_request_task,
)

from saleor_order_groups.models import PaymentEventShare, Seller
from tests.apps.payment import fail, succeed
from tests.helpers.parts import read_shares
from tests.helpers.payments import CART, get_orders, get_share

TRANSACTION = """
    query Transaction($id: ID!) {
      transaction(id: $id) {
        orderGroup { id number }
        shares {
          id order { number } seller { slug } transaction { id }
          authorizedAmount { amount currency } authorizePendingAmount { amount }
          chargedAmount { amount } chargePendingAmount { amount }
          refundedAmount { amount } refundPendingAmount { amount }
          canceledAmount { amount } cancelPendingAmount { amount }
        }
        events {
          id type pspReference amount { amount }
          shares {
            id order { number } seller { slug } amount { amount currency }
            transactionEvent { id }
          }
        }
      }
    }
"""


@pytest.fixture
def read(app_api_client, permission_manage_payments):
    app_api_client.app.permissions.add(permission_manage_payments)

    def _read(transaction):
        id = Node.to_global_id("TransactionItem", transaction.token)
        response = app_api_client.post_graphql(TRANSACTION, {"id": id})
        return get_graphql_content(response)["data"]["transaction"]

    return _read


@pytest.fixture
def deliver(monkeypatch):
    """Hold requests back; return a function that sends them to the app."""
    deliveries = []
    send = handle_transaction_request_task.delay
    monkeypatch.setattr(
        handle_transaction_request_task,
        "delay",
        lambda *arguments: deliveries.append(arguments),
    )

    def _deliver():
        while deliveries:
            send(*deliveries.pop(0))

    return _deliver


def get_parts(data):
    """Return each event's parts: {type and reference: {order's number: amount}}."""
    return {
        f"{event['type']} {event['pspReference']}".strip(): {
            part["order"]["number"]: part["amount"]["amount"]
            for part in event["shares"]
        }
        for event in data["events"]
    }


def get_keys(data, type, reference):
    """Return the parts' IDs of one event by the orders' numbers."""
    [event] = [
        event
        for event in data["events"]
        if (event["type"], event["pspReference"]) == (type, reference)
    ]
    return {part["order"]["number"]: part["id"] for part in event["shares"]}


def test_payment_of_a_group(paid_group, report, read):
    # given
    first, second = get_orders()
    a, b = str(first.number), str(second.number)
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge")
    report(paid_group, "REFUND_SUCCESS", "10.00", "refund")

    # when
    data = read(paid_group)

    # then
    assert data["orderGroup"]["number"] == str(first.order_group_link.group.number)
    shares = data["shares"]
    assert [share["order"]["number"] for share in shares] == [a, b]
    assert [share["seller"]["slug"] for share in shares] == ["alpha", "beta"]
    assert [share["transaction"]["id"] for share in shares] == [
        Node.to_global_id("TransactionItem", get_share(order).token)
        for order in (first, second)
    ]
    assert [
        [share[f"{name}Amount"]["amount"] for share in shares]
        for name in ("authorized", "charged", "refunded", "canceled")
    ] == [[0, 0], [57, 38], [6, 4], [0, 0]]
    assert get_parts(data) == {
        "AUTHORIZATION_SUCCESS auth-1": {a: 63, b: 42},
        "CHARGE_SUCCESS charge": {a: 63, b: 42},
        "REFUND_SUCCESS refund": {a: 6, b: 4},
    }
    for event in data["events"]:
        for part in event["shares"]:
            assert part["transactionEvent"]["id"] == event["id"]


def test_share_of_one_order(paid_group, report, read):
    # given
    first, second = get_orders()
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge")

    # when
    data = read(get_share(second))

    # then: the very rows of the payment
    whole = read(paid_group)
    b = str(second.number)
    assert data["orderGroup"] == whole["orderGroup"]
    assert data["shares"] == [whole["shares"][1]]
    assert get_parts(data) == {
        "AUTHORIZATION_SUCCESS auth-1": {b: 42},
        "CHARGE_SUCCESS charge": {b: 42},
    }
    assert get_keys(data, "CHARGE_SUCCESS", "charge") == {
        b: get_keys(whole, "CHARGE_SUCCESS", "charge")[b]
    }


def test_later_payment_of_one_order(
    paid_group, transaction_item_generator, app_api_client, report, read
):
    # given
    _, second = get_orders()
    later = transaction_item_generator(
        order_id=second.pk, app=app_api_client.app, psp_reference=None
    )
    report(later, "CHARGE_SUCCESS", "12.34", "later")
    report(later, "INFO", "5.00", "note")

    # when
    data, again = read(later), read(later)

    # then
    b = str(second.number)
    [share] = data["shares"]
    assert share["order"]["number"] == b
    assert share["seller"]["slug"] == "beta"
    assert share["chargedAmount"]["amount"] == 12.34
    assert data["orderGroup"] is not None
    assert get_parts(data) == {
        "CHARGE_SUCCESS later": {b: 12.34},
        "INFO note": {},
    }
    assert again == data


def test_cart_of_one_seller(
    make_cart, transaction_item_generator, app_api_client, report, complete, read
):
    # given
    checkout = make_cart([("alpha", "60.00")])
    transaction = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(transaction, "CHARGE_SUCCESS", "65.00", "charge")
    before = read(transaction)

    # when
    assert not complete(checkout)["errors"]

    # then
    assert (before["orderGroup"], before["shares"]) == (None, [])
    assert get_parts(before) == {"CHARGE_SUCCESS charge": {}}
    [order] = get_orders()
    number = str(order.number)
    data = read(transaction)
    [share] = data["shares"]
    assert (share["order"]["number"], share["chargedAmount"]["amount"]) == (number, 65)
    assert get_parts(data) == {"CHARGE_SUCCESS charge": {number: 65}}
    assert not PaymentEventShare.objects.exists()


def test_transaction_of_no_group(
    order, transaction_item_generator, app_api_client, report, read
):
    # given
    transaction = transaction_item_generator(
        order_id=order.pk, app=app_api_client.app, psp_reference=None
    )
    report(transaction, "CHARGE_SUCCESS", "10.00", "charge")

    # when
    data = read(transaction)

    # then
    assert (data["orderGroup"], data["shares"]) == (None, [])
    assert get_parts(data) == {"CHARGE_SUCCESS charge": {}}


def test_failure_of_one_order_takes_its_part_off(
    paid_group, payment_app, request_action, read
):
    # given: an app that names all charges by the payment intent
    first, second = get_orders()
    a = str(first.number)
    payment_app.answer = succeed("intent")
    assert request_action(get_share(first), "CHARGE") == []
    keys = get_keys(read(paid_group), "CHARGE_SUCCESS", "intent")

    # when
    payment_app.answer = lambda request: {
        "pspReference": "intent",
        "result": "CHARGE_FAILURE",
        "amount": request.amount,
    }
    assert request_action(get_share(second), "CHARGE") == []

    # then: the failure is not counted, and the success is the first order's still
    data = read(paid_group)
    parts = get_parts(data)
    assert parts["CHARGE_SUCCESS intent"] == {a: 63}
    assert parts["CHARGE_FAILURE intent"] == {}
    assert get_keys(data, "CHARGE_SUCCESS", "intent") == keys


def test_report_that_is_attributed_anew_has_new_rows(
    paid_group, payment_app, request_action, report, read, deliver
):
    # given: the app reports on the payment before it answers for the second order
    first, second = get_orders()
    a, b = str(first.number), str(second.number)
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge")
    payment_app.answer = succeed("refund", "10.00")
    assert request_action(get_share(second), "REFUND", "10.00") == []
    report(paid_group, "REFUND_SUCCESS", "10.00", "other")
    report(paid_group, "REFUND_SUCCESS", "10.00", "refund")
    seen = get_keys(read(paid_group), "REFUND_SUCCESS", "refund")

    # when
    deliver()

    # then: the refund of 10 was divided over both orders, and is the second one's
    data = read(paid_group)
    new = get_keys(data, "REFUND_SUCCESS", "refund")
    assert get_parts(data)["REFUND_SUCCESS refund"] == {b: 10}
    assert set(seen) == {a, b}
    assert new[b] not in seen.values()
    ended = PaymentEventShare.objects.exclude(ended_at=None)
    of_refund = ended.filter(event__psp_reference="refund")
    assert {
        Node.to_global_id("TransactionEventShare", row.pk) for row in of_refund
    } == set(seen.values())
    assert {(row.amount_value, row.share_event) for row in ended} == {
        (Decimal(0), None)
    }


def test_part_that_stays_keeps_its_key(
    make_cart,
    transaction_item_generator,
    app_api_client,
    complete,
    payment_app,
    request_action,
    report,
    read,
    deliver,
):
    # given: a refund that was taken for the first order's, and is
    checkout = make_cart(CART)
    payment = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(payment, "CHARGE_SUCCESS", "105.00", "charge")
    assert not complete(checkout)["errors"]
    first, _ = get_orders()
    payment_app.answer = succeed("refund")
    assert request_action(get_share(first), "REFUND", "10.00") == []
    report(payment, "REFUND_SUCCESS", "10.00", "refund")
    seen = get_keys(read(payment), "REFUND_SUCCESS", "refund")

    # when
    deliver()

    # then
    assert get_keys(read(payment), "REFUND_SUCCESS", "refund") == seen
    assert seen.keys() == {str(first.number)}


@pytest.mark.parametrize(
    ("_case", "client", "may_read"),
    [
        ("app with HANDLE_PAYMENTS", "payments_app", True),
        ("app with MANAGE_ORDERS", "orders_app", True),
        ("staff with MANAGE_ORDERS", "orders_staff", True),
        ("staff of another channel", "other_staff", False),
    ],
)
def test_who_may_read(
    paid_group,
    app_api_client,
    staff_api_client,
    permission_manage_payments,
    permission_manage_orders,
    permission_group_manage_orders,
    staff_of_channel,
    channel_PLN,
    _case,
    client,
    may_read,
):
    # given
    order = get_orders()[0]
    query = """
        query Order($id: ID!) {
          order(id: $id) { transactions { id shares { id } events { shares { id } } } }
        }
    """
    app_api_client.app.permissions.clear()
    if client.endswith("app"):
        reader = app_api_client
        app_api_client.app.permissions.add(
            permission_manage_orders,
            *([permission_manage_payments] if client == "payments_app" else []),
        )
    else:
        reader = staff_api_client
        if client == "orders_staff":
            permission_group_manage_orders.user_set.add(staff_api_client.user)
        else:
            staff_of_channel(staff_api_client.user, channel_PLN)

    # when
    response = reader.post_graphql(query, {"id": Node.to_global_id("Order", order.pk)})

    # then
    if not may_read:
        content = response.json()
        assert content["data"]["order"] is None or "errors" in content
        assert "PaymentShare" not in response.content.decode()
        return
    [transaction] = get_graphql_content(response)["data"]["order"]["transactions"]
    assert len(transaction["shares"]) == 1
    assert [len(event["shares"]) for event in transaction["events"]] == [1]


def test_customer_sees_the_transaction_without_shares(
    make_cart, get_total, user_api_client, gift_card
):
    # given: a payment by gift card, which the customer makes
    checkout = make_cart(CART)
    get_total(checkout)
    mutation = """
        mutation Pay($id: ID!, $gateway: PaymentGatewayToInitialize!) {
          transactionInitialize(id: $id, amount: 1, paymentGateway: $gateway) {
            transaction {
              id orderGroup { id } shares { id } events { id shares { id } }
            }
          }
        }
    """
    gateway = {"id": GIFT_CARD_PAYMENT_GATEWAY_ID, "data": {"code": gift_card.code}}

    # when
    with CaptureQueriesContext(connection) as queries:
        response = user_api_client.post_graphql(
            mutation,
            {"id": Node.to_global_id("Checkout", checkout.pk), "gateway": gateway},
        )

    # then
    content = get_graphql_content(response, ignore_errors=True)
    transaction = content["data"]["transactionInitialize"]["transaction"]
    assert transaction["id"]
    assert (transaction["orderGroup"], transaction["shares"]) == (None, None)
    assert [event["shares"] for event in transaction["events"]] == [None, None]
    codes = [error["extensions"]["exception"]["code"] for error in content["errors"]]
    assert codes == ["PermissionDenied"] * 3

    # and no transaction was read for the events after them
    statements = [each["sql"] for each in queries]
    events = [
        i
        for i, sql in enumerate(statements)
        if "ORDER BY" in sql and sql.startswith('SELECT "payment_transactionevent"')
    ]
    assert not [
        sql
        for sql in statements[events[-1] :]
        if 'FROM "payment_transactionitem"' in sql
    ]


def test_payout_reference(
    paid_group, user_api_client, app_api_client, permission_manage_payments
):
    # given
    seller = Seller.objects.get(slug="alpha")
    seller.payout_reference = "acct_1"
    seller.save()
    query = "query($id: ID!) { seller(id: $id) { name payoutReference } }"
    variables = {"id": Node.to_global_id("Seller", seller.pk)}
    app_api_client.app.permissions.set([permission_manage_payments])

    # when
    of_app = app_api_client.post_graphql(query, variables)
    of_customer = user_api_client.post_graphql(query, variables)

    # then
    data = get_graphql_content(of_app)["data"]["seller"]
    assert data["payoutReference"] == "acct_1"
    assert_no_permission(of_customer)


def test_statements_do_not_grow_with_the_page(
    make_cart,
    transaction_item_generator,
    app_api_client,
    report,
    complete,
    count_statements,
    permission_manage_payments,
    permission_manage_orders,
):
    # given
    app_api_client.app.permissions.add(
        permission_manage_payments, permission_manage_orders
    )
    query = """
        query($first: Int) {
          orders(first: $first) {
            edges { node { transactions {
              orderGroup { id } shares { order { id } seller { id } transaction { id } }
              events { shares { order { id } seller { id } transactionEvent { id } } }
            } } }
          }
        }
    """

    def buy():
        checkout = make_cart(CART)
        payment = transaction_item_generator(
            checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
        )
        report(payment, "AUTHORIZATION_SUCCESS", "105.00", "auth")
        assert not complete(checkout)["errors"]

    buy()
    count_statements(app_api_client, query, {"first": 20})
    _, few = count_statements(app_api_client, query, {"first": 20})

    # when
    buy()
    buy()
    data, many = count_statements(app_api_client, query, {"first": 20})

    # then
    assert len(data["orders"]["edges"]) == 6
    assert many == few


def test_helper_reads_what_the_api_shows(paid_group, report, read):
    # given: the property tests read the rows themselves
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge")
    report(paid_group, "REFUND_SUCCESS", "10.01", "refund")

    # when
    data = read(paid_group)

    # then
    shown = {
        (event["type"], part["id"], Decimal(str(part["amount"]["amount"])))
        for event in data["events"]
        for part in event["shares"]
    }
    assert shown == read_shares(paid_group)


def test_fails_without_reference_are_left_out(
    paid_group, payment_app, request_action, read
):
    # given
    payment_app.answer = fail()

    # when
    assert request_action(get_share(get_orders()[0]), "CHARGE", "10.00") == []

    # then
    data = read(paid_group)
    assert [list(parts) for parts in get_parts(data).values() if parts] == [
        [str(order.number) for order in get_orders()]
    ]
