"""Click and collect, and the shipping method of an app, in a cart of several sellers."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.warehouse import WarehouseClickAndCollectOption
from saleor.warehouse.models import Allocation, PreorderAllocation

from saleor_order_groups.models import OrderGroup

CART = [("alpha", "60.00"), ("beta", "40.00")]


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


@pytest.mark.parametrize(
    "option_case",
    [
        WarehouseClickAndCollectOption.LOCAL_STOCK,
        WarehouseClickAndCollectOption.ALL_WAREHOUSES,
    ],
)
def test_click_and_collect(make_cart, pay, complete, warehouse, option_case):
    # given
    warehouse.click_and_collect_option = option_case
    warehouse.is_private = False
    warehouse.save()
    checkout = make_cart(CART, shipping=None)
    checkout.collection_point = warehouse
    checkout.shipping_address = warehouse.address.get_copy()
    checkout.save()
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    orders = get_orders()
    assert [order.total_gross_amount for order in orders] == [60, 40]
    for order in orders:
        assert order.collection_point == warehouse
        assert order.collection_point_name == warehouse.name
        assert order.shipping_method is None
        assert order.shipping_price_gross_amount == 0
        assert order.base_shipping_price_amount == 0
        assert order.shipping_address.as_data() == warehouse.address.as_data()
        allocation = Allocation.objects.get(order_line__order=order)
        assert allocation.stock.warehouse == warehouse
    assert len({order.shipping_address_id for order in orders}) == 2
    assert warehouse.address_id not in {order.shipping_address_id for order in orders}


def test_click_and_collect_without_one_sellers_stock_refuses_all(
    make_cart, pay, complete, warehouse, warehouses_with_shipping_zone
):
    # given: the second seller's goods are in another warehouse
    warehouse.click_and_collect_option = WarehouseClickAndCollectOption.LOCAL_STOCK
    warehouse.is_private = False
    warehouse.save()
    checkout = make_cart(CART, shipping=None)
    checkout.collection_point = warehouse
    checkout.shipping_address = warehouse.address.get_copy()
    checkout.save()
    pay(checkout)
    get_variant(checkout, "SKU-1").stocks.update(
        warehouse=warehouses_with_shipping_zone[0]
    )

    # when
    data = complete(checkout)

    # then
    assert data["errors"]
    assert_nothing_happened(checkout)


def test_external_shipping_method(
    make_cart, pay, complete, app_with_token, product_type_without_variant
):
    # given: the shop's own goods are not shipped
    checkout = make_cart([*CART, (None, "10.00")], shipping=None)
    product_type_without_variant.is_shipping_required = False
    product_type_without_variant.save()
    product = get_variant(checkout, "SKU-2").product
    product.product_type = product_type_without_variant
    product.save()
    method_id = Node.to_global_id("app", f"{app_with_token.pk}:express")
    checkout.assigned_delivery = checkout.deliveries.create(
        external_shipping_method_id=method_id,
        name="Express",
        price_amount=Decimal("10.00"),
        currency="USD",
        is_external=True,
        is_valid=True,
    )
    checkout.delivery_methods_stale_at = timezone.now() + datetime.timedelta(hours=1)
    checkout.save()
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    shop, alpha, beta = get_orders()
    assert shop.private_metadata == {}
    assert shop.shipping_method_name is None
    assert shop.shipping_price_gross_amount == 0
    for order, shipping in ((alpha, Decimal("6.00")), (beta, Decimal("4.00"))):
        assert order.private_metadata == {"external_app_shipping_id": method_id}
        assert order.shipping_method is None
        assert order.shipping_method_name == "Express"
        assert order.shipping_price_gross_amount == shipping
        assert order.base_shipping_price_amount == shipping


def test_order_that_ships_nothing_has_no_external_shipping_method(
    make_cart, pay, complete, product_type_without_variant
):
    # given
    checkout = make_cart(CART)
    storage = checkout.metadata_storage
    storage.private_metadata = {"external_app_shipping_id": "app:1:x", "key": "value"}
    storage.save()
    product_type_without_variant.is_shipping_required = False
    product_type_without_variant.save()
    product = checkout.lines.get(variant__sku="SKU-0").variant.product
    product.product_type = product_type_without_variant
    product.save()
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    first, second = Order.objects.order_by("number")
    assert first.private_metadata == {"key": "value"}
    assert second.private_metadata == {
        "external_app_shipping_id": "app:1:x",
        "key": "value",
    }
