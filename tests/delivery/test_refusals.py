"""What cannot be chosen is refused, naming the seller; all or nothing is stored."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.warehouse import WarehouseClickAndCollectOption

from saleor_order_groups.models import Seller, SellerDeliveryChoice
from tests.helpers.deliveries import CHOOSE, get_method_id, get_seller_id, sides, to_id

CART = [("beta", "40.00"), ("alpha", "30.00", 2)]


@pytest.fixture
def cart(make_cart):
    return make_cart(CART, shipping=None)


@pytest.fixture
def choose_ids(user_api_client):
    """Return a function that chooses by pairs of IDs."""

    def _choose(checkout, *pairs):
        deliveries = [
            {"sellerId": seller_id, "shippingMethodId": method_id}
            for seller_id, method_id in pairs
        ]
        variables = {"id": to_id(checkout), "deliveries": deliveries}
        response = user_api_client.post_graphql(CHOOSE, variables)
        return get_graphql_content(response)["data"][
            "checkoutSellerDeliveryMethodsUpdate"
        ]

    return _choose


def test_too_many_deliveries_are_refused(cart, make_method, choose_ids):
    # given
    parcel = get_method_id(make_method("4.90", name="Parcel"))
    item = (get_seller_id("alpha"), parcel)

    # when
    data = choose_ids(cart, *[item] * 101)
    named_twice = choose_ids(cart, *[item] * 100)

    # then
    assert data == {
        "checkout": None,
        "errors": [
            {
                "field": "deliveries",
                "message": "`deliveries` takes at most 100 items, but got 101.",
                "code": "INVALID",
                "index": None,
                "sellerId": None,
            }
        ],
    }
    assert {error["code"] for error in named_twice["errors"]} == {"UNIQUE"}
    assert not SellerDeliveryChoice.objects.exists()


def test_every_wrong_item_is_named_and_nothing_is_stored(
    cart, make_method, choose_ids, warehouse, get_seller
):
    # given
    parcel = get_method_id(make_method("4.90", name="Parcel"))
    of_beta = get_method_id(make_method("4.90", "beta", name="Bike"))
    stranger = Node.to_global_id("Seller", get_seller("stranger").pk)
    alpha, beta = get_seller_id("alpha"), get_seller_id("beta")
    of_app = Node.to_global_id("app", "1:express")

    # when
    data = choose_ids(
        cart,
        (beta, parcel),
        (alpha, of_beta),
        (stranger, parcel),
        (None, parcel),
        ("garbage", parcel),
        (beta, parcel),
        (alpha, Node.to_global_id("Warehouse", warehouse.pk)),
        (alpha, of_app),
        (alpha, "garbage"),
        (alpha, Node.to_global_id("ShippingMethod", 0)),
        (alpha, Node.to_global_id("ShippingMethod", warehouse.pk)),
    )

    # then
    assert data["checkout"] is None
    assert [
        (error["index"], error["sellerId"], error["code"], error["message"])
        for error in data["errors"]
    ] == [
        (
            1,
            alpha,
            "DELIVERY_METHOD_NOT_APPLICABLE",
            "This shipping method does not apply to the goods of Alpha.",
        ),
        (
            2,
            stranger,
            "NOT_FOUND",
            f"The checkout has no goods of seller {stranger}.",
        ),
        (3, None, "NOT_FOUND", "The checkout has no goods of the shop itself."),
        (4, "garbage", "NOT_FOUND", "The checkout has no goods of seller garbage."),
        (5, beta, "UNIQUE", "Beta is named twice."),
        (
            6,
            alpha,
            "DELIVERY_METHOD_NOT_APPLICABLE",
            "The goods of Alpha cannot be collected: a collection point is chosen for"
            " the whole checkout.",
        ),
        (
            7,
            alpha,
            "INVALID",
            f"{of_app}, for Alpha, is no shipping method of Saleor's own.",
        ),
        (8, alpha, "GRAPHQL_ERROR", "Invalid ID: garbage."),
        (
            9,
            alpha,
            "DELIVERY_METHOD_NOT_APPLICABLE",
            "This shipping method does not apply to the goods of Alpha.",
        ),
        (
            10,
            alpha,
            "DELIVERY_METHOD_NOT_APPLICABLE",
            "This shipping method does not apply to the goods of Alpha.",
        ),
    ]
    assert {error["field"] for error in data["errors"]} == {"deliveries"}
    assert not SellerDeliveryChoice.objects.exists()


def test_an_empty_seller_id_is_not_the_shop_itself(make_cart, make_method, choose_ids):
    # given
    cart = make_cart([(None, "40.00"), ("alpha", "30.00")], shipping=None)
    parcel = get_method_id(make_method("4.90", name="Parcel"))

    # when
    data = choose_ids(cart, ("", parcel), (None, parcel))

    # then
    assert data["errors"] == [
        {
            "field": "deliveries",
            "message": "The checkout has no goods of seller .",
            "code": "NOT_FOUND",
            "index": 0,
            "sellerId": "",
        }
    ]
    assert not SellerDeliveryChoice.objects.exists()


def test_one_wrong_item_leaves_earlier_choices_as_they_are(
    cart, make_method, choose, choose_ids, show
):
    # given
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {"alpha": parcel, "beta": parcel})
    before = show(cart)

    # when
    data = choose_ids(
        cart,
        (get_seller_id("alpha"), get_method_id(van)),
        (get_seller_id("beta"), Node.to_global_id("ShippingMethod", 0)),
    )

    # then
    assert [error["index"] for error in data["errors"]] == [1]
    assert show(cart) == before


@pytest.mark.parametrize(
    ("_case", "spoil", "code", "message"),
    [
        (
            "no address",
            {"shipping_address": None},
            "SHIPPING_ADDRESS_NOT_SET",
            "Shipping address is not set",
        ),
        (
            "collected",
            "collection_point",
            "DELIVERY_METHOD_NOT_APPLICABLE",
            "The goods of the checkout are collected. Remove its collection point first:"
            " collecting some goods and delivering others is not supported.",
        ),
        (
            "inactive",
            "inactive",
            "INVALID",
            "Delivery methods of sellers are not supported in this channel.",
        ),
    ],
)
def test_checkout_is_refused_as_a_whole(
    _case,
    spoil,
    code,
    message,
    cart,
    make_method,
    choose,
    warehouse,
    order_groups_plugin,
    channel_USD,
):
    # given
    parcel = make_method("4.90", name="Parcel")
    if spoil == "inactive":
        order_groups_plugin(channel_USD, active=False)
    elif spoil == "collection_point":
        warehouse.click_and_collect_option = (
            WarehouseClickAndCollectOption.ALL_WAREHOUSES
        )
        warehouse.save()
        Checkout.objects.update(collection_point=warehouse)
    else:
        Checkout.objects.update(**spoil)

    # when
    data = choose(cart, {"alpha": parcel})

    # then
    assert data["checkout"] is None
    assert data["errors"] == [
        {
            "field": "id",
            "message": message,
            "code": code,
            "index": None,
            "sellerId": None,
        }
    ]
    assert not SellerDeliveryChoice.objects.exists()


def test_inactive_plugin_offers_nothing(
    cart, make_method, show, order_groups_plugin, channel_USD
):
    # given
    make_method("4.90", name="Parcel")
    order_groups_plugin(channel_USD, active=False)

    # when / then
    assert show(cart)["sellerDeliveries"] == []


def test_nothing_can_be_chosen_without_an_address(cart, make_method, show):
    # given
    make_method("4.90", name="Parcel")
    Checkout.objects.update(shipping_address=None)

    # when
    state = show(cart)

    # then
    assert [row["availableShippingMethods"] for row in state["sellerDeliveries"]] == [
        [],
        [],
    ]


# ------------------------------------------------------------------ completing


@pytest.fixture
def chosen(cart, make_method, choose, pay):
    """Return the one method that both sellers of the paid checkout have."""
    parcel = make_method("4.90", name="Parcel")
    assert choose(cart, {"alpha": parcel, "beta": parcel})["errors"] == []
    pay(cart)
    return parcel


def refuse(checkout, complete, message):
    data = complete(checkout)
    assert data["order"] is None
    assert [
        (error["field"], error["code"], error["message"]) for error in data["errors"]
    ] == [("shippingMethod", "INVALID_SHIPPING_METHOD", message)]
    assert not Order.objects.exists()
    assert Checkout.objects.filter(pk=checkout.pk).exists()


def test_missing_choice_refuses_to_complete(
    cart, chosen, make_variant, add_lines, complete
):
    # given
    add_lines(cart, make_variant("gamma"), make_variant(None))

    # when / then
    refuse(cart, complete, "No delivery method is chosen for the shop itself, Gamma.")


def test_choice_that_does_not_apply_any_more_refuses_to_complete(
    cart, chosen, complete
):
    # given: staff change it, so that Saleor does not look again
    chosen.channel_listings.update(maximum_order_price_amount=Decimal(50))

    # when / then
    refuse(cart, complete, "The chosen delivery method does not apply for Alpha.")


def test_method_that_became_another_sellers_refuses_to_complete(
    cart, chosen, get_seller, complete
):
    # given
    chosen.seller_shipping_methods.create(seller=get_seller("alpha"))

    # when / then
    refuse(cart, complete, "The chosen delivery method does not apply for Beta.")


def test_method_that_was_deleted_refuses_to_complete(cart, chosen, complete):
    # given
    chosen.delete()

    # when / then
    refuse(cart, complete, "No delivery method is chosen for Alpha, Beta.")


def test_product_that_changed_hands_refuses_to_complete(cart, chosen, complete):
    # given: the other seller has a choice, and all goods
    Seller.objects.get(slug="beta").product_sellers.update(
        seller=Seller.objects.get(slug="alpha")
    )

    # when / then
    refuse(
        cart,
        complete,
        "The delivery has changed since it was chosen: choose the delivery methods"
        " again for Alpha.",
    )


def test_inactive_plugin_refuses_to_complete(
    cart, chosen, complete, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, active=False)

    # when / then
    refuse(
        cart, complete, "Delivery methods of sellers are not supported in this channel."
    )


def test_app_that_completes_is_refused_too(
    cart, chosen, create_from_checkout, make_variant, add_lines
):
    # given
    add_lines(cart, make_variant("gamma"))

    # when
    data = create_from_checkout(cart)

    # then
    [error] = data["errors"]
    assert error["field"] == "shippingMethod"
    assert error["code"] == "INVALID_SHIPPING_METHOD"
    assert error["message"] == "No delivery method is chosen for Gamma."
    assert not Order.objects.exists()


def test_choosing_again_heals(cart, chosen, choose, complete, get_seller):
    # given
    chosen.seller_shipping_methods.create(seller=get_seller("stranger"))
    refuse(cart, complete, "The chosen delivery method does not apply for Alpha, Beta.")
    chosen.seller_shipping_methods.all().delete()

    # when
    data = choose(cart, {})

    # then
    assert data["errors"] == []
    assert sides(data["checkout"]["shippingPrice"])[1] == Decimal("9.80")
    assert complete(cart)["errors"] == []
    assert Order.objects.count() == 2
