"""How a requested amount divides, in the webhooks that ask for it."""

from decimal import Decimal

import pytest
from graphene import Node
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saleor.graphql.tests.utils import get_graphql_content
from saleor.payment.models import TransactionItem

from saleor_order_groups.models import PaymentEventShare
from tests.apps.payment import accept, succeed
from tests.helpers.database import rolled_back
from tests.helpers.payments import CART, get_orders, get_share
from tests.payments.shares.conftest import get_requested

THREE = [("alpha", "60.00"), ("beta", "30.00"), (None, "10.00")]


def get_transaction(id):
    return TransactionItem.objects.get(token=Node.from_global_id(id)[1])


def get_booked(transaction, type):
    """Return what completion or settling has booked of the newest event of a type."""
    event = transaction.events.filter(type=type).order_by("-pk")[0]
    rows = PaymentEventShare.objects.filter(event=event, ended_at=None)
    return [
        (order.order_group_link.seller and order.order_group_link.seller.slug, amount)
        for order in get_orders()
        for amount in rows.filter(share__order=order).values_list(
            "amount_value", flat=True
        )
        if amount
    ]


def without_orders(requested):
    return [(seller, Decimal(str(amount))) for _, seller, amount in requested]


def test_session_before_completion(make_cart, get_total, initialize, gateway, complete):
    # given
    checkout = make_cart(THREE, shipping="10.00")
    get_total(checkout)

    # when
    id = initialize(checkout)

    # then
    [request] = gateway.requests
    assert request.payload["action"]["amount"] == 110
    assert get_requested(request.payload) == [
        (None, None, 11),
        (None, "alpha", 66),
        (None, "beta", 33),
    ]
    assert request.payload["sourceObject"]["orderGroupPreview"]["orders"] == [
        {"seller": None, "total": {"gross": {"amount": 11}}},
        {"seller": {"slug": "alpha"}, "total": {"gross": {"amount": 66}}},
        {"seller": {"slug": "beta"}, "total": {"gross": {"amount": 33}}},
    ]

    # and completion books the same
    assert not complete(checkout)["errors"]
    booked = get_booked(get_transaction(id), "authorization_success")
    assert booked == without_orders(get_requested(request.payload))


def test_cart_of_one_seller(make_cart, get_total, initialize, gateway):
    # given
    checkout = make_cart([("alpha", "60.00")])
    get_total(checkout)

    # when
    initialize(checkout)

    # then
    [request] = gateway.requests
    assert get_requested(request.payload) == [(None, "alpha", 65)]


def test_plugin_that_is_not_active_divides_nothing(
    make_cart, get_total, initialize, gateway, order_groups_plugin, channel_USD
):
    # given
    checkout = make_cart(CART)
    get_total(checkout)
    order_groups_plugin(channel_USD, active=False)

    # when
    initialize(checkout)

    # then
    [request] = gateway.requests
    assert get_requested(request.payload) == []


def test_second_payment_gets_what_the_first_leaves(
    make_cart, get_total, initialize, gateway, complete
):
    # given
    checkout = make_cart(THREE, shipping="10.00")
    get_total(checkout)
    first = initialize(checkout, "50.00")

    # when
    second = initialize(checkout, "60.00", action="CHARGE")

    # then
    one, two = (
        without_orders(get_requested(each.payload)) for each in gateway.requests
    )
    assert [sum(amount for _, amount in parts) for parts in (one, two)] == [50, 60]
    assert [a + b for (_, a), (_, b) in zip(one, two, strict=True)] == [11, 66, 33]
    assert not complete(checkout)["errors"]
    assert get_booked(get_transaction(first), "authorization_success") == one
    assert get_booked(get_transaction(second), "charge_success") == two


def test_gift_card_reduces_what_orders_need(
    make_cart, get_total, initialize, gateway, complete, gift_card
):
    # given
    gift_card.current_balance_amount = Decimal("11.00")
    gift_card.save()
    checkout = make_cart(THREE, shipping="10.00", gift_cards=[gift_card])
    get_total(checkout)

    # when
    id = initialize(checkout, "99.00")

    # then
    [request] = gateway.requests
    requested = without_orders(get_requested(request.payload))
    assert requested == [(None, D("9.9")), ("alpha", D("59.4")), ("beta", D("29.7"))]
    assert not complete(checkout)["errors"]
    assert get_booked(get_transaction(id), "authorization_success") == requested


D = Decimal


@pytest.mark.parametrize(
    ("currency", "prices", "shipping", "amount"),
    [
        ("JPY", [("alpha", "1000"), ("beta", "999")], "100", "1001"),
        ("KWD", [("alpha", "10.001"), ("beta", "3.333")], "0.777", "7.007"),
    ],
)
def test_currencies_without_cents(
    make_cart,
    get_total,
    initialize,
    gateway,
    complete,
    channel_USD,
    shipping_method,
    currency,
    prices,
    shipping,
    amount,
):
    # given
    channel_USD.currency_code = currency
    channel_USD.allow_unpaid_orders = True
    channel_USD.save()
    shipping_method.channel_listings.filter(channel=channel_USD).update(
        currency=currency
    )
    checkout = make_cart(prices, shipping=shipping)
    get_total(checkout)

    # when
    id = initialize(checkout, amount)

    # then
    [request] = gateway.requests
    requested = without_orders(get_requested(request.payload))
    assert sum(part for _, part in requested) == D(amount)
    assert not complete(checkout)["errors"]
    assert get_booked(get_transaction(id), "authorization_success") == requested


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    amounts=st.lists(st.integers(1, 7000), min_size=1, max_size=3),
    actions=st.lists(
        st.sampled_from(["AUTHORIZATION", "CHARGE"]), min_size=3, max_size=3
    ),
)
def test_what_is_requested_is_what_completion_books(
    make_cart, get_total, initialize, gateway, complete, channel_USD, amounts, actions
):
    with rolled_back():
        # given
        channel_USD.allow_unpaid_orders = True
        channel_USD.save()
        before = len(gateway.requests)
        checkout = make_cart([("alpha", "33.33"), ("beta", "10.01"), (None, "9.99")])
        get_total(checkout)

        # when
        ids = [
            initialize(checkout, str(D(amount) / 100), action=action)
            for amount, action in zip(amounts, actions, strict=False)
        ]

        # then
        requests = gateway.requests[before:]
        assert not complete(checkout)["errors"]
        for id, request, action in zip(ids, requests, actions, strict=False):
            requested = without_orders(get_requested(request.payload))
            assert sum(part for _, part in requested) == D(
                str(request.payload["action"]["amount"])
            )
            type = f"{action.lower()}_success"
            assert get_booked(get_transaction(id), type) == requested


def test_session_goes_on_before_completion(
    make_cart, get_total, initialize, process, gateway
):
    # given
    checkout = make_cart(CART)
    get_total(checkout)
    id = initialize(checkout, result="AUTHORIZATION_ACTION_REQUIRED")

    # when
    process(id)

    # then
    assert [get_requested(each.payload) for each in gateway.requests] == [
        [(None, "alpha", 63), (None, "beta", 42)]
    ] * 2


def test_session_goes_on_after_completion(
    make_cart, get_total, initialize, process, gateway, complete, channel_USD
):
    # given
    channel_USD.allow_unpaid_orders = True
    channel_USD.save()
    checkout = make_cart(CART)
    get_total(checkout)
    id = initialize(checkout, result="AUTHORIZATION_ACTION_REQUIRED")
    assert not complete(checkout)["errors"]

    # when
    process(id)

    # then
    request = gateway.requests[-1]
    first, second = get_orders()
    assert get_requested(request.payload) == [
        (str(first.number), "alpha", 63),
        (str(second.number), "beta", 42),
    ]
    assert request.payload["transaction"]["orderGroup"] is not None
    assert get_booked(get_transaction(id), "authorization_success") == [
        ("alpha", 63),
        ("beta", 42),
    ]


def test_new_payment_of_one_order(
    make_cart, get_total, initialize, gateway, complete, channel_USD
):
    # given
    channel_USD.allow_unpaid_orders = True
    channel_USD.save()
    checkout = make_cart(CART)
    get_total(checkout)
    assert not complete(checkout)["errors"]
    _, second = get_orders()

    # when
    initialize(second, "42.00")

    # then
    [request] = gateway.requests
    assert get_requested(request.payload) == [(str(second.number), "beta", 42)]
    assert request.payload["sourceObject"]["number"] == str(second.number)


def test_request_of_one_order(paid_group, gateway, request_action):
    # given
    _, second = get_orders()
    gateway.answer = succeed("charge")

    # when
    assert request_action(get_share(second), "CHARGE", "11.11") == []

    # then
    [request] = gateway.requests
    assert get_requested(request.payload) == [(str(second.number), "beta", 11.11)]


@pytest.mark.parametrize(
    ("amount", "parts"),
    [("105.00", (63, 42)), ("33.34", (20.0, 13.34)), ("0.01", (0.01,))],
)
def test_requests_of_the_group(paid_group, gateway, operate, amount, parts):
    # given
    first, second = get_orders()
    numbers, slugs = (str(first.number), str(second.number)), ("alpha", "beta")
    gateway.answer = succeed("charge")

    # when
    assert not operate("Charge", amount=amount)["errors"]

    # then: a part of zero is left out
    [request] = gateway.requests
    assert request.payload["action"]["amount"] == float(amount)
    requested = get_requested(request.payload)
    assert requested == list(zip(numbers, slugs, parts, strict=False))[: len(parts)]
    assert get_booked(paid_group, "charge_success") == without_orders(requested)

    # and the refund asks for the same
    gateway.answer = succeed("refund")
    assert not operate("Refund", amount=amount)["errors"]
    assert get_requested(gateway.requests[-1].payload) == requested
    assert get_booked(paid_group, "refund_success") == without_orders(requested)


def test_request_that_is_answered_later(paid_group, gateway, operate, report):
    # given
    gateway.answer = accept("later")
    assert not operate("Charge", amount="50.00")["errors"]
    requested = without_orders(get_requested(gateway.requests[0].payload))
    assert get_booked(paid_group, "charge_request") == requested

    # when
    report(paid_group, "CHARGE_SUCCESS", "50.00", "later")

    # then
    assert get_booked(paid_group, "charge_success") == requested


def test_cancelation_of_the_group(paid_group, gateway, operate):
    # given
    gateway.answer = succeed("void")

    # when
    assert not operate("Cancel")["errors"]

    # then
    first, second = get_orders()
    assert get_requested(gateway.requests[-1].payload) == [
        (str(first.number), "alpha", 63),
        (str(second.number), "beta", 42),
    ]


def test_charge_before_completion(
    make_cart, get_total, initialize, gateway, request_action, complete
):
    # given: staff charge the checkout's authorization
    checkout = make_cart(CART)
    get_total(checkout)
    id = initialize(checkout)
    gateway.answer = succeed("charge")

    # when
    assert request_action(get_transaction(id), "CHARGE", "50.00") == []

    # then
    requested = get_requested(gateway.requests[-1].payload)
    assert requested == [(None, "alpha", 30), (None, "beta", 20)]
    assert not complete(checkout)["errors"]
    booked = get_booked(get_transaction(id), "charge_success")
    assert booked == without_orders(requested)


def test_transaction_of_no_group(
    order, transaction_item_generator, app_api_client, gateway, request_action
):
    # given
    transaction = transaction_item_generator(
        order_id=order.pk, app=app_api_client.app, charged_value=Decimal(10)
    )
    gateway.answer = succeed("refund")

    # when
    assert request_action(transaction, "REFUND", "10.00") == []

    # then
    [request] = gateway.requests
    assert request.payload["action"] == {
        "actionType": "REFUND",
        "amount": 10,
        "shares": [],
    }


def test_gateway_session_has_the_preview(
    make_cart, get_total, gateway, user_api_client
):
    # given
    checkout = make_cart(CART)
    get_total(checkout)
    gateway.answer = lambda request: {"data": {}}
    mutation = """
        mutation Initialize($id: ID!) {
          paymentGatewayInitialize(id: $id, paymentGateways: [{ id: "payments" }]) {
            gatewayConfigs { id errors { message } }
            errors { message }
          }
        }
    """

    # when
    response = user_api_client.post_graphql(
        mutation, {"id": Node.to_global_id("Checkout", checkout.pk)}
    )

    # then
    data = get_graphql_content(response)["data"]["paymentGatewayInitialize"]
    assert data["gatewayConfigs"] == [{"id": "payments", "errors": []}]
    [request] = gateway.requests
    assert [
        order["total"]["gross"]["amount"]
        for order in request.payload["sourceObject"]["orderGroupPreview"]["orders"]
    ] == [63, 42]
