from decimal import Decimal

from graphene import Node
from saleor.checkout.models import Checkout
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus
from saleor.order.models import Order, OrderEvent
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.models import (
    GroupPayment,
    OrderGroup,
    PaymentEventShare,
    PaymentShare,
    SellerCustomer,
)

CART = [
    ("beta", "40.00"),
    ("alpha", "30.00", 2),
    (None, "10.00"),
    ("beta", "5.00"),
]


def test_cart_of_several_sellers_becomes_an_order_for_each(
    make_cart, pay, complete, customer_user
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    skus = {line.variant.sku: line.quantity for line in checkout.lines.all()}

    # when
    data = complete(checkout, redirectUrl="https://www.example.com")

    # then
    assert not data["errors"]
    group = OrderGroup.objects.get()
    assert data["orderGroup"]["id"] == Node.to_global_id("OrderGroup", group.pk)
    assert [order["seller"] for order in data["orderGroup"]["orders"]] == [
        None,
        {"slug": "alpha"},
        {"slug": "beta"},
    ]
    links = list(group.order_links.select_related("order", "seller"))
    orders = [link.order for link in links]
    assert data["order"]["id"] == Node.to_global_id("Order", orders[0].pk)
    assert [link.seller and link.seller.slug for link in links] == [
        None,
        "alpha",
        "beta",
    ]
    assert [order.number for order in orders] == sorted(o.number for o in orders)
    assert [
        sorted(order.lines.values_list("product_sku", "quantity")) for order in orders
    ] == [[("SKU-2", 1)], [("SKU-1", 2)], [("SKU-0", 1), ("SKU-3", 1)]]
    assert skus == {"SKU-0": 1, "SKU-1": 2, "SKU-2": 1, "SKU-3": 1}
    # 5.00 over 10, 60 and 45
    assert [order.shipping_price_gross_amount for order in orders] == [
        Decimal("0.43"),
        Decimal("2.61"),
        Decimal("1.96"),
    ]
    assert [order.total_gross_amount for order in orders] == [
        Decimal("10.43"),
        Decimal("62.61"),
        Decimal("46.96"),
    ]
    assert sum(order.total_gross_amount for order in orders) == Decimal("120.00")
    assert group.placed_total_gross_amount == Decimal("120.00")
    assert group.checkout_token == checkout.token
    assert group.user == customer_user
    assert not Checkout.objects.exists()
    for order in orders:
        assert order.user == customer_user
        assert order.checkout_token == str(checkout.token)
        assert order.redirect_url == "https://www.example.com"
        assert order.lines_count == order.lines.count()
    assert set(SellerCustomer.objects.values_list("seller__slug", "user_id")) == {
        ("alpha", customer_user.pk),
        ("beta", customer_user.pk),
    }


def test_orders_share_an_authorization_exactly(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    transaction = pay(checkout)

    # when
    complete(checkout)

    # then
    orders = list(Order.objects.order_by("number"))
    assert [order.total_authorized_amount for order in orders] == [
        Decimal("10.43"),
        Decimal("62.61"),
        Decimal("46.96"),
    ]
    for order in orders:
        assert order.authorize_status == OrderAuthorizeStatus.FULL
        assert order.charge_status == OrderChargeStatus.NONE
        share = order.payment_transactions.get()
        assert share.authorized_value == order.total_gross_amount
        assert share.psp_reference == transaction.psp_reference
    transaction.refresh_from_db()
    assert transaction.order_id is None
    assert transaction.checkout_id is None
    assert transaction.authorized_value == Decimal("120.00")
    payment = GroupPayment.objects.get()
    assert payment.transaction == transaction
    assert payment.group == OrderGroup.objects.get()
    assert PaymentShare.objects.filter(payment=payment).count() == 3
    assert PaymentEventShare.objects.count() == 3


def test_orders_share_a_charge_exactly(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    checkout.channel.automatically_confirm_all_new_orders = True
    checkout.channel.save()
    pay(checkout, charged_value=Decimal("120.00"))

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    for order in Order.objects.all():
        assert order.charge_status == OrderChargeStatus.FULL
        assert order.total_charged_amount == order.total_gross_amount
        assert order.status == OrderStatus.UNFULFILLED
        events = order.events.values_list("type", flat=True)
        assert list(events).count("order_fully_paid") == 1
        assert list(events).count("placed") == 1


def test_several_transactions_draw_down_what_orders_need(make_cart, pay, complete):
    # given
    checkout = make_cart([("alpha", "33.33"), ("beta", "33.33"), ("gamma", "33.34")])
    pay(checkout, charged_value=Decimal("50.01"))
    pay(checkout, authorized_value=Decimal("54.99"))

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    orders = list(Order.objects.order_by("number"))
    shares = [list(order.payment_transactions.order_by("pk")) for order in orders]
    for order, (first, second) in zip(orders, shares, strict=True):
        assert first.charged_value + second.authorized_value == order.total_gross_amount
        assert order.authorize_status == OrderAuthorizeStatus.FULL
    assert sum(first.charged_value for first, _ in shares) == Decimal("50.01")
    assert sum(second.authorized_value for _, second in shares) == Decimal("54.99")


def test_stock_is_allocated_once_for_each_line(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    complete(checkout)

    # then
    assert sorted(
        Allocation.objects.values_list("order_line__product_sku", "quantity_allocated")
    ) == [("SKU-0", 1), ("SKU-1", 2), ("SKU-2", 1), ("SKU-3", 1)]
    assert list(
        Stock.objects.order_by("product_variant__sku").values_list(
            "quantity_allocated", flat=True
        )
    ) == [1, 2, 1, 1]


def test_completing_again_returns_the_same_first_order(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    first = complete(checkout)
    rows = (Order.objects.count(), OrderEvent.objects.count())

    # when
    answers = [complete(checkout) for _ in range(3)]

    # then
    for answer in answers:
        assert not answer["errors"]
        assert answer["order"] == first["order"]
        assert answer["orderGroup"] == first["orderGroup"]
    assert (Order.objects.count(), OrderEvent.objects.count()) == rows
    assert OrderGroup.objects.count() == 1


def test_each_order_has_its_own_addresses(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    complete(checkout)

    # then
    orders = Order.objects.all()
    for name in ("shipping_address_id", "billing_address_id"):
        assert len({getattr(order, name) for order in orders} - {None}) == 3


def test_unpaid_orders_where_the_channel_allows_them(make_cart, complete):
    # given
    checkout = make_cart(CART)
    checkout.channel.allow_unpaid_orders = True
    checkout.channel.save()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert sum(o.total_gross_amount for o in Order.objects.all()) == Decimal("120.00")
    for order in Order.objects.all():
        assert order.status == OrderStatus.UNCONFIRMED
        assert order.authorize_status == OrderAuthorizeStatus.NONE
    assert not TransactionItem.objects.exists()


def test_one_seller_gets_a_group_of_saleors_own_order(make_cart, pay, complete):
    # given
    checkout = make_cart([("alpha", "60.00"), ("alpha", "40.00")])
    transaction = pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    order = Order.objects.get()
    link = OrderGroup.objects.get().order_links.get()
    assert link.order == order
    assert link.seller.slug == "alpha"
    assert link.placed_total_gross_amount == Decimal("105.00")
    assert order.payment_transactions.get() == transaction
    assert not GroupPayment.objects.exists()


def test_one_seller_gets_no_group_where_that_is_configured(
    make_cart, pay, complete, order_groups_plugin
):
    # given
    checkout = make_cart([("alpha", "60.00")])
    order_groups_plugin(checkout.channel, **{"group-single-seller": False})
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert data["orderGroup"] is None
    assert Order.objects.count() == 1
    assert not OrderGroup.objects.exists()


def test_inactive_plugin_leaves_the_checkout_whole(
    make_cart, pay, complete, order_groups_plugin
):
    # given
    checkout = make_cart(CART)
    order_groups_plugin(checkout.channel, active=False)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert Order.objects.get().total_gross_amount == Decimal("120.00")
    assert not OrderGroup.objects.exists()
