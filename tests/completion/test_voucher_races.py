"""A voucher is never used beyond its limit, however many purchases wait for it."""

import threading
from decimal import Decimal

import pytest
from django.db import connections, transaction
from django.db.models import F
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.checkout.tasks import automatic_checkout_completion_task
from saleor.checkout.utils import add_voucher_to_checkout
from saleor.discount.models import Voucher, VoucherCode, VoucherCustomer
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.plugins.manager import get_plugins_manager
from saleor.tests import race_condition
from saleor.tests.utils import prepare_test_db_connections
from saleor.warehouse.models import Allocation

from saleor_order_groups.models import OrderGroup
from tests.helpers.database import wait_for_a_blocked_statement

# The rival commits while the completion waits.
pytestmark = pytest.mark.django_db(transaction=True)

SEVERAL = [("alpha", "60.00"), ("beta", "40.00")]
ONE = [("alpha", "60.00"), ("alpha", "40.00")]
MESSAGE = (
    "The voucher has been used up, or has ended, since it was added to the checkout."
)


@pytest.fixture
def ten_off(voucher):
    """Return a voucher of 10.00 off the entire order, with a second code."""
    voucher.channel_listings.update(discount_value=Decimal(10))
    voucher.codes.create(code="second-code")
    return voucher


def use_up(voucher, code, customer):
    """Do what another purchase with the voucher writes."""
    list(Voucher.objects.select_for_update(no_key=True).filter(pk=voucher.pk))
    codes = VoucherCode.objects.filter(code=code)
    if voucher.usage_limit:
        codes.update(used=F("used") + 1)
    if voucher.single_use:
        codes.update(is_active=False)
    if voucher.apply_once_per_customer:
        VoucherCustomer.objects.create(
            voucher_code=codes.get(), customer_email=customer.email
        )


@pytest.fixture
def complete_beside(customer_user):
    """Return a function that completes while a rival that used the voucher commits."""

    def _complete(voucher, code, place, checkout):
        answers = []

        def run():
            try:
                prepare_test_db_connections()
                answers.append(place(checkout))
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        with transaction.atomic():
            use_up(voucher, code, customer_user)
            thread.start()
            wait_for_a_blocked_statement()
        thread.join(timeout=60)
        [answer] = answers
        return answer

    return _complete


def read_uses():
    codes = VoucherCode.objects.order_by("code")
    return list(codes.values_list("code", "used", "is_active"))


def assert_nothing_is_placed(checkout):
    checkout.refresh_from_db()
    assert not checkout.is_voucher_usage_increased
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
@pytest.mark.parametrize(
    ("_case", "fields", "rival_code"),
    [
        ("limit", {"usage_limit": 1}, None),
        ("limit of all codes", {"usage_limit": 1}, "second-code"),
        ("single use", {"single_use": True}, None),
        ("once per customer", {"apply_once_per_customer": True}, None),
        ("once, another code", {"apply_once_per_customer": True}, "second-code"),
    ],
)
def test_last_use_that_a_rival_takes_while_the_completion_waits(
    make_cart, pay, complete, complete_beside, ten_off, cart, _case, fields, rival_code
):
    # given
    Voucher.objects.update(**fields)
    ten_off.refresh_from_db()
    checkout = make_cart(cart)
    add_voucher(checkout, ten_off)
    payment = pay(checkout)

    # when
    code = rival_code or checkout.voucher_code
    data = complete_beside(ten_off, code, complete, checkout)

    # then
    [error] = data["errors"]
    assert (error["code"], error["field"]) == ("VOUCHER_NOT_APPLICABLE", "voucherCode")
    assert error["message"] == MESSAGE
    assert_nothing_is_placed(checkout)
    payment.refresh_from_db()
    assert payment.checkout_id == checkout.pk
    assert sum(used for _, used, _ in read_uses()) == int("usage_limit" in fields)
    assert VoucherCustomer.objects.count() == int("apply_once_per_customer" in fields)


def add_voucher(checkout, voucher):
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    checkout_info = fetch_checkout_info(checkout, lines, manager)
    code = voucher.codes.exclude(code="second-code").get()
    voucher.refresh_from_db()
    add_voucher_to_checkout(manager, checkout_info, lines, voucher, code)
    assert checkout.voucher_code == code.code


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
@pytest.mark.parametrize("entry", ["create_from_checkout", "complete_automatically"])
def test_other_entries_wait_too(
    make_cart, pay, complete_beside, ten_off, request, cart, entry
):
    # given
    Voucher.objects.update(usage_limit=1)
    ten_off.refresh_from_db()
    checkout = make_cart(cart)
    add_voucher(checkout, ten_off)
    pay(checkout)
    if entry == "create_from_checkout":
        place = request.getfixturevalue(entry)
    else:
        place = complete_automatically

    # when
    data = complete_beside(ten_off, checkout.voucher_code, place, checkout)

    # then
    if data is not None:
        [error] = data["errors"]
        assert error["code"] == "VOUCHER_NOT_APPLICABLE"
        assert error["field"] == "voucherCode"
        assert error["message"] == MESSAGE
    assert_nothing_is_placed(checkout)
    assert read_uses() == [
        (checkout.voucher_code, 1, True),
        ("second-code", 0, True),
    ]


def complete_automatically(checkout):
    automatic_checkout_completion_task(checkout.pk)


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
@pytest.mark.parametrize("field", ["usage_limit", "single_use"])
def test_last_use_that_a_rival_takes_before_the_money_is_taken(
    make_cart,
    pay_legacy,
    complete,
    complete_beside,
    ten_off,
    cart,
    field,
):
    # given
    Voucher.objects.update(**{field: 1})
    ten_off.refresh_from_db()
    checkout = make_cart(cart)
    add_voucher(checkout, ten_off)
    payment = pay_legacy(checkout)

    # when
    data = complete_beside(ten_off, checkout.voucher_code, complete, checkout)

    # then
    [error] = data["errors"]
    assert (error["code"], error["field"]) == ("VOUCHER_NOT_APPLICABLE", "voucherCode")
    assert error["message"] == MESSAGE
    assert_nothing_is_placed(checkout)
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.NOT_CHARGED
    assert payment.captured_amount == 0
    assert not payment.transactions.exists()


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
def test_voucher_without_a_limit_is_not_waited_for(
    make_cart, pay, complete, ten_off, cart
):
    # given
    checkout = make_cart(cart)
    add_voucher(checkout, ten_off)
    pay(checkout)

    # when: somebody else's purchase with the voucher is not committed yet
    answers = []

    def run():
        try:
            prepare_test_db_connections()
            answers.append(complete(checkout))
        finally:
            connections.close_all()

    with transaction.atomic():
        list(Voucher.objects.select_for_update(no_key=True))
        list(VoucherCode.objects.select_for_update(no_key=True))
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(timeout=60)

        # then
        [data] = answers
    assert data["errors"] == []


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
def test_a_failure_gives_a_single_use_code_back(
    make_cart, pay, complete, ten_off, cart
):
    # given: the stock is sold out while the checkout is completed
    Voucher.objects.update(single_use=True, usage_limit=3)
    checkout = make_cart(cart)
    add_voucher(checkout, ten_off)
    pay(checkout)
    stock = checkout.lines.first().variant.stocks.get()

    def sell_out(*args, **kwargs):
        type(stock).objects.filter(pk=stock.pk).update(quantity=0)

    # when
    with race_condition.RunBefore(
        "saleor.checkout.complete_checkout.create_order_from_checkout", sell_out
    ):
        data = complete(checkout)

    # then
    assert [error["code"] for error in data["errors"]] == ["INSUFFICIENT_STOCK"]
    assert_nothing_is_placed(checkout)
    before = [(checkout.voucher_code, 0, True), ("second-code", 0, True)]
    assert read_uses() == before

    # when
    type(stock).objects.filter(pk=stock.pk).update(quantity=1)
    data = complete(checkout)

    # then
    assert data["errors"] == []
    used = [(checkout.voucher_code, 1, False), ("second-code", 0, True)]
    assert read_uses() == used


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
def test_voucher_for_staff_is_counted_once(
    make_cart, pay, complete, ten_off, customer_user, cart
):
    # given
    customer_user.is_staff = True
    customer_user.save()
    Voucher.objects.update(only_for_staff=True, usage_limit=1)
    checkouts = [make_cart(cart), make_cart(cart)]
    for checkout in checkouts:
        add_voucher(checkout, ten_off)
        pay(checkout)

    # when
    first, second = (complete(checkout) for checkout in checkouts)

    # then
    assert first["errors"] == []
    assert sum(order.total_gross_amount for order in Order.objects.all()) == 95
    assert [error["code"] for error in second["errors"]] == ["VOUCHER_NOT_APPLICABLE"]
    assert sum(used for _, used, _ in read_uses()) == 1


@pytest.mark.parametrize("cart", [SEVERAL, ONE], ids=["several", "one"])
def test_voucher_that_the_customer_replaces_while_the_checkout_completes(
    make_cart, pay, complete, ten_off, cart
):
    # given
    Voucher.objects.update(usage_limit=1)
    checkout = make_cart(cart)
    add_voucher(checkout, ten_off)
    pay(checkout)

    def remove(*args, **kwargs):
        Checkout.objects.update(voucher_code=None)

    # when
    with race_condition.RunBefore(
        "saleor.checkout.complete_checkout.create_order_from_checkout", remove
    ):
        data = complete(checkout)

    # then
    [error] = data["errors"]
    assert (error["code"], error["field"]) == ("INVALID", "lines")
    assert error["message"] == (
        "The checkout changed while it was completed: complete it again."
    )
    assert_nothing_is_placed(checkout)
    assert sum(used for _, used, _ in read_uses()) == 0
