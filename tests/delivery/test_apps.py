"""Shipping apps are asked with the whole checkout; what they exclude holds for all."""

from decimal import Decimal

import pytest
from django.db import connections, transaction
from saleor.account.models import Address
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_order_groups.models import ProductSeller, SellerDeliveryChoice
from tests.apps.server import serve
from tests.apps.shipping import FILTER, LIST, ShippingApp
from tests.helpers.deliveries import get_method_id, get_names, get_selected, sides

CART = [("beta", "40.00"), ("alpha", "30.00", 2)]


@pytest.fixture
def shipping_app(
    app,
    permission_manage_checkouts,
    permission_manage_shipping,
    order_groups_plugin_with_webhooks,
):
    """Return an app that lists and filters methods on a free local port."""
    app.permissions.add(permission_manage_checkouts, permission_manage_shipping)
    state = ShippingApp()
    with serve(state.respond) as url:
        webhook = app.webhooks.create(name="Shipping", target_url=url)
        for event in (FILTER, LIST):
            webhook.events.create(event_type=event)
        yield state


@pytest.fixture
def cart(shipping_app, make_cart):
    return make_cart(CART, shipping=None)


def test_app_excludes_a_method_for_every_seller(
    cart, shipping_app, make_method, show, choose
):
    # given: one that applies to a part only, so that the whole checkout has it not
    small = make_method("1.00", name="Small", limits=(0, 60))
    parcel = make_method("4.90", name="Parcel")
    shipping_app.excluded = {get_method_id(small): "Strike"}

    # when
    names = get_names(show(cart))
    data = choose(cart, {"alpha": small, "beta": parcel})

    # then
    assert names == {"alpha": ["Parcel"], "beta": ["Parcel"]}
    [error] = data["errors"]
    assert error["index"] == 0
    assert error["code"] == "DELIVERY_METHOD_NOT_APPLICABLE"
    assert get_selected(show(cart)) == {"alpha": None, "beta": None}


def test_apps_are_asked_once_about_all_sellers_methods_and_never_about_the_sum(
    cart, shipping_app, make_method, choose, refresh, show
):
    # given
    small = make_method("1.00", name="Small", limits=(0, 60))
    parcel = make_method("4.90", name="Parcel")
    assert choose(cart, {"alpha": small, "beta": parcel})["errors"] == []
    shipping_app.requests.clear()

    # when
    refresh(cart)

    # then
    assert [event for event, _ in shipping_app.requests] == [LIST, FILTER]
    [asked] = shipping_app.get_asked(FILTER)
    names = [method["name"] for method in asked["shipping_methods"]]
    assert sorted(names) == ["DHL", "DHL", "Express", "Parcel", "Small"]

    # when
    shipping_app.requests.clear()
    show(cart)

    # then
    [(event, asked)] = shipping_app.requests
    assert event == FILTER
    names = [method["name"] for method in asked["shipping_methods"]]
    assert sorted(names) == ["DHL", "DHL", "Parcel", "Small"]


def test_method_that_an_app_excludes_later_refuses_to_complete(
    cart, shipping_app, make_method, choose, refresh, pay, complete, show
):
    # given
    small = make_method("1.00", name="Small", limits=(0, 60))
    parcel = make_method("4.90", name="Parcel")
    data = choose(cart, {"alpha": small, "beta": parcel})
    assert sides(data["checkout"]["shippingPrice"])[1] == Decimal("5.90")
    pay(cart)
    shipping_app.excluded = {get_method_id(small): "Strike"}

    # when
    refresh(cart)
    data = complete(cart)

    # then
    [error] = data["errors"]
    assert error["code"] == "INVALID_SHIPPING_METHOD"
    assert error["message"] == (
        "A chosen delivery method is not available. Small: Strike"
    )
    assert not Order.objects.exists()
    [problem] = show(cart)["problems"]
    assert problem["__typename"] == "CheckoutProblemDeliveryMethodInvalid"

    # when
    shipping_app.excluded = {}
    refresh(cart)

    # then
    assert complete(cart)["errors"] == []
    assert Order.objects.count() == 2


def test_apps_own_methods_are_for_the_whole_checkout(
    cart, shipping_app, make_method, choose_for_all, refresh, pay, complete, choose
):
    # given
    parcel = make_method("4.90", name="Parcel")
    choose(cart, {"alpha": parcel, "beta": parcel})
    express = next(
        row["shippingMethod"]["id"]
        for row in refresh(cart)["deliveries"]
        if row["shippingMethod"]["name"] == "Express"
    )

    # when
    data = choose_for_all(cart, express)

    # then
    assert data["errors"] == []
    assert sides(data["checkout"]["shippingPrice"])[1] == Decimal("9.00")
    pay(cart)
    assert complete(cart)["errors"] == []
    orders = Order.objects.all()
    assert {order.shipping_method_name for order in orders} == {"Express"}
    assert {order.private_metadata["external_app_shipping_id"] for order in orders} == {
        express
    }
    assert sum(order.shipping_price_gross_amount for order in orders) == 9


@pytest.mark.django_db(transaction=True)
def test_nothing_waits_for_apps(cart, shipping_app, make_method, choose):
    # given: a rival that locks the checkout while each app is asked
    parcel = make_method("4.90", name="Parcel")
    locked = []

    def lock_checkout(event):
        try:
            with transaction.atomic():
                rows = Checkout.objects.select_for_update(nowait=True)
                locked.append((event, rows.get(pk=cart.pk).pk))
        finally:
            connections.close_all()

    shipping_app.before_answer = lock_checkout

    # when
    data = choose(cart, {"alpha": parcel, "beta": parcel})

    # then
    assert data["errors"] == []
    assert sides(data["checkout"]["shippingPrice"])[1] == Decimal("9.80")
    assert {event for event, _ in locked} == {FILTER, LIST}
    assert len(locked) == len(shipping_app.requests)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_case", ["quantity", "address", "seller", "method"])
def test_checkout_that_changes_while_apps_are_asked_is_refused(
    _case, cart, shipping_app, make_method, choose
):
    # given
    parcel = make_method("4.90", name="Parcel")

    def change(_event):
        shipping_app.before_answer = lambda _event: None
        try:
            if _case == "quantity":
                cart.lines.update(quantity=3)
            elif _case == "address":
                Address.objects.filter(pk=cart.shipping_address_id).update(city="ELA")
            elif _case == "seller":
                ProductSeller.objects.filter(seller__slug="beta").delete()
            else:
                parcel.channel_listings.update(price_amount=5)
        finally:
            connections.close_all()

    shipping_app.before_answer = change

    # when
    data = choose(cart, {"alpha": parcel})

    # then
    assert data["errors"] == [
        {
            "field": "id",
            "message": (
                "The checkout has changed while its delivery methods were looked at."
                " Choose again."
            ),
            "code": "INVALID",
            "index": None,
            "sellerId": None,
        }
    ]
    assert not SellerDeliveryChoice.objects.exists()
    assert choose(cart, {"alpha": parcel})["errors"] == []
    assert SellerDeliveryChoice.objects.count() == 1
