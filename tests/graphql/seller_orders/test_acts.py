"""What sellers do, and what plain Saleor would have done."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.order import FulfillmentStatus, OrderStatus
from saleor.order.models import Fulfillment, Order, OrderEvent, OrderGrantedRefund
from saleor.payment.models import TransactionEvent
from saleor.plugins.manager import PluginsManager
from saleor.warehouse.models import Allocation, Stock, Warehouse

from saleor_order_groups.models import OrderGroupOrder, SellerAct, SellerRight
from tests.helpers.seller_orders import (
    CANCEL,
    CANCEL_FULFILLMENT,
    CONFIRM,
    FULFILL,
    REFUND,
    SET_REFERENCE,
    TRACK,
)


@pytest.fixture
def alpha(sell):
    """Return a sale of two items at 60.00, paid with 122.86."""
    return sell()["alpha"]


def make_unconfirmed(sale):
    Order.objects.filter(pk=sale.order.pk).update(status=OrderStatus.UNCONFIRMED)


def of_line(sale, quantity, **more):
    return {"lines": [{"lineId": sale.line_ids[0], "quantity": quantity, **more}]}


def get_stock(sale):
    stock = Stock.objects.get(product_variant=sale.order.lines.get().variant)
    return stock.quantity, stock.quantity_allocated


def get_codes(payload):
    assert payload["sellerOrder"] is None
    return [(error["field"], error["code"]) for error in payload["errors"]]


def test_confirm(alpha, add_member, run_act):
    # given
    make_unconfirmed(alpha)
    client = add_member(alpha.seller, rights=[SellerRight.DECIDE])

    # when
    payload = run_act(client, CONFIRM, id=alpha.id)

    # then
    assert payload["errors"] == []
    assert payload["sellerOrder"]["status"] == "UNFULFILLED"
    assert payload["sellerOrder"]["availableActions"] == ["CANCEL"]
    events = OrderEvent.objects.filter(order=alpha.order, type="confirmed")
    # The first one is of the completion.
    assert [event.user for event in events.order_by("pk")][1:] == [client.user]
    act = SellerAct.objects.get()
    assert (act.link, act.act, act.user_id, act.app_id, act.idempotency_key) == (
        alpha.link,
        "confirm",
        client.user.pk,
        None,
        None,
    )

    # when: again
    assert get_codes(run_act(client, CONFIRM, id=alpha.id)) == [("id", "ORDER_STATUS")]


def test_cancel_deallocates_and_leaves_a_note(alpha, link_app, run_act):
    # given
    client = link_app(alpha.seller, rights=[SellerRight.DECIDE])
    assert get_stock(alpha) == (100, 2)

    # when
    payload = run_act(client, CANCEL, id=alpha.id, reason=" Out of stock ")

    # then
    assert payload["errors"] == []
    assert payload["sellerOrder"]["status"] == "CANCELED"
    assert payload["sellerOrder"]["totalCharged"] == {"amount": 122.86}
    assert get_stock(alpha) == (100, 0)
    events = OrderEvent.objects.filter(order=alpha.order, app=client.app)
    assert set(events.values_list("type", flat=True)) == {"canceled", "note_added"}
    note = events.get(type="note_added")
    assert note.parameters == {"message": "Out of stock"}

    # when: again
    again = run_act(client, CANCEL, id=alpha.id)

    # then
    assert get_codes(again) == [("id", "ORDER_STATUS")]
    assert OrderEvent.objects.filter(order=alpha.order, type="canceled").count() == 1
    assert SellerAct.objects.get().app_id == client.app.pk


def test_fulfill_in_parts(alpha, add_member, run_act, warehouse):
    # given
    client = add_member(alpha.seller, rights=[SellerRight.FULFILL])

    # when
    first = run_act(
        client,
        FULFILL,
        id=alpha.id,
        input={**of_line(alpha, 1), "trackingNumber": "T1"},
    )

    # then
    assert first["errors"] == []
    order = first["sellerOrder"]
    assert order["status"] == "PARTIALLY_FULFILLED"
    [fulfillment] = order["fulfillments"]
    assert fulfillment == {
        "id": alpha.fulfillment_ids[0],
        "number": 1,
        "status": "FULFILLED",
        "trackingNumber": "T1",
        "createdAt": Fulfillment.objects.get().created_at.isoformat(),
        "lines": [
            {
                "lineId": alpha.line_ids[0],
                "quantity": 1,
                "warehouseName": warehouse.name,
            }
        ],
    }
    assert order["lines"][0]["quantityToFulfill"] == 1
    assert order["availableActions"] == ["FULFILL"]
    assert get_stock(alpha) == (99, 1)

    # when: too many, then the rest from the named warehouse
    too_many = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 2))
    second = run_act(
        client,
        FULFILL,
        id=alpha.id,
        input=of_line(
            alpha, 1, warehouseId=Node.to_global_id("Warehouse", warehouse.pk)
        ),
    )

    # then
    assert too_many["errors"] == [
        {
            "field": "lines",
            "message": "The quantity must be from 1 to 1.",
            "code": "QUANTITY",
            "lineId": alpha.line_ids[0],
        }
    ]
    assert second["errors"] == []
    assert second["sellerOrder"]["status"] == "FULFILLED"
    assert second["sellerOrder"]["availableActions"] == []
    assert get_stock(alpha) == (98, 0)
    done = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1))
    assert get_codes(done) == [("lines", "QUANTITY")]


def test_fulfill_refuses(
    sell, add_member, run_act, order_groups_plugin, warehouses, site_settings
):
    # given
    sales = sell()
    alpha, beta = sales["alpha"], sales["beta"]
    client = add_member(alpha.seller)
    foreign = next(one for one in warehouses if not one.stock_set.exists())
    foreign_id = Node.to_global_id("Warehouse", foreign.pk)
    order_line_id = Node.to_global_id("OrderLine", alpha.order.lines.get().pk)
    line = {"lineId": alpha.line_ids[0], "quantity": 1}

    # when, then
    for lines, expected in (
        ([], ("lines", "REQUIRED")),
        ([line] * 101, ("lines", "INVALID")),
        ([line, line], ("lines", "INVALID")),
        ([{**line, "quantity": 0}], ("lines", "QUANTITY")),
        ([{**line, "quantity": -1}], ("lines", "QUANTITY")),
        ([{**line, "lineId": beta.line_ids[0]}], ("lines", "NOT_FOUND")),
        ([{**line, "lineId": order_line_id}], ("lines", "NOT_FOUND")),
        ([{**line, "lineId": "nonsense"}], ("lines", "NOT_FOUND")),
        ([{**line, "warehouseId": foreign_id}], ("lines", "WAREHOUSE")),
        ([{**line, "warehouseId": "nonsense"}], ("lines", "WAREHOUSE")),
    ):
        payload = run_act(client, FULFILL, id=alpha.id, input={"lines": lines})
        assert get_codes(payload) == [expected], lines
    long_number = {**of_line(alpha, 1), "trackingNumber": "1" * 256}
    assert get_codes(run_act(client, FULFILL, id=alpha.id, input=long_number)) == [
        ("trackingNumber", "INVALID")
    ]
    for status in (OrderStatus.UNCONFIRMED, OrderStatus.CANCELED, OrderStatus.EXPIRED):
        Order.objects.filter(pk=alpha.order.pk).update(status=status)
        payload = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1))
        assert get_codes(payload) == [("id", "ORDER_STATUS")]
    assert not Fulfillment.objects.exists()
    assert not SellerAct.objects.exists()
    assert get_stock(alpha) == (100, 2)


def test_unpaid_order_is_fulfilled_if_the_shop_allows_it(
    sell, add_member, run_act, site_settings
):
    # given
    alpha = sell(authorized_value=Decimal(215))["alpha"]
    client = add_member(alpha.seller)
    site_settings.fulfillment_allow_unpaid = False
    site_settings.save()

    # when, then
    payload = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1))
    assert get_codes(payload) == [("id", "UNPAID")]

    # when: staff approve it
    site_settings.fulfillment_auto_approve = False
    site_settings.save()
    payload = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1))

    # then
    assert payload["errors"] == []
    [fulfillment] = payload["sellerOrder"]["fulfillments"]
    assert fulfillment["status"] == "WAITING_FOR_APPROVAL"
    assert get_stock(alpha) == (100, 2)

    # when: it is canceled before
    payload = run_act(client, CANCEL_FULFILLMENT, id=fulfillment["id"])

    # then
    assert payload["errors"] == []
    assert payload["sellerOrder"]["fulfillments"][0]["status"] == "CANCELED"
    assert get_stock(alpha) == (100, 2)


def test_warehouses_of_products_that_left_the_seller(
    alpha, add_member, run_act, get_seller, warehouses
):
    # given
    client = add_member(alpha.seller)
    line = alpha.order.lines.get()
    other = next(one for one in warehouses if not one.stock_set.exists())
    other.channels.add(alpha.order.channel)
    Stock.objects.create(product_variant=line.variant, warehouse=other, quantity=5)
    allocated = Allocation.objects.get(order_line=line).stock.warehouse

    # when
    def get_names():
        payload = run_act(client, SET_REFERENCE, id=alpha.id, reference=None)
        [shown] = payload["sellerOrder"]["lines"]
        return [one["name"] for one in shown["warehouses"]]

    before = get_names()
    line.variant.product.product_seller.seller = get_seller("gamma")
    line.variant.product.product_seller.save()

    # then
    assert before == [allocated.name, other.name]
    assert get_names() == [allocated.name]
    payload = run_act(
        client,
        FULFILL,
        id=alpha.id,
        input=of_line(alpha, 1, warehouseId=Node.to_global_id("Warehouse", other.pk)),
    )
    assert get_codes(payload) == [("lines", "WAREHOUSE")]


def test_insufficient_stock(alpha, add_member, run_act):
    # given
    client = add_member(alpha.seller)
    Stock.objects.update(quantity=1)

    # when
    payload = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 2))

    # then
    [error] = payload["errors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert error["message"] == "The warehouse has too few items in stock."
    assert not Fulfillment.objects.exists()


def test_tracking_mails_only_a_change(alpha, add_member, run_act, mocker):
    # given
    client = add_member(alpha.seller)
    run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 2))
    [fulfillment_id] = alpha.fulfillment_ids
    notify = mocker.patch.object(PluginsManager, "notify")

    def track(number, **more):
        payload = run_act(client, TRACK, id=fulfillment_id, number=number, **more)
        assert payload["errors"] == []
        return payload["sellerOrder"]["fulfillments"][0]["trackingNumber"]

    # when, then
    assert track(" TR-1 ", notify=True) == "TR-1"
    assert track("TR-1", notify=True) == "TR-1"
    assert track("TR-2") == "TR-2"
    assert [call.args[0] for call in notify.call_args_list] == [
        "order_fulfillment_update"
    ]
    events = OrderEvent.objects.filter(order=alpha.order, type="tracking_updated")
    assert [event.parameters["tracking_number"] for event in events] == ["TR-1", "TR-2"]
    assert {event.user for event in events} == {client.user}


def test_cancel_fulfillment_once(alpha, add_member, run_act, warehouse):
    # given
    client = add_member(alpha.seller)
    run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 2))
    [fulfillment_id] = alpha.fulfillment_ids
    assert get_stock(alpha) == (98, 0)

    # when
    payload = run_act(client, CANCEL_FULFILLMENT, id=fulfillment_id)

    # then
    assert payload["errors"] == []
    assert payload["sellerOrder"]["status"] == "UNFULFILLED"
    assert get_stock(alpha) == (100, 2)
    restocked = OrderEvent.objects.get(type="fulfillment_restocked_items")
    assert restocked.parameters["warehouse"] == str(warehouse.pk)

    # when: again, and its tracking
    again = run_act(client, CANCEL_FULFILLMENT, id=fulfillment_id)
    track = run_act(client, TRACK, id=fulfillment_id, number="T")

    # then
    assert get_codes(again) == [("id", "ORDER_STATUS")]
    assert get_codes(track) == [("id", "ORDER_STATUS")]
    assert get_stock(alpha) == (100, 2)


def test_goods_whose_warehouse_is_gone_are_the_shops(alpha, add_member, run_act):
    # given
    client = add_member(alpha.seller)
    run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 2))
    Warehouse.objects.all().delete()

    # when
    payload = run_act(client, CANCEL_FULFILLMENT, id=alpha.fulfillment_ids[0])

    # then
    assert get_codes(payload) == [("id", "WAREHOUSE")]
    assert Fulfillment.objects.get().status == FulfillmentStatus.FULFILLED


def test_reference_is_unique_for_the_seller(sell, add_member, run_act):
    # given
    first, second = sell(), sell()
    client = add_member(first["alpha"].seller, rights=[])
    other = add_member(first["beta"].seller, rights=[])

    def set_reference(client, sale, reference):
        return run_act(client, SET_REFERENCE, id=sale.id, reference=reference)

    # when, then
    done = set_reference(client, first["alpha"], " R-1 ")
    assert done["errors"] == []
    assert done["sellerOrder"]["externalReference"] == "R-1"
    assert set_reference(other, first["beta"], "R-1")["errors"] == []
    taken = set_reference(client, second["alpha"], "R-1")
    assert get_codes(taken) == [("externalReference", "UNIQUE")]
    long = set_reference(client, second["alpha"], "R" * 251)
    assert get_codes(long) == [("externalReference", "INVALID")]
    assert set_reference(client, first["alpha"], None)["errors"] == []
    assert set_reference(client, second["alpha"], "R-1")["errors"] == []
    references = OrderGroupOrder.objects.order_by("order__number").values_list(
        "seller_reference", flat=True
    )
    assert sorted(filter(None, references)) == ["R-1", "R-1"]


@pytest.mark.parametrize(
    ("mutation", "right"),
    [
        (CONFIRM, SellerRight.DECIDE),
        (CANCEL, SellerRight.DECIDE),
        (FULFILL, SellerRight.FULFILL),
        (TRACK, SellerRight.FULFILL),
        (CANCEL_FULFILLMENT, SellerRight.FULFILL),
        (REFUND, SellerRight.REFUND),
    ],
    ids=["confirm", "cancel", "fulfill", "track", "cancel fulfillment", "refund"],
)
def test_rights(sell, add_member, run_act, mutation, right):
    # given
    sales = sell()
    alpha = sales["alpha"]
    run_act(add_member(alpha.seller), FULFILL, id=alpha.id, input=of_line(alpha, 1))
    SellerAct.objects.all().delete()
    is_about_fulfillment = mutation in (TRACK, CANCEL_FULFILLMENT)
    variables = {
        "id": alpha.fulfillment_ids[0] if is_about_fulfillment else alpha.id,
        "input": {"amount": "1"} if mutation is REFUND else of_line(alpha, 1),
        "number": "T",
    }
    declared = mutation.partition("mutation")[2].partition(")")[0]
    variables = {
        name: each for name, each in variables.items() if f"${name}:" in declared
    }
    others = [each for each in SellerRight if each != right]

    # when, then: seen, but not allowed
    denied = run_act(add_member(alpha.seller, rights=others), mutation, **variables)
    assert get_codes(denied) == [(None, "NOT_ALLOWED")]
    assert denied["errors"][0]["message"] == (
        f"The caller lacks the right {right.name} for this seller."
    )
    # not seen
    for client in (add_member(sales["beta"].seller), add_member()):
        assert get_codes(run_act(client, mutation, **variables)) == [
            ("id", "NOT_FOUND")
        ]
    assert not SellerAct.objects.exists()


def test_retry_with_a_key_is_done_once(alpha, add_member, run_act):
    # given
    client = add_member(alpha.seller)
    key = "ship-1"

    # when
    first = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1), key=key)
    retry = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1), key=key)

    # then
    assert first["errors"] == retry["errors"] == []
    assert first["sellerOrder"] == retry["sellerOrder"]
    assert Fulfillment.objects.count() == 1

    # when: another input, another act, no key, another key
    other_input = run_act(
        client, FULFILL, id=alpha.id, input=of_line(alpha, 2), key=key
    )
    other_act = run_act(client, CANCEL, id=alpha.id, key=key)
    empty = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1), key="")
    new = run_act(client, FULFILL, id=alpha.id, input=of_line(alpha, 1), key="ship-2")

    # then
    for payload in (other_input, other_act):
        assert get_codes(payload) == [("idempotencyKey", "UNIQUE")]
    assert get_codes(empty) == [("idempotencyKey", "INVALID")]
    assert new["errors"] == []
    assert Fulfillment.objects.count() == 2
    acts = SellerAct.objects.values_list("act", "idempotency_key")
    assert list(acts) == [("fulfill", "ship-1"), ("fulfill", "ship-2")]


def test_failed_act_can_be_tried_again_with_its_key(alpha, add_member, run_act):
    # given
    client = add_member(alpha.seller)
    Stock.objects.update(quantity=0)
    variables = {"id": alpha.id, "input": of_line(alpha, 2), "key": "k"}
    assert get_codes(run_act(client, FULFILL, **variables)) == [
        ("lines", "INSUFFICIENT_STOCK")
    ]
    assert not SellerAct.objects.exists()

    # when
    Stock.objects.update(quantity=100)
    payload = run_act(client, FULFILL, **variables)

    # then
    assert payload["errors"] == []


# ------------------------------------------------------------------ refunds


def get_grants(sale):
    return [
        (grant.amount_value, grant.status, grant.user, grant.reason)
        for grant in OrderGrantedRefund.objects.filter(order=sale.order)
    ]


def test_granted_refunds_are_bounded_by_what_is_charged(alpha, add_member, run_act):
    # given
    client = add_member(alpha.seller)

    def refund(**input):
        return run_act(client, REFUND, id=alpha.id, input=input)

    # when
    first = refund(amount="100.00", reason="Broken")

    # then: it waits for the shop
    assert first["errors"] == []
    order = first["sellerOrder"]
    assert order["refundable"] == {"amount": 22.86}
    assert order["totalRefunded"] == {"amount": 0.0}
    [refund_data] = order["refunds"]
    assert {**refund_data, "id": None, "createdAt": None} == {
        "id": None,
        "createdAt": None,
        "amount": {"amount": 100.0, "currency": "USD"},
        "status": "NONE",
        "reason": "Broken",
        "lines": [],
        "includesShipping": False,
    }
    assert get_grants(alpha) == [(100, "none", client.user, "Broken")]

    # when, then
    too_much = refund(amount="22.87")
    assert too_much["errors"] == [
        {
            "field": "amount",
            "message": "22.86 USD is left to refund.",
            "code": "AMOUNT_GREATER_THAN_AVAILABLE",
            "lineId": None,
        }
    ]
    assert get_codes(refund(amount="0.001")) == [("amount", "INVALID")]
    assert get_codes(refund()) == [("amount", "REQUIRED")]
    assert refund(amount="22.86")["sellerOrder"]["availableActions"] == [
        "CANCEL",
        "FULFILL",
    ]
    assert get_codes(refund(amount="0.01")) == [
        ("amount", "AMOUNT_GREATER_THAN_AVAILABLE")
    ]


def test_refund_of_lines_and_shipping(sell, add_member, run_act):
    # given
    sales = sell()
    alpha = sales["alpha"]
    client = add_member(alpha.seller)
    line = {"lineId": alpha.line_ids[0], "quantity": 1}

    def refund(**input):
        return run_act(client, REFUND, id=alpha.id, input=input)

    # when
    payload = refund(lines=[line], shipping=True)

    # then
    assert payload["errors"] == []
    [data] = payload["sellerOrder"]["refunds"]
    assert data["amount"]["amount"] == 62.86
    assert data["lines"] == [{"lineId": alpha.line_ids[0], "quantity": 1}]
    assert data["includesShipping"] is True

    # when, then
    assert get_codes(refund(lines=[{**line, "quantity": 2}])) == [("lines", "QUANTITY")]
    assert get_codes(refund(lines=[{**line, "quantity": 3}])) == [("lines", "QUANTITY")]
    assert get_codes(refund(lines=[line, line])) == [("lines", "INVALID")]
    foreign = sales["beta"].line_ids[0]
    assert get_codes(refund(lines=[{**line, "lineId": foreign}])) == [
        ("lines", "NOT_FOUND")
    ]
    assert get_codes(refund(shipping=True)) == [
        ("shipping", "AMOUNT_GREATER_THAN_AVAILABLE")
    ]
    assert refund(lines=[line])["errors"] == []
    assert [amount for amount, *_ in get_grants(alpha)] == [Decimal("62.86"), 60]


def test_channel_forbids_refunds(
    alpha, add_member, run_act, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"seller-refunds": "OFF"})

    # when
    payload = run_act(
        add_member(alpha.seller), REFUND, id=alpha.id, input={"amount": "1"}
    )

    # then
    assert get_codes(payload) == [(None, "NOT_ALLOWED")]
    assert get_grants(alpha) == []


def test_direct_refund_asks_the_app(
    paid_group,
    request_action,
    report,
    add_member,
    run_act,
    order_groups_plugin,
    channel_USD,
    mocker,
):
    # given
    order_groups_plugin(channel_USD, **{"seller-refunds": "DIRECT"})
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    link = OrderGroupOrder.objects.exclude(seller=None).order_by("position").first()
    client = add_member(link.seller)
    variables = {"id": Node.to_global_id("SellerOrder", link.pk)}

    # when: no app listens
    payload = run_act(client, REFUND, input={"amount": "10.00"}, **variables)

    # then: nothing is left of it
    assert get_codes(payload) == [(None, "PAYMENT_ERROR")]
    assert not OrderGrantedRefund.objects.exists()
    assert not TransactionEvent.objects.filter(type="refund_request").exists()

    # when
    mocker.patch.object(PluginsManager, "is_event_active_for_any_plugin")
    asked = mocker.patch.object(PluginsManager, "transaction_refund_requested")
    payload = run_act(client, REFUND, input={"amount": "10.00"}, **variables)

    # then
    assert payload["errors"] == []
    [data] = payload["sellerOrder"]["refunds"]
    assert (data["amount"]["amount"], data["status"]) == (10.0, "PENDING")
    [call] = asked.call_args_list
    assert call.args[0].action_value == 10
    assert payload["sellerOrder"]["refundable"] == {
        "amount": float(link.placed_total_gross_amount) - 10
    }
