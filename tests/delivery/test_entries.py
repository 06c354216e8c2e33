"""The sum never reaches an order, whoever chooses and however the checkout completes."""

import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from graphene import Node
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout, CheckoutMetadata
from saleor.checkout.tasks import automatic_checkout_completion_task
from saleor.checkout.utils import delete_checkouts
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from saleor.shipping.models import ShippingMethod

from saleor_order_groups.config import SELLER_SOURCE
from saleor_order_groups.delivery.combined_method import is_combined
from saleor_order_groups.delivery.options import fetch_choices
from saleor_order_groups.models import OrderGroup, Seller, SellerDeliveryChoice
from tests.helpers.clearing import needs_working_clearorders
from tests.helpers.deliveries import (
    CHECKOUT,
    CHOOSE,
    add,
    get_method_id,
    get_names,
    get_selected,
    to_id,
)

CART = [("beta", "40.00"), ("alpha", "30.00", 2)]


@pytest.fixture
def chosen(make_cart, make_method, choose, pay):
    """Return a paid checkout with Alpha's and Beta's methods, and the methods."""
    cart = make_cart(CART, shipping=None)
    van = make_method("12.00", name="Van")
    bike = make_method("3.10", name="Bike")
    assert choose(cart, {"alpha": van, "beta": bike})["errors"] == []
    pay(cart)
    return cart, van, bike


def assert_each_order_has_its_method(van, bike):
    orders = list(Order.objects.order_by("number"))
    assert [
        (order.shipping_method, order.shipping_price_gross_amount) for order in orders
    ] == [(van, Decimal("12.00")), (bike, Decimal("3.10"))]
    for order in orders:
        assert order.private_metadata == {}
        assert "Van, Bike" not in json.dumps(
            [order.shipping_method_name, order.shipping_method_private_metadata]
        )


def test_app_completes(chosen, create_from_checkout):
    # given
    cart, van, bike = chosen

    # when
    data = create_from_checkout(cart)

    # then
    assert data["errors"] == []
    assert_each_order_has_its_method(van, bike)


def test_checkout_that_is_kept_has_no_id_of_the_sum(chosen, create_from_checkout):
    # given
    cart, van, bike = chosen

    # when
    data = create_from_checkout(cart, removeCheckout=False)

    # then
    assert data["errors"] == []
    assert_each_order_has_its_method(van, bike)
    metadata = CheckoutMetadata.objects.get(checkout=cart)
    assert metadata.private_metadata == {}
    assert is_combined(Checkout.objects.get().assigned_delivery.shipping_method_id)

    # when
    again = create_from_checkout(cart, removeCheckout=False)

    # then
    assert again == data
    assert Order.objects.count() == 2


def test_automatic_completion(chosen, app):
    # given
    cart, van, bike = chosen

    # when
    automatic_checkout_completion_task(cart.pk, None, app.pk)

    # then
    assert_each_order_has_its_method(van, bike)


def test_guest_chooses_and_completes(
    make_cart, make_method, api_client, choose, pay, complete
):
    # given
    cart = make_cart(CART, shipping=None, user=None)
    van = make_method("12.00", name="Van")
    bike = make_method("3.10", name="Bike")

    # when
    data = choose(cart, {"alpha": van, "beta": bike}, client=api_client)
    pay(cart)
    completed = complete(cart, client=api_client)

    # then
    assert data["errors"] == []
    assert completed["errors"] == []
    assert_each_order_has_its_method(van, bike)


def test_single_seller_without_a_group_gets_the_method_itself(
    make_cart, make_method, choose, pay, complete, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"group-single-seller": False})
    cart = make_cart([("alpha", "30.00")], shipping=None)
    van = make_method("12.00", "alpha", name="Van")
    choose(cart, {"alpha": van})
    pay(cart)

    # when
    data = complete(cart)

    # then
    assert data["errors"] == []
    order = Order.objects.get()
    assert order.shipping_method == van
    assert order.shipping_method_name == "Van"
    assert order.private_metadata == {}
    assert not OrderGroup.objects.exists()


def test_checkout_that_became_digital_has_no_delivery(
    make_cart,
    make_variant,
    make_method,
    digital_type,
    choose,
    delete_lines,
    pay,
    complete,
):
    # given
    cart = make_cart([("alpha", "30.00"), ("beta", "4.00")], shipping=None)
    for slug in ("gamma", "delta"):
        add(cart, make_variant(slug, "9.00", type=digital_type))
    parcel = make_method("5.00", name="Parcel")
    choose(cart, {"alpha": parcel, "beta": parcel})
    delete_lines(cart, "alpha")
    delete_lines(cart, "beta")
    pay(Checkout.objects.get(pk=cart.pk))

    # when
    data = complete(cart)

    # then
    assert data["errors"] == []
    orders = Order.objects.all()
    assert [order.total_gross_amount for order in orders] == [Decimal(9), Decimal(9)]
    for order in orders:
        assert order.shipping_method is None
        assert order.shipping_method_name is None
        assert order.shipping_method_private_metadata == {}
        assert order.private_metadata == {}


def test_seller_whom_the_products_data_name_first_is_made_by_choosing(
    make_cart, make_method, order_groups_plugin, channel_USD, user_api_client, show
):
    # given
    order_groups_plugin(channel_USD, **{SELLER_SOURCE: "METADATA:vendor"})
    cart = make_cart([(None, "5.00"), (None, "6.00")], shipping=None)
    first, second = cart.lines.all()
    for line, name in ((first, "Anna"), (second, "Bob")):
        product = line.variant.product
        product.metadata = {"vendor": name}
        product.save()
    parcel = make_method("5.00", name="Parcel")
    assert get_names(show(cart)) == {"anna": ["Parcel"], "bob": ["Parcel"]}
    assert not Seller.objects.exists()
    ids = """query($id: ID!) {
      checkout(id: $id) { sellerDeliveries { seller { id } } }
    }"""
    response = user_api_client.post_graphql(ids, {"id": to_id(cart)})
    rows = get_graphql_content(response)["data"]["checkout"]["sellerDeliveries"]

    # when
    response = user_api_client.post_graphql(
        CHOOSE,
        {
            "id": to_id(cart),
            "deliveries": [
                {
                    "sellerId": row["seller"]["id"],
                    "shippingMethodId": get_method_id(parcel),
                }
                for row in rows
            ],
        },
    )

    # then
    data = get_graphql_content(response)["data"]["checkoutSellerDeliveryMethodsUpdate"]
    assert data["errors"] == []
    assert get_selected(data["checkout"]) == {"anna": "Parcel", "bob": "Parcel"}
    assert [
        Node.to_global_id("Seller", seller.pk) for seller in Seller.objects.all()
    ] == [row["seller"]["id"] for row in rows]


# ------------------------------------------------------------------ what goes with it


def test_expired_checkout_takes_its_choices_with_it(chosen):
    # given
    cart, van, _ = chosen

    # when
    delete_checkouts([cart.pk])

    # then
    assert not SellerDeliveryChoice.objects.exists()
    assert ShippingMethod.objects.filter(pk=van.pk).exists()


@needs_working_clearorders
def test_command_that_clears_orders_clears_choices(chosen, settings):
    # given
    settings.DEBUG = True

    # when: as if it was committed
    with transaction.atomic():
        call_command("clearorders", delete_customers=False)
        connection.check_constraints()

    # then
    assert not Checkout.objects.exists()
    assert not SellerDeliveryChoice.objects.exists()


def test_list_of_checkouts_tells_what_apps_excluded_last(
    make_cart, make_method, choose, staff_api_client, permission_manage_checkouts
):
    # given: apps are not asked for a list
    cart = make_cart(CART, shipping=None)
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {"alpha": parcel, "beta": parcel})
    cart.deliveries.filter(built_in_shipping_method_id=van.pk).update(active=False)
    staff_api_client.user.user_permissions.add(permission_manage_checkouts)

    # when
    response = staff_api_client.post_graphql(
        CHECKOUT + "{ checkouts(first: 1) { edges { node { ...State } } } }"
    )

    # then
    [edge] = get_graphql_content(response)["data"]["checkouts"]["edges"]
    assert get_names(edge["node"]) == {"alpha": ["Parcel"], "beta": ["Parcel"]}
    assert get_selected(edge["node"]) == {"alpha": "Parcel", "beta": "Parcel"}


def test_choices_are_of_their_checkout_alone(make_cart, make_method, choose, show):
    # given
    one, other = (make_cart(CART, shipping=None) for _ in range(2))
    parcel = make_method("4.90", name="Parcel")

    # when
    choose(one, {"alpha": parcel, "beta": parcel})

    # then
    assert fetch_choices(other.pk) == {}
    assert get_selected(show(other)) == {"alpha": None, "beta": None}
    lines, _ = fetch_checkout_lines(other)
    manager = get_plugins_manager(allow_replica=False)
    assert fetch_checkout_info(other, lines, manager).checkout.assigned_delivery is None
