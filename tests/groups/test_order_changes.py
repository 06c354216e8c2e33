"""An order of a group lives on as any order of Saleor's; its siblings are left alone."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import FulfillmentStatus, OrderOrigin, OrderStatus
from saleor.order.models import Order
from saleor.order.tasks import expire_orders_task
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.models import OrderGroup, OrderGroupOrder

CART = [("alpha", "30.00", 2), ("beta", "40.00")]
GROUP = """
    query Group($id: ID!) {
      orderGroup(id: $id) {
        status
        fulfillmentStatus
        total { gross { amount } }
        placedTotal { gross { amount } }
        orders { id seller { slug } orderGroup { id } }
      }
    }
"""
ORDER = """
    query Order($id: ID!) {
      order(id: $id) { seller { slug } orderGroup { id } original }
    }
"""
TOTAL = """
    query Total($id: ID!) { order(id: $id) { total { gross { amount } } } }
"""
FULFILL = """
    mutation Fulfill($order: ID!, $input: OrderFulfillInput!) {
      orderFulfill(order: $order, input: $input) { errors { field message code } }
    }
"""
RETURN = """
    mutation Return($order: ID!, $input: OrderReturnProductsInput!) {
      orderFulfillmentReturnProducts(order: $order, input: $input) {
        replaceOrder { id }
        errors { field message code }
      }
    }
"""
CANCEL = """
    mutation Cancel($order: ID!) {
      orderCancel(id: $order) { errors { field message code } }
    }
"""
CONFIRM = """
    mutation Confirm($order: ID!) {
      orderConfirm(id: $order) { errors { field message code } }
    }
"""
UPDATE_LINE = """
    mutation Update($line: ID!, $quantity: Int!) {
      orderLineUpdate(id: $line, input: { quantity: $quantity }) {
        errors { field message code }
      }
    }
"""
ADD_LINES = """
    mutation Add($order: ID!, $variant: ID!) {
      orderLinesCreate(id: $order, input: [{ variantId: $variant, quantity: 1 }]) {
        errors { field message code }
      }
    }
"""


@pytest.fixture
def staff(staff_api_client, permission_group_manage_orders):
    """Return a function that runs an operation as staff and expects no error."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    def _run(query, **variables):
        response = staff_api_client.post_graphql(query, variables)
        [data] = get_graphql_content(response)["data"].values()
        assert not data.get("errors")
        return data

    return _run


@pytest.fixture
def place(make_cart, pay, complete, channel_USD):
    """Return a function that places a group of 63.00 and 42.00."""

    def _place(*, confirmed=True):
        channel_USD.automatically_confirm_all_new_orders = confirmed
        channel_USD.save()
        checkout = make_cart(CART)
        pay(checkout)
        assert not complete(checkout)["errors"]
        alpha, beta = Order.objects.order_by("number")
        assert (alpha.total_gross_amount, beta.total_gross_amount) == (63, 42)
        return alpha, beta

    return _place


@pytest.fixture
def read_group(staff):
    def _read():
        return staff(GROUP, id=Node.to_global_id("OrderGroup", get_group().pk))

    return _read


def get_group():
    return OrderGroup.objects.get()


def get_id(order):
    return Node.to_global_id("Order", order.pk)


def snapshot(order):
    """Return all that an order is, to see that it stays so."""
    return (
        Order.objects.filter(pk=order.pk).values().get(),
        list(order.lines.order_by("pk").values()),
        list(order.events.order_by("pk").values_list("type", flat=True)),
        list(Allocation.objects.filter(order_line__order=order).values()),
        list(order.payment_transactions.order_by("pk").values()),
    )


@pytest.fixture
def fulfill(staff, warehouse):
    def _fulfill(order, quantity):
        line = order.lines.get()
        stock = {
            "quantity": quantity,
            "warehouse": Node.to_global_id("Warehouse", warehouse.pk),
        }
        staff(
            FULFILL,
            order=get_id(order),
            input={
                "lines": [
                    {
                        "orderLineId": Node.to_global_id("OrderLine", line.pk),
                        "stocks": [stock],
                    }
                ]
            },
        )

    return _fulfill


def test_fulfilling_one_order(place, fulfill, read_group, site_settings):
    # given
    site_settings.fulfillment_allow_unpaid = True
    site_settings.save()
    alpha, beta = place()
    before = snapshot(beta)

    # when / then
    fulfill(alpha, 1)
    alpha.refresh_from_db()
    assert alpha.status == OrderStatus.PARTIALLY_FULFILLED
    assert read_group()["fulfillmentStatus"] == "PARTIALLY_FULFILLED"
    fulfill(alpha, 1)
    alpha.refresh_from_db()
    assert alpha.status == OrderStatus.FULFILLED
    assert read_group()["fulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert snapshot(beta) == before
    fulfill(beta, 1)
    assert read_group()["fulfillmentStatus"] == "FULFILLED"
    assert read_group()["status"] == "FULFILLED"
    assert list(
        Stock.objects.order_by("product_variant__sku").values_list(
            "quantity", "quantity_allocated"
        )
    ) == [(98, 0), (99, 0)]


def test_returning_one_order(place, fulfill, read_group, staff, site_settings):
    # given
    site_settings.fulfillment_allow_unpaid = True
    site_settings.save()
    alpha, beta = place()
    fulfill(alpha, 2)
    fulfill(beta, 1)
    before = snapshot(beta)
    line = alpha.fulfillments.get().lines.get()

    # when
    staff(
        RETURN,
        order=get_id(alpha),
        input={
            "fulfillmentLines": [
                {
                    "fulfillmentLineId": Node.to_global_id("FulfillmentLine", line.pk),
                    "quantity": 2,
                    "replace": False,
                }
            ]
        },
    )

    # then
    alpha.refresh_from_db()
    assert alpha.status == OrderStatus.RETURNED
    assert alpha.fulfillments.get().status == FulfillmentStatus.RETURNED
    assert snapshot(beta) == before
    group = read_group()
    assert group["status"] == "PARTIALLY_RETURNED"
    assert group["placedTotal"]["gross"]["amount"] == 105.0


def test_replacement_has_the_seller_and_joins_no_totals(
    place, fulfill, read_group, staff, site_settings
):
    # given
    site_settings.fulfillment_allow_unpaid = True
    site_settings.save()
    alpha, beta = place()
    fulfill(alpha, 2)
    before = snapshot(beta)
    line = alpha.fulfillments.get().lines.get()

    # when
    data = staff(
        RETURN,
        order=get_id(alpha),
        input={
            "fulfillmentLines": [
                {
                    "fulfillmentLineId": Node.to_global_id("FulfillmentLine", line.pk),
                    "quantity": 1,
                    "replace": True,
                }
            ]
        },
    )

    # then
    replacement = Order.objects.get(origin=OrderOrigin.REISSUE)
    assert data["replaceOrder"]["id"] == get_id(replacement)
    shown = staff(ORDER, id=get_id(replacement))
    assert shown["seller"] == {"slug": "alpha"}
    assert shown["original"] == get_id(alpha)
    assert shown["orderGroup"] is None
    assert not OrderGroupOrder.objects.filter(order=replacement).exists()
    group = read_group()
    assert [order["id"] for order in group["orders"]] == [get_id(alpha), get_id(beta)]
    assert group["total"]["gross"]["amount"] == 105.0
    assert snapshot(beta) == before


def test_canceling_one_order(place, read_group, staff):
    # given
    alpha, beta = place()
    before = snapshot(beta)

    # when
    staff(CANCEL, order=get_id(alpha))

    # then
    alpha.refresh_from_db()
    assert alpha.status == OrderStatus.CANCELED
    assert not Allocation.objects.filter(
        order_line__order=alpha, quantity_allocated__gt=0
    ).exists()
    assert snapshot(beta) == before
    group = read_group()
    assert group["status"] == "UNFULFILLED"
    assert group["total"]["gross"]["amount"] == 42.0
    assert group["placedTotal"]["gross"]["amount"] == 105.0

    # when
    staff(CANCEL, order=get_id(beta))

    # then
    assert read_group()["status"] == "CANCELED"
    assert set(Stock.objects.values_list("quantity_allocated", flat=True)) == {0}


def test_editing_an_unconfirmed_order(place, read_group, staff):
    # given
    alpha, beta = place(confirmed=False)
    before = snapshot(beta)
    line = alpha.lines.get()

    # when
    staff(UPDATE_LINE, line=Node.to_global_id("OrderLine", line.pk), quantity=3)

    # then
    group = read_group()
    shown = staff(TOTAL, id=get_id(alpha))
    assert shown["total"]["gross"]["amount"] == 93.0
    alpha.refresh_from_db()
    assert alpha.total_gross_amount == Decimal("93.00")
    assert alpha.shipping_price_gross_amount == Decimal("3.00")
    allocation = Allocation.objects.get(order_line=line)
    assert allocation.quantity_allocated == 3
    assert snapshot(beta) == before
    assert group["placedTotal"]["gross"]["amount"] == 105.0
    assert read_group()["total"]["gross"]["amount"] == 135.0
    link = OrderGroupOrder.objects.get(order=alpha)
    assert link.placed_total_gross_amount == Decimal("63.00")


def test_line_added_to_an_unconfirmed_order_keeps_its_seller(
    place, read_group, staff, make_variant
):
    # given
    alpha, beta = place(confirmed=False)
    variant = make_variant("alpha", "7.00")

    # when
    staff(
        ADD_LINES,
        order=get_id(alpha),
        variant=Node.to_global_id("ProductVariant", variant.pk),
    )

    # then
    shown = staff(ORDER, id=get_id(alpha))
    assert shown["seller"] == {"slug": "alpha"}
    assert [order["seller"]["slug"] for order in read_group()["orders"]] == [
        "alpha",
        "beta",
    ]
    assert alpha.lines.count() == 2
    assert beta.lines.count() == 1


def test_confirming_one_order(place, read_group, staff):
    # given
    alpha, beta = place(confirmed=False)
    before = snapshot(beta)
    assert read_group()["status"] == "UNCONFIRMED"

    # when
    staff(CONFIRM, order=get_id(alpha))

    # then
    alpha.refresh_from_db()
    assert alpha.status == OrderStatus.UNFULFILLED
    assert snapshot(beta) == before
    assert read_group()["status"] == "UNFULFILLED"


def test_free_order_does_not_expire_beside_paid_ones(
    make_cart, pay, complete, channel_USD
):
    # given
    channel_USD.expire_orders_after = 60
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.save()
    checkout = make_cart([("alpha", "0.00"), ("beta", "40.00")], shipping="0.00")
    pay(checkout)
    assert not complete(checkout)["errors"]
    alpha, _ = Order.objects.order_by("number")
    assert alpha.total_gross_amount == 0
    Order.objects.update(created_at=timezone.now() - datetime.timedelta(hours=2))

    # when
    expire_orders_task()

    # then
    assert set(Order.objects.values_list("status", flat=True)) == {
        OrderStatus.UNCONFIRMED
    }


def test_unpaid_order_expires_beside_one_that_was_paid_since(
    make_cart, complete, channel_USD, transaction_item_generator, read_group
):
    # given
    channel_USD.allow_unpaid_orders = True
    channel_USD.expire_orders_after = 60
    channel_USD.save()
    assert not complete(make_cart(CART))["errors"]
    alpha, beta = Order.objects.order_by("number")
    transaction_item_generator(order_id=beta.pk, charged_value=Decimal("42.00"))
    Order.objects.filter(pk=beta.pk).update(total_charged_amount=Decimal("42.00"))
    Order.objects.update(created_at=timezone.now() - datetime.timedelta(hours=2))

    # when
    expire_orders_task()

    # then
    alpha.refresh_from_db()
    beta.refresh_from_db()
    assert alpha.status == OrderStatus.EXPIRED
    assert beta.status == OrderStatus.UNCONFIRMED
    assert not Allocation.objects.filter(
        order_line__order=alpha, quantity_allocated__gt=0
    ).exists()
    group = read_group()
    assert group["status"] == "UNCONFIRMED"
    assert group["total"]["gross"]["amount"] == 42.0
    assert group["placedTotal"]["gross"]["amount"] == 105.0
