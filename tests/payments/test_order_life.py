"""What Saleor does to an order with its own payment, it does to one with a share.

Every step is taken twice: with a plain order, placed while the plugin was inactive, and
with an order of a group, of the same goods and paid with as much. Answers, amounts,
statuses, history and webhooks must be the same.
"""

from decimal import Decimal

import pytest
from django.core.management import call_command
from graphene import Node
from saleor.account.models import User
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.payment.models import TransactionItem
from saleor.webhook.event_types import WebhookEventAsyncType

from saleor_order_groups.models import OrderGroup
from tests.apps.payment import accept, fail, succeed
from tests.helpers.payments import assert_shares_sum_to

# Both orders are of 63.00; the group's other one is of 42.00.
GOODS = [("alpha", "30.00", 2)]
OTHER_GOODS = [("beta", "40.00")]

EVENTS = (
    "order_created order_confirmed order_paid order_fully_paid order_refunded"
    " order_fully_refunded order_updated order_cancelled order_fulfilled order_expired"
    " checkout_fully_paid checkout_fully_authorized fulfillment_created"
).split()
LISTENER = """
    fragment Shown on Order {
      number status chargeStatus authorizeStatus
      totalCharged { amount } totalAuthorized { amount } totalRefunded { amount }
    }
    subscription {
      event {
        ... on OrderCreated { order { ...Shown } }
        ... on OrderConfirmed { order { ...Shown } }
        ... on OrderPaid { order { ...Shown } }
        ... on OrderFullyPaid { order { ...Shown } }
        ... on OrderRefunded { order { ...Shown } }
        ... on OrderFullyRefunded { order { ...Shown } }
        ... on OrderUpdated { order { ...Shown } }
        ... on OrderCancelled { order { ...Shown } }
        ... on OrderFulfilled { order { ...Shown } }
        ... on OrderExpired { order { ...Shown } }
        ... on CheckoutFullyPaid { checkout { token chargeStatus } }
        ... on CheckoutFullyAuthorized { checkout { token authorizeStatus } }
        ... on FulfillmentCreated { fulfillment { status } order { number } }
      }
    }
"""


class Listener:
    """Webhooks as an app receives them, by the number of their order."""

    def __init__(self, receiver):
        self._receiver = receiver

    def get(self, order):
        """Return what was told of an order, without the number."""
        told = []
        for request in self._receiver.requests:
            shown = request.payload.get("order")
            if shown and shown["number"] == str(order.number):
                told.append(
                    (
                        request.event,
                        {key: value for key, value in shown.items() if key != "number"},
                    )
                )
        return sorted(told, key=str)

    def get_of_checkout(self, order):
        """Return what was told of the checkout that became the order."""
        return [
            request.event
            for request in self._receiver.requests
            if (request.payload.get("checkout") or {}).get("token")
            == str(order.checkout_token)
        ]


@pytest.fixture
def twins(
    make_cart,
    get_total,
    transaction_item_generator,
    report,
    complete,
    app_api_client,
    payment_app,
    order_groups_plugin,
    channel_USD,
    permission_manage_orders,
    permission_manage_users,
    permission_manage_payments,
):
    """Return a function that places a plain order and one of a group, paid alike.

    `type` is the event that is reported before completion, of the whole.
    """
    app_api_client.app.permissions.add(
        permission_manage_orders, permission_manage_users, permission_manage_payments
    )

    def place(goods, shipping, type, amount):
        checkout = make_cart(goods, shipping=shipping)
        get_total(checkout)
        item = transaction_item_generator(
            checkout_id=checkout.pk,
            app=app_api_client.app,
            psp_reference=None,
            available_actions=["CHARGE", "REFUND", "CANCEL"],
        )
        report(item, type, amount, "before")
        assert not complete(checkout)["errors"]
        return Order.objects.filter(checkout_token=checkout.token).order_by("number")

    def _twins(type="AUTHORIZATION_SUCCESS"):
        order_groups_plugin(channel_USD, active=False)
        plain = place(GOODS, "3.00", type, "63.00")
        order_groups_plugin(channel_USD)
        grouped = place(GOODS + OTHER_GOODS, "5.00", type, "105.00")
        assert (len(plain), len(grouped)) == (1, 2)
        assert plain[0].total_gross_amount == grouped[0].total_gross_amount == 63
        return plain[0], grouped[0]

    return _twins


@pytest.fixture
def both(app_api_client):
    """Return a function that runs a mutation for each order; both answers must agree.

    `get_variables` makes the variables of an order. The value is the plain one's answer.
    """

    def _both(query, orders, get_variables=lambda order: {}):
        answers = []
        for order in orders:
            variables = {
                "id": Node.to_global_id("Order", order.pk),
                **get_variables(order),
            }
            response = app_api_client.post_graphql(query, variables)
            answers.append(get_graphql_content(response)["data"])
        plain, grouped = answers
        assert mask(grouped, orders[1]) == mask(plain, orders[0])
        assert_alike(orders)
        [answer] = plain.values()
        return answer

    return _both


def mask(answer, order):
    """Replace what tells the two orders apart."""
    text = str(answer).replace(f"#{order.number}", "#").replace(str(order.number), "N")
    return text.replace(str(order.pk), "ID")


def get_item(order):
    return order.payment_transactions.get()


def get_item_id(order):
    return Node.to_global_id("TransactionItem", get_item(order).token)


def describe(order):
    """Return amounts, statuses and history of an order."""
    order = Order.objects.get(pk=order.pk)
    names = (
        "status charge_status authorize_status total_charged_amount"
        " total_authorized_amount user_email"
    ).split()
    own = ("transaction_reference", "reference", "oms_id", "awaiting_fulfillments")
    item = get_item(order)
    return (
        {name: getattr(order, name) for name in names},
        {
            name: getattr(item, name)
            for name in (
                "authorized_value charged_value refunded_value canceled_value"
                " authorize_pending_value charge_pending_value refund_pending_value"
                " cancel_pending_value last_refund_success"
            ).split()
        },
        [
            (
                event.type,
                mask({k: v for k, v in event.parameters.items() if k not in own}, order)
                if not event.type.startswith("fulfillment")
                else None,
            )
            for event in order.events.order_by("date", "pk")
        ],
        sorted(
            (refund.amount_value, refund.status)
            for refund in order.granted_refunds.all()
        ),
    )


def assert_alike(orders):
    """Check that the grouped order is as the plain one."""
    plain, grouped = orders
    for expected, seen in zip(describe(plain), describe(grouped), strict=True):
        assert seen == expected
    assert_shares_sum_to(TransactionItem.objects.get(order=None, checkout=None))


# ------------------------------------------------------------------ money alone


@pytest.fixture
def listen(payment_app, app_api_client, permission_manage_checkouts):
    """Return a function that lets the app hear of orders and checkouts, too."""
    app_api_client.app.permissions.add(permission_manage_checkouts)

    def _listen():
        webhook = app_api_client.app.webhooks.create(
            name="Orders", target_url=payment_app.url, subscription_query=LISTENER
        )
        for event_type in EVENTS:
            assert event_type in WebhookEventAsyncType.ALL
            webhook.events.create(event_type=event_type)
        payment_app.answer = lambda request: {}
        return Listener(payment_app)

    return _listen


# What is reported of the plain order, and of the group's payment or share.
SEQUENCES = {
    "charge, refund in part, refund the rest": [
        ("payment", "CHARGE_SUCCESS", "63.00", "105.00"),
        ("share", "REFUND_SUCCESS", "10.00", "10.00"),
        ("share", "REFUND_SUCCESS", "53.00", "53.00"),
    ],
    "charge in parts, cancel the rest": [
        ("share", "CHARGE_SUCCESS", "20.00", "20.00"),
        ("share", "CHARGE_SUCCESS", "40.00", "40.00"),
        ("share", "CANCEL_SUCCESS", "3.00", "3.00"),
    ],
    "charge, charge back": [
        ("payment", "CHARGE_SUCCESS", "63.00", "105.00"),
        ("payment", "CHARGE_BACK", "63.00", "105.00"),
    ],
}


TOLD = {
    "charge, refund in part, refund the rest": {
        "order_paid",
        "order_fully_paid",
        "order_refunded",
        "order_fully_refunded",
        "order_updated",
    },
    "charge in parts, cancel the rest": {"order_paid", "order_updated"},
    "charge, charge back": {"order_paid", "order_fully_paid", "order_updated"},
}


@pytest.mark.parametrize("_case", SEQUENCES)
def test_reported_money_is_told_as_of_a_plain_order(_case, twins, report, listen):
    # given
    plain, grouped = twins()
    listener = listen()
    payment = TransactionItem.objects.get(order=None, checkout=None)
    assert_alike([plain, grouped])

    # when
    for number, (target, type, amount, whole) in enumerate(SEQUENCES[_case]):
        reference = "ref-0" if type == "CHARGE_BACK" else f"ref-{number}"
        report(get_item(plain), type, amount, reference)
        item = payment if target == "payment" else get_item(grouped)
        report(item, type, whole, reference)

        # then
        assert_alike([plain, grouped])
        assert listener.get(grouped) == listener.get(plain)
    assert {event for event, _ in listener.get(plain)} == TOLD[_case]


def test_checkout_that_is_charged_before_completion_tells_so(twins, listen):
    # given
    listener = listen()

    # when
    plain, grouped = twins("CHARGE_SUCCESS")

    # then
    told = listener.get_of_checkout(plain)
    assert told.count("checkout_fully_paid") == 1
    assert listener.get_of_checkout(grouped) == told
    assert_alike([plain, grouped])
    assert listener.get(grouped) == listener.get(plain)
    assert [event for event, _ in listener.get(plain)].count("order_fully_paid") == 1


# ------------------------------------------------------------------ what staff do

ERRORS = "errors { field message code }"
FULFILL = """
    mutation Fulfill($id: ID!, $input: OrderFulfillInput!) {
      orderFulfill(order: $id, input: $input) {
        fulfillments { status } order { status } errors { field message code }
      }
    }
"""


@pytest.fixture
def fulfill(both, warehouse):
    """Return a function that fulfills both orders."""

    def get_input(order):
        return {
            "input": {
                "notifyCustomer": False,
                "lines": [
                    {
                        "orderLineId": Node.to_global_id("OrderLine", line.pk),
                        "stocks": [
                            {
                                "quantity": line.quantity,
                                "warehouse": Node.to_global_id(
                                    "Warehouse", warehouse.pk
                                ),
                            }
                        ],
                    }
                    for line in order.lines.all()
                ],
            }
        }

    return lambda orders: both(FULFILL, orders, get_input)


@pytest.fixture
def charged(twins, report):
    """Both orders charged, the group's as a whole."""
    orders = twins()
    report(get_item(orders[0]), "CHARGE_SUCCESS", "63.00", "charge-plain")
    payment = TransactionItem.objects.get(order=None, checkout=None)
    report(payment, "CHARGE_SUCCESS", "105.00", "charge-group")
    assert_alike(orders)
    return orders


def get_lines_to_return(order):
    fulfillment = order.fulfillments.get()
    return [
        {
            "fulfillmentLineId": Node.to_global_id("FulfillmentLine", line.pk),
            "quantity": 1,
        }
        for line in fulfillment.lines.all()
    ]


def test_fulfill_when_unpaid_orders_may_not_be(
    twins, fulfill, report, site_settings, both
):
    # given
    site_settings.fulfillment_allow_unpaid = False
    site_settings.save()
    orders = twins()

    # when
    answer = fulfill(orders)

    # then
    assert [error["code"] for error in answer["errors"]] == [
        "CANNOT_FULFILL_UNPAID_ORDER"
    ]
    # and when the orders are charged, the other one of the group is not
    for order in orders:
        report(get_item(order), "CHARGE_SUCCESS", "63.00", f"charge-{order.number}")
    assert fulfill(orders) == {
        "fulfillments": [{"status": "FULFILLED"}],
        "order": {"status": "FULFILLED"},
        "errors": [],
    }
    other = OrderGroup.objects.get(placed_total_gross_amount=105).order_links.get(
        position=1
    )
    assert (other.order.charge_status, other.order.status) == ("none", "unfulfilled")


@pytest.mark.parametrize("refund", [False, True])
def test_return_fulfilled_products(charged, fulfill, both, payment_app, refund):
    # given
    assert fulfill(charged)["errors"] == []
    payment_app.answer = succeed("refund")

    # when
    answer = both(
        f"""mutation Return($id: ID!, $input: OrderReturnProductsInput!) {{
          orderFulfillmentReturnProducts(order: $id, input: $input) {{
            returnFulfillment {{ status }} order {{ status }} {ERRORS}
          }}
        }}""",
        charged,
        lambda order: {
            "input": {"fulfillmentLines": get_lines_to_return(order), "refund": refund}
        },
    )

    # then
    if not refund:
        assert answer["errors"] == []
        for order in charged:
            order.refresh_from_db()
            assert order.status == "partially_returned"
    else:
        # Saleor refunds only legacy payments so.
        assert [error["code"] for error in answer["errors"]] == ["CANNOT_REFUND"]


def test_refund_fulfilled_products(charged, fulfill, both):
    # given
    assert fulfill(charged)["errors"] == []

    # when
    answer = both(
        f"""mutation Refund($id: ID!, $input: OrderRefundProductsInput!) {{
          orderFulfillmentRefundProducts(order: $id, input: $input) {{
            fulfillment {{ status }} order {{ status }} {ERRORS}
          }}
        }}""",
        charged,
        lambda order: {"input": {"fulfillmentLines": get_lines_to_return(order)}},
    )

    # then: Saleor refunds only legacy payments so
    assert [error["code"] for error in answer["errors"]] == ["CANNOT_REFUND"]


def test_grant_a_refund_change_it_and_request_it(charged, both, payment_app):
    # given
    answer = both(
        f"""mutation Grant($id: ID!, $input: OrderGrantRefundCreateInput!) {{
          orderGrantRefundCreate(id: $id, input: $input) {{
            grantedRefund {{ amount {{ amount }} status }} {ERRORS}
          }}
        }}""",
        charged,
        lambda order: {
            "input": {
                "amount": "11.00",
                "reason": "Broken",
                "transactionId": get_item_id(order),
            }
        },
    )
    assert answer["errors"] == []

    def get_refund(order):
        refund = order.granted_refunds.get()
        return Node.to_global_id("OrderGrantedRefund", refund.pk)

    # when
    answer = both(
        f"""mutation Change($refund: ID!, $input: OrderGrantRefundUpdateInput!) {{
          orderGrantRefundUpdate(id: $refund, input: $input) {{
            grantedRefund {{ amount {{ amount }} status }} {ERRORS}
          }}
        }}""",
        charged,
        lambda order: {"refund": get_refund(order), "input": {"amount": "12.50"}},
    )

    # then
    assert answer["errors"] == []
    # and when it is requested
    payment_app.answer = succeed("refund")
    answer = both(
        f"""mutation Request($transaction: ID!, $refund: ID!) {{
          transactionRequestRefundForGrantedRefund(
            id: $transaction, grantedRefundId: $refund
          ) {{ {ERRORS} }}
        }}""",
        charged,
        lambda order: {
            "transaction": get_item_id(order),
            "refund": get_refund(order),
        },
    )
    assert answer == {"errors": []}
    assert [request.amount for request in payment_app.requests[-2:]] == [12.5, 12.5]
    for order in charged:
        assert order.granted_refunds.get().status == "success"
        assert get_item(order).refunded_value == Decimal("12.50")


@pytest.mark.parametrize(
    ("action", "answer", "name"),
    [
        ("REFUND", succeed("answer"), "refunded_value"),
        ("REFUND", accept("answer"), "refund_pending_value"),
        ("REFUND", fail(), None),
    ],
)
def test_request_and_its_answer(charged, both, payment_app, action, answer, name):
    # given
    payment_app.answer = answer

    # when
    result = both(
        f"""mutation Request($transaction: ID!, $action: TransactionActionEnum!) {{
          transactionRequestAction(
            id: $transaction, actionType: $action, amount: 20
          ) {{
            transaction {{
              refundedAmount {{ amount }} refundPendingAmount {{ amount }}
              events {{ type amount {{ amount }} }}
            }}
            {ERRORS}
          }}
        }}""",
        charged,
        lambda order: {"transaction": get_item_id(order), "action": action},
    )

    # then
    assert result["errors"] == []
    for order in charged:
        if name:
            assert getattr(get_item(order), name) == 20
        assert get_item(order).charged_value == (43 if name else 63)


SIMPLE = {
    "mark as paid": "orderMarkAsPaid(id: $id) { order { isPaid } %s }",
    "confirm": "orderConfirm(id: $id) { order { status } %s }",
    "capture": "orderCapture(id: $id, amount: 1) { order { isPaid } %s }",
    "void": "orderVoid(id: $id) { order { isPaid } %s }",
    "refund": "orderRefund(id: $id, amount: 1) { order { isPaid } %s }",
    "update": """orderUpdate(
        id: $id, input: { userEmail: "other@example.com" }
      ) { order { userEmail } %s }""",
    "note": 'orderNoteAdd(order: $id, input: { message: "Hi" }) { order { status } %s }',
    "request an invoice": """invoiceRequest(orderId: $id, number: "1") {
        order { status } errors { field message code } }""",
    "cancel": "orderCancel(id: $id) { order { status } %s }",
}


@pytest.mark.parametrize("_case", SIMPLE)
def test_staff_get_the_same_answer(_case, twins, both, payment_app, app_api_client):
    # given
    orders = twins()
    app_api_client.app.webhooks.get().events.create(event_type="invoice_requested")
    payment_app.answer = succeed("answer")
    field = SIMPLE[_case].replace("%s", ERRORS)

    # when
    answer = both(f"mutation Do($id: ID!) {{ {field} }}", orders)

    # then
    refused = {"mark as paid", "confirm", "capture", "void", "refund"}
    if _case not in refused:
        assert answer["errors"] == []
    assert payment_app.requests == []


# ------------------------------------------------------------------ customers


def test_deleted_customer_leaves_group_and_orders(charged, customer_user):
    # when
    customer_user.delete()

    # then
    group = OrderGroup.objects.get(placed_total_gross_amount=105)
    assert group.user is None
    assert group.user_email == "test@example.com"
    orders = [link.order for link in group.order_links.order_by("position")]
    assert [order.user_id for order in orders] == [None, None]
    assert [order.total_charged_amount for order in orders] == [63, 42]
    call_command("verify_order_groups")


def test_order_that_moves_to_another_customer(charged, both):
    # given
    other = User.objects.create(email="other@example.com", is_active=True)

    # when
    answer = both(
        """mutation Move($id: ID!) {
          orderUpdate(id: $id, input: { userEmail: "other@example.com" }) {
            order { userEmail } errors { code }
          }
        }""",
        charged,
    )

    # then
    assert answer["errors"] == []
    group = OrderGroup.objects.get(placed_total_gross_amount=105)
    orders = [link.order for link in group.order_links.order_by("position")]
    assert [order.user.email for order in orders] == [other.email, "test@example.com"]
    assert group.user.email == "test@example.com"
    # and the other customer becomes the seller's
    call_command("verify_order_groups", repair=True)
