"""Which methods apply is decided on each seller's lines, as Saleor decides it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from measurement.measures import Weight
from saleor.checkout.base_calculations import base_checkout_subtotal
from saleor.checkout.delivery_context import (
    get_valid_internal_shipping_methods_for_checkout_info,
)
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.discount import DiscountValueType, VoucherType
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.delivery.eligible_methods import find_methods
from saleor_order_groups.sellers.assignments import fetch_sellers
from saleor_order_groups.sellers.partition import SellerLines, partition_lines
from tests.helpers.database import rolled_back
from tests.helpers.deliveries import add, get_names
from tests.helpers.generated_carts import EXAMPLES

CART = [("beta", "40.00"), ("alpha", "30.00", 2), (None, "5.00")]


@pytest.fixture
def cart(make_cart):
    return make_cart(CART, shipping=None)


def test_price_limits_are_those_of_each_sellers_goods(cart, make_method, show):
    # given: the whole cart is worth 105.00
    make_method("0.00", name="Free from 50", limits=(50, None))
    make_method("1.00", name="Up to 40", limits=(0, 40))
    make_method("2.00", name="From 100", limits=(100, None))
    make_method("3.00", name="Exactly 60", limits=(60, 60))

    # when / then
    assert get_names(show(cart)) == {
        None: ["Up to 40"],
        "alpha": ["Free from 50", "Exactly 60"],
        "beta": ["Up to 40"],
    }


def test_weights_are_those_of_each_sellers_goods(
    make_cart, make_variant, make_method, show
):
    # given: grams of the lines
    cart = make_cart([], shipping=None)
    for slug, grams, quantity in [("alpha", 400, 2), ("beta", 500, 1), ("beta", 1, 1)]:
        variant = make_variant(slug)
        variant.weight = Weight(g=grams)
        variant.save()
        add(cart, variant, quantity)
    make_method("1.00", name="Letter", weights=(Weight(g=0), Weight(g=501)))
    make_method("2.00", name="Parcel", weights=(Weight(kg=0.8), None))
    make_method("3.00", name="Pallet", weights=(Weight(kg=1), None))

    # when / then
    assert get_names(show(cart)) == {"alpha": ["Parcel"], "beta": ["Letter"]}


def test_products_that_a_method_excludes_are_those_of_the_seller(
    cart, make_method, show
):
    # given
    parcel = make_method("1.00", name="Parcel")
    line = cart.lines.get(variant__product__product_seller__seller__slug="beta")
    parcel.excluded_products.add(line.variant.product)

    # when / then
    assert get_names(show(cart)) == {None: ["Parcel"], "alpha": ["Parcel"], "beta": []}


@pytest.mark.parametrize(
    ("_case", "rules", "applies"),
    [
        ("excluded", [("53-000", "53-700", "exclude")], False),
        ("not excluded", [("54-000", "54-700", "exclude")], True),
        ("included", [("53-000", "53-700", "include")], True),
        ("not included", [("54-000", "54-700", "include")], False),
    ],
)
def test_postal_codes_decide_for_all(_case, rules, applies, cart, make_method, show):
    # given
    parcel = make_method("1.00", name="Parcel")
    for start, end, kind in rules:
        parcel.postal_code_rules.create(start=start, end=end, inclusion_type=kind)

    # when / then
    names = ["Parcel"] if applies else []
    assert get_names(show(cart)) == {None: names, "alpha": names, "beta": names}


def test_methods_of_other_channels_and_countries_are_not_offered(
    cart, make_method, show, channel_PLN, shipping_zone
):
    # given
    make_method("1.00", name="Elsewhere", channel=channel_PLN)
    assert get_names(show(cart))["alpha"] == []
    make_method("1.00", name="Here")
    assert get_names(show(cart))["alpha"] == ["Here"]

    # when
    shipping_zone.countries = ["DE"]
    shipping_zone.save()

    # then
    assert get_names(show(cart))["alpha"] == []


def test_threshold_is_measured_after_the_sellers_share_of_a_discount(
    make_cart, make_method, show, voucher, use_voucher, channel_USD
):
    # given: of 10.00 off 100.00, alpha's goods lose 6.00
    cart = make_cart([("beta", "40.00"), ("alpha", "60.00")], shipping=None)
    voucher.type = VoucherType.ENTIRE_ORDER
    voucher.discount_value_type = DiscountValueType.FIXED
    voucher.save()
    voucher.channel_listings.filter(channel=channel_USD).update(discount_value=10)
    make_method("0.00", name="From 54", limits=(54, None))
    make_method("0.00", name="From 54.01", limits=(Decimal("54.01"), None))
    make_method("0.00", name="From 36", limits=(36, None))
    make_method("0.00", name="From 36.01", limits=(Decimal("36.01"), None))

    # when
    use_voucher(cart, voucher)

    # then
    assert get_names(show(cart)) == {
        "alpha": ["From 54", "From 36", "From 36.01"],
        "beta": ["From 36"],
    }


def test_shipping_voucher_is_no_part_of_the_threshold(
    make_cart, make_method, show, voucher_shipping_type, use_voucher
):
    # given
    cart = make_cart([("beta", "40.00"), ("alpha", "60.00")])
    make_method("0.00", name="From 60", limits=(60, None))
    voucher_shipping_type.countries = []
    voucher_shipping_type.save()

    # when
    use_voucher(cart, voucher_shipping_type)

    # then
    assert get_names(show(cart)) == {"alpha": ["From 60"], "beta": []}


# ------------------------------------------------------------------ beside Saleor

PRICES = st.one_of(st.none(), st.integers(0, 12))
GRAMS = st.one_of(st.none(), st.integers(0, 12))
METHODS = st.lists(
    st.tuples(
        st.booleans(),
        st.tuples(PRICES, PRICES),
        st.tuples(GRAMS, GRAMS),
        st.sets(st.integers(0, 3), max_size=2),
        st.sets(st.sampled_from(["alpha", "beta"])),
        st.sampled_from(
            [(), (("53-000", "53-700", "exclude"),), (("1", "2", "exclude"),)]
        ),
    ),
    min_size=1,
    max_size=6,
)
LINES = st.lists(
    st.tuples(
        st.sampled_from([None, "alpha", "beta"]),
        st.integers(0, 6),
        st.integers(0, 6),
        st.sampled_from([True, True, False]),
    ),
    min_size=4,
    max_size=4,
)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=LINES, methods=METHODS)
def test_methods_are_those_that_saleor_finds_for_the_sellers_lines_alone(
    make_cart, make_variant, make_method, digital_type, get_seller, lines, methods
):
    with rolled_back():
        # given: prices in dollars, weights in grams
        cart = make_cart([], shipping=None)
        products = []
        for slug, price, grams, ships in lines:
            variant = make_variant(slug, price, type=None if ships else digital_type)
            variant.weight = Weight(g=grams)
            variant.save()
            products.append(variant.product)
            add(cart, variant)
        of_sellers = {}
        for by_weight, limits, weights, excluded, sellers, rules in methods:
            grams = [w if w is None else Weight(g=w) for w in weights]
            method = make_method("1.00", limits=limits, weights=by_weight and grams)
            method.excluded_products.set([products[index] for index in excluded])
            for start, end, kind in rules:
                method.postal_code_rules.create(
                    start=start, end=end, inclusion_type=kind
                )
            for slug in sellers:
                method.seller_shipping_methods.create(seller=get_seller(slug))
            of_sellers[str(method.pk)] = sellers
        manager = get_plugins_manager(allow_replica=False)
        infos, _ = fetch_checkout_lines(cart)
        checkout_info = fetch_checkout_info(cart, infos, manager)
        parts = partition_lines(
            infos, fetch_sellers([product.pk for product in products])
        )

        # when
        found = find_methods(checkout_info, infos, parts)

        # then
        for part, own in zip(parts, found, strict=True):
            assert {method.id for method in own} == ask_saleor(
                checkout_info, part, of_sellers
            )


def ask_saleor(checkout_info, part: SellerLines, of_sellers):
    lines = list(part.lines)
    subtotal = base_checkout_subtotal(
        lines, checkout_info.channel, checkout_info.checkout.currency
    )
    slug = part.seller and part.seller.slug
    return {
        method.id
        for method in get_valid_internal_shipping_methods_for_checkout_info(
            replace(checkout_info, lines=lines), subtotal
        )
        # Saleor's fixtures have others, for everybody.
        if not of_sellers.get(method.id) or slug in of_sellers[method.id]
    }


def test_seller_with_no_method_of_its_own_has_everybodys(cart, make_method, show):
    # given
    make_method("1.00", "alpha", name="Van")
    assert get_names(show(cart)) == {None: [], "alpha": ["Van"], "beta": []}

    # when
    make_method("2.00", name="Parcel")

    # then
    assert get_names(show(cart)) == {
        None: ["Parcel"],
        "alpha": ["Van", "Parcel"],
        "beta": ["Parcel"],
    }
