"""The splitter, run on one seller, makes the very order that Saleor makes."""

from collections import Counter
from decimal import Decimal
from unittest import mock

import pytest
from django.db import transaction
from saleor.account.models import Address, User
from saleor.discount.models import (
    OrderDiscount,
    OrderLineDiscount,
    VoucherCode,
    VoucherCustomer,
)
from saleor.giftcard.models import GiftCard, GiftCardEvent
from saleor.order import OrderStatus
from saleor.order.models import Order, OrderEvent, OrderLine
from saleor.payment.models import Payment, Transaction
from saleor.plugins.manager import PluginsManager
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.completion import place_group as checkout_module
from saleor_order_groups.models import OrderGroup
from tests.helpers.dummy_gateway import get_dummy_gateway

CART = [("alpha", "33.33", 3), ("alpha", "0.05"), ("alpha", "7.77", 2)]

# What tells two rows of the same content apart.
IDENTITY = {
    "id",
    "token",
    "old_id",
    "number",
    "created_at",
    "modified_at",
    "updated_at",
    "date",
    "last_used_on",
    "search_vector",
    "search_document",
    "checkout_id",
}


def describe(row):
    content = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.name in IDENTITY:
            continue
        if field.is_relation and value is not None:
            related = getattr(row, field.name)
            if isinstance(related, Address):
                value = related.as_data()
            elif isinstance(related, Order):
                value = "the order"
            elif isinstance(related, OrderLine):
                value = related.product_sku
            elif isinstance(related, Payment):
                value = related.psp_reference
        if field.name == "parameters" and value:
            value = {key: item for key, item in value.items() if "_pk" not in key}
        if isinstance(value, Decimal):
            value = value.normalize()
        content[field.name] = repr(value)
    return content


def take_snapshot():
    models = (
        Order,
        OrderLine,
        OrderDiscount,
        OrderLineDiscount,
        OrderEvent,
        Allocation,
        Stock,
        GiftCard,
        GiftCardEvent,
        VoucherCode,
        VoucherCustomer,
        Payment,
        Transaction,
    )
    snapshot = {
        model.__name__: sorted(
            (describe(row) for row in model.objects.all()),
            key=lambda content: sorted(content.items()),
        )
        for model in models
    }
    snapshot["gift cards"] = sorted(
        Order.objects.values_list("gift_cards__code", flat=True), key=str
    )
    snapshot["orders of users"] = sorted(
        User.objects.values_list("email", "number_of_orders")
    )
    snapshot["addresses"] = Address.objects.count()
    return snapshot


@pytest.fixture
def compare(complete):
    """Return a function that completes a checkout both ways and compares all rows."""

    def run(checkout):
        with mock.patch.object(PluginsManager, "notify", autospec=True) as notify:
            data = complete(checkout)
        assert not data["errors"]
        notified = Counter(
            (call.args[1], call.kwargs.get("channel_slug"))
            for call in notify.call_args_list
        )
        return take_snapshot() | {"notified": notified}

    def _compare(checkout):
        checkout.refresh_from_db()
        savepoint = transaction.savepoint()
        with mock.patch.object(checkout_module, "needs_split", return_value=False):
            of_saleor = run(checkout)
        transaction.savepoint_rollback(savepoint)
        with mock.patch.object(checkout_module, "needs_split", return_value=True):
            of_splitter = run(checkout)
        assert OrderGroup.objects.count() == 1
        assert Order.objects.count() == 1
        for name, rows in of_saleor.items():
            assert of_splitter[name] == rows, name

    return _compare


@pytest.mark.parametrize("automatically_confirm", [True, False])
@pytest.mark.parametrize("paid", ["authorized_value", "charged_value"])
def test_plain_cart(make_cart, pay, get_total, compare, automatically_confirm, paid):
    # given
    checkout = make_cart(CART, note="Ring twice", redirect_url="https://example.com")
    checkout.metadata_storage.metadata = {"key": "value"}
    checkout.metadata_storage.save()
    checkout.channel.automatically_confirm_all_new_orders = automatically_confirm
    checkout.channel.save()
    pay(checkout, **{paid: get_total(checkout).gross.amount})

    # when / then
    compare(checkout)


def test_guest(make_cart, pay, compare):
    # given
    checkout = make_cart(CART, user=None)
    pay(checkout)

    # when / then
    compare(checkout)


def test_unpaid(make_cart, compare):
    # given
    checkout = make_cart(CART)
    checkout.channel.allow_unpaid_orders = True
    checkout.channel.save()

    # when / then
    compare(checkout)


def test_nothing_to_ship(make_cart, pay, compare, product_type):
    # given
    product_type.is_shipping_required = False
    product_type.save()
    checkout = make_cart(CART, shipping=None)
    pay(checkout)

    # when / then
    compare(checkout)


@pytest.mark.parametrize(
    "fixture",
    [
        "voucher",
        "voucher_percentage",
        "voucher_free_shipping",
        "voucher_single_use",
    ],
)
def test_voucher(make_cart, pay, compare, use_voucher, request, fixture):
    # given
    voucher = request.getfixturevalue(fixture)
    voucher.usage_limit = 3
    voucher.apply_once_per_customer = True
    voucher.save()
    checkout = make_cart(CART)
    use_voucher(checkout, voucher)
    pay(checkout)

    # when / then
    compare(checkout)


def test_voucher_once_per_order(make_cart, pay, compare, use_voucher, voucher):
    # given
    voucher.apply_once_per_order = True
    voucher.save()
    checkout = make_cart(CART)
    use_voucher(checkout, voucher)
    pay(checkout)

    # when / then
    compare(checkout)


def test_order_promotion(make_cart, pay, compare, order_promotion_rule):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when / then
    compare(checkout)


def test_gift_cards(make_cart, pay, compare, gift_card, gift_card_expiry_date):
    # given
    checkout = make_cart(CART, gift_cards=[gift_card, gift_card_expiry_date])
    pay(checkout)

    # when / then
    compare(checkout)


def test_free_order_without_payment(make_cart, compare, gift_card):
    # given: nothing is due, and nothing was paid
    gift_card.current_balance_amount = Decimal(1000)
    gift_card.save()
    checkout = make_cart(CART, gift_cards=[gift_card])

    # when / then: placed as unconfirmed, and confirmed since nothing is owed
    compare(checkout)
    assert Order.objects.get().status == OrderStatus.UNFULFILLED


@pytest.mark.parametrize("with_tax", [True, False])
def test_taxes(make_cart, pay, compare, gift_card, default_tax_class, with_tax):
    # given
    checkout = make_cart(CART, gift_cards=[gift_card])
    tax_configuration = checkout.channel.tax_configuration
    tax_configuration.charge_taxes = True
    tax_configuration.prices_entered_with_tax = with_tax
    tax_configuration.tax_calculation_strategy = "FLAT_RATES"
    tax_configuration.save()
    tax_configuration.country_exceptions.all().delete()
    default_tax_class.country_rates.update_or_create(
        country="PL", defaults={"rate": Decimal("17.5")}
    )
    for line in checkout.lines.all():
        product_type = line.variant.product.product_type
        product_type.tax_class = default_tax_class
        product_type.save()
    pay(checkout)

    # when / then
    compare(checkout)


def test_legacy_payment(make_cart, get_total, compare, settings):
    # given
    settings.PLUGINS = [
        *settings.PLUGINS,
        get_dummy_gateway(),
    ]
    checkout = make_cart(CART)
    Payment.objects.create(
        gateway="mirumee.payments.dummy",
        checkout=checkout,
        is_active=True,
        total=get_total(checkout).gross.amount,
        currency="USD",
        token="fully-charged",
    )

    # when / then
    compare(checkout)
