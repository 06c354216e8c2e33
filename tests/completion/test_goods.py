"""What Saleor can put into a checkout, apart from amounts, ends in the right orders."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.checkout.fetch import fetch_checkout_info
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.checkout.tests.utils import add_variant_to_checkout
from saleor.giftcard.models import GiftCard
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.plugins.manager import PluginsManager, get_plugins_manager
from saleor.product.models import ProductVariantChannelListing
from saleor.warehouse import WarehouseClickAndCollectOption
from saleor.warehouse.models import (
    Allocation,
    PreorderAllocation,
    PreorderReservation,
    Reservation,
    Stock,
)

from saleor_order_groups.models import OrderGroup, ProductSeller

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


# ------------------------------------------------------------------ stock


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


# ------------------------------------------------------------------ delivery


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


# ------------------------------------------------------------------ bought gift cards


@pytest.fixture
def notifications(monkeypatch):
    """Return what Saleor asks its plugins to notify of: (event, payload)."""
    sent = []
    notify = PluginsManager.notify

    def record(self, event, payload_func, *args, **kwargs):
        sent.append((str(event), payload_func()))
        return notify(self, event, payload_func, *args, **kwargs)

    monkeypatch.setattr(PluginsManager, "notify", record)
    return sent


@pytest.fixture
def gift_card_cart(make_cart, make_variant, non_shippable_gift_card_product_type):
    """Make a cart of a gift card and a mug of alpha, two gift cards of beta."""
    checkout = make_cart([("alpha", "10.00")])
    checkout_info = fetch_checkout_info(
        checkout, [], get_plugins_manager(allow_replica=False)
    )
    for seller, price, quantity in (("alpha", "25.00", 1), ("beta", "50.00", 2)):
        variant = make_variant(seller, price, type=non_shippable_gift_card_product_type)
        add_variant_to_checkout(checkout_info, variant, quantity)
    checkout.save()
    return checkout


def test_bought_gift_cards_are_fulfilled_per_order(
    gift_card_cart, pay, complete, channel_USD, notifications, customer_user
):
    # given
    channel_USD.automatically_confirm_all_new_orders = True
    channel_USD.automatically_fulfill_non_shippable_gift_card = True
    channel_USD.save()
    pay(gift_card_cart, charged_value=Decimal("140.00"))

    # when
    data = complete(gift_card_cart)

    # then
    assert not data["errors"]
    alpha, beta = get_orders()
    assert [alpha.total_gross_amount, beta.total_gross_amount] == [40, 100]
    for order, status, balances in (
        (alpha, OrderStatus.PARTIALLY_FULFILLED, [Decimal(25)]),
        (beta, OrderStatus.FULFILLED, [Decimal(50), Decimal(50)]),
    ):
        order.refresh_from_db()
        assert order.status == status
        fulfillment = order.fulfillments.get()
        [line] = fulfillment.lines.all()
        assert line.order_line.is_gift_card
        cards = GiftCard.objects.filter(fulfillment_line=line)
        assert [card.initial_balance_amount for card in cards] == balances
        assert {card.created_by for card in cards} == {customer_user}
        for card in cards:
            [bought] = card.events.filter(type="bought")
            assert bought.order == order
    assert GiftCard.objects.count() == 3
    mailed = [
        payload for event, payload in notifications if event.endswith("send_gift_card")
    ]
    assert sorted(payload["gift_card"]["code"] for payload in mailed) == sorted(
        GiftCard.objects.values_list("code", flat=True)
    )
    assert {payload["recipient_email"] for payload in mailed} == {customer_user.email}
    fulfilled = [
        payload["order"]["id"]
        for event, payload in notifications
        if event.endswith("order_fulfillment_confirmation")
    ]
    assert sorted(map(str, fulfilled)) == sorted(
        Node.to_global_id("Order", order.pk) for order in (alpha, beta)
    )


def test_bought_gift_cards_wait_where_they_are_not_fulfilled_automatically(
    gift_card_cart, pay, complete, channel_USD
):
    # given
    channel_USD.automatically_fulfill_non_shippable_gift_card = False
    channel_USD.save()
    pay(gift_card_cart, charged_value=Decimal("140.00"))

    # when
    data = complete(gift_card_cart)

    # then
    assert not data["errors"]
    assert len(get_orders()) == 2
    assert not GiftCard.objects.exists()
    assert [order.fulfillments.count() for order in get_orders()] == [0, 0]


def test_bought_gift_cards_of_an_unpaid_order_wait(
    gift_card_cart, pay, complete, channel_USD
):
    # given
    channel_USD.automatically_fulfill_non_shippable_gift_card = True
    channel_USD.save()
    pay(gift_card_cart)

    # when
    data = complete(gift_card_cart)

    # then
    assert not data["errors"]
    assert not GiftCard.objects.exists()


def test_goods_that_are_not_listed_any_more_are_refused(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    ProductVariantChannelListing.objects.filter(variant__sku="SKU-1").delete()

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "UNAVAILABLE_VARIANT_IN_CHANNEL"
    assert_nothing_happened(checkout)
    assert ProductSeller.objects.count() == 2
