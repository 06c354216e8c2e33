"""What Saleor lets pass, and sellers must not: facts 3 to 7 of sellers' orders."""

import base64
import json
import logging
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from graphene import Node
from saleor.core.exceptions import InsufficientStock, InsufficientStockData
from saleor.core.models import EventDelivery
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import FulfillmentStatus, OrderStatus
from saleor.order.error_codes import OrderErrorCode
from saleor.order.models import Fulfillment, Order, OrderGrantedRefund
from saleor.payment import ChargeStatus, PaymentError
from saleor.payment.error_codes import TransactionRequestActionErrorCode
from saleor.payment.models import Payment, TransactionEvent
from saleor.plugins.manager import PluginsManager
from saleor.tests.race_condition import RunBefore
from saleor.warehouse.models import Stock
from saleor.webhook.models import Webhook

from saleor_order_groups.access.refunds import Refundable
from saleor_order_groups.graphql.seller_orders import saleor_mutations
from saleor_order_groups.models import OrderGroupOrder, SellerAct
from tests.helpers.checksums import checksum_rows
from tests.helpers.database import rolled_back
from tests.helpers.seller_orders import (
    CANCEL,
    CANCEL_FULFILLMENT,
    CONFIRM,
    FULFILL,
    ORDER,
    ORDERS,
    REFUND,
    SET_REFERENCE,
    TRACK,
)

MUTATIONS = "saleor_order_groups.graphql.seller_orders.mutations"
# An act has read the order when it calls this, and locks it afterwards.
BEFORE_LOCKS = f"{MUTATIONS}.base.repeat_after_deadlock"
SEND = "saleor.webhook.transport.asynchronous.transport.send_webhook_request_async"


@pytest.fixture
def sales(sell):
    return sell()


@pytest.fixture
def alpha(sales):
    """Return a sale of two items at 60.00, paid with 122.86."""
    return sales["alpha"]


@pytest.fixture
def client(alpha, add_member):
    return add_member(alpha.seller)


@pytest.fixture
def staff(staff_api_client, permission_group_manage_orders):
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    return staff_api_client


def of_line(sale, quantity=1, **more):
    return {"lines": [{"lineId": sale.line_ids[0], "quantity": quantity, **more}]}


def get_codes(payload):
    assert payload["sellerOrder"] is None
    return [(error["field"], error["code"]) for error in payload["errors"]]


def get_stock(sale):
    stock = Stock.objects.get(product_variant=sale.order.lines.get().variant)
    return stock.quantity, stock.quantity_allocated


def set_status(sale, status):
    Order.objects.filter(pk=sale.order.pk).update(status=status)


# ---------------------------------------------------------------- fact 3: others' lines


def test_no_line_of_another_order_is_fulfilled(sell, sales, alpha, client, run_act):
    # given: a sibling, another purchase, and another order of the same seller
    later = sell()
    others = [sales["beta"], later["beta"], later["alpha"]]
    before = checksum_rows()

    for other in others:
        key = other.order.lines.get().pk
        for type_name in ("SellerOrderLine", "OrderLine"):
            line = {"lineId": Node.to_global_id(type_name, key), "quantity": 1}
            for lines in ([line], [*of_line(alpha)["lines"], line]):
                # when
                payload = run_act(client, FULFILL, id=alpha.id, input={"lines": lines})

                # then
                assert get_codes(payload) == [("lines", "NOT_FOUND")]
    assert checksum_rows() == before


@pytest.mark.parametrize(
    "status",
    [
        OrderStatus.UNCONFIRMED,
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
        OrderStatus.DRAFT,
    ],
)
def test_nothing_of_an_order_that_is_not_live_is_fulfilled(
    alpha, client, run_act, status
):
    # given
    set_status(alpha, status)
    before = checksum_rows()

    # when
    payload = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha))

    # then
    assert get_codes(payload) == [("id", "ORDER_STATUS")]
    assert checksum_rows() == before


# ---------------------------------------------------------------- fact 4: stale rows


def ask_staff(staff, mutation, **variables):
    content = get_graphql_content(staff.post_graphql(mutation, variables))
    [payload] = content["data"].values()
    assert payload["errors"] == []


STAFF_CANCEL = """
    mutation Cancel($id: ID!) { orderCancel(id: $id) { errors { code } } }
"""
STAFF_CONFIRM = """
    mutation Confirm($id: ID!) { orderConfirm(id: $id) { errors { code } } }
"""
STAFF_FULFILL = """
    mutation Fulfill($id: ID!, $input: OrderFulfillInput!) {
      orderFulfill(order: $id, input: $input) { errors { code } }
    }
"""
STAFF_CANCEL_FULFILLMENT = """
    mutation Cancel($id: ID!, $input: FulfillmentCancelInput!) {
      orderFulfillmentCancel(id: $id, input: $input) { errors { code } }
    }
"""
STAFF_GRANT = """
    mutation Grant($id: ID!, $input: OrderGrantRefundCreateInput!) {
      orderGrantRefundCreate(id: $id, input: $input) { errors { code } }
    }
"""


def test_fulfillment_that_staff_cancel_meanwhile_restocks_once(
    alpha, client, run_act, staff, warehouse
):
    # given
    run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 2))
    [fulfillment] = alpha.order.fulfillments.all()
    assert get_stock(alpha) == (98, 0)

    def rival(*_args, **_kwargs):
        ask_staff(
            staff,
            STAFF_CANCEL_FULFILLMENT,
            id=Node.to_global_id("Fulfillment", fulfillment.pk),
            input={"warehouseId": Node.to_global_id("Warehouse", warehouse.pk)},
        )

    # when
    with RunBefore(BEFORE_LOCKS, rival):
        payload = run_act(client, CANCEL_FULFILLMENT, id=alpha.fulfillment_ids[0])

    # then
    assert get_codes(payload) == [("id", "ORDER_STATUS")]
    assert get_stock(alpha) == (100, 2)
    line = alpha.order.lines.get()
    assert line.quantity_fulfilled == 0
    assert alpha.order.events.filter(type="fulfillment_canceled").count() == 1


def test_order_that_staff_fulfill_meanwhile_is_not_canceled(
    alpha, client, run_act, staff, warehouse
):
    # given
    line = alpha.order.lines.get()

    def rival(*_args, **_kwargs):
        stocks = [
            {"quantity": 2, "warehouse": Node.to_global_id("Warehouse", warehouse.pk)}
        ]
        line_id = Node.to_global_id("OrderLine", line.pk)
        ask_staff(
            staff,
            STAFF_FULFILL,
            id=Node.to_global_id("Order", alpha.order.pk),
            input={"lines": [{"orderLineId": line_id, "stocks": stocks}]},
        )

    # when
    with RunBefore(BEFORE_LOCKS, rival):
        payload = run_act(client, CANCEL, id=alpha.id)

    # then
    assert get_codes(payload) == [("id", "ORDER_STATUS")]
    assert alpha.order.status == OrderStatus.FULFILLED
    assert get_stock(alpha) == (98, 0)


def test_order_that_staff_cancel_meanwhile_is_not_fulfilled(
    alpha, client, run_act, staff
):
    # given
    def rival(*_args, **_kwargs):
        ask_staff(staff, STAFF_CANCEL, id=Node.to_global_id("Order", alpha.order.pk))

    # when
    with RunBefore(BEFORE_LOCKS, rival):
        payload = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha))

    # then
    assert get_codes(payload) == [("id", "ORDER_STATUS")]
    assert not Fulfillment.objects.exists()
    assert get_stock(alpha) == (100, 0)


def test_order_that_staff_confirm_meanwhile_is_confirmed_once(
    alpha, client, run_act, staff
):
    # given
    set_status(alpha, OrderStatus.UNCONFIRMED)

    def rival(*_args, **_kwargs):
        ask_staff(staff, STAFF_CONFIRM, id=Node.to_global_id("Order", alpha.order.pk))

    # when
    with RunBefore(BEFORE_LOCKS, rival):
        payload = run_act(client, CONFIRM, id=alpha.id)

    # then
    assert get_codes(payload) == [("id", "ORDER_STATUS")]
    confirmed = alpha.order.events.filter(type="confirmed")
    assert confirmed.filter(user=staff.user).exists()
    assert not confirmed.filter(user=client.user).exists()


# ---------------------------------------------------------------- fact 5: grants


def grant_by_staff(staff, sale, amount):
    transaction = sale.order.payment_transactions.get()
    ask_staff(
        staff,
        STAFF_GRANT,
        id=Node.to_global_id("Order", sale.order.pk),
        input={
            "amount": amount,
            "transactionId": Node.to_global_id("TransactionItem", transaction.token),
        },
    )


def sum_grants(sale):
    grants = OrderGrantedRefund.objects.filter(order=sale.order)
    return sum(grants.values_list("amount_value", flat=True))


def test_grants_never_exceed_what_is_charged(alpha, client, run_act, staff):
    # given
    def refund(**input):
        return run_act(client, REFUND, id=alpha.id, input=input)

    # when: the whole amount twice, as lines, with shipping, and in small parts
    assert refund(amount="122.86")["errors"] == []
    before = checksum_rows()
    for input in (
        {"amount": "122.86"},
        {"amount": "0.01"},
        of_line(alpha, 2),
        {**of_line(alpha, 1), "shipping": True},
        {"shipping": True},
    ):
        # then
        payload = refund(**input)
        assert get_codes(payload) == [("amount", "AMOUNT_GREATER_THAN_AVAILABLE")]
    assert checksum_rows() == before
    assert sum_grants(alpha) == Decimal("122.86")


def test_lines_and_shipping_are_granted_for_what_is_left(alpha, client, run_act):
    # given
    run_act(client, REFUND, id=alpha.id, input={"amount": "100"})

    # when: worth 62.86, as Saleor at most what is left
    input = {**of_line(alpha), "shipping": True}
    payload = run_act(client, REFUND, id=alpha.id, input=input)

    # then
    assert payload["errors"] == []
    assert sum_grants(alpha) == Decimal("122.86")
    assert payload["sellerOrder"]["refundable"] == {"amount": 0.0}


def test_refund_of_a_line_with_a_price_of_more_decimals(alpha, client, run_act):
    # given: Saleor stores prices with three
    alpha.order.lines.update(unit_price_gross_amount=Decimal("33.333"))

    # when
    payload = run_act(client, REFUND, id=alpha.id, input=of_line(alpha))

    # then
    assert payload["errors"] == []
    assert sum_grants(alpha) == Decimal("33.33")


def test_grant_that_staff_make_meanwhile_counts(alpha, client, run_act, staff):
    # given
    def rival(*_args, **_kwargs):
        grant_by_staff(staff, alpha, "100.00")

    # when
    with RunBefore(BEFORE_LOCKS, rival):
        payload = run_act(client, REFUND, id=alpha.id, input={"amount": "22.87"})

    # then
    assert payload["errors"] == [
        {
            "field": "amount",
            "message": "22.86 USD is left to refund.",
            "code": "AMOUNT_GREATER_THAN_AVAILABLE",
            "lineId": None,
        }
    ]
    assert sum_grants(alpha) == 100


def test_amount_beyond_all_money_is_refused(alpha, client, run_act):
    # given
    before = checksum_rows()

    # when, then
    for amount in ("122.87", "1e27", "1e30", "1e300"):
        payload = run_act(client, REFUND, id=alpha.id, input={"amount": amount})
        assert get_codes(payload) == [("amount", "AMOUNT_GREATER_THAN_AVAILABLE")]
    assert checksum_rows() == before


# ---------------------------------------------------------------- fact 6: our refusals

CANARY = "#987654321"


@pytest.mark.parametrize("is_refused", [False, True])
def test_confirming_where_the_group_is_charged_names_no_sibling(
    make_cart,
    pay_legacy,
    complete,
    add_member,
    order_groups_plugin,
    channel_USD,
    mocker,
    is_refused,
):
    # given
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.save()
    checkout = make_cart([("alpha", "60.00"), ("beta", "40.00")])
    order_groups_plugin(channel_USD, **{"charge-policy": "GROUP"})
    pay_legacy(checkout, token=ChargeStatus.NOT_CHARGED)
    assert not complete(checkout)["errors"]
    links = OrderGroupOrder.objects.select_related("order", "seller")
    own, other = links.get(seller__slug="alpha"), links.get(seller__slug="beta")
    assert own.order.status == OrderStatus.UNCONFIRMED
    Order.objects.filter(pk=other.order_id).update(number=CANARY[1:])
    if is_refused:
        # As if the sibling's payment were authorized only now.
        bounds = "saleor_order_groups.payments.legacy.bounds"
        mocker.patch(f"{bounds}.is_charged_with_its_group", return_value=False)
    client = add_member(own.seller)
    before = checksum_rows()

    # when
    variables = {"id": Node.to_global_id("SellerOrder", own.pk)}
    response = client.post_graphql(CONFIRM, variables)

    # then
    assert CANARY[1:] not in response.content.decode()
    [payload] = get_graphql_content(response)["data"].values()
    if is_refused:
        assert payload == {
            "sellerOrder": None,
            "errors": [
                {
                    "field": None,
                    "message": "The payment app refused it.",
                    "code": "PAYMENT_ERROR",
                    "lineId": None,
                }
            ],
        }
        assert checksum_rows() == before
    else:
        assert payload["errors"] == []
        assert payload["sellerOrder"]["status"] == "UNFULFILLED"
        assert payload["sellerOrder"]["chargeStatus"] == "NONE"
    assert set(Payment.objects.values_list("captured_amount", flat=True)) == {0}


def test_direct_refund_beyond_the_share_says_nothing_of_it(
    paid_group,
    report,
    add_member,
    run_act,
    order_groups_plugin,
    channel_USD,
    mocker,
    caplog,
):
    # given: our own bound has a gap, and the bound of the share does not
    order_groups_plugin(channel_USD, **{"seller-refunds": "DIRECT"})
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    link = OrderGroupOrder.objects.exclude(seller=None).order_by("position").first()
    client = add_member(link.seller)
    mocker.patch.object(PluginsManager, "is_event_active_for_any_plugin")
    mocker.patch.object(PluginsManager, "transaction_refund_requested")
    variables = {"id": Node.to_global_id("SellerOrder", link.pk)}
    first = run_act(client, REFUND, input={"amount": "60.00"}, **variables)
    assert first["errors"] == []
    transaction = link.order.payment_transactions.get()
    gap = Refundable({transaction.pk: Decimal(60)}, Decimal(60))
    mocker.patch(
        f"{MUTATIONS}.seller_order_refund.find_refundable",
        return_value={link.order_id: gap},
    )
    before = checksum_rows()

    # when
    caplog.set_level(logging.WARNING)
    payload = run_act(client, REFUND, input={"amount": "60.00"}, **variables)

    # then
    assert payload["errors"] == [
        {
            "field": None,
            "message": "The shop's system refused it.",
            "code": "INVALID",
            "lineId": None,
        }
    ]
    assert "of this order's share of the payment is left for refund" in caplog.text
    assert checksum_rows() == before
    assert TransactionEvent.objects.filter(type="refund_request").count() == 1


def make_refusals():
    """Yield what Saleor or this plugin may raise, with a canary wherever it can be."""
    codes = {
        *(code.value for code in OrderErrorCode),
        *(code.value for code in TransactionRequestActionErrorCode),
        "shipping_costs_already_granted",
        "amount_greater_than_available",
        None,
    }
    params = {
        name: [CANARY] for name in ("order_lines", "lines", "line_id", "warehouse")
    }
    for code in sorted(codes, key=str):
        error = ValidationError(CANARY, code=code, params={**params, "line_id": CANARY})
        yield error
        for field in ("id", "order", "lines", "stocks", "amount", CANARY):
            yield ValidationError({field: [error, error]})
    yield PaymentError(CANARY)
    yield InsufficientStock([InsufficientStockData(available_quantity=987654321)])


def test_no_refusal_of_saleors_is_passed_on(alpha, client, mocker):
    # given
    set_status(alpha, OrderStatus.UNCONFIRMED)
    before = checksum_rows()
    codes = set()
    for error in make_refusals():
        mocker.patch.object(saleor_mutations, "confirm", side_effect=error)

        # when
        response = client.post_graphql(CONFIRM, {"id": alpha.id})

        # then
        assert CANARY[1:] not in response.content.decode()
        [payload] = get_graphql_content(response)["data"].values()
        [refusal] = payload["errors"]
        assert refusal["lineId"] is None
        assert refusal["message"]
        codes.add(refusal["code"])
    assert checksum_rows() == before
    assert codes == {
        "AMOUNT_GREATER_THAN_AVAILABLE",
        "INSUFFICIENT_STOCK",
        "INVALID",
        "ORDER_STATUS",
        "PAYMENT_ERROR",
        "QUANTITY",
        "REQUIRED",
        "UNPAID",
    }


# ---------------------------------------------------------------- fact 7: principals

SUBSCRIPTION = """
    subscription { event {
      __typename
      issuingPrincipal {
        __typename
        ... on User { email addresses { phone } }
        ... on App { name }
      }
      ... on SellerOrderCreated { sellerOrder { number } }
      ... on SellerOrderUpdated { sellerOrder { number } }
    } }
"""


@pytest.mark.parametrize("has_query", [True, False])
def test_event_after_a_customers_change_has_no_principal(
    order_groups_plugin_with_webhooks,
    link_app,
    get_seller,
    sell,
    customer_user,
    mocker,
    has_query,
):
    # given
    sent = mocker.patch(f"{SEND}.apply_async")
    app = link_app(get_seller("alpha")).app
    webhook = Webhook.objects.create(
        app=app,
        name="orders",
        target_url="http://example.com/",
        subscription_query=SUBSCRIPTION if has_query else None,
    )
    for name in ("seller_order_created", "seller_order_updated"):
        webhook.events.create(event_type=name)

    # when: the customer completes a checkout
    alpha = sell()["alpha"]

    # then
    assert sent.called
    deliveries = EventDelivery.objects.filter(webhook=webhook)
    payloads = [json.loads(one.payload.get_payload()) for one in deliveries]
    assert payloads
    for payload in payloads:
        if has_query:
            assert payload["issuingPrincipal"] is None
            assert payload["sellerOrder"] == {"number": str(alpha.order.number)}
        else:
            [payload] = payload if isinstance(payload, list) else [payload]
            assert payload["meta"]["issuing_principal"] == {"id": None, "type": None}
        assert customer_user.email not in json.dumps(payload)


# ---------------------------------------------------------------- several acts, retries


def test_two_acts_of_a_request_each_answer_the_present(alpha, client, run_act):
    # given
    run_act(client, FULFILL, id=alpha.id, input=of_line(alpha))
    shown = """{
      sellerOrder {
        refundable { amount }
        refunds { amount { amount } }
        fulfillments { status lines { quantity } }
        lines { quantityFulfilled warehouses { quantityAllocated } }
        availableActions
      }
      errors { code }
    }"""
    query = f"""
        mutation Four($id: ID!, $fulfillment: ID!, $line: ID!) {{
          a: sellerOrderRefund(id: $id, input: {{amount: 1}}) {shown}
          b: sellerOrderRefund(id: $id, input: {{amount: 2}}) {shown}
          c: sellerFulfillmentCancel(id: $fulfillment) {shown}
          d: sellerOrderFulfill(
            id: $id, input: {{lines: [{{lineId: $line, quantity: 2}}]}}
          ) {shown}
        }}
    """

    # when
    variables = {
        "id": alpha.id,
        "fulfillment": alpha.fulfillment_ids[0],
        "line": alpha.line_ids[0],
    }
    data = get_graphql_content(client.post_graphql(query, variables))["data"]

    # then
    assert [each["errors"] for each in data.values()] == [[]] * 4
    orders = [each["sellerOrder"] for each in data.values()]
    assert [order["refundable"]["amount"] for order in orders] == [
        121.86,
        119.86,
        119.86,
        119.86,
    ]
    assert [len(order["refunds"]) for order in orders] == [1, 2, 2, 2]
    statuses = [[one["status"] for one in order["fulfillments"]] for order in orders]
    assert statuses == [
        ["FULFILLED"],
        ["FULFILLED"],
        ["CANCELED"],
        ["CANCELED", "FULFILLED"],
    ]
    assert [order["lines"][0]["quantityFulfilled"] for order in orders] == [1, 1, 0, 2]
    assert [order["availableActions"] for order in orders] == [
        ["FULFILL", "REFUND"],
        ["FULFILL", "REFUND"],
        ["CANCEL", "FULFILL", "REFUND"],
        ["REFUND"],
    ]


def test_text_that_postgresql_cannot_hold(alpha, client, run_act):
    # given
    run_act(client, FULFILL, id=alpha.id, input=of_line(alpha))
    [fulfillment_id] = alpha.fulfillment_ids
    text = "T\0"
    before = checksum_rows()

    # when, then: acts
    for mutation, variables in (
        (CANCEL, {"id": alpha.id, "reason": text}),
        (CONFIRM, {"id": alpha.id, "key": text}),
        (
            FULFILL,
            {"id": alpha.id, "input": {**of_line(alpha), "trackingNumber": text}},
        ),
        (TRACK, {"id": fulfillment_id, "number": text}),
        (REFUND, {"id": alpha.id, "input": {"amount": "1", "reason": text}}),
        (SET_REFERENCE, {"id": alpha.id, "reference": text}),
    ):
        payload = run_act(client, mutation, **variables)
        assert get_codes(payload) == [(None, "INVALID")]
    assert checksum_rows() == before

    # when, then: queries find nothing
    seller_id = Node.to_global_id("Seller", alpha.seller.pk)
    for variables in (
        {"where": {"externalReference": {"eq": text}}},
        {"where": {"externalReference": {"oneOf": [text]}}},
        {"where": {"channelSlug": {"eq": text}}},
        {"sellerId": text},
        {"search": f"zzz{text}"},
    ):
        page = run_act(client, ORDERS, first=10, **variables)
        assert page["totalCount"] == 0, variables
    for variables in (
        {"id": text},
        {"number": text},
        {"reference": {"sellerId": seller_id, "reference": text}},
    ):
        assert run_act(client, ORDER, **variables) is None


def spell(global_id):
    """Return other spellings of an ID, which name the same row."""
    name, _, key = base64.b64decode(global_id).decode().partition(":")
    keys = [key.upper(), key.replace("-", "")] if "-" in key else [f"0{key}"]
    return [base64.b64encode(f"{name}:{each}".encode()).decode() for each in keys]


def test_retry_may_spell_the_id_another_way(alpha, client, run_act):
    # given
    first = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha), key="a")
    [fulfillment_id] = alpha.fulfillment_ids

    # when, then
    for id in spell(alpha.id):
        again = run_act(client, FULFILL, id=id, input=of_line(alpha), key="a")
        assert again == first
    first = run_act(client, CANCEL_FULFILLMENT, id=fulfillment_id, key="b")
    for id in spell(fulfillment_id):
        assert run_act(client, CANCEL_FULFILLMENT, id=id, key="b") == first
    assert SellerAct.objects.count() == 2


def test_keys_of_others_are_free(sales, sell, add_member, run_act):
    # given
    key = "ship-1"
    beta = sales["beta"]
    done = run_act(
        add_member(beta.seller), FULFILL, id=beta.id, input=of_line(beta), key=key
    )
    assert done["errors"] == []
    alpha, later = sales["alpha"], sell()["alpha"]
    client = add_member(alpha.seller)

    # when, then: also for other orders of the same seller
    for sale in (alpha, later):
        payload = run_act(client, FULFILL, id=sale.id, input=of_line(sale), key=key)
        assert payload["errors"] == []
        assert payload["sellerOrder"]["id"] == sale.id
    assert Fulfillment.objects.filter(status=FulfillmentStatus.FULFILLED).count() == 3
    assert SellerAct.objects.filter(idempotency_key=key).count() == 3


def test_retry_after_the_right_is_lost_answers_nothing(alpha, client, run_act):
    # given
    run_act(client, FULFILL, id=alpha.id, input=of_line(alpha), key="a")
    before = checksum_rows()

    # when
    with rolled_back():
        client.user.seller_memberships.update(rights=[])
        without_right = run_act(
            client, FULFILL, id=alpha.id, input=of_line(alpha), key="a"
        )
        client.user.seller_memberships.all().delete()
        without_link = run_act(
            client, FULFILL, id=alpha.id, input=of_line(alpha), key="a"
        )
        track = run_act(client, TRACK, id=alpha.fulfillment_ids[0], number="T")

    # then
    assert get_codes(without_right) == [(None, "NOT_ALLOWED")]
    assert get_codes(without_link) == [("id", "NOT_FOUND")]
    assert get_codes(track) == [("id", "NOT_FOUND")]
    assert checksum_rows() == before
