from decimal import Decimal

import pytest
from saleor.checkout.models import Checkout
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus
from saleor.order.models import Order
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.models import Payment, Transaction

from saleor_order_groups.completion import orders as placement
from saleor_order_groups.models import OrderGroup
from tests.dummy_gateway import get_dummy_gateway

CART = [("beta", "40.00"), ("alpha", "60.00"), ("gamma", "0.00")]


@pytest.fixture
def pay_legacy(settings, get_total):
    """Return a function that adds a payment of the dummy gateway, not yet processed.

    `plugin` is what stands behind the gateway's ID.
    """

    def _pay(checkout, token=ChargeStatus.FULLY_CHARGED, plugin=None, **fields):
        # Saleor takes the first plugin that has the ID.
        settings.PLUGINS = [plugin or get_dummy_gateway(), *settings.PLUGINS]
        total = get_total(checkout)
        return Payment.objects.create(
            gateway="mirumee.payments.dummy",
            checkout=checkout,
            is_active=True,
            total=total.gross.amount,
            currency="USD",
            token=token,
            **fields,
        )

    return _pay


def test_charged_payment_is_divided(make_cart, pay_legacy, complete):
    # given
    checkout = make_cart(CART)
    payment = pay_legacy(checkout)
    given_up = Payment.objects.create(
        gateway="mirumee.payments.dummy",
        checkout=checkout,
        is_active=False,
        total=Decimal("1.00"),
        currency="USD",
    )

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    alpha, beta, gamma = Order.objects.order_by("number")
    assert OrderGroup.objects.get().placed_total_gross_amount == Decimal("105.00")
    assert not Checkout.objects.exists()
    assert alpha.get_last_payment().token == payment.token
    assert [
        (order.total_gross_amount, order.total_charged_amount, order.charge_status)
        for order in (alpha, beta, gamma)
    ] == [
        (Decimal(63), Decimal(63), OrderChargeStatus.FULL),
        (Decimal(42), Decimal(42), OrderChargeStatus.FULL),
        (Decimal(0), Decimal(0), OrderChargeStatus.FULL),
    ]
    for order in (alpha, beta):
        part = order.get_last_payment()
        assert part.total == part.captured_amount == order.total_gross_amount
        assert part.charge_status == ChargeStatus.FULLY_CHARGED
        assert part.cc_last_digits == "1234"
        assert [
            (row.kind, row.amount, row.is_success) for row in part.transactions.all()
        ] == [(TransactionKind.CAPTURE, order.total_gross_amount, True)]
        assert order.events.filter(type="payment_captured").count() == 1
    # so that Saleor does not expire it beside its paid siblings
    assert gamma.payments.get().total == 0
    given_up.refresh_from_db()
    assert given_up.order == alpha
    assert given_up.total == Decimal("1.00")
    assert sum(Transaction.objects.values_list("amount", flat=True)) == Decimal(105)


def test_authorized_payment_is_divided(make_cart, pay_legacy, complete):
    # given
    checkout = make_cart(CART)
    pay_legacy(checkout, token=ChargeStatus.NOT_CHARGED)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    alpha, beta, _ = Order.objects.order_by("number")
    for order, amount in ((alpha, 63), (beta, 42)):
        assert order.total_authorized_amount == amount
        assert order.authorize_status == OrderAuthorizeStatus.FULL
        assert order.charge_status == OrderChargeStatus.NONE
        assert order.status == OrderStatus.UNFULFILLED


def test_failure_after_the_money_was_taken_gives_it_back(
    make_cart, pay_legacy, fail_to_complete, monkeypatch
):
    # given
    checkout = make_cart(CART)
    payment = pay_legacy(checkout)
    create_lines = placement._create_lines

    def fail(*args):
        create_lines(*args)
        raise RuntimeError("power cut")

    # when
    monkeypatch.setattr(placement, "_create_lines", fail)
    fail_to_complete(checkout, RuntimeError)

    # then
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    payment.refresh_from_db()
    assert payment.checkout_id == checkout.pk
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED
    assert payment.captured_amount == 0


def test_declined_payment_leaves_the_checkout(
    make_cart, pay_legacy, complete, monkeypatch
):
    # given
    checkout = make_cart(CART)
    payment = pay_legacy(checkout)
    # the dummy gateway's switch between a success and a decline
    monkeypatch.setattr("saleor.payment.gateways.dummy.dummy_success", lambda: False)

    # when
    data = complete(checkout)

    # then
    assert [error["code"] for error in data["errors"]] == ["PAYMENT_ERROR"]
    assert not Order.objects.exists()
    payment.refresh_from_db()
    assert payment.checkout_id == checkout.pk
