"""What changes after choosing takes away just what does not hold any more.

Every total on the way is what the previews sum to.
"""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order

from tests.helpers.deliveries import GERMAN, add, get_selected, sides

CART = [("beta", "40.00"), ("alpha", "30.00", 2)]


@pytest.fixture
def cart(make_cart):
    return make_cart(CART, shipping=None)


@pytest.fixture
def look(show):
    """Return a function that asks for a checkout whose previews sum to its total."""

    def _look(checkout):
        state = show(checkout)
        if preview := state["orderGroupPreview"]:
            for name in ("total", "shippingPrice"):
                parts = [sides(order[name]) for order in preview["orders"]]
                whole = "totalPrice" if name == "total" else name
                assert tuple(map(sum, zip(*parts, strict=True))) == sides(state[whole])
        return state

    return _look


def get_problems(state):
    return [problem["__typename"] for problem in state["problems"]]


STALE = "CheckoutProblemDeliveryMethodStale"
INVALID = "CheckoutProblemDeliveryMethodInvalid"


def test_goods_of_another_seller_need_a_choice_and_leave_the_others(
    cart, make_method, make_variant, add_lines, choose, refresh, look, pay, complete
):
    # given
    parcel = make_method("4.90", name="Parcel")
    choose(cart, {"alpha": parcel, "beta": parcel})

    # when
    add_lines(cart, make_variant("gamma", "1.00"))

    # then
    assert get_problems(look(cart)) == [STALE]
    refresh(cart)
    state = look(cart)
    assert get_problems(state) == [INVALID]
    assert get_selected(state) == {"alpha": "Parcel", "beta": "Parcel", "gamma": None}

    # when
    data = choose(cart, {"gamma": parcel})

    # then
    assert data["errors"] == []
    state = look(cart)
    assert state["problems"] == []
    assert sides(state["shippingPrice"])[1] == Decimal("14.70")
    pay(cart)
    assert complete(cart)["errors"] == []
    assert [o.shipping_price_gross_amount for o in Order.objects.all()] == [
        Decimal("4.90")
    ] * 3


def test_seller_that_left_the_cart_is_not_paid_for(
    cart, make_method, choose, delete_lines, refresh, look, pay, complete
):
    # given
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {"alpha": van, "beta": parcel})

    # when
    delete_lines(cart, "alpha")

    # then
    assert get_problems(look(cart)) == [STALE]
    refresh(cart)
    # Saleor keeps what was assigned where the price has changed, as invalid.
    assert get_problems(look(cart)) == [INVALID]
    assert choose(cart, {})["errors"] == []
    state = look(cart)
    assert state["problems"] == []
    assert sides(state["shippingPrice"])[1] == Decimal("4.90")
    pay(Checkout.objects.get(pk=cart.pk))
    assert complete(cart)["errors"] == []
    order = Order.objects.get()
    assert order.shipping_method == parcel
    assert order.shipping_price_gross_amount == Decimal("4.90")


def test_completing_looks_again_where_a_seller_left(
    cart, make_method, choose, delete_lines, look, pay, complete
):
    # given
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {"alpha": van, "beta": parcel})
    pay(cart)
    delete_lines(cart, "alpha")
    pay(Checkout.objects.get(pk=cart.pk))

    # when
    data = complete(cart)

    # then
    assert data["errors"] == []
    order = Order.objects.get()
    assert order.shipping_method == parcel
    assert order.shipping_price_gross_amount == Decimal("4.90")
    assert order.total_gross_amount == Decimal("44.90")


def test_choice_is_remembered_while_a_seller_is_not_in_the_cart(
    cart, make_method, make_variant, choose, add_lines, delete_lines, look
):
    # given
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {"alpha": van, "beta": parcel})
    delete_lines(cart, "alpha")
    choose(cart, {})
    assert get_selected(look(cart)) == {"beta": "Parcel"}

    # when
    add_lines(cart, make_variant("alpha", "3.00"))
    data = choose(cart, {})

    # then
    assert data["errors"] == []
    assert get_selected(look(cart)) == {"alpha": "Van", "beta": "Parcel"}
    assert sides(look(cart)["shippingPrice"])[1] == Decimal("16.90")


def test_free_delivery_that_is_lost_with_goods_is_invalid(
    cart, make_method, choose, delete_lines, refresh, look, make_variant
):
    # given: alpha's goods are worth 60.00 and 9.00
    add(cart, make_variant("alpha", "9.00"))
    free = make_method("0.00", name="Free", limits=(69, None))
    parcel = make_method("4.90", name="Parcel")
    data = choose(cart, {"alpha": free, "beta": parcel})
    assert data["errors"] == []
    assert sides(data["checkout"]["shippingPrice"])[1] == Decimal("4.90")

    # when
    delete_lines(cart, "alpha", quantity=2)
    refresh(cart)

    # then
    state = look(cart)
    assert get_problems(state) == [INVALID]
    assert get_selected(state) == {"alpha": None, "beta": "Parcel"}


def test_other_country_takes_away_what_does_not_go_there(
    cart, make_method, choose, move, refresh, look, shipping_zone
):
    # given
    parcel = make_method("4.90", name="Parcel")
    van = make_method("12.00", name="Van")
    choose(cart, {"alpha": van, "beta": parcel})
    van.postal_code_rules.create(start="10000", end="10999", inclusion_type="exclude")

    # when
    move(cart, GERMAN)
    refresh(cart)

    # then
    state = look(cart)
    assert get_problems(state) == [INVALID]
    assert get_selected(state) == {"alpha": None, "beta": "Parcel"}
    data = choose(cart, {"alpha": parcel})
    assert data["errors"] == []
    assert sides(look(cart)["shippingPrice"])[1] == Decimal("9.80")


def test_price_refresh_keeps_the_choices(cart, make_method, choose, look, get_total):
    # given
    parcel = make_method("4.90", name="Parcel")
    choose(cart, {"alpha": parcel, "beta": parcel})
    before = look(cart)

    # when
    cart.refresh_from_db()
    total = get_total(cart)

    # then
    assert total.gross.amount == Decimal("109.80")
    assert look(cart) == before


def test_new_prices_are_found_by_a_refresh_and_paid(
    cart, make_method, choose, look, pay, complete
):
    # given
    parcel = make_method("4.90", name="Parcel")
    choose(cart, {"alpha": parcel, "beta": parcel})
    parcel.channel_listings.update(price_amount=Decimal("5.20"))
    assert sides(look(cart)["shippingPrice"])[1] == Decimal("9.80")

    # when
    data = choose(cart, {})

    # then
    assert data["errors"] == []
    assert sides(look(cart)["shippingPrice"])[1] == Decimal("10.40")
    pay(Checkout.objects.get(pk=cart.pk))
    assert complete(cart)["errors"] == []
    assert [o.shipping_price_gross_amount for o in Order.objects.all()] == [
        Decimal("5.20")
    ] * 2


def test_checkout_that_is_built_step_by_step_adds_up_at_every_step(
    user_api_client,
    order_groups_plugin,
    make_variant,
    make_method,
    add_lines,
    delete_lines,
    choose,
    move,
    look,
    refresh,
    add_code,
    voucher_percentage,
    pay,
    complete,
    channel_USD,
    gift_card,
    graphql_address_data,
):
    # given
    parcel = make_method("4.99", name="Parcel")
    free = make_method("0.00", "alpha", name="Free", limits=(50, None))
    bike = make_method("3.33", "beta", name="Bike")
    create = """
        mutation Create($input: CheckoutCreateInput!) {
          checkoutCreate(input: $input) { checkout { id } errors { field code } }
        }
    """
    variant_id = Node.to_global_id("ProductVariant", make_variant("alpha", "33.33").pk)
    response = user_api_client.post_graphql(
        create,
        {
            "input": {
                "channel": channel_USD.slug,
                "email": "customer@example.com",
                "lines": [{"variantId": variant_id, "quantity": 2}],
                "billingAddress": graphql_address_data,
            }
        },
    )
    assert get_graphql_content(response)["data"]["checkoutCreate"]["errors"] == []
    cart = Checkout.objects.get()

    totals = []

    def note():
        state = look(cart)
        totals.append(sides(state["totalPrice"])[1])
        return state

    # when
    note()
    move(cart, GERMAN)
    note()
    add_lines(cart, make_variant("beta", "9.99"), make_variant(None, "0.01"))
    note()
    choose(cart, {"alpha": free})
    note()
    choose(cart, {"beta": bike, None: parcel})
    note()
    add_code(cart, voucher_percentage.code)
    refresh(cart)
    note()
    delete_lines(cart, "beta")
    note()
    choose(cart, {})
    note()
    add_lines(cart, make_variant("beta", "9.99"))
    note()
    choose(cart, {"beta": parcel})
    note()
    add_code(cart, gift_card.code)
    note()
    choose(cart, {})

    # then
    assert totals == [
        Decimal("66.66"),
        Decimal("66.66"),
        # other goods, no delivery
        Decimal("76.66"),
        Decimal("76.66"),
        # 0.00 + 3.33 + 4.99 for delivery
        Decimal("84.98"),
        # 10 % off the goods
        Decimal("77.31"),
        # less goods of 9.99; until the deliveries are looked at again, Saleor keeps
        # their price
        Decimal("68.32"),
        Decimal("64.99"),
        Decimal("73.98"),
        Decimal("78.97"),
        # 10.00 of the gift card
        Decimal("68.97"),
    ]
    pay(Checkout.objects.get(pk=cart.pk))
    assert complete(cart)["errors"] == []
    assert [
        (o.shipping_method_name, o.shipping_price_gross_amount)
        for o in Order.objects.order_by("number")
    ] == [
        ("Parcel", Decimal("4.99")),
        ("Free", Decimal(0)),
        ("Parcel", Decimal("4.99")),
    ]
    assert sum(o.total_gross_amount for o in Order.objects.all()) == Decimal("68.97")
