"""A payment gateway's notification completes a checkout: Stripe's is the only such one.

Saleor's Stripe plugin asks the API of Stripe, here a server of ours with its answers; the
notifications are signed as Stripe signs them and arrive at Saleor's own address.
"""

import json
import logging
import time
from decimal import Decimal

import pytest
import stripe
from django.test import Client
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.payment.gateways.stripe.plugin import StripeGatewayPlugin
from saleor.payment.models import Payment
from saleor.plugins.models import PluginConfiguration
from saleor.warehouse.models import Allocation

from saleor_order_groups.models import OrderGroup, ProductSeller
from tests.apps.gateway import CENTS, INTENT, Stripe, make_intent
from tests.apps.server import serve

STRIPE = "saleor.payment.gateways.stripe.plugin.StripeGatewayPlugin"
SECRET = "whsec_test"
CART = [("alpha", "60.00"), ("alpha", "40.00")]
# With shipping of 5.00.
TOTAL = Decimal("105.00")
PAYMENT_CREATE = """
    mutation Pay($id: ID!, $amount: PositiveDecimal!) {
      checkoutPaymentCreate(
        id: $id, input: { gateway: "saleor.payments.stripe", amount: $amount }
      ) {
        errors { field message code }
      }
    }
"""
CAPTURED = ("payment_intent.succeeded", {"amount_received": CENTS})
AUTHORIZED = ("payment_intent.amount_capturable_updated", {"amount_received": 0})


@pytest.fixture
def stripe_api(monkeypatch):
    """Return Stripe's API on a free local port."""
    state = Stripe()
    with serve(state.respond) as state.url:
        monkeypatch.setattr(stripe, "api_base", state.url)
        monkeypatch.setattr(stripe, "default_http_client", None)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield state


@pytest.fixture
def stripe_plugin(order_groups_plugin, channel_USD, settings, stripe_api):
    settings.PLUGINS = [*settings.PLUGINS, STRIPE]
    values = {
        "public_api_key": "pk_test",
        "secret_api_key": "sk_test",
        "automatic_payment_capture": True,
        "supported_currencies": "USD",
        "webhook_endpoint_id": "we_1",
        "webhook_secret_key": SECRET,
        "include_receipt_email": False,
    }
    return PluginConfiguration.objects.create(
        identifier=StripeGatewayPlugin.PLUGIN_ID,
        name=StripeGatewayPlugin.PLUGIN_NAME,
        channel=channel_USD,
        active=True,
        configuration=[
            {"name": name, "value": value} for name, value in values.items()
        ],
    )


@pytest.fixture
def pay_with_stripe(stripe_plugin, user_api_client):
    """Return a function that creates the checkout's payment, through the API."""

    def _pay(checkout):
        response = user_api_client.post_graphql(
            PAYMENT_CREATE,
            {"id": Node.to_global_id("Checkout", checkout.pk), "amount": TOTAL},
        )
        data = get_graphql_content(response)["data"]["checkoutPaymentCreate"]
        assert not data["errors"]
        return Payment.objects.get()

    return _pay


@pytest.fixture
def start_payment(pay_with_stripe, complete):
    """Return a function that sends the customer of a checkout to their bank."""

    def _start(checkout):
        payment = pay_with_stripe(checkout)
        data = complete(checkout)
        assert not data["errors"]
        assert data["confirmationNeeded"] is True
        return payment

    return _start


@pytest.fixture
def notify(channel_USD, caplog):
    """Return a function that notifies Saleor as Stripe does."""
    caplog.set_level(logging.INFO, "saleor.payment.gateways.stripe.webhooks")

    def _notify(event_type, values):
        event = {
            "id": "evt_1",
            "object": "event",
            "type": event_type,
            "data": {"object": make_intent(**values)},
        }
        payload = json.dumps(event)
        now = int(time.time())
        signature = stripe.WebhookSignature._compute_signature(
            f"{now}.{payload}", SECRET
        )
        return Client().post(
            f"/plugins/channel/{channel_USD.slug}/saleor.payments.stripe/webhooks/",
            payload,
            content_type="application/json",
            headers={"Stripe-Signature": f"t={now},v1={signature}"},
        )

    return _notify


def assert_nothing_happened(checkout):
    assert Checkout.objects.filter(pk=checkout.pk).exists()
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()


def move_to_another_seller(checkout, get_seller):
    product = checkout.lines.get(variant__sku="SKU-1").variant.product
    ProductSeller.objects.filter(product=product).update(seller=get_seller("beta"))


@pytest.mark.parametrize(
    ("event_case", "authorize_status", "charge_status", "charged"),
    [
        (CAPTURED, OrderAuthorizeStatus.FULL, OrderChargeStatus.FULL, TOTAL),
        (AUTHORIZED, OrderAuthorizeStatus.FULL, OrderChargeStatus.NONE, 0),
    ],
)
def test_notification_completes_a_checkout_of_one_seller(
    make_cart,
    start_payment,
    notify,
    complete,
    event_case,
    authorize_status,
    charge_status,
    charged,
):
    # given
    checkout = make_cart(CART)
    start_payment(checkout)

    # when: Stripe notifies until it is told that it was heard, and then once more
    responses = [notify(*event_case), notify(*event_case)]

    # then
    assert [response.status_code for response in responses] == [200, 200]
    order = Order.objects.get()
    assert order.total_gross_amount == TOTAL
    assert order.lines.count() == 2
    assert order.authorize_status == authorize_status
    assert order.charge_status == charge_status
    assert order.total_charged_amount == charged
    group = OrderGroup.objects.get()
    assert [
        (link.order, link.seller.slug)
        for link in group.order_links.select_related("seller")
    ] == [(order, "alpha")]
    assert not Checkout.objects.exists()
    data = complete(checkout)
    assert data["orderGroup"]["id"] == Node.to_global_id("OrderGroup", group.pk)


def test_several_sellers_are_refused_before_stripe_is_asked(
    make_cart, pay_with_stripe, complete, stripe_api
):
    # given
    checkout = make_cart([("alpha", "60.00"), ("beta", "40.00")])
    payment = pay_with_stripe(checkout)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["message"] == (
        "The payment gateway saleor.payments.stripe cannot pay for goods of several"
        " sellers."
    )
    assert_nothing_happened(checkout)
    assert stripe_api.requests == []
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.NOT_CHARGED


@pytest.mark.parametrize(
    ("event_case", "path", "asked", "charge_status"),
    [
        (
            CAPTURED,
            "/v1/refunds",
            {"payment_intent": INTENT, "amount": str(CENTS)},
            ChargeStatus.FULLY_REFUNDED,
        ),
        (AUTHORIZED, "/v1/payment_intents/pi_1/cancel", {}, ChargeStatus.NOT_CHARGED),
    ],
)
def test_notification_for_several_sellers_gives_the_money_back(
    make_cart,
    start_payment,
    notify,
    complete,
    stripe_api,
    get_seller,
    caplog,
    event_case,
    path,
    asked,
    charge_status,
):
    # given: one seller's goods become another's while the customer is at their bank
    checkout = make_cart(CART)
    payment = start_payment(checkout)
    move_to_another_seller(checkout, get_seller)

    # when
    responses = [notify(*event_case), notify(*event_case)]

    # then
    assert [response.status_code for response in responses] == [200, 200]
    assert_nothing_happened(checkout)
    [logged, *_] = [
        record for record in caplog.records if "Failed to complete" in record.message
    ]
    assert str(checkout.pk) in logged.message
    assert "cannot pay for goods of several sellers" in logged.error
    assert stripe_api.get_requests(path) == [asked]
    payment.refresh_from_db()
    assert payment.charge_status == charge_status
    assert payment.captured_amount == 0
    assert payment.checkout_id == checkout.pk
    assert complete(checkout)["errors"]


def test_notification_where_unpaid_orders_are_allowed_leaves_the_money(
    make_cart, start_payment, notify, stripe_api, get_seller, channel_USD
):
    # given: there Saleor completes without the payment, and gives none back
    checkout = make_cart(CART)
    payment = start_payment(checkout)
    move_to_another_seller(checkout, get_seller)
    channel_USD.allow_unpaid_orders = True
    channel_USD.save()

    # when
    response = notify(*CAPTURED)

    # then
    assert response.status_code == 200
    assert_nothing_happened(checkout)
    assert stripe_api.get_requests("/v1/refunds") == []
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_CHARGED
    assert payment.captured_amount == TOTAL
    assert payment.checkout_id == checkout.pk


def test_notification_that_is_not_signed_does_nothing(
    make_cart, start_payment, notify, monkeypatch
):
    # given
    checkout = make_cart(CART)
    start_payment(checkout)
    monkeypatch.setattr(f"{__name__}.SECRET", "another")

    # when
    response = notify(*CAPTURED)

    # then
    assert response.status_code == 400
    assert_nothing_happened(checkout)
