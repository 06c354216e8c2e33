"""What Saleor does to orders later leaves a group consistent."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.account.models import User
from saleor.discount.models import VoucherCode, VoucherCustomer
from saleor.order import OrderStatus
from saleor.order.calculations import fetch_order_prices_if_expired
from saleor.order.models import Order
from saleor.order.tasks import delete_expired_orders_task, expire_orders_task
from saleor.order.utils import match_orders_with_new_user
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import OrderGroup, OrderGroupOrder

CART = [("alpha", "60.00"), ("beta", "40.00")]


@pytest.fixture
def unpaid_group(make_cart, complete, voucher, use_voucher, channel_USD):
    """Two unpaid orders that used a voucher once."""
    voucher.usage_limit = 5
    voucher.apply_once_per_customer = True
    voucher.save()
    channel_USD.allow_unpaid_orders = True
    channel_USD.expire_orders_after = 60
    channel_USD.delete_expired_orders_after = datetime.timedelta(days=1)
    channel_USD.save()
    checkout = make_cart(CART)
    use_voucher(checkout, voucher)
    assert not complete(checkout)["errors"]
    assert VoucherCode.objects.get().used == 1
    assert VoucherCustomer.objects.count() == 1
    return OrderGroup.objects.get()


def expire(*orders):
    past = timezone.now() - datetime.timedelta(hours=2)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(created_at=past)
    expire_orders_task()


def test_voucher_is_released_once_when_the_last_order_expires(unpaid_group):
    # given
    first, second = Order.objects.order_by("number")

    # when / then
    expire(first)
    assert VoucherCode.objects.get().used == 1
    assert VoucherCustomer.objects.count() == 1
    expire(second)
    assert VoucherCode.objects.get().used == 0
    assert not VoucherCustomer.objects.exists()


def test_voucher_of_a_group_that_expires_at_once_is_released_once(unpaid_group):
    # given
    VoucherCode.objects.update(used=3)

    # when
    expire(*Order.objects.all())

    # then
    assert set(Order.objects.values_list("status", flat=True)) == {OrderStatus.EXPIRED}
    assert VoucherCode.objects.get().used == 2


def test_voucher_is_kept_while_an_order_is_canceled(unpaid_group):
    # given
    first, second = Order.objects.order_by("number")
    Order.objects.filter(pk=first.pk).update(status=OrderStatus.CANCELED)

    # when
    expire(second)

    # then
    assert VoucherCode.objects.get().used == 1


def test_group_outlives_its_orders(unpaid_group):
    # given
    expire(*Order.objects.all())
    Order.objects.update(expired_at=timezone.now() - datetime.timedelta(days=3))

    # when
    delete_expired_orders_task()

    # then
    assert not Order.objects.exists()
    assert not OrderGroupOrder.objects.exists()
    placed = OrderGroup.objects.get().placed_total_gross_amount
    assert placed == unpaid_group.placed_total_gross_amount > 0


def test_guests_group_moves_to_the_new_account_with_its_orders(
    make_cart, pay, complete, api_client
):
    # given
    checkout = make_cart(CART, user=None)
    checkout.channel.automatically_confirm_all_new_orders = True
    checkout.channel.save()
    pay(checkout)
    assert not complete(checkout, client=api_client)["errors"]
    group = OrderGroup.objects.get()
    assert group.user is None
    user = User.objects.create(email="guest@example.com")

    # when
    match_orders_with_new_user(user)

    # then
    group.refresh_from_db()
    assert group.user == user
    assert set(Order.objects.values_list("user", flat=True)) == {user.pk}


def test_deleted_account_leaves_the_group(make_cart, pay, complete, customer_user):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    complete(checkout)

    # when
    customer_user.delete()

    # then
    group = OrderGroup.objects.get()
    assert group.user is None
    assert group.user_email == "test@example.com"
    assert group.order_links.count() == 2


def test_order_promotion_is_not_applied_again_to_a_split_order(
    make_cart, pay, complete, order_promotion_rule, get_total
):
    # given: a percentage of the whole cart, from a subtotal that no order reaches
    order_promotion_rule.order_predicate = {
        "discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": 80}}}
    }
    order_promotion_rule.reward_value = Decimal(10)
    order_promotion_rule.reward_value_type = "percentage"
    order_promotion_rule.save()
    checkout = make_cart(CART)
    checkout.channel.automatically_confirm_all_new_orders = False
    checkout.channel.save()
    pay(checkout)
    assert not complete(checkout)["errors"]
    orders = list(Order.objects.order_by("number"))
    totals = [order.total_gross_amount for order in orders]
    assert totals == [Decimal(57), Decimal(38)]
    assert [order.discounts.get().amount_value for order in orders] == [6, 4]

    # when
    manager = get_plugins_manager(allow_replica=False)
    for order in orders:
        order.should_refresh_prices = True
        fetch_order_prices_if_expired(order, manager, None, force_update=True).get()

    # then
    for order, total in zip(orders, totals, strict=True):
        order.refresh_from_db()
        assert order.discounts.count() == 1
        assert order.total_gross_amount == total


def test_later_assignment_does_not_change_who_sold_an_order(
    make_cart, pay, complete, staff_api_client, permission_manage_products, get_seller
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    complete(checkout)
    product = Order.objects.order_by("number")[0].lines.get().variant.product
    variables = {
        "id": Node.to_global_id("Seller", get_seller("beta").pk),
        "products": [Node.to_global_id("Product", product.pk)],
    }
    mutation = """
        mutation Assign($id: ID!, $products: [ID!]!) {
          sellerAssignProducts(id: $id, products: $products) { errors { message } }
        }
    """

    # when
    staff_api_client.post_graphql(
        mutation, variables, permissions=[permission_manage_products]
    )

    # then
    product.refresh_from_db()
    assert product.product_seller.seller.slug == "beta"
    assert list(OrderGroupOrder.objects.values_list("seller__slug", flat=True)) == [
        "alpha",
        "beta",
    ]
