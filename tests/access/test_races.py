"""Acts of sellers and staff on one order at once, on connections of their own.

ROUNDS sets how often they race; `make test` runs some rounds.
"""

import itertools
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections
from django.db.models import Sum
from graphene import Node
from saleor.account.models import User
from saleor.graphql.tests.fixtures import ApiClient
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import FulfillmentStatus, OrderStatus
from saleor.order.models import FulfillmentLine, Order, OrderEvent, OrderGrantedRefund
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.models import SellerAct
from tests.helpers.seller_orders import (
    CANCEL,
    CANCEL_FULFILLMENT,
    CONFIRM,
    FULFILL,
    REFUND,
)

ROUNDS = int(os.environ.get("ROUNDS", "2"))
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("replica_of_threads"),
]

STAFF_CANCEL = """
    mutation Cancel($id: ID!) {
      orderCancel(id: $id) { errors { field code } }
    }
"""
STAFF_FULFILL = """
    mutation Fulfill($id: ID!, $input: OrderFulfillInput!) {
      orderFulfill(order: $id, input: $input) { errors { field code } }
    }
"""
STAFF_CANCEL_FULFILLMENT = """
    mutation Cancel($id: ID!, $input: FulfillmentCancelInput!) {
      orderFulfillmentCancel(id: $id, input: $input) { errors { field code } }
    }
"""


@pytest.fixture
def staff(permission_group_manage_orders):
    user = User.objects.create(email="staff@example.com", is_staff=True, is_active=True)
    permission_group_manage_orders.user_set.add(user)
    return ApiClient(user=user)


def run_at_once(*calls):
    """Run the calls on connections of their own; return whether each succeeded."""
    start = threading.Barrier(len(calls))

    def run(client, query, variables):
        try:
            start.wait()
            content = get_graphql_content(client.post_graphql(query, variables))
            [payload] = content["data"].values()
            return not payload["errors"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(run, *call) for call in calls]]


def assert_sound(sale, *, is_fulfilled_by_staff, quantity=2, in_stock=100):
    """Check stock, allocations, quantities and status of a sale against each other."""
    order = sale.order
    line = order.lines.get()
    live = FulfillmentLine.objects.filter(
        order_line=line, fulfillment__status=FulfillmentStatus.FULFILLED
    )
    fulfilled = live.aggregate(sum=Sum("quantity"))["sum"] or 0
    stock = Stock.objects.get(product_variant=line.variant)
    allocated = Allocation.objects.filter(order_line=line).aggregate(
        sum=Sum("quantity_allocated")
    )["sum"]
    assert line.quantity_fulfilled == fulfilled
    assert stock.quantity == in_stock - fulfilled
    assert stock.quantity_allocated == (allocated or 0)
    canceled = OrderEvent.objects.filter(order=order, type="canceled").count()
    if order.status == OrderStatus.CANCELED:
        assert (fulfilled, allocated, canceled) == (0, 0, 1)
    elif canceled:
        # Saleor lets staff fulfill a canceled order.
        assert is_fulfilled_by_staff
        assert (fulfilled, allocated, canceled) == (1, 0, 1)
    else:
        assert allocated == quantity - fulfilled
        expected = {
            0: (OrderStatus.UNFULFILLED, OrderStatus.UNCONFIRMED),
            quantity: (OrderStatus.FULFILLED,),
        }
        assert order.status in expected.get(
            fulfilled, (OrderStatus.PARTIALLY_FULFILLED,)
        )


def make_calls(sale, seller, staff, fulfillment_id):
    """Return what sellers and staff can do with a sale, by name."""
    order_id = Node.to_global_id("Order", sale.order.pk)
    line = sale.order.lines.get()
    warehouse = Stock.objects.get(product_variant=line.variant).warehouse_id
    warehouse_id = Node.to_global_id("Warehouse", warehouse)
    pk = Node.from_global_id(fulfillment_id)[1]
    return {
        "confirm": (seller, CONFIRM, {"id": sale.id}),
        "cancel": (seller, CANCEL, {"id": sale.id}),
        "fulfill": (
            seller,
            FULFILL,
            {
                "id": sale.id,
                "input": {"lines": [{"lineId": sale.line_ids[0], "quantity": 1}]},
            },
        ),
        "cancel fulfillment": (seller, CANCEL_FULFILLMENT, {"id": fulfillment_id}),
        "refund": (seller, REFUND, {"id": sale.id, "input": {"amount": "122.86"}}),
        "staff cancel": (staff, STAFF_CANCEL, {"id": order_id}),
        "staff fulfill": (
            staff,
            STAFF_FULFILL,
            {
                "id": order_id,
                "input": {
                    "lines": [
                        {
                            "orderLineId": Node.to_global_id("OrderLine", line.pk),
                            "stocks": [{"quantity": 1, "warehouse": warehouse_id}],
                        }
                    ]
                },
            },
        ),
        "staff cancel fulfillment": (
            staff,
            STAFF_CANCEL_FULFILLMENT,
            {
                "id": Node.to_global_id("Fulfillment", pk),
                "input": {"warehouseId": warehouse_id},
            },
        ),
    }


SELLERS = ["confirm", "cancel", "fulfill", "cancel fulfillment", "refund"]
STAFFS = ["staff cancel", "staff fulfill", "staff cancel fulfillment"]
# Staff alone race as in Saleor; at least one of two is a seller.
PAIRS = [
    *itertools.combinations_with_replacement(SELLERS, 2),
    *itertools.product(SELLERS, STAFFS),
]


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_every_two_acts_at_once(sell, add_member, run_act, staff, pair):
    is_about_fulfillment = any("cancel fulfillment" in name for name in pair)
    for _ in range(ROUNDS):
        # given: one of two items is fulfilled if an act is about a fulfillment
        sale = sell()["alpha"]
        seller = add_member(sale.seller)
        fulfillment_id = Node.to_global_id("SellerFulfillment", 0)
        if is_about_fulfillment:
            line = {"lineId": sale.line_ids[0], "quantity": 1}
            done = run_act(seller, FULFILL, id=sale.id, input={"lines": [line]})
            fulfillment_id = done["sellerOrder"]["fulfillments"][0]["id"]
        if "confirm" in pair:
            Order.objects.filter(pk=sale.order.pk).update(
                status=OrderStatus.UNCONFIRMED
            )
        calls = make_calls(sale, seller, staff, fulfillment_id)

        # when
        succeeded = run_at_once(*(calls[name] for name in pair))

        # then
        assert any(succeeded)
        assert_sound(sale, is_fulfilled_by_staff="staff fulfill" in pair)
        if pair[0] == pair[1] and pair[0] != "fulfill":
            assert succeeded.count(True) == 1
        granted = OrderGrantedRefund.objects.filter(order=sale.order)
        total = sum(grant.amount_value for grant in granted)
        assert total == (Decimal("122.86") if "refund" in pair else 0)


def test_retries_at_once_are_done_once(sell, add_member):
    for _ in range(ROUNDS):
        # given
        sale = sell()["alpha"]
        line = {"lineId": sale.line_ids[0], "quantity": 1}
        client = add_member(sale.seller)
        call = (
            client,
            FULFILL,
            {"id": sale.id, "input": {"lines": [line]}, "key": "k"},
        )

        # when
        succeeded = run_at_once(*[call] * 5)

        # then: each gets the first answer
        assert succeeded == [True] * 5
        assert sale.order.lines.get().quantity_fulfilled == 1
        assert SellerAct.objects.filter(link=sale.link).count() == 1


def test_refunds_of_parts_at_once_stay_within_the_charge(sell, add_member):
    # given
    sale = sell()["alpha"]
    client = add_member(sale.seller)

    # when
    succeeded = run_at_once(
        *[(client, REFUND, {"id": sale.id, "input": {"amount": "50.00"}})] * 4
    )

    # then
    assert Counter(succeeded) == {True: 2, False: 2}
    amounts = OrderGrantedRefund.objects.values_list("amount_value", flat=True)
    assert list(amounts) == [50, 50]
