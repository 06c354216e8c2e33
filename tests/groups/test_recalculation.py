"""Saleor's recalculation of an unconfirmed order of a group keeps what was placed."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.discount.models import OrderLineDiscount
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import Order

CART = [("alpha", "60.00"), ("beta", "40.00")]

ORDER = """
    query Order($id: ID!) {
      order(id: $id) {
        subtotal { gross { amount } }
        total { net { amount } gross { amount } }
      }
    }
"""
REMOVE_LINE_DISCOUNT = """
    mutation Remove($id: ID!) {
      orderLineDiscountRemove(orderLineId: $id) { errors { message } }
    }
"""


@pytest.fixture
def place_unconfirmed(complete, channel_USD):
    def _place(checkout):
        channel_USD.automatically_confirm_all_new_orders = False
        channel_USD.save()
        assert not complete(checkout)["errors"]
        orders = list(Order.objects.order_by("number"))
        assert {order.status for order in orders} == {OrderStatus.UNCONFIRMED}
        return orders

    return _place


@pytest.fixture
def query_refreshed(staff_api_client, permission_group_manage_orders):
    """Return a function that reads an order through the API, as after an edit."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    def _query(order):
        Order.objects.filter(pk=order.pk).update(should_refresh_prices=True)
        variables = {"id": Node.to_global_id("Order", order.pk)}
        response = staff_api_client.post_graphql(ORDER, variables)
        data = get_graphql_content(response)["data"]["order"]
        order.refresh_from_db()
        assert not order.should_refresh_prices
        return data

    return _query


def test_gift_cards_stay_subtracted(
    make_cart, pay, place_unconfirmed, query_refreshed, gift_card, gift_card_expiry_date
):
    # given: 10.00 and 20.00 of 105.00
    checkout = make_cart(CART, gift_cards=[gift_card, gift_card_expiry_date])
    pay(checkout)
    orders = place_unconfirmed(checkout)
    totals = [order.total_gross_amount for order in orders]
    assert totals == [Decimal(45), Decimal(30)]

    for order, total in zip(orders, totals, strict=True):
        # when
        data = query_refreshed(order)

        # then
        assert data["total"]["gross"]["amount"] == data["total"]["net"]["amount"]
        assert Decimal(data["total"]["gross"]["amount"]) == total
        assert order.total_gross_amount == order.total_net_amount == total


def test_gift_cards_cover_an_order_that_became_cheaper(
    make_cart, pay, place_unconfirmed, query_refreshed, gift_card
):
    # given
    gift_card.current_balance_amount = Decimal(100)
    gift_card.save()
    checkout = make_cart(CART, gift_cards=[gift_card])
    pay(checkout)
    order = place_unconfirmed(checkout)[0]
    order.lines.update(base_unit_price_amount=Decimal(1))

    # when
    query_refreshed(order)

    # then
    assert order.subtotal_gross_amount == Decimal(1)
    assert order.total_gross_amount == order.total_net_amount == Decimal(0)


def test_orders_without_a_group_are_recalculated_as_saleor_does(
    make_cart,
    pay,
    place_unconfirmed,
    query_refreshed,
    gift_card,
    order_groups_plugin,
    channel_USD,
):
    # given
    order_groups_plugin(channel_USD, active=False)
    checkout = make_cart(CART, gift_cards=[gift_card])
    pay(checkout)
    [order] = place_unconfirmed(checkout)
    assert order.total_gross_amount == Decimal(95)

    # when
    query_refreshed(order)

    # then
    assert order.total_gross_amount == Decimal(105)


def test_voucher_that_applies_once_is_not_granted_to_another_order(
    make_cart,
    pay,
    place_unconfirmed,
    query_refreshed,
    use_voucher,
    voucher_percentage,
    staff_api_client,
):
    # given: ten percent of the cheapest, which is beta's
    voucher_percentage.apply_once_per_order = True
    voucher_percentage.save()
    checkout = make_cart(CART)
    use_voucher(checkout, voucher_percentage)
    pay(checkout)
    orders = place_unconfirmed(checkout)
    subtotals = [Decimal(60), Decimal(36)]
    assert [order.subtotal_gross_amount for order in orders] == subtotals

    for order, subtotal in zip(orders, subtotals, strict=True):
        variables = {"id": Node.to_global_id("OrderLine", order.lines.get().pk)}
        query_refreshed(order)

        # when
        response = staff_api_client.post_graphql(REMOVE_LINE_DISCOUNT, variables)

        # then
        data = get_graphql_content(response)["data"]["orderLineDiscountRemove"]
        assert not data["errors"]
        query_refreshed(order)
        assert order.subtotal_gross_amount == subtotal
    assert OrderLineDiscount.objects.get().line.order == orders[1]
