"""Why an order's share does not offer what its payment offers, before anybody asks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.webhook.transport.synchronous.transport import (
    handle_transaction_request_task,
)

from tests.apps.payment import succeed
from tests.helpers.payments import CART, get_orders, get_share

SHARES = """
    query Transaction($id: ID!) {
      transaction(id: $id) {
        shares {
          order { number }
          transaction { actions }
          unavailableActions { action reason }
        }
      }
    }
"""


@pytest.fixture
def read(app_api_client, permission_manage_payments):
    """Return what is offered of each share, and what is not, by action."""
    app_api_client.app.permissions.add(permission_manage_payments)

    def _read(transaction):
        id = Node.to_global_id("TransactionItem", transaction.token)
        response = app_api_client.post_graphql(SHARES, {"id": id})
        shares = get_graphql_content(response)["data"]["transaction"]["shares"]
        return [
            (
                share["transaction"]["actions"],
                {
                    each["action"]: each["reason"]
                    for each in share["unavailableActions"]
                },
            )
            for share in shares
        ]

    return _read


@pytest.fixture
def authorized(make_cart, transaction_item_generator, report, complete, app_api_client):
    """Return a function that places a group whose payment offers these actions."""

    def _place(*actions, cart=CART, amount="105.00"):
        checkout = make_cart(cart)
        transaction = transaction_item_generator(
            checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
        )
        report(
            transaction, "AUTHORIZATION_SUCCESS", amount, "auth-1", actions=[*actions]
        )
        assert not complete(checkout)["errors"]
        transaction.refresh_from_db()
        return transaction

    return _place


def cancel_of(*numbers):
    orders = ", ".join(f"#{number}" for number in numbers)
    return (
        "Canceling would take the authorization from other orders that were paid with"
        f" it: {orders}."
    )


def test_cancel_takes_from_siblings(authorized, read):
    # given
    payment = authorized("CHARGE", "CANCEL")
    first, second = get_orders()

    # when
    shares = read(payment)

    # then
    assert shares == [
        (["CHARGE"], {"CANCEL": cancel_of(second.number)}),
        (["CHARGE"], {"CANCEL": cancel_of(first.number)}),
    ]


def test_last_order_may_cancel(authorized, read, report):
    # given
    payment = authorized("CHARGE", "CANCEL")
    first, second = get_orders()

    # when the first order is charged
    report(get_share(first), "CHARGE_SUCCESS", "63.00", "charge-1")

    # then
    nothing = "Nothing of this order's share of the payment is left for charge."
    (_, of_first), (offered, of_second) = read(payment)
    assert of_first == {
        "CHARGE": nothing,
        "CANCEL": cancel_of(second.number),
    }
    assert offered == ["CHARGE", "CANCEL"]
    assert of_second == {}


def test_canceled_siblings_lose_nothing(authorized, read):
    # given
    payment = authorized("CHARGE", "CANCEL")
    first, second = get_orders()

    # when
    first.status = OrderStatus.CANCELED
    first.save(update_fields=["status"])

    # then
    (_, of_first), (_, of_second) = read(payment)
    assert of_first == {"CANCEL": cancel_of(second.number)}
    assert of_second == {}


def test_group_policy_keeps_orders_from_charging(
    authorized, read, order_groups_plugin, channel_USD, request_action
):
    # given
    payment = authorized("CHARGE", "CANCEL")
    first, second = get_orders()
    order_groups_plugin(channel_USD, **{"charge-policy": "GROUP"})

    # when
    (_, of_first), (_, of_second) = read(payment)

    # then
    assert set(of_first) == set(of_second) == {"CHARGE", "CANCEL"}
    assert of_first["CHARGE"] == (
        "The payment can be charged only once, for all of its orders: charge the order"
        f" group. Other orders that were paid with it: #{second.number}."
    )
    # The request is refused with the same words.
    [error] = request_action(get_share(first), "CHARGE")
    assert error["message"] == of_first["CHARGE"]

    # when the plugin is switched off, its policy no longer holds
    order_groups_plugin(channel_USD, active=False, **{"charge-policy": "GROUP"})

    # then
    assert [set(reasons) for _, reasons in read(payment)] == [{"CANCEL"}, {"CANCEL"}]


def test_open_request_takes_what_is_left(
    authorized, read, request_action, payment_app, monkeypatch
):
    # given a request that the app has not answered
    payment = authorized("CHARGE")
    first, _ = get_orders()
    payment_app.answer = succeed
    monkeypatch.setattr(handle_transaction_request_task, "delay", lambda *_args: None)
    assert request_action(get_share(first), "CHARGE") == []

    # when
    (_, of_first), (_, of_second) = read(payment)

    # then
    assert of_first == {
        "CHARGE": "Nothing of this order's share of the payment is left for charge."
    }
    assert of_second == {}


def test_what_the_payment_does_not_offer_is_not_named(authorized, read):
    # given
    payment = authorized()

    # when, then
    assert read(payment) == [([], {}), ([], {})]


def test_payment_of_one_order_offers_what_it_can(
    authorized, read, transaction_item_generator
):
    # given
    authorized()
    own = transaction_item_generator(
        order_id=get_orders()[0].pk, available_actions=["refund"], charged_value=0
    )

    # when, then
    assert read(own) == [(["REFUND"], {})]


def test_number_of_statements_is_constant(
    authorized, read, app_api_client, permission_manage_payments
):
    # given
    counts = []
    for count in (2, 6):
        cart = [(f"seller-{count}-{number}", "10.00") for number in range(count)]
        payment = authorized("CHARGE", "CANCEL", cart=cart, amount="100.00")
        read(payment)

        # when
        with CaptureQueriesContext(connection) as context:
            shares = read(payment)

        # then
        assert len(shares) == count
        assert all("CANCEL" in reasons for _, reasons in shares)
        counts.append(len(context))
    assert counts[0] == counts[1]
