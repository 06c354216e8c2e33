"""Stock, reservations, preorders and limits in a cart of several sellers."""

import datetime

import pytest
from django.utils import timezone
from graphene import Node
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.warehouse.models import (
    Allocation,
    PreorderAllocation,
    PreorderReservation,
    Reservation,
    Stock,
)

from saleor_order_groups.models import OrderGroup

CART = [("alpha", "60.00"), ("beta", "40.00")]
LINES_ADD = """
    mutation Add($id: ID!, $lines: [CheckoutLineInput!]!) {
      checkoutLinesAdd(id: $id, lines: $lines) {
        errors { field message code }
      }
    }
"""


def get_orders():
    return list(Order.objects.order_by("number"))


def get_variant(checkout, sku):
    return checkout.lines.get(variant__sku=sku).variant


def assert_nothing_happened(checkout):
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    assert not PreorderAllocation.objects.exists()
    assert Checkout.objects.filter(pk=checkout.pk).exists()


def make_preorder(variant, *, channel_threshold=None, global_threshold=None):
    variant.is_preorder = True
    variant.preorder_global_threshold = global_threshold
    variant.save()
    variant.stocks.all().delete()
    variant.channel_listings.update(preorder_quantity_threshold=channel_threshold)


def test_stock_in_several_warehouses(
    make_cart, pay, complete, warehouses_with_shipping_zone
):
    # given: no warehouse has enough of either seller's goods
    checkout = make_cart([("alpha", "10.00", 5), ("beta", "10.00", 7)])
    first, second = warehouses_with_shipping_zone
    for line in checkout.lines.all():
        line.variant.stocks.all().delete()
        for warehouse, quantity in ((first, 4), (second, 3)):
            Stock.objects.create(
                product_variant=line.variant, warehouse=warehouse, quantity=quantity
            )
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    alpha, beta = get_orders()
    for order, quantity in ((alpha, 5), (beta, 7)):
        allocations = Allocation.objects.filter(order_line__order=order)
        rows = allocations.values_list("quantity_allocated", "stock__warehouse")
        assert len({warehouse for _, warehouse in rows}) == 2
        assert sum(allocated for allocated, _ in rows) == quantity
    for stock in Stock.objects.filter(quantity_allocated__gt=0):
        allocated = stock.allocations.values_list("quantity_allocated", flat=True)
        assert stock.quantity_allocated == sum(allocated) <= stock.quantity


def test_own_reservations_are_used_and_gone(
    make_cart, pay, complete, site_settings_with_reservations
):
    # given
    checkout = make_cart(CART)
    for line in checkout.lines.all():
        stock = line.variant.stocks.get()
        stock.quantity = 1
        stock.save()
        Reservation.objects.create(
            checkout_line=line,
            stock=stock,
            quantity_reserved=1,
            reserved_until=timezone.now() + datetime.timedelta(minutes=5),
        )
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert len(get_orders()) == 2
    assert not Reservation.objects.exists()
    assert list(Stock.objects.values_list("quantity_allocated", flat=True)) == [1, 1]


def test_reservation_of_another_checkout_refuses_all(
    make_cart, pay, complete, site_settings_with_reservations
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    stock = get_variant(checkout, "SKU-1").stocks.get()
    other = Checkout.objects.create(channel=checkout.channel, currency="USD")
    Reservation.objects.create(
        checkout_line=CheckoutLine.objects.create(
            checkout=other,
            variant=stock.product_variant,
            quantity=100,
            currency="USD",
        ),
        stock=stock,
        quantity_reserved=100,
        reserved_until=timezone.now() + datetime.timedelta(minutes=5),
    )

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert error["variants"] == [
        Node.to_global_id("ProductVariant", stock.product_variant_id)
    ]
    assert_nothing_happened(checkout)


@pytest.mark.parametrize(
    "thresholds_case", [{"channel_threshold": 2}, {"global_threshold": 2}, {}]
)
def test_preorders_of_two_sellers(make_cart, pay, complete, thresholds_case):
    # given
    checkout = make_cart([("alpha", "10.00", 2), ("beta", "10.00", 2)])
    for line in checkout.lines.all():
        make_preorder(line.variant, **thresholds_case)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    for order in get_orders():
        row = PreorderAllocation.objects.get(order_line__order=order)
        assert row.quantity == 2
    assert PreorderAllocation.objects.count() == 2
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(
    "thresholds_case", [{"channel_threshold": 1}, {"global_threshold": 1}]
)
def test_preorder_beyond_the_threshold_of_one_seller_refuses_all(
    make_cart, pay, complete, thresholds_case
):
    # given
    checkout = make_cart([("alpha", "10.00", 2), ("beta", "10.00", 2)])
    variant = get_variant(checkout, "SKU-1")
    make_preorder(variant, **thresholds_case)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert error["variants"] == [Node.to_global_id("ProductVariant", variant.pk)]
    assert_nothing_happened(checkout)


def test_preorder_reserved_by_another_checkout_refuses_all(
    make_cart, pay, complete, site_settings_with_reservations
):
    # given
    checkout = make_cart([("alpha", "10.00", 2), ("beta", "10.00", 2)])
    variant = get_variant(checkout, "SKU-1")
    make_preorder(variant, channel_threshold=3)
    other = Checkout.objects.create(channel=checkout.channel, currency="USD")
    PreorderReservation.objects.create(
        checkout_line=CheckoutLine.objects.create(
            checkout=other, variant=variant, quantity=2, currency="USD"
        ),
        product_variant_channel_listing=variant.channel_listings.get(),
        quantity_reserved=2,
        reserved_until=timezone.now() + datetime.timedelta(minutes=5),
    )
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert error["variants"] == [Node.to_global_id("ProductVariant", variant.pk)]
    assert_nothing_happened(checkout)


def test_variants_without_inventory_tracking(make_cart, pay, complete):
    # given
    checkout = make_cart([("alpha", "10.00", 3), ("beta", "10.00", 2)])
    variant = get_variant(checkout, "SKU-0")
    variant.track_inventory = False
    variant.save()
    variant.stocks.update(quantity=0)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    alpha, beta = get_orders()
    assert [line.quantity for line in alpha.lines.all()] == [3]
    assert not Allocation.objects.filter(order_line__order=alpha).exists()
    allocation = Allocation.objects.get(order_line__order=beta)
    assert allocation.quantity_allocated == 2
    assert variant.stocks.get().quantity_allocated == 0


def test_quantity_limit_counts_each_variant_alone(
    make_cart, pay, complete, user_api_client
):
    # given
    checkout = make_cart([("alpha", "10.00", 2), ("beta", "10.00", 2)])
    for line in checkout.lines.all():
        line.variant.quantity_limit_per_customer = 2
        line.variant.save()
    variables = {
        "id": Node.to_global_id("Checkout", checkout.pk),
        "lines": [
            {
                "variantId": Node.to_global_id(
                    "ProductVariant", get_variant(checkout, "SKU-1").pk
                ),
                "quantity": 1,
            }
        ],
    }

    # when
    response = user_api_client.post_graphql(LINES_ADD, variables)
    [error] = get_graphql_content(response)["data"]["checkoutLinesAdd"]["errors"]
    checkout.refresh_from_db()
    pay(checkout)
    data = complete(checkout)

    # then
    assert error["code"] == "QUANTITY_GREATER_THAN_LIMIT"
    assert not data["errors"]
    assert [order.lines.get().quantity for order in get_orders()] == [2, 2]
