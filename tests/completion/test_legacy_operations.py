"""What is asked of one order's part of a legacy payment after completion."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus
from saleor.order.models import Order
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.model_helpers import get_total_authorized
from saleor.payment.models import Payment, Transaction
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.legacy_bounds import find_share
from saleor_order_groups.legacy_operations import capture_together
from saleor_order_groups.verification import verify

from .legacy_gateway import PROVIDER, RECORDER, EventRecorder, Provider, ProviderGateway
from .test_legacy_payments import CART, pay_legacy  # noqa: F401

ORDER = """
    fragment OrderDetails on Order {
      status
      isPaid
      paymentStatus
      chargeStatus
      authorizeStatus
      canFinalize
      total { gross { amount } }
      totalCaptured { amount }
      totalCharged { amount }
      totalBalance { amount }
      totalRefunded { amount }
      fulfillments { status totalRefundedAmount { amount } }
      events { type amount }
      payments {
        isActive
        chargeStatus
        total { amount }
        capturedAmount { amount }
        availableCaptureAmount { amount }
        availableRefundAmount { amount }
        transactions { kind isSuccess error amount { amount } }
      }
    }
"""
# Each takes the order's ID; `errors` are named as Saleor names them.
OPERATIONS = {
    "capture": """orderCapture(id: $id, amount: $amount) {
        order { ...OrderDetails } errors { field message code } }""",
    "void": """orderVoid(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "refund": """orderRefund(id: $id, amount: $amount) {
        order { ...OrderDetails } errors { field message code } }""",
    "mark_as_paid": """orderMarkAsPaid(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "cancel": """orderCancel(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "confirm": """orderConfirm(id: $id) {
        order { ...OrderDetails } errors { field message code } }""",
    "fulfill": """orderFulfill(order: $id, input: {lines: [
          {orderLineId: $line, stocks: [{warehouse: $warehouse, quantity: $quantity}]}
        ]}) { order { ...OrderDetails } errors { field message code } }""",
    "refund_products": """orderFulfillmentRefundProducts(order: $id, input: {
          orderLines: [{orderLineId: $line, quantity: $quantity}]
          includeShippingCosts: true
        }) { order { ...OrderDetails } errors { field message code } }""",
    "return_products": """orderFulfillmentReturnProducts(order: $id, input: {
          fulfillmentLines: [{fulfillmentLineId: $fulfillmentLine, quantity: $quantity}]
          refund: true, includeShippingCosts: true
        }) { order { ...OrderDetails } errors { field message code } }""",
    "payment_capture": """paymentCapture(paymentId: $payment, amount: $amount) {
        errors { field message code } }""",
    "payment_refund": """paymentRefund(paymentId: $payment, amount: $amount) {
        errors { field message code } }""",
    "payment_void": """paymentVoid(paymentId: $payment) {
        errors { field message code } }""",
}
TYPES = {
    "id": "ID!",
    "amount": "PositiveDecimal!",
    "line": "ID!",
    "fulfillmentLine": "ID!",
    "warehouse": "ID!",
    "quantity": "Int!",
    "payment": "ID!",
}


@pytest.fixture
def provider(monkeypatch, settings):
    provider = Provider()
    monkeypatch.setattr(ProviderGateway, "provider", provider)
    settings.PLUGINS = [*settings.PLUGINS, PROVIDER]
    return provider


@pytest.fixture
def fired(monkeypatch, settings):
    """Return the list of what Saleor fires for orders."""
    fired = []
    monkeypatch.setattr(EventRecorder, "fired", fired)
    settings.PLUGINS = [*settings.PLUGINS, RECORDER]
    return fired


@pytest.fixture
def place(provider, make_cart, pay_legacy, complete):  # noqa: F811
    """Return a function that places orders paid with one payment of the provider."""

    def _place(token=ChargeStatus.NOT_CHARGED, cart=CART, **fields):
        checkout = make_cart(cart, **fields)
        pay_legacy(checkout, token=token)
        assert not complete(checkout)["errors"]
        return list(
            Order.objects.filter(checkout_token=checkout.token).order_by("number")
        )

    return _place


@pytest.fixture
def ask(staff_api_client, permission_group_manage_orders, warehouse):
    """Return a function that calls a mutation for an order; the answer's payload."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    def _ask(name, order, amount=None):
        line = order.lines.first()
        fulfillment = order.fulfillments.first()
        fulfillment_line = fulfillment.lines.first() if fulfillment else None
        values = {
            "id": Node.to_global_id("Order", order.pk),
            "amount": amount,
            "line": Node.to_global_id("OrderLine", line.pk),
            "fulfillmentLine": fulfillment_line
            and Node.to_global_id("FulfillmentLine", fulfillment_line.pk),
            "warehouse": Node.to_global_id("Warehouse", warehouse.pk),
            "quantity": line.quantity,
            "payment": Node.to_global_id("Payment", order.get_last_payment().pk),
        }
        operation = OPERATIONS[name]
        used = [key for key in TYPES if f"${key}" in operation]
        names = ", ".join(f"${key}: {TYPES[key]}" for key in used)
        fragment = ORDER if "OrderDetails" in operation else ""
        response = staff_api_client.post_graphql(
            f"{fragment} mutation ({names}) {{ answer: {operation} }}",
            {key: values[key] for key in used},
        )
        return get_graphql_content(response)["data"]["answer"]

    return _ask


@pytest.fixture
def plain(place, order_groups_plugin, channel_USD):
    """Return a function that places one order while the plugin is not active."""

    def _place(*args, **fields):
        order_groups_plugin(channel_USD, active=False)
        [order] = place(*args, **fields)
        order_groups_plugin(channel_USD)
        return order

    return _place


LIVES = {
    "captured, refunded in parts, then as products": [
        ("capture", Decimal(63)),
        ("refund", Decimal(10)),
        ("payment_refund", Decimal(5)),
        ("refund_products", None),
        ("refund", Decimal(1)),
    ],
    "fulfilled when it is paid, and returned": [
        ("fulfill", None),
        ("capture", Decimal(63)),
        ("fulfill", None),
        ("return_products", None),
    ],
    "captured too much, in part, and again": [
        ("capture", Decimal("63.01")),
        ("payment_capture", Decimal("63.01")),
        ("capture", Decimal(20)),
        ("capture", Decimal(43)),
        ("fulfill", None),
        ("refund", Decimal("20.01")),
        ("refund", Decimal(20)),
    ],
    "voided, and nothing after it": [
        ("refund", Decimal(1)),
        ("mark_as_paid", None),
        ("void", None),
        ("void", None),
        ("capture", Decimal(63)),
        ("cancel", None),
    ],
    "canceled, and captured all the same": [
        ("cancel", None),
        ("payment_capture", Decimal(63)),
        ("refund", Decimal(63)),
    ],
}


@pytest.mark.parametrize("_case", LIVES)
def test_life_of_an_order_is_that_of_a_plain_one(
    place, plain, ask, fired, site_settings, _case
):
    # given
    site_settings.fulfillment_allow_unpaid = False
    site_settings.save()
    order, sibling, _ = place()
    other = plain(cart=[("alpha", "60.00")], shipping="3.00")
    assert order.total_gross_amount == other.total_gross_amount == Decimal(63)
    if _case.startswith("voided"):
        assert not ask("cancel", sibling)["errors"]
    before = snapshot(sibling)
    fired.clear()

    # when / then
    for name, amount in LIVES[_case]:
        answer = ask(name, order, amount)
        assert answer == ask(name, other, amount)
        assert [event for event, number in fired if number == order.number] == [
            event for event, number in fired if number == other.number
        ]
    order.refresh_from_db()
    other.refresh_from_db()
    assert snapshot(order) == snapshot(other)
    if not _case.startswith("voided"):
        assert snapshot(sibling) == before
        assert sibling.number not in {number for _, number in fired}
    assert list(verify()) == []


def snapshot(order):
    order.refresh_from_db()
    return (
        order.status,
        order.charge_status,
        order.total_charged_amount,
        order.authorize_status,
        order.total_authorized_amount,
        get_total_authorized(order.payments.all(), order.currency),
        (order.can_capture(), order.can_refund(), order.can_void()),
        [
            (
                part.is_active,
                part.charge_status,
                part.total,
                part.captured_amount,
                [
                    (row.kind, row.amount, row.is_success)
                    for row in part.transactions.order_by("pk")
                ],
            )
            for part in order.payments.order_by("pk")
        ],
    )
