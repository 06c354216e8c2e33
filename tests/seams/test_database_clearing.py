"""Saleor's commands that empty a database take the groups along."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from saleor.account.models import User
from saleor.app.models import App
from saleor.channel.models import Channel
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment, TransactionEvent, TransactionItem
from saleor.product.models import Product

from saleor_order_groups.groups.removal import PLACED
from saleor_order_groups.models import (
    GroupCancelation,
    LegacyPaymentShare,
    OrderGroup,
    OrderGroupOrder,
    PaymentEventShare,
    PaymentShare,
    ProductSeller,
    Recovery,
    Seller,
    SellerAct,
    SellerApp,
    SellerCustomer,
    SellerDeliveryChoice,
    SellerMember,
    SellerShippingMethod,
    ShareAnnouncement,
    SharesUpdate,
)
from saleor_order_groups.verification.runner import verify
from tests.helpers.clearing import needs_working_clearorders
from tests.helpers.dummy_gateway import get_dummy_gateway

CART = [("beta", "40.00"), ("alpha", "60.00"), (None, "10.00")]


@pytest.fixture
def place(make_cart, pay, complete, get_total, settings, shipping_method):
    """Return a function that places two groups: paid by transaction and by payment.

    And a checkout that is still open, with a delivery method of a seller.
    """

    def _place():
        settings.PLUGINS = [*settings.PLUGINS, get_dummy_gateway()]
        checkout = make_cart(CART)
        transaction = pay(checkout, authorized_value=Decimal(115))
        transaction.events.update(include_in_calculations=True)
        assert not complete(checkout)["errors"]
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
        SellerDeliveryChoice.objects.create(
            checkout=make_cart(CART),
            seller=Seller.objects.get(slug="alpha"),
            shipping_method=shipping_method,
        )
        ShareAnnouncement.objects.create(
            share=PaymentShare.objects.first(),
            authorized_before=0,
            charged_before=0,
            refunded_before=0,
        )
        SharesUpdate.objects.create(
            transaction=PaymentShare.objects.first().payment.transaction, event_ids=[]
        )
        GroupCancelation.objects.create(group=OrderGroup.objects.first())
        SellerAct.objects.create(link=OrderGroupOrder.objects.first(), act="confirm")
        assert {model: model.objects.exists() for model in PLACED} == dict.fromkeys(
            PLACED, True
        )

    return _place


def count_placed():
    return {model.__name__: model.objects.count() for model in PLACED}


@pytest.fixture
def staffed_seller(create_seller, customer_user, staff_user):
    """Return a seller with a customer, an account of staff and an app."""
    seller = create_seller("gamma")
    for user in (customer_user, staff_user):
        SellerMember.objects.create(seller=seller, user=user, rights=["fulfill"])
    SellerApp.objects.create(seller=seller, app=App.objects.create(name="ERP"))
    return seller


NOTHING = {model.__name__: 0 for model in PLACED}


@needs_working_clearorders
@pytest.mark.django_db(transaction=True)
def test_clearorders_clears_groups_and_keeps_the_catalogue(place):
    # given: every statement of the command commits on its own
    place()
    stdout = StringIO()

    # when
    call_command("clearorders", stdout=stdout)

    # then
    assert count_placed() == NOTHING
    assert not Order.objects.exists()
    assert not TransactionItem.objects.exists()
    assert not TransactionEvent.objects.exists()
    assert not Payment.objects.exists()
    assert Seller.objects.count() == 2
    assert ProductSeller.objects.count() == 6
    assert User.objects.filter(email="test@example.com").exists()
    assert stdout.getvalue().splitlines()[0] == "Removed order groups"
    assert list(verify()) == []

    # and the shop goes on
    place()
    assert OrderGroup.objects.count() == 2
    assert OrderGroupOrder.objects.count() == 6
    assert PaymentShare.objects.count() == 3
    assert LegacyPaymentShare.objects.count() == 3
    assert PaymentEventShare.objects.count() == 3


@needs_working_clearorders
def test_clearorders_deletes_customers_of_sellers(place, customer_user):
    # given
    place()
    assert SellerCustomer.objects.filter(user=customer_user).count() == 2

    # when
    call_command("clearorders", delete_customers=True, stdout=StringIO())

    # then: what the commit would check
    connection.check_constraints()
    assert count_placed() == NOTHING
    assert not User.objects.exists()
    assert Seller.objects.count() == 2


def test_cleardb_clears_groups_and_keeps_sellers(place):
    # given
    place()
    stdout = StringIO()

    # when
    call_command("cleardb", force=True, stdout=stdout)

    # then
    connection.check_constraints()
    assert count_placed() == NOTHING
    assert not Order.objects.exists()
    assert not Product.objects.exists()
    assert not ProductSeller.objects.exists()
    assert Channel.objects.exists()
    assert Seller.objects.count() == 2
    assert stdout.getvalue().splitlines()[-1] == "Removed order groups"


@needs_working_clearorders
def test_clearorders_keeps_members_and_apps_of_sellers(staffed_seller):
    # when
    call_command("clearorders", stdout=StringIO())

    # then
    assert staffed_seller.members.count() == 2
    assert staffed_seller.apps.count() == 1


@needs_working_clearorders
def test_clearorders_deletes_memberships_with_customers(staffed_seller, staff_user):
    # when
    call_command("clearorders", delete_customers=True, stdout=StringIO())

    # then
    connection.check_constraints()
    assert [member.user for member in staffed_seller.members.all()] == [staff_user]
    assert staffed_seller.apps.count() == 1


@pytest.mark.parametrize(("delete_staff", "count"), [(False, 1), (True, 0)])
def test_cleardb_deletes_memberships_with_accounts(delete_staff, count, staffed_seller):
    # when
    call_command("cleardb", force=True, delete_staff=delete_staff, stdout=StringIO())

    # then
    connection.check_constraints()
    assert staffed_seller.members.count() == count
    assert staffed_seller.apps.count() == 1


def test_cleardb_that_saleor_refuses_clears_nothing(place):
    # given
    place()
    before = count_placed()

    # when
    with pytest.raises(CommandError, match="DEBUG=False"):
        call_command("cleardb", stdout=StringIO())

    # then
    assert count_placed() == before


def test_every_table_is_either_cleared_or_kept():
    # given
    from django.apps import apps

    kept = {
        Seller,
        ProductSeller,
        SellerShippingMethod,
        SellerMember,
        SellerApp,
        Recovery,
    }

    # when
    tables = set(apps.get_app_config("saleor_order_groups").get_models())

    # then
    assert set(PLACED) == tables - kept
