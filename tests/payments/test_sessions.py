"""Payments that go on after completion, and gift cards that pay as a payment."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.giftcard.models import GiftCardEvent
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus
from saleor.webhook.event_types import WebhookEventSyncType

from saleor_order_groups.models import GroupPayment
from tests.apps.payment import succeed
from tests.helpers.payments import (
    CART,
    assert_shares_sum_to,
    get_amounts,
    get_orders,
    get_share,
)

INITIALIZE = """
    mutation Initialize(
      $id: ID!, $amount: PositiveDecimal, $gateway: PaymentGatewayToInitialize!
    ) {
      transactionInitialize(id: $id, amount: $amount, paymentGateway: $gateway) {
        transactionEvent { type }
        errors { field message code }
      }
    }
"""
PROCESS = """
    mutation Process($id: ID!) {
      transactionProcess(id: $id) {
        transactionEvent { type message }
        errors { field message code }
      }
    }
"""


@pytest.fixture
def unpaid_channel(channel_USD):
    channel_USD.allow_unpaid_orders = True
    channel_USD.save()


def test_payment_is_processed_after_completion(
    make_cart,
    complete,
    payment_app,
    app_api_client,
    user_api_client,
    unpaid_channel,
    permission_manage_payments,
    transaction_item_generator,
):
    # given: an authorization that waits for the customer
    app = app_api_client.app
    app.permissions.add(permission_manage_payments)
    app.identifier = "payments"
    app.save()
    webhook = app.webhooks.get()
    webhook.events.create(event_type=WebhookEventSyncType.TRANSACTION_PROCESS_SESSION)
    webhook.subscription_query = """
        subscription {
          event {
            ... on TransactionProcessSession {
              transaction { pspReference }
              action { actionType amount }
              sourceObject { ... on Order { number } }
            }
          }
        }
    """
    webhook.save()
    checkout = make_cart(CART)
    transaction = transaction_item_generator(
        checkout_id=checkout.pk, app=app, psp_reference="session-1"
    )
    transaction.events.create(
        type="authorization_request",
        amount_value=Decimal(105),
        currency="USD",
        include_in_calculations=False,
        app_identifier=app.identifier,
    )
    assert not complete(checkout)["errors"]
    first, second = get_orders()
    payment_app.answer = lambda request: {
        "pspReference": "auth-1",
        "result": "AUTHORIZATION_SUCCESS",
        "amount": 105,
    }

    # when
    response = user_api_client.post_graphql(
        PROCESS, {"id": Node.to_global_id("TransactionItem", transaction.token)}
    )

    # then
    data = get_graphql_content(response)["data"]["transactionProcess"]
    assert data == {
        "transactionEvent": {"type": "AUTHORIZATION_SUCCESS", "message": ""},
        "errors": [],
    }
    [request] = payment_app.requests
    assert request.payload["sourceObject"] == {"number": str(first.number)}
    assert get_amounts("authorized_value") == [105, [63, 42]]
    assert get_share(second).psp_reference == "auth-1"
    assert_shares_sum_to(transaction)
    assert {order.authorize_status for order in get_orders()} == {
        OrderAuthorizeStatus.FULL
    }


@pytest.fixture
def pay_with_gift_card(user_api_client, gift_card, get_total):
    """Return a function that pays a checkout with a transaction of a gift card."""

    def _pay(checkout, amount):
        get_total(checkout)
        gift_card.initial_balance_amount = Decimal(200)
        gift_card.current_balance_amount = Decimal(200)
        gift_card.save()
        response = user_api_client.post_graphql(
            INITIALIZE,
            {
                "id": Node.to_global_id("Checkout", checkout.token),
                "gateway": {
                    "id": GIFT_CARD_PAYMENT_GATEWAY_ID,
                    "data": {"code": gift_card.code},
                },
                "amount": amount,
            },
        )
        data = get_graphql_content(response)["data"]["transactionInitialize"]
        assert data == {
            "transactionEvent": {"type": "AUTHORIZATION_SUCCESS"},
            "errors": [],
        }

    return _pay


def test_gift_card_pays_as_a_payment(
    make_cart, complete, pay_with_gift_card, gift_card, request_action
):
    # given
    checkout = make_cart(CART)
    pay_with_gift_card(checkout, 105)

    # when
    assert not complete(checkout)["errors"]

    # then: Saleor charges the card when it confirms the orders
    payment = GroupPayment.objects.get().transaction
    assert get_amounts("charged_value") == [105, [63, 42]]
    assert_shares_sum_to(payment)
    for order, total in zip(get_orders(), (63, 42), strict=True):
        assert order.total_gross_amount == total
        assert order.charge_status == OrderChargeStatus.FULL
        assert get_share(order).gift_card == gift_card
    gift_card.refresh_from_db()
    assert gift_card.current_balance_amount == 95
    assert GiftCardEvent.objects.filter(type="used_in_order").count() == 2

    # and a refund of one order goes back to the card
    assert request_action(get_share(get_orders()[1]), "REFUND", "40.00") == []
    gift_card.refresh_from_db()
    assert gift_card.current_balance_amount == 135
    assert get_amounts("refunded_value") == [40, [0, 40]]
    assert_shares_sum_to(payment)


def test_gift_card_and_app_pay_together(
    make_cart,
    complete,
    pay_with_gift_card,
    gift_card,
    transaction_item_generator,
    report,
    app_api_client,
    payment_app,
    request_action,
):
    # given
    checkout = make_cart(CART)
    pay_with_gift_card(checkout, 50)
    paid = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(paid, "AUTHORIZATION_SUCCESS", "55.00", "auth-1")

    # when
    assert not complete(checkout)["errors"]

    # then
    for payment in GroupPayment.objects.all():
        assert_shares_sum_to(payment.transaction)
    shares = [
        [(share.charged_value, share.authorized_value) for share in rows]
        for rows in (
            order.payment_transactions.order_by("pk") for order in get_orders()
        )
    ]
    assert shares == [[(30, 0), (0, 33)], [(20, 0), (0, 22)]]
    gift_card.refresh_from_db()
    assert gift_card.current_balance_amount == 150

    # and each order is charged for the rest on its own
    payment_app.answer = succeed("charge-b")
    second = get_orders()[1]
    assert (
        request_action(second.payment_transactions.order_by("pk").last(), "CHARGE")
        == []
    )
    second.refresh_from_db()
    assert second.charge_status == OrderChargeStatus.FULL
    assert second.total_charged_amount == 42
