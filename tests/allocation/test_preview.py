"""What a checkout shows before it is completed is what is placed."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.discount import DiscountValueType, VoucherType
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.product.models import ProductType

from saleor_order_groups.models import OrderGroup, Seller
from tests.helpers.previews import PREVIEW, read_placed, show, sides, stored

CART = [("beta", "40.01"), ("alpha", "60.00", 3), (None, "7.77", 2), ("gamma", "0.05")]


@pytest.fixture
def expect_preview(preview, complete):
    """Return a function that completes a checkout and compares with its preview.

    The value is the orders, as both had them.
    """

    def _expect(checkout):
        seen = preview(checkout)
        previewed = seen["orderGroupPreview"]
        assert sides(previewed["total"]) == sides(seen["totalPrice"])

        assert not complete(checkout)["errors"]

        placed = read_placed()
        assert show(previewed["orders"]) == placed
        group = OrderGroup.objects.get()
        assert sides(previewed["total"]) == stored(group, "placed_total")
        return placed

    return _expect


def configure_voucher(voucher, case, checkout):
    listing = voucher.channel_listings.get()
    listing.discount_value = Decimal("10.01")
    voucher.discount_value_type = DiscountValueType.FIXED
    match case:
        case "percentage":
            voucher.discount_value_type = DiscountValueType.PERCENTAGE
            listing.discount_value = Decimal(33)
        case "once per order":
            voucher.apply_once_per_order = True
        case "specific products":
            voucher.type = VoucherType.SPECIFIC_PRODUCT
            voucher.products.add(checkout.lines.first().variant.product)
        case "shipping":
            voucher.type = VoucherType.SHIPPING
            listing.discount_value = Decimal("1.33")
        case "free shipping":
            voucher.type = VoucherType.SHIPPING
            voucher.discount_value_type = DiscountValueType.PERCENTAGE
            listing.discount_value = Decimal(100)
        case "more than everything":
            listing.discount_value = Decimal(1000)
    listing.save()
    voucher.save()


@pytest.mark.parametrize("taxes", ["none", "entered with tax", "entered without tax"])
@pytest.mark.parametrize(
    "case",
    [
        "no voucher",
        "fixed",
        "percentage",
        "once per order",
        "specific products",
        "shipping",
        "free shipping",
        "more than everything",
    ],
)
def test_preview_is_what_is_placed(
    make_cart,
    pay,
    expect_preview,
    charge_taxes,
    voucher,
    use_voucher,
    gift_card,
    gift_card_expiry_date,
    case,
    taxes,
):
    # given: gift cards of 10.00 and 20.00
    checkout = make_cart(CART, gift_cards=[gift_card, gift_card_expiry_date])
    if taxes != "none":
        charge_taxes(entered_with_tax=taxes == "entered with tax")
    if case != "no voucher":
        configure_voucher(voucher, case, checkout)
        use_voucher(checkout, voucher)
    pay(checkout)
    Checkout.objects.update(price_expiration="2020-01-01T00:00:00Z")
    Checkout.objects.update(discount_expiration="2020-01-01T00:00:00Z")
    checkout.refresh_from_db()

    # when
    placed = expect_preview(checkout)

    # then
    assert [order["seller"] for order in placed] == [None, "alpha", "beta", "gamma"]
    is_recorded = case not in ("no voucher", "once per order", "specific products")
    assert bool(sum(order["discount"] for order in placed)) is is_recorded
    # What is left to pay of everything is the shipping price of 5.00, and its tax.
    rest = Decimal("5.88") if taxes == "entered without tax" else Decimal(5)
    spent = sum(order["gift_card_amount"] for order in placed)
    assert spent == (rest if case == "more than everything" else 30)


def test_amounts_of_a_preview(
    make_cart, preview, voucher, use_voucher, gift_card, gift_card_expiry_date
):
    # given
    checkout = make_cart(
        [("beta", "40.00"), ("alpha", "60.00")], gift_cards=[gift_card]
    )
    voucher.channel_listings.update(discount_value=Decimal(10))
    use_voucher(checkout, voucher)
    line_ids = {
        line.variant.sku: Node.to_global_id("CheckoutLine", line.pk)
        for line in checkout.lines.all()
    }

    # when
    data = preview(checkout)["orderGroupPreview"]

    # then
    alpha, beta = data["orders"]
    assert [order["seller"]["slug"] for order in (alpha, beta)] == ["alpha", "beta"]
    assert [line["id"] for line in alpha["lines"]] == [line_ids["SKU-1"]]
    assert [line["id"] for line in beta["lines"]] == [line_ids["SKU-0"]]
    assert [order["subtotal"]["gross"]["amount"] for order in (alpha, beta)] == [54, 36]
    assert [order["shippingPrice"]["gross"]["amount"] for order in (alpha, beta)] == [
        3,
        2,
    ]
    assert alpha["discount"] == {"amount": 6, "currency": "USD"}
    assert beta["discount"] == {"amount": 4, "currency": "USD"}
    assert [order["giftCardAmount"]["amount"] for order in (alpha, beta)] == [6, 4]
    assert [order["total"]["gross"]["amount"] for order in (alpha, beta)] == [51, 34]
    assert data["total"]["gross"]["amount"] == 85


def test_order_promotion(make_cart, pay, expect_preview, order_promotion_rule):
    # given: 25 percent
    checkout = make_cart(CART)
    pay(checkout)

    # when
    placed = expect_preview(checkout)

    # then
    assert sum(order["discount"] for order in placed) == Decimal("58.90")


def test_gift_line_is_with_its_seller(
    make_cart, pay, expect_preview, gift_promotion_rule
):
    # given
    checkout = make_cart([("alpha", "30.00"), ("beta", "20.00")])
    pay(checkout)

    # when
    placed = expect_preview(checkout)

    # then: the gift is the shop's own
    assert [(order["seller"], len(order["lines"])) for order in placed] == [
        (None, 1),
        ("alpha", 1),
        ("beta", 1),
    ]
    assert placed[0]["total"] == (Decimal(0), Decimal(0))


def test_goods_that_do_not_ship_carry_no_shipping(
    make_cart, pay, expect_preview, product_type
):
    # given
    checkout = make_cart([("alpha", "30.00"), ("beta", "20.00")])
    product = checkout.lines.get(variant__sku="SKU-0").variant.product
    product.product_type = ProductType.objects.create(
        name="Digital", slug="digital", is_shipping_required=False
    )
    product.save()
    pay(checkout)

    # when
    placed = expect_preview(checkout)

    # then
    assert [order["shipping_price"][1] for order in placed] == [0, 5]


def test_gift_card_larger_than_the_total(
    make_cart, pay, expect_preview, gift_card, channel_USD
):
    # given
    gift_card.current_balance_amount = Decimal(1000)
    gift_card.save()
    checkout = make_cart(CART, gift_cards=[gift_card])

    # when
    placed = expect_preview(checkout)

    # then
    assert {order["total"] for order in placed} == {(Decimal(0), Decimal(0))}


def test_expired_gift_card_pays_nothing(
    make_cart, preview, gift_card, gift_card_expiry_date
):
    # given: Saleor refuses to complete with it
    gift_card.expiry_date = "2020-01-01"
    gift_card.save()
    checkout = make_cart(CART, gift_cards=[gift_card, gift_card_expiry_date])

    # when
    data = preview(checkout)

    # then
    orders = show(data["orderGroupPreview"]["orders"])
    assert sum(order["gift_card_amount"] for order in orders) == 20
    assert sides(data["orderGroupPreview"]["total"]) == sides(data["totalPrice"])


@pytest.mark.parametrize("is_grouped", [True, False])
def test_preview_of_one_seller(
    make_cart,
    preview,
    complete,
    pay,
    voucher,
    use_voucher,
    gift_card,
    order_groups_plugin,
    channel_USD,
    is_grouped,
):
    # given
    order_groups_plugin(
        channel_USD, **{} if is_grouped else {"group-single-seller": False}
    )
    checkout = make_cart(
        [("alpha", "30.00"), ("alpha", "20.00", 2)], gift_cards=[gift_card]
    )
    use_voucher(checkout, voucher)
    pay(checkout)

    # when
    [previewed] = show(preview(checkout)["orderGroupPreview"]["orders"])

    # then
    assert not complete(checkout)["errors"]
    order = Order.objects.get()
    assert OrderGroup.objects.exists() is is_grouped
    assert previewed["seller"] == "alpha"
    assert len(previewed["lines"]) == 2
    for name in ("subtotal", "shipping_price", "total"):
        assert previewed[name] == stored(order, name)
    assert previewed["discount"] == order.discounts.get().amount_value == 20
    assert previewed["gift_card_amount"] == 10


def test_no_preview_of_an_empty_checkout(make_cart, preview):
    # given
    checkout = make_cart([])

    # when
    data = preview(checkout)

    # then
    assert data["orderGroupPreview"] is None


def test_no_preview_where_the_plugin_is_inactive(
    make_cart, preview, order_groups_plugin, channel_USD
):
    # given
    checkout = make_cart(CART)
    order_groups_plugin(channel_USD, active=False)

    # when
    data = preview(checkout)

    # then
    assert data["orderGroupPreview"] is None


def test_lines_that_would_be_refused_are_shown(
    make_cart, preview, complete, pay, order_groups_plugin, channel_USD
):
    # given: shop goods that are not sold, an inactive seller, and nothing in stock
    order_groups_plugin(channel_USD, **{"allow-shop-goods": False})
    checkout = make_cart(CART)
    pay(checkout)
    Seller.objects.filter(slug="alpha").update(is_active=False)
    checkout.lines.get(variant__sku="SKU-0").variant.stocks.all().delete()

    # when
    data = preview(checkout)["orderGroupPreview"]

    # then
    assert [order["seller"] for order in data["orders"]] == [
        None,
        {"slug": "alpha"},
        {"slug": "beta"},
        {"slug": "gamma"},
    ]
    assert complete(checkout)["errors"]


def test_preview_of_figures_that_do_not_add_up(make_cart, user_api_client, get_total):
    # given: a total as a plugin may have set it
    checkout = make_cart(CART)
    get_total(checkout)
    Checkout.objects.update(total_gross_amount=Decimal(1), total_net_amount=Decimal(1))

    # when
    response = user_api_client.post_graphql(
        PREVIEW, {"id": Node.to_global_id("Checkout", checkout.token)}
    )

    # then
    content = get_graphql_content(response, ignore_errors=True)
    [error] = content["errors"]
    assert error["message"] == (
        "The checkout cannot be split between its sellers. The lines and the shipping "
        "price do not add up to the checkout's total."
    )
    assert error["path"] == ["checkout", "orderGroupPreview"]
    assert content["data"]["checkout"]["orderGroupPreview"] is None
    assert content["data"]["checkout"]["totalPrice"]["gross"]["amount"] == 1


def test_preview_writes_nothing(make_cart, preview, get_total, gift_card):
    # given
    checkout = make_cart(CART, gift_cards=[gift_card])
    get_total(checkout)

    # when
    with CaptureQueriesContext(connection) as queries:
        preview(checkout)

    # then
    written = [
        query["sql"]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
        or "FOR UPDATE" in query["sql"]
    ]
    assert written == []


def test_statements_do_not_grow_with_sellers(
    make_cart, preview, get_total, gift_card, voucher, use_voucher
):
    # given
    few = make_cart([("alpha", "30.00"), ("beta", "20.00")], gift_cards=[gift_card])
    many = make_cart(
        [(f"seller-{number}", "9.99") for number in range(12)], gift_cards=[gift_card]
    )
    for checkout in (few, many):
        use_voucher(checkout, voucher)
        get_total(checkout)
    preview(few)

    # when
    counts = []
    for checkout in (few, many):
        with CaptureQueriesContext(connection) as queries:
            data = preview(checkout)["orderGroupPreview"]
        counts.append((len(data["orders"]), len(queries)))

    # then
    assert [orders for orders, _ in counts] == [2, 12]
    assert counts[0][1] == counts[1][1]
