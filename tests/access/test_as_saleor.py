"""What a seller's act leaves behind is what Saleor's own leaves, but for who acted."""

import pytest
from graphene import Node
from saleor.core.models import EventDelivery
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import (
    Fulfillment,
    FulfillmentLine,
    Order,
    OrderEvent,
    OrderGrantedRefund,
    OrderGrantedRefundLine,
    OrderLine,
)
from saleor.plugins.manager import PluginsManager
from saleor.warehouse.models import Allocation, Stock

from tests.helpers.seller_orders import (
    CANCEL,
    CANCEL_FULFILLMENT,
    CONFIRM,
    FULFILL,
    REFUND,
    TRACK,
)

STAFF = {
    "confirm": """
        mutation Act($id: ID!) { orderConfirm(id: $id) { errors { code } } }
    """,
    "cancel": """
        mutation Act($id: ID!) { orderCancel(id: $id) { errors { code } } }
    """,
    "fulfill": """
        mutation Act($id: ID!, $line: ID!, $warehouse: ID!) {
          orderFulfill(order: $id, input: {
            lines: [
              { orderLineId: $line, stocks: [{ quantity: 1, warehouse: $warehouse }] }
            ]
            notifyCustomer: true, trackingNumber: "TR-1"
          }) { errors { code } }
        }
    """,
    "track": """
        mutation Act($fulfillment: ID!) {
          orderFulfillmentUpdateTracking(
            id: $fulfillment, input: { trackingNumber: "TR-2", notifyCustomer: true }
          ) { errors { code } }
        }
    """,
    "cancel fulfillment": """
        mutation Act($fulfillment: ID!, $warehouse: ID!) {
          orderFulfillmentCancel(
            id: $fulfillment, input: { warehouseId: $warehouse }
          ) { errors { code } }
        }
    """,
    "refund": """
        mutation Act($id: ID!, $line: ID!, $transaction: ID!) {
          orderGrantRefundCreate(id: $id, input: {
            lines: [{ id: $line, quantity: 1 }], grantRefundForShipping: true
            reason: "Broken", transactionId: $transaction
          }) { errors { code } }
        }
    """,
}
# What differs between any two rows, and who acted.
DIFFERENT = {
    "id", "pk", "token", "number", "created_at", "updated_at", "date", "old_id",
    "user_id", "app_id", "order_id", "order_line_id", "fulfillment_id", "stock_id",
    "granted_refund_id", "transaction_item_id", "variant_id", "product_variant_id",
    "product_sku", "product_name", "checkout_token",
    "billing_address_id", "shipping_address_id", "search_vector",
    "variant_name", "draft_base_price_expire_at",
}  # fmt: skip
TABLES = (
    (Order, "pk"),
    (OrderLine, "order"),
    (Fulfillment, "order"),
    (FulfillmentLine, "fulfillment__order"),
    (OrderGrantedRefund, "order"),
    (OrderGrantedRefundLine, "granted_refund__order"),
    (OrderEvent, "order"),
    (Allocation, "order_line__order"),
    (Stock, "product_variant__order_lines__order"),
)


def read_rows(order):
    """Return all values of an order's rows, without what differs between any orders."""
    rows = {}
    for model, lookup in TABLES:
        of_order = model.objects.filter(**{lookup: order.pk}).order_by("pk")
        if model is Order or model is OrderLine:
            of_order = of_order.order_by("created_at")
        for number, row in enumerate(of_order.values()):
            for name, value in row.items():
                if name not in DIFFERENT:
                    rows[f"{model.__name__} {number} {name}"] = clean(value)
    return rows


def find_differences(one, other):
    """Return the values of two sales that differ, by name."""
    first, second = read_rows(one.order), read_rows(other.order)
    return {
        name: (first.get(name), second.get(name))
        for name in first.keys() | second.keys()
        if first.get(name) != second.get(name)
    }


def clean(value):
    """Return parameters of an event without keys of rows."""
    if not isinstance(value, dict):
        return value
    return {
        name: None if "_pk" in name or name in ("lines", "quantity_id") else each
        for name, each in value.items()
        if name not in ("fulfilled_items", "fulfillment", "composed_id")
    }


def prepare(act, sale, run_act, client):
    """Bring an order to where the act is possible."""
    if act == "confirm":
        Order.objects.filter(pk=sale.order.pk).update(status=OrderStatus.UNCONFIRMED)
    if act in ("track", "cancel fulfillment"):
        line = {"lineId": sale.line_ids[0], "quantity": 1}
        done = run_act(client, FULFILL, id=sale.id, input={"lines": [line]})
        assert done["errors"] == []


def act_as_seller(act, sale, run_act, client):
    line = {"lineId": sale.line_ids[0], "quantity": 1}
    fulfillment_id = (sale.fulfillment_ids or [None])[0]
    payload = {
        "confirm": lambda: run_act(client, CONFIRM, id=sale.id),
        "cancel": lambda: run_act(client, CANCEL, id=sale.id),
        "fulfill": lambda: run_act(
            client,
            FULFILL,
            id=sale.id,
            input={"lines": [line], "trackingNumber": "TR-1"},
        ),
        "track": lambda: run_act(
            client, TRACK, id=fulfillment_id, number="TR-2", notify=True
        ),
        "cancel fulfillment": lambda: run_act(
            client, CANCEL_FULFILLMENT, id=fulfillment_id
        ),
        "refund": lambda: run_act(
            client,
            REFUND,
            id=sale.id,
            input={"lines": [line], "shipping": True, "reason": "Broken"},
        ),
    }[act]()
    assert payload["errors"] == []


def act_as_staff(act, sale, staff):
    order, line = sale.order, sale.order.lines.get()
    warehouse = Stock.objects.get(product_variant=line.variant).warehouse_id
    fulfillment = order.fulfillments.first()
    transaction = order.payment_transactions.get()
    to_id = Node.to_global_id
    variables = {
        "id": to_id("Order", order.pk),
        "line": to_id("OrderLine", line.pk),
        "warehouse": to_id("Warehouse", warehouse),
        "fulfillment": to_id("Fulfillment", fulfillment.pk if fulfillment else 0),
        "transaction": to_id("TransactionItem", transaction.token),
    }
    document = STAFF[act]
    variables = {
        name: each for name, each in variables.items() if f"${name}:" in document
    }
    content = get_graphql_content(staff.post_graphql(document, variables))
    [payload] = content["data"].values()
    assert payload["errors"] == []


@pytest.mark.parametrize("act", STAFF)
def test_rows_and_messages_equal_saleors_own(
    act,
    sell,
    add_member,
    run_act,
    staff_api_client,
    permission_group_manage_orders,
    mocker,
):
    # given: two purchases alike
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    cart = [("alpha", "60.00", 2), ("beta", "30.00")]
    of_staff, of_seller = sell(cart)["alpha"], sell(cart)["alpha"]
    client = add_member(of_seller.seller)
    for sale in (of_staff, of_seller):
        prepare(act, sale, run_act, client)
    assert find_differences(of_staff, of_seller) == {}
    before = read_rows(of_seller.order)
    sent = {}
    events = mocker.spy(PluginsManager, "_PluginsManager__run_method_on_plugins")

    # when
    for name, do in (
        ("staff", lambda: act_as_staff(act, of_staff, staff_api_client)),
        ("seller", lambda: act_as_seller(act, of_seller, run_act, client)),
    ):
        events.reset_mock()
        do()
        sent[name] = [call.args[1] for call in events.call_args_list]

    # then: the same rows, and the same hooks of plugins in the same order
    assert find_differences(of_staff, of_seller) == {}
    assert read_rows(of_seller.order) != before
    hooks = [
        [name for name in sent[who] if name not in ("get_plugin", "fetch_taxes_data")]
        for who in ("staff", "seller")
    ]
    if act == "refund":
        # Saleor tells nobody of a granted refund.
        hooks[1].remove("order_updated")
    assert hooks[0] == hooks[1]
    actors = OrderEvent.objects.filter(order=of_seller.order).order_by("pk")
    if act != "refund":
        assert actors.last().user == client.user
    else:
        assert OrderGrantedRefund.objects.last().user == client.user
    assert not EventDelivery.objects.exists()
