"""Saleor without the plugin, on a database that keeps the plugin's tables and rows."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.account.models import User
from saleor.channel.models import Channel
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment, TransactionEvent, TransactionItem
from saleor.product.models import Product
from saleor.shipping.models import ShippingMethod

from saleor_order_groups.models import (
    GroupPayment,
    LegacyPaymentShare,
    OrderGroup,
    OrderGroupOrder,
    PaymentEventShare,
    PaymentShare,
    ProductSeller,
    Seller,
    SellerCustomer,
    SellerDeliveryChoice,
    SellerShippingMethod,
)
from tests.helpers.dummy_gateway import get_dummy_gateway

# The other process sees what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

CART = [("alpha", "60.00"), ("beta", "40.00")]
LONG_AGO = timezone.now() - datetime.timedelta(days=400)

COMPLETE = """
    mutation Complete($id: ID!) {
      checkoutComplete(id: $id) {
        order { total { gross { amount } } chargeStatus shippingMethodName }
        errors { field code message }
      }
    }
"""
DELETE = """
    mutation Delete($id: ID!) {
      %s(id: $id) { errors { field code message } }
    }
"""
CHOOSE = """
    mutation Choose($id: ID!, $method: ID!) {
      checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {
        checkout { totalPrice { gross { amount } } }
        errors { field code message }
      }
    }
"""
DELETE_CHANNEL = """
    mutation Delete($id: ID!, $target: ID!) {
      channelDelete(id: $id, input: {channelId: $target}) {
        errors { field code message }
      }
    }
"""


def to_id(row):
    return Node.to_global_id(type(row).__name__, row.pk)


def delete(mutation, row, staff):
    return {
        "as": staff.email,
        "query": DELETE % mutation,
        "variables": {"id": to_id(row)},
    }


def charge(transaction):
    transaction.charged_value = transaction.authorized_value
    transaction.authorized_value = 0
    transaction.save()
    transaction.events.create(
        type="charge_success",
        amount_value=transaction.charged_value,
        currency=transaction.currency,
        psp_reference="psp",
        include_in_calculations=True,
    )


@pytest.fixture
def place(make_cart, pay, complete):
    """Return a function that places a group of two orders, charged."""

    def _place():
        checkout = make_cart(CART)
        charge(pay(checkout))
        assert not complete(checkout)["errors"]
        return OrderGroup.objects.get(checkout_token=checkout.pk)

    return _place


@pytest.fixture
def place_by_legacy_payment(make_cart, complete, get_total, settings):
    """Return a function that places a group that was paid by a legacy payment."""

    def _place():
        settings.PLUGINS = [*settings.PLUGINS, get_dummy_gateway()]
        checkout = make_cart(CART)
        Payment.objects.create(
            gateway="mirumee.payments.dummy",
            checkout=checkout,
            is_active=True,
            total=get_total(checkout).gross.amount,
            currency="USD",
            token=ChargeStatus.FULLY_CHARGED,
        )
        assert not complete(checkout)["errors"]
        return OrderGroup.objects.get(checkout_token=checkout.pk)

    return _place


@pytest.fixture
def place_expired(make_cart, complete, channel_USD):
    """Return a function that places an unpaid group that expired long ago."""

    def _place():
        channel_USD.allow_unpaid_orders = True
        channel_USD.delete_expired_orders_after = datetime.timedelta(days=1)
        channel_USD.save()
        checkout = make_cart(CART)
        assert not complete(checkout)["errors"]
        group = OrderGroup.objects.get(checkout_token=checkout.pk)
        Order.objects.filter(order_group_link__group=group).update(
            status="expired", expired_at=LONG_AGO
        )
        OrderGroup.objects.filter(pk=group.pk).update(created_at=LONG_AGO)
        channel_USD.allow_unpaid_orders = False
        channel_USD.save()
        return group

    return _place


def test_all_that_saleor_deletes_goes_without_the_plugin(
    saleor_alone,
    place,
    place_expired,
    make_cart,
    make_method,
    choose,
    pay,
    customer_user,
    superuser,
    channel_USD,
    other_channel_USD,
):
    # given: a group that was paid for, one that expired, a charged cart with a method
    # for each seller, and a cart with one that nobody came back to
    group, expired = place(), place_expired()
    van, bike = make_method("12.00", "alpha"), make_method("3.00", "beta")
    charged = make_cart(CART, shipping=None)
    assert choose(charged, {"alpha": van, "beta": bike})["errors"] == []
    charged.refresh_from_db()
    charge(pay(charged))
    left = make_cart(CART, shipping=None)
    assert choose(left, {"alpha": van, "beta": bike})["errors"] == []
    Checkout.objects.filter(pk=left.pk).update(last_change=LONG_AGO)
    opened = make_cart(CART, shipping=None)
    assert choose(opened, {"alpha": van, "beta": bike})["errors"] == []
    product = Product.objects.filter(product_seller__seller__slug="alpha").first()
    assert SellerDeliveryChoice.objects.count() == 6
    assert SellerCustomer.objects.filter(user=customer_user).count() == 2
    sold = ProductSeller.objects.count()

    # when
    results = saleor_alone(
        {"as": None, "query": COMPLETE, "variables": {"id": to_id(charged)}},
        {"task": "saleor.checkout.tasks:delete_expired_checkouts"},
        {"task": "saleor.order.tasks:delete_expired_orders_task"},
        delete("productDelete", product, superuser),
        delete("shippingPriceDelete", van, superuser)
        | {"variables": {"id": Node.to_global_id("ShippingMethodType", van.pk)}},
        {
            "as": superuser.email,
            "query": DELETE_CHANNEL,
            "variables": {
                "id": to_id(channel_USD),
                "target": to_id(other_channel_USD),
            },
        },
        delete("customerDelete", customer_user, superuser),
    )

    # then: Saleor made one order of the cart, as it does alone
    assert [step for step in results if "errors" in (step or ())] == []
    completed, checkouts, orders, *deleted = results
    assert completed["data"] == {
        "checkoutComplete": {
            "order": {
                "total": {"gross": {"amount": 115.0}},
                "chargeStatus": "FULL",
                "shippingMethodName": f"{van.name}, {bike.name}",
            },
            "errors": [],
        }
    }
    # Saleor counts the rows that it deletes itself, and says whether some are left.
    count, are_left = checkouts
    assert count > 0
    assert (are_left, orders) == (False, None)
    assert [result["data"] for result in deleted] == [
        {mutation: {"errors": []}}
        for mutation in (
            "productDelete",
            "shippingPriceDelete",
            "channelDelete",
            "customerDelete",
        )
    ]
    # and what belonged to the rows is gone with them
    assert not Checkout.objects.exists()
    assert SellerDeliveryChoice.objects.count() == 0
    assert ProductSeller.objects.count() == sold - 1
    assert not Product.objects.filter(pk=product.pk).exists()
    assert not ShippingMethod.objects.filter(pk=van.pk).exists()
    assert [row.shipping_method for row in SellerShippingMethod.objects.all()] == [bike]
    assert not Channel.objects.filter(pk=channel_USD.pk).exists()
    assert not User.objects.filter(pk=customer_user.pk).exists()
    assert SellerCustomer.objects.count() == 0
    assert Seller.objects.count() == 2
    # and the groups outlive customer and channel, with their orders and payments
    assert list(
        OrderGroup.objects.order_by("number").values_list("pk", "user", "channel")
    ) == [(group.pk, None, None), (expired.pk, None, None)]
    assert [link.group for link in OrderGroupOrder.objects.all()] == [group, group]
    assert GroupPayment.objects.get().group == group
    assert PaymentShare.objects.count() == 2
    assert PaymentEventShare.objects.count() == 4
    totals = Order.objects.order_by("number").values_list(
        "channel__slug", "total_gross_amount"
    )
    assert list(totals) == [
        (other_channel_USD.slug, Decimal(63)),
        (other_channel_USD.slug, Decimal(42)),
        (other_channel_USD.slug, Decimal(115)),
    ]


def test_cart_with_old_delivery_options_chooses_again_without_the_plugin(
    saleor_alone, make_cart, make_method, choose, pay
):
    # given: a charged cart with a method for each seller, whose options are of yesterday
    van, bike = make_method("12.00", "alpha"), make_method("3.00", "beta")
    checkout = make_cart(CART, shipping=None)
    assert choose(checkout, {"alpha": van, "beta": bike})["errors"] == []
    checkout.refresh_from_db()
    charge(pay(checkout))
    Checkout.objects.filter(pk=checkout.pk).update(
        delivery_methods_stale_at=timezone.now()
    )
    complete = {"as": None, "query": COMPLETE, "variables": {"id": to_id(checkout)}}
    van_id = Node.to_global_id("ShippingMethod", van.pk)

    # when: the customer completes, takes one seller's method for all, completes again
    refused, chosen, completed = saleor_alone(
        complete,
        {
            "as": None,
            "query": CHOOSE,
            "variables": {"id": to_id(checkout), "method": van_id},
        },
        complete,
    )

    # then
    [error] = refused["data"]["checkoutComplete"]["errors"]
    assert (error["field"], error["code"]) == (
        "shippingMethod",
        "INVALID_SHIPPING_METHOD",
    )
    assert chosen["data"]["checkoutDeliveryMethodUpdate"] == {
        "checkout": {"totalPrice": {"gross": {"amount": 112.0}}},
        "errors": [],
    }
    assert completed["data"]["checkoutComplete"] == {
        "order": {
            "total": {"gross": {"amount": 112.0}},
            "chargeStatus": "OVERCHARGED",
            "shippingMethodName": van.name,
        },
        "errors": [],
    }


def test_orders_and_payments_of_groups_are_deleted_without_the_plugin(
    saleor_alone, place, place_by_legacy_payment
):
    # given
    groups = {place().pk, place_by_legacy_payment().pk}
    assert LegacyPaymentShare.objects.count() == 2
    assert PaymentEventShare.objects.count() == 4

    # when
    results = saleor_alone({"command": "clearorders"})

    # then
    assert results == ["done"]
    for model in (
        Order,
        TransactionItem,
        TransactionEvent,
        Payment,
        OrderGroupOrder,
        GroupPayment,
        PaymentShare,
        PaymentEventShare,
        LegacyPaymentShare,
    ):
        assert model.objects.count() == 0
    assert set(OrderGroup.objects.values_list("pk", flat=True)) == groups
