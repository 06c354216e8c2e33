"""Lines that change while the checkout is completed: placed as paid, or not at all."""

from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.checkout import complete_checkout as saleor_completion
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.discount.models import Voucher, VoucherCode
from saleor.giftcard.models import GiftCard
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order, OrderLine
from saleor.payment import ChargeStatus
from saleor.tests import race_condition
from saleor.warehouse.models import Allocation

from saleor_order_groups.models import OrderGroup
from tests.helpers.checkouts import LINES_UPDATE

CART = [("alpha", "60.00"), ("beta", "40.00"), ("gamma", "20.00")]
CREATE_ORDER = "saleor.checkout.complete_checkout.create_order_from_checkout"
# Where a change of the lines is committed, and the prices are not yet marked as stale.
INVALIDATE = "saleor.graphql.checkout.mutations.checkout_lines_add.invalidate_checkout"
MESSAGE = "The checkout changed while it was completed: complete it again."

TWO_SELLERS = [("alpha", "60.00"), ("beta", "40.00")]


@pytest.fixture
def change_quantity(user_api_client):
    """Return a function that changes a line as the customer does."""

    def _change(checkout, quantity):
        line = checkout.lines.get(variant__sku="SKU-1")
        variables = {
            "id": Node.to_global_id("Checkout", checkout.pk),
            "lines": [
                {
                    "variantId": Node.to_global_id("ProductVariant", line.variant_id),
                    "quantity": quantity,
                }
            ],
        }
        response = user_api_client.post_graphql(LINES_UPDATE, variables)
        return get_graphql_content(response)["data"]["checkoutLinesUpdate"]["errors"]

    return _change


def assert_is_refused(data, checkout):
    [error] = data["errors"]
    assert (error["code"], error["field"]) == ("INVALID", "lines")
    assert error["message"] == MESSAGE
    assert Checkout.objects.filter(pk=checkout.pk).exists()
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()


@pytest.mark.parametrize("quantity", [0, 2])
@pytest.mark.parametrize("moment", ["between its two steps", "whole"])
def test_quantity_that_changes_while_the_checkout_completes(
    make_cart,
    pay,
    complete,
    change_quantity,
    voucher_single_use,
    use_voucher,
    gift_card,
    moment,
    quantity,
):
    # given
    checkout = make_cart(CART, gift_cards=[gift_card])
    Voucher.objects.update(usage_limit=5)
    use_voucher(checkout, voucher_single_use)
    codes = list(VoucherCode.objects.values_list("code", "used", "is_active"))
    payment = pay(checkout)
    answers = []

    # when
    if moment == "whole":
        with race_condition.RunBefore(
            CREATE_ORDER, lambda *a, **k: change_quantity(checkout, quantity)
        ):
            answers.append(complete(checkout))
    else:
        with race_condition.RunBefore(
            INVALIDATE, lambda *a, **k: answers.append(complete(checkout))
        ):
            assert change_quantity(checkout, quantity) == []

    # then: nothing is used up
    assert_is_refused(answers[0], checkout)
    assert list(VoucherCode.objects.values_list("code", "used", "is_active")) == codes
    assert GiftCard.objects.get().last_used_on is None
    payment.refresh_from_db()
    assert payment.checkout_id == checkout.pk

    # when: it is completed again
    data = complete(checkout)

    # then: with what the lines cost now
    if quantity:
        assert [e["code"] for e in data["errors"]] == ["CHECKOUT_NOT_FULLY_PAID"]
        assert not Order.objects.exists()
    else:
        assert data["errors"] == []
        lines = OrderLine.objects.order_by("product_sku")
        assert list(lines.values_list("product_sku", "quantity")) == [
            ("SKU-0", 1),
            ("SKU-2", 1),
        ]


def test_lines_of_the_same_price_are_placed(
    make_cart, make_variant, pay, complete, voucher_single_use, use_voucher
):
    # given
    checkout = make_cart(CART)
    use_voucher(checkout, voucher_single_use)
    payment = pay(checkout)
    other = make_variant("delta", "40.00")

    def swap(*args, **kwargs):
        checkout.lines.filter(variant__sku="SKU-1").delete()
        checkout.lines.create(
            variant=other,
            quantity=1,
            currency="USD",
            undiscounted_unit_price_amount=Decimal(40),
        )

    # when: the new line has no price yet
    with race_condition.RunBefore(CREATE_ORDER, swap):
        data = complete(checkout)

    # then
    assert data["errors"] == []
    orders = Order.objects.order_by("number")
    assert [link.order_group_link.seller.slug for link in orders] == [
        "alpha",
        "delta",
        "gamma",
    ]
    assert [order.lines.get().product_sku for order in orders] == [
        "SKU-0",
        "SKU-3",
        "SKU-2",
    ]
    assert sum(order.total_gross_amount for order in orders) == payment.authorized_value
    assert VoucherCode.objects.filter(is_active=False).count() == 1


def test_prices_that_are_refused_are_calculated_again(make_cart, pay, complete):
    # given: who has removed the line never came to mark the prices as stale
    checkout = make_cart(CART)
    payment = pay(checkout)

    def remove(*args, **kwargs):
        CheckoutLine.objects.filter(variant__sku="SKU-1").delete()

    with race_condition.RunBefore(CREATE_ORDER, remove):
        data = complete(checkout)
    assert_is_refused(data, checkout)
    checkout.refresh_from_db()
    assert checkout.price_expiration <= timezone.now()

    # when
    data = complete(checkout)

    # then
    assert data["errors"] == []
    orders = Order.objects.all()
    assert sum(order.total_gross_amount for order in orders) == 85
    assert sum(order.total_authorized_amount for order in orders) == 125
    assert payment.authorized_value == 125


@pytest.mark.parametrize("quantity", [0, 2])
def test_quantity_that_changes_before_the_payment_is_taken(
    make_cart,
    pay_legacy,
    complete,
    change_quantity,
    voucher_single_use,
    use_voucher,
    quantity,
):
    # given
    checkout = make_cart(CART)
    use_voucher(checkout, voucher_single_use)
    payment = pay_legacy(checkout)
    answers = []

    # when
    with race_condition.RunBefore(
        INVALIDATE, lambda *a, **k: answers.append(complete(checkout))
    ):
        assert change_quantity(checkout, quantity) == []

    # then
    assert_is_refused(answers[0], checkout)
    assert not VoucherCode.objects.filter(is_active=False).exists()
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.NOT_CHARGED
    assert not payment.transactions.exists()


def change_while_paying(monkeypatch, change):
    process_payment = saleor_completion._process_payment

    def process(**kwargs):
        change()
        return process_payment(**kwargs)

    monkeypatch.setattr(saleor_completion, "_process_payment", process)


@pytest.mark.parametrize("cart", [TWO_SELLERS, TWO_SELLERS[:1]])
def test_line_added_while_the_payment_is_processed(
    make_cart,
    make_variant,
    pay_legacy,
    complete,
    monkeypatch,
    cart,
):
    # given
    checkout = make_cart(cart)
    payment = pay_legacy(checkout)
    late = make_variant("gamma", "7.00")
    change_while_paying(
        monkeypatch,
        lambda: checkout.lines.create(variant=late, quantity=1, currency="USD"),
    )

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["message"] == "The checkout's lines were changed while it was paid."
    assert not Order.objects.exists()
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED


@pytest.mark.parametrize("cart", [TWO_SELLERS, [*TWO_SELLERS, ("gamma", "7.00")]])
def test_line_removed_while_the_payment_is_processed(
    make_cart,
    pay_legacy,
    complete,
    monkeypatch,
    cart,
):
    # given
    checkout = make_cart(cart)
    payment = pay_legacy(checkout)
    line = checkout.lines.get(variant__sku="SKU-1")
    change_while_paying(monkeypatch, line.delete)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["message"] == "The checkout's lines were changed while it was paid."
    assert not Order.objects.exists()
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_REFUNDED
