"""What Saleor's periodic tasks clean up leaves groups consistent."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from graphene import Node
from saleor.app.models import App
from saleor.app.tasks import remove_apps_task
from saleor.checkout.models import Checkout
from saleor.checkout.tasks import delete_expired_checkouts
from saleor.discount.models import VoucherCode
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.order.tasks import delete_expired_orders_task, expire_orders_task
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.tasks import transaction_release_funds_for_checkout_task
from saleor.warehouse.models import Stock
from saleor.warehouse.tasks import (
    delete_empty_allocations_task,
    update_stocks_quantity_allocated_task,
)

from saleor_order_groups.models import (
    OrderGroup,
    OrderGroupOrder,
    PaymentShare,
    get_order_group_number,
)
from saleor_order_groups.recovery.sweep import sweep
from saleor_order_groups.verification.runner import verify

CART = [("alpha", "60.00"), ("beta", "40.00")]
LONG_AGO = timezone.now() - datetime.timedelta(days=400)
ORDER_CREATE_FROM_CHECKOUT = """
    mutation Create($id: ID!) {
      orderCreateFromCheckout(id: $id, removeCheckout: false) {
        orderGroup { orders { id } }
        errors { field code message }
      }
    }
"""


@pytest.fixture
def unpaid_group(make_cart, complete, voucher, use_voucher, channel_USD):
    """Two unpaid orders that used a voucher once, and expire after an hour."""
    voucher.usage_limit = 10_000
    voucher.save()
    channel_USD.allow_unpaid_orders = True
    channel_USD.expire_orders_after = 60
    channel_USD.delete_expired_orders_after = datetime.timedelta(days=1)
    channel_USD.save()
    checkout = make_cart(CART)
    use_voucher(checkout, voucher)
    assert not complete(checkout)["errors"]
    return OrderGroup.objects.get()


@pytest.fixture
def kept_checkout(make_cart, pay, app_api_client, permission_handle_checkouts):
    """Let an app make orders of a checkout, and keep it."""
    app_api_client.app.permissions.add(permission_handle_checkouts)
    checkout = make_cart(CART)
    pay(checkout)
    response = app_api_client.post_graphql(
        ORDER_CREATE_FROM_CHECKOUT, {"id": Node.to_global_id("Checkout", checkout.pk)}
    )
    data = get_graphql_content(response)["data"]["orderCreateFromCheckout"]
    assert not data["errors"]
    assert len(data["orderGroup"]["orders"]) == 2
    checkout.refresh_from_db()
    return checkout


def copy_row(row, **changes):
    values = {field.attname: getattr(row, field.attname) for field in row._meta.fields}
    return type(row)(**values | changes)


def multiply(group, times):
    """Make rows of orders and groups like those of the group, until there are so many.

    All groups' first orders are numbered before the second ones: Saleor's tasks take the
    latest orders first, so that a batch takes groups apart.
    """
    number = Order.objects.latest("number").number
    groups = [
        copy_row(
            group,
            id=uuid4(),
            number=get_order_group_number(),
            checkout_token=uuid4(),
        )
        for _ in range(1, times)
    ]
    orders, links = [], []
    for link in group.order_links.select_related("order"):
        for copy in groups:
            number += 1
            order = copy_row(
                link.order,
                id=uuid4(),
                number=number,
                checkout_token=copy.checkout_token,
            )
            orders.append(order)
            links.append(
                copy_row(link, id=uuid4(), group_id=copy.pk, order_id=order.pk)
            )
    OrderGroup.objects.bulk_create(groups)
    Order.objects.bulk_create(orders)
    OrderGroupOrder.objects.bulk_create(links)


def test_groups_that_expire_over_several_runs_release_their_voucher_once(unpaid_group):
    # given: a run takes 100 orders
    multiply(unpaid_group, 55)
    Order.objects.update(created_at=LONG_AGO)
    VoucherCode.objects.update(used=1055)

    # when / then: 54 second orders and 46 first ones
    expire_orders_task()
    assert Order.objects.filter(status=OrderStatus.EXPIRED).count() == 100
    assert VoucherCode.objects.get().used == 1055 - 46

    expire_orders_task()
    assert Order.objects.filter(status=OrderStatus.EXPIRED).count() == 110
    assert VoucherCode.objects.get().used == 1000


def test_groups_outlive_expired_orders_that_are_deleted_in_batches(
    unpaid_group, customer_user, monkeypatch
):
    # given: a batch is of 5000 orders in Saleor
    monkeypatch.setattr("saleor.order.tasks.DELETE_EXPIRED_ORDER_BATCH_SIZE", 50)
    multiply(unpaid_group, 26)
    OrderGroup.objects.update(created_at=LONG_AGO)
    Order.objects.update(status=OrderStatus.EXPIRED, expired_at=LONG_AGO)
    customer_user.number_of_orders = 55
    customer_user.save()

    # when
    delete_expired_orders_task()

    # then
    assert not Order.objects.exists()
    assert not OrderGroupOrder.objects.exists()
    assert OrderGroup.objects.count() == 26
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == 3
    # no hook has seen the orders expire
    list(sweep(everything=True))
    assert list(verify()) == []


def test_orders_with_a_share_of_a_payment_are_not_deleted(make_cart, pay, complete):
    # given: an expired group that something was paid for, as when it was paid late
    checkout = make_cart(CART)
    pay(checkout)
    assert not complete(checkout)["errors"]
    checkout.channel.delete_expired_orders_after = datetime.timedelta(days=1)
    checkout.channel.save()
    Order.objects.update(status=OrderStatus.EXPIRED, expired_at=LONG_AGO)

    # when
    delete_expired_orders_task()

    # then
    assert Order.objects.count() == 2
    assert PaymentShare.objects.count() == 2
    assert list(verify()) == []


def make_releasable(checkout):
    """Let Saleor give back what is on the checkout."""
    channel = checkout.channel
    channel.release_funds_for_expired_checkouts = True
    channel.checkout_ttl_before_releasing_funds = datetime.timedelta(hours=1)
    channel.save()
    long_enough_ago = timezone.now() - datetime.timedelta(days=30)
    Checkout.objects.filter(pk=checkout.pk).update(
        automatically_refundable=True,
        authorize_status="full",
        created_at=long_enough_ago,
        last_change=long_enough_ago,
        last_transaction_modified_at=long_enough_ago,
    )


def test_funds_of_a_group_are_not_released_with_the_checkout_that_was_kept(
    kept_checkout, make_cart, pay
):
    # given: and those of a checkout that was given up
    make_releasable(kept_checkout)
    given_up = make_cart(CART)
    transaction = pay(given_up)
    make_releasable(given_up)

    # when
    transaction_release_funds_for_checkout_task()

    # then
    [request] = TransactionEvent.objects.filter(
        type=TransactionEventType.CANCEL_REQUEST
    )
    assert request.transaction == transaction
    assert TransactionItem.objects.filter(group_payment__isnull=False).count() == 1
    assert [
        (order.total_authorized_amount, order.total_gross_amount)
        for order in Order.objects.order_by("number")
    ] == [(Decimal(63), Decimal(63)), (Decimal(42), Decimal(42))]


def test_group_outlives_the_checkout_that_was_kept(kept_checkout):
    # given
    Checkout.objects.update(last_change=LONG_AGO)

    # when
    delete_expired_checkouts()

    # then
    assert not Checkout.objects.exists()
    group = OrderGroup.objects.get()
    assert group.checkout_token == kept_checkout.token
    first = group.order_links.get(position=0).order
    assert Order.objects.get_by_checkout_token(kept_checkout.token) == first
    assert list(verify()) == []


def test_stock_tasks_find_nothing_to_correct(make_cart, pay, complete):
    # given
    checkout = make_cart([("alpha", "60.00", 3), ("beta", "40.00", 2)])
    pay(checkout)
    assert not complete(checkout)["errors"]
    before = list(Stock.objects.order_by("pk").values_list("quantity_allocated"))
    assert sorted(before) == [(2,), (3,)]

    # when
    delete_empty_allocations_task()
    update_stocks_quantity_allocated_task()

    # then
    assert (
        list(Stock.objects.order_by("pk").values_list("quantity_allocated")) == before
    )


def test_group_outlives_the_app_that_took_its_payment(make_cart, pay, complete, app):
    # given
    checkout = make_cart(CART)
    transaction = pay(checkout)
    TransactionItem.objects.filter(pk=transaction.pk).update(
        app=app, app_identifier=app.identifier
    )
    assert not complete(checkout)["errors"]
    assert TransactionItem.objects.filter(app=app).count() == 3
    App.objects.filter(pk=app.pk).update(is_active=False, removed_at=LONG_AGO)

    # when
    remove_apps_task()

    # then
    assert not App.objects.filter(pk=app.pk).exists()
    assert TransactionItem.objects.filter(app=None).count() == 3
    assert PaymentShare.objects.count() == 2
    assert list(verify()) == []
