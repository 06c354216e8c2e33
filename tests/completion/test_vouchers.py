"""The conditions of a voucher are met by the whole checkout, and used once by it."""

from decimal import Decimal
from unittest import mock

import pytest
from graphene import Node
from saleor.checkout import complete_checkout as saleor_completion
from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode, VoucherCustomer
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.warehouse.models import Allocation

from saleor_order_groups.models import OrderGroup
from tests.helpers.checkouts import LINES_UPDATE

CART = [(None, "10.00"), ("alpha", "30.00", 2), ("beta", "40.00")]
ADD_PROMO_CODE = """
    mutation Add($id: ID!, $code: String!) {
      checkoutAddPromoCode(id: $id, promoCode: $code) {
        errors { field message code }
      }
    }
"""

TWO_SELLERS = [("alpha", "60.00"), ("beta", "40.00")]


@pytest.fixture
def add_promo_code(user_api_client):
    """Return a function that enters a code as the customer does."""

    def _add(checkout, voucher):
        response = user_api_client.post_graphql(
            ADD_PROMO_CODE,
            {"id": Node.to_global_id("Checkout", checkout.pk), "code": voucher.code},
        )
        checkout.refresh_from_db()
        return get_graphql_content(response)["data"]["checkoutAddPromoCode"]["errors"]

    return _add


@pytest.fixture
def update_quantity(user_api_client):
    """Return a function that changes a line as the customer does."""

    def _update(checkout, sku, quantity):
        variant = checkout.lines.get(variant__sku=sku).variant
        variables = {
            "id": Node.to_global_id("Checkout", checkout.pk),
            "lines": [
                {
                    "variantId": Node.to_global_id("ProductVariant", variant.pk),
                    "quantity": quantity,
                }
            ],
        }
        response = user_api_client.post_graphql(LINES_UPDATE, variables)
        return get_graphql_content(response)["data"]["checkoutLinesUpdate"]["errors"]

    return _update


@pytest.fixture
def ten_off(voucher):
    """Return a voucher of 10.00 off the entire order."""
    voucher.channel_listings.update(discount_value=Decimal(10))
    return voucher


def get_uses(voucher):
    return VoucherCode.objects.get(voucher=voucher).used


def assert_is_refused(data, checkout):
    [error] = data["errors"]
    assert error["code"] == "VOUCHER_NOT_APPLICABLE"
    assert Checkout.objects.filter(pk=checkout.pk).exists()
    orders = Order.objects.filter(checkout_token=str(checkout.pk))
    assert not orders.exists()
    assert not OrderGroup.objects.filter(checkout_token=checkout.pk).exists()
    allocations = Allocation.objects.exclude(
        order_line__order__order_group_link__isnull=False
    )
    assert not allocations.exists()


@pytest.mark.parametrize(
    ("min_spent", "min_quantity"), [(Decimal(110), 0), (Decimal(0), 4)]
)
def test_minimum_that_no_seller_meets_alone(
    make_cart, pay, complete, add_promo_code, ten_off, min_spent, min_quantity
):
    # given: 110.00 for four items of three sellers
    ten_off.min_checkout_items_quantity = min_quantity
    ten_off.save()
    ten_off.channel_listings.update(min_spent_amount=min_spent)
    checkout = make_cart(CART)

    # when
    errors = add_promo_code(checkout, ten_off)
    pay(checkout)
    data = complete(checkout)

    # then
    assert errors == []
    assert not data["errors"]
    orders = Order.objects.order_by("number")
    assert [order.subtotal_gross_amount for order in orders] == [
        Decimal("9.09"),
        Decimal("54.55"),
        Decimal("36.36"),
    ]
    assert [order.discounts.get().amount_value for order in orders] == [
        Decimal("0.91"),
        Decimal("5.45"),
        Decimal("3.64"),
    ]
    assert get_uses(ten_off) == 0


@pytest.mark.parametrize(
    ("min_spent", "min_quantity"), [(Decimal("110.01"), 0), (Decimal(0), 5)]
)
def test_minimum_that_the_checkout_does_not_meet(
    make_cart, pay, complete, add_promo_code, ten_off, min_spent, min_quantity
):
    # given
    ten_off.min_checkout_items_quantity = min_quantity
    ten_off.save()
    ten_off.channel_listings.update(min_spent_amount=min_spent)
    checkout = make_cart(CART)

    # when
    [error] = add_promo_code(checkout, ten_off)
    pay(checkout)
    data = complete(checkout)

    # then
    assert error["code"] == "VOUCHER_NOT_APPLICABLE"
    assert not data["errors"]
    orders = Order.objects.order_by("number")
    assert [order.subtotal_gross_amount for order in orders] == [10, 60, 40]


@pytest.mark.parametrize("active_case", [True, False])
def test_minimum_that_is_not_met_any_more(
    make_cart,
    pay,
    complete,
    add_promo_code,
    ten_off,
    update_quantity,
    order_groups_plugin,
    channel_USD,
    active_case,
):
    # given
    order_groups_plugin(channel_USD, active=active_case)
    ten_off.channel_listings.update(min_spent_amount=Decimal(110))
    checkout = make_cart(CART)
    assert add_promo_code(checkout, ten_off) == []

    # when: 80.00 of goods are left, paid without the discount
    assert update_quantity(checkout, "SKU-1", 1) == []
    checkout.refresh_from_db()
    pay(checkout)
    data = complete(checkout)

    # then: as one order of Saleor's, which completes at the full price
    assert not data["errors"]
    orders = Order.objects.all()
    assert len(orders) == (3 if active_case else 1)
    assert sum(order.subtotal_gross_amount for order in orders) == 80
    assert not any(order.discounts.exists() for order in orders)


def test_usage_limit_counts_the_purchase_once(
    make_cart, pay, complete, add_promo_code, ten_off
):
    # given
    ten_off.usage_limit = 2
    ten_off.save()
    checkouts = [make_cart(CART) for _ in range(3)]
    for checkout in checkouts:
        assert add_promo_code(checkout, ten_off) == []
        pay(checkout)

    # when
    answers = [complete(checkout) for checkout in checkouts]

    # then: two purchases of three orders each use it twice
    assert [answer["errors"] for answer in answers[:2]] == [[], []]
    assert Order.objects.count() == 6
    assert_is_refused(answers[2], checkouts[2])
    assert get_uses(ten_off) == 2


def test_voucher_that_each_customer_uses_once(
    make_cart, pay, complete, add_promo_code, ten_off, customer_user
):
    # given
    ten_off.apply_once_per_customer = True
    ten_off.save()
    first, second = make_cart(CART), make_cart(CART)
    for checkout in (first, second):
        assert add_promo_code(checkout, ten_off) == []
        pay(checkout)

    # when
    answers = [complete(first), complete(second)]

    # then
    assert not answers[0]["errors"]
    assert Order.objects.count() == 3
    [use] = VoucherCustomer.objects.all()
    assert use.customer_email == customer_user.email
    assert_is_refused(answers[1], second)
    assert VoucherCustomer.objects.count() == 1


def test_voucher_that_somebody_else_used_up_meanwhile_is_refused(
    make_cart, pay, complete, voucher_single_use, use_voucher
):
    # given
    checkout = make_cart(TWO_SELLERS)
    use_voucher(checkout, voucher_single_use)
    pay(checkout)
    fetch_checkout_lines = saleor_completion.fetch_checkout_lines

    def fetch_after_another_use(*args, **kwargs):
        VoucherCode.objects.filter(code=checkout.voucher_code).update(is_active=False)
        return fetch_checkout_lines(*args, **kwargs)

    # when
    with mock.patch.object(
        saleor_completion, "fetch_checkout_lines", fetch_after_another_use
    ):
        data = complete(checkout)

    # then
    assert [error["code"] for error in data["errors"]] == ["VOUCHER_NOT_APPLICABLE"]
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
