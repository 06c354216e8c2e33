"""What is refused is refused before anything is used, paid or written."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.checkout import calculations
from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.payment.models import Payment
from saleor.product.models import ProductVariantChannelListing
from saleor.warehouse.models import Allocation, PreorderAllocation, Stock

from saleor_order_groups.models import OrderGroup, ProductSeller, Seller

CART = [(None, "10.00"), ("alpha", "60.00"), ("beta", "40.00")]

ORDER_CREATE_FROM_CHECKOUT = """
    mutation Create($id: ID!, $removeCheckout: Boolean) {
      orderCreateFromCheckout(id: $id, removeCheckout: $removeCheckout) {
        order { id }
        orderGroup { id orders { id } }
        errors { field message code lines }
      }
    }
"""

TWO_SELLERS = [("alpha", "60.00"), ("beta", "40.00")]


def line_id(checkout, sku):
    line = checkout.lines.get(variant__sku=sku)
    return Node.to_global_id("CheckoutLine", line.pk)


def assert_nothing_happened(checkout):
    assert Checkout.objects.filter(pk=checkout.pk).exists()
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    assert not VoucherCode.objects.filter(used__gt=0).exists()
    assert not VoucherCode.objects.filter(is_active=False).exists()


@pytest.fixture
def use_single_use_voucher(voucher_single_use, use_voucher):
    return lambda checkout: use_voucher(checkout, voucher_single_use)


def test_goods_without_a_seller_where_they_are_not_allowed(
    make_cart, pay, complete, order_groups_plugin, use_single_use_voucher
):
    # given
    checkout = make_cart(CART)
    use_single_use_voucher(checkout)
    order_groups_plugin(checkout.channel, **{"allow-shop-goods": False})
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["field"] == "lines"
    assert error["code"] == "UNAVAILABLE_VARIANT_IN_CHANNEL"
    assert error["lines"] == [line_id(checkout, "SKU-0")]
    assert error["message"].startswith(
        "Goods without a seller are not sold in this channel: Product 0"
    )
    assert_nothing_happened(checkout)


def test_inactive_sellers_goods(make_cart, pay, complete, use_single_use_voucher):
    # given
    checkout = make_cart(CART)
    use_single_use_voucher(checkout)
    Seller.objects.filter(slug="beta").update(is_active=False)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["field"] == "lines"
    assert error["lines"] == [line_id(checkout, "SKU-2")]
    assert "The seller Beta is not active" in error["message"]
    assert_nothing_happened(checkout)


def test_inactive_seller_alone_in_the_cart(make_cart, pay, complete):
    # given
    checkout = make_cart([("alpha", "60.00")])
    Seller.objects.update(is_active=False)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert data["errors"][0]["field"] == "lines"
    assert_nothing_happened(checkout)


def test_order_create_from_checkout_refuses_before_the_voucher_is_used(
    make_cart, pay, app_api_client, permission_handle_checkouts, use_single_use_voucher
):
    # given
    checkout = make_cart(CART)
    use_single_use_voucher(checkout)
    Seller.objects.filter(slug="beta").update(is_active=False)
    pay(checkout)

    # when
    response = app_api_client.post_graphql(
        ORDER_CREATE_FROM_CHECKOUT,
        {"id": Node.to_global_id("Checkout", checkout.pk)},
        permissions=[permission_handle_checkouts],
    )

    # then
    data = get_graphql_content(response)["data"]["orderCreateFromCheckout"]
    [error] = data["errors"]
    assert error["code"] == "UNAVAILABLE_VARIANT_IN_CHANNEL"
    assert error["lines"] == [line_id(checkout, "SKU-2")]
    assert_nothing_happened(checkout)


def test_order_create_from_checkout_makes_the_group_once(
    make_cart, pay, app_api_client, permission_handle_checkouts, use_single_use_voucher
):
    # given
    checkout = make_cart(CART)
    use_single_use_voucher(checkout)
    pay(checkout)
    variables = {
        "id": Node.to_global_id("Checkout", checkout.pk),
        "removeCheckout": False,
    }

    # when
    answers = []
    for _ in range(2):
        response = app_api_client.post_graphql(
            ORDER_CREATE_FROM_CHECKOUT,
            variables,
            permissions=[permission_handle_checkouts],
            check_no_permissions=False,
        )
        content = get_graphql_content(response)["data"]["orderCreateFromCheckout"]
        assert not content["errors"]
        answers.append(content)

    # then
    assert answers[0] == answers[1]
    assert len(answers[0]["orderGroup"]["orders"]) == 3
    assert Order.objects.count() == 3
    assert OrderGroup.objects.count() == 1
    assert VoucherCode.objects.filter(is_active=False).count() == 1


def test_kept_checkout_is_not_completed_again_by_another_entry(
    make_cart, pay, complete, app_api_client, permission_handle_checkouts
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    response = app_api_client.post_graphql(
        ORDER_CREATE_FROM_CHECKOUT,
        {"id": Node.to_global_id("Checkout", checkout.pk), "removeCheckout": False},
        permissions=[permission_handle_checkouts],
    )
    created = get_graphql_content(response)["data"]["orderCreateFromCheckout"]
    checkout.channel.allow_unpaid_orders = True
    checkout.channel.save()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert data["order"]["id"] == created["order"]["id"]
    assert data["orderGroup"]["id"] == created["orderGroup"]["id"]
    assert Order.objects.count() == 3


def test_insufficient_stock_of_one_seller_refuses_all(
    make_cart, pay, complete, use_single_use_voucher
):
    # given
    checkout = make_cart(CART)
    use_single_use_voucher(checkout)
    pay(checkout)
    Stock.objects.filter(product_variant__sku__in=["SKU-0", "SKU-2"]).update(quantity=0)

    # when
    data = complete(checkout)

    # then
    assert {error["code"] for error in data["errors"]} == {"INSUFFICIENT_STOCK"}
    named = {variant for error in data["errors"] for variant in error["variants"]}
    assert named == {
        Node.to_global_id("ProductVariant", line.variant_id)
        for line in checkout.lines.filter(variant__sku__in=["SKU-0", "SKU-2"])
    }
    assert_nothing_happened(checkout)


def test_total_that_does_not_add_up_is_refused(
    make_cart, pay, complete, monkeypatch, use_single_use_voucher
):
    # given
    checkout = make_cart(CART)
    use_single_use_voucher(checkout)
    transaction = pay(checkout)
    price = calculations.checkout_line_total

    def one_cent_more(**kwargs):
        total = price(**kwargs)
        return total.__class__(
            net=total.net + total.net.__class__("0.01", "USD"),
            gross=total.gross + total.gross.__class__("0.01", "USD"),
        )

    # when
    monkeypatch.setattr(calculations, "checkout_line_total", one_cent_more)
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "TAX_ERROR"
    assert "do not add up to the checkout's total" in error["message"]
    assert_nothing_happened(checkout)
    transaction.refresh_from_db()
    assert transaction.checkout_id == checkout.pk


def test_gateway_that_finds_payments_by_token_is_refused(make_cart, complete):
    # given
    checkout = make_cart(CART)
    Payment.objects.create(
        gateway="saleor.payments.stripe",
        checkout=checkout,
        is_active=True,
        total=Decimal("115.00"),
        currency="USD",
        token="pi_1",
    )
    checkout.channel.allow_unpaid_orders = True
    checkout.channel.save()

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert "saleor.payments.stripe" in error["message"]
    assert_nothing_happened(checkout)


def assert_nothing_is_placed(checkout):
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    assert not PreorderAllocation.objects.exists()
    assert Checkout.objects.filter(pk=checkout.pk).exists()


def test_goods_that_are_not_listed_any_more_are_refused(make_cart, pay, complete):
    # given
    checkout = make_cart(TWO_SELLERS)
    pay(checkout)
    ProductVariantChannelListing.objects.filter(variant__sku="SKU-1").delete()

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "UNAVAILABLE_VARIANT_IN_CHANNEL"
    assert_nothing_is_placed(checkout)
    assert ProductSeller.objects.count() == 2
