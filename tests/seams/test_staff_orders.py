"""Orders that staff place or import, and goods that staff add to a seller's order."""

import datetime
import json
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.core.models import EventDelivery
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderOrigin, OrderStatus
from saleor.order.models import Order, OrderLine
from saleor.product.models import ProductVariant
from saleor.warehouse.models import Stock

from saleor_order_groups.models import (
    OrderGroup,
    OrderGroupOrder,
    ProductSeller,
    Seller,
    SellerCustomer,
)
from saleor_order_groups.verification.runner import verify

CREATE = """
    mutation Create($input: DraftOrderCreateInput!) {
      draftOrderCreate(input: $input) {
        order { id }
        errors { field message code }
      }
    }
"""
COMPLETE = """
    mutation Complete($id: ID!) {
      draftOrderComplete(id: $id) {
        order {
          id
          status
          seller { slug }
          orderGroup {
            id
            number
            checkoutId
            userEmail
            sellers { slug }
            orders { id }
            placedTotal { gross { amount } }
          }
        }
        errors { field message code }
      }
    }
"""
ADD_LINES = """
    mutation Add($id: ID!, $input: [OrderLineCreateInput!]!) {
      orderLinesCreate(id: $id, input: $input) {
        errors { field message code variants }
      }
    }
"""
BULK_CREATE = """
    mutation Import($orders: [OrderBulkCreateInput!]!) {
      orderBulkCreate(orders: $orders, errorPolicy: IGNORE_FAILED) {
        count
        results {
          order { number status seller { slug } orderGroup { number } }
          errors { message }
        }
      }
    }
"""
RETURN = """
    mutation Return($order: ID!, $input: OrderReturnProductsInput!) {
      orderFulfillmentReturnProducts(order: $order, input: $input) {
        errors { field message code }
      }
    }
"""


@pytest.fixture
def staff(
    staff_api_client, permission_group_manage_orders, permission_manage_orders_import
):
    """Return a function that runs an operation as staff who may edit and import."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    staff_api_client.user.user_permissions.add(permission_manage_orders_import)

    def _run(query, **variables):
        response = staff_api_client.post_graphql(query, variables)
        [data] = get_graphql_content(response)["data"].values()
        return data

    return _run


@pytest.fixture
def make_draft(
    staff,
    order_groups_plugin,
    make_variant,
    channel_USD,
    customer_user,
    shipping_method,
    graphql_address_data,
):
    """Return a function that makes a draft of lines, (seller or None, price)."""

    def _make(*lines):
        data = staff(
            CREATE,
            input={
                "channelId": Node.to_global_id("Channel", channel_USD.pk),
                "user": Node.to_global_id("User", customer_user.pk),
                "billingAddress": graphql_address_data,
                "shippingAddress": graphql_address_data,
                "shippingMethod": Node.to_global_id(
                    "ShippingMethod", shipping_method.pk
                ),
                "lines": [
                    {"variantId": to_id(make_variant(seller, price)), "quantity": 1}
                    for seller, price in lines
                ],
            },
        )
        assert data["errors"] == []
        return data["order"]["id"]

    return _make


@pytest.fixture
def complete_draft(staff):
    def _complete(draft):
        data = staff(COMPLETE, id=draft)
        assert data["errors"] == []
        return data["order"]

    return _complete


@pytest.fixture
def place_unconfirmed(make_cart, pay, complete, channel_USD):
    """Return a function that places a cart's orders, which staff have to confirm."""

    def _place(*lines):
        channel_USD.automatically_confirm_all_new_orders = False
        channel_USD.save()
        checkout = make_cart(lines)
        pay(checkout)
        assert complete(checkout)["errors"] == []
        return list(Order.objects.order_by("number"))

    return _place


def to_id(instance):
    return Node.to_global_id(type(instance).__name__, instance.pk)


def add(staff, order, *variants):
    lines = [{"variantId": to_id(variant), "quantity": 1} for variant in variants]
    order_id = order if isinstance(order, str) else to_id(order)
    return staff(ADD_LINES, id=order_id, input=lines)["errors"]


# ------------------------------------------------------------------ drafts


def test_a_draft_of_one_seller_gets_the_seller_and_a_group(
    make_draft, complete_draft, customer_user
):
    # given
    draft = make_draft(("alpha", "10.00"), ("alpha", "5.00"))
    assert not OrderGroup.objects.exists()

    # when
    order = complete_draft(draft)

    # then
    placed = Order.objects.get()
    group = OrderGroup.objects.get()
    assert order == {
        "id": draft,
        "status": "UNFULFILLED",
        "seller": {"slug": "alpha"},
        "orderGroup": {
            "id": to_id(group),
            "number": str(group.number),
            "checkoutId": None,
            "userEmail": customer_user.email,
            "sellers": [{"slug": "alpha"}],
            "orders": [{"id": draft}],
            "placedTotal": {"gross": {"amount": float(placed.total_gross_amount)}},
        },
    }
    assert placed.total_gross_amount == Decimal("25.00")
    assert SellerCustomer.objects.get().user == customer_user
    assert list(verify()) == []


def test_a_draft_of_several_sellers_is_left_whole(make_draft, complete_draft):
    # given
    draft = make_draft(("alpha", "10.00"), ("beta", "10.00"), (None, "10.00"))

    # when
    order = complete_draft(draft)

    # then
    assert Order.objects.get().lines.count() == 3
    assert order["seller"] is None
    assert order["orderGroup"]["orders"] == [{"id": draft}]
    assert order["orderGroup"]["sellers"] == []
    assert order["orderGroup"]["placedTotal"] == {"gross": {"amount": 40.0}}
    assert not SellerCustomer.objects.exists()


def test_saleor_counts_orders_and_not_purchases(
    make_cart, pay, complete, make_draft, complete_draft, customer_user
):
    # given
    before = customer_user.number_of_orders
    checkout = make_cart([("alpha", "10.00"), ("beta", "10.00"), (None, "10.00")])
    pay(checkout)

    # when
    complete(checkout)
    complete_draft(make_draft(("alpha", "10.00"), ("beta", "10.00")))

    # then
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == before + 4
    assert customer_user.order_groups.count() == 2


def test_a_draft_by_metadata(
    make_draft, complete_draft, order_groups_plugin, channel_USD
):
    # given
    draft = make_draft((None, "10.00"))
    product = ProductVariant.objects.get().product
    product.metadata = {"vendor": "Anna"}
    product.save()
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor"})

    # when
    order = complete_draft(draft)

    # then
    assert order["seller"] == {"slug": "anna"}


@pytest.mark.parametrize(
    ("_case", "options"),
    [("inactive", {"active": False}), ("several only", {"group-single-seller": False})],
)
def test_a_draft_where_single_orders_have_no_groups(
    _case, options, make_draft, complete_draft, order_groups_plugin, channel_USD
):
    # given
    draft = make_draft(("alpha", "10.00"))
    order_groups_plugin(channel_USD, **options)

    # when
    order = complete_draft(draft)

    # then
    assert (order["seller"], order["orderGroup"]) == (None, None)
    assert not OrderGroup.objects.exists()


def read_rows(draft):
    # Saleor refreshes a draft's prices before it validates it.
    orders = Order.objects.filter(pk=Node.from_global_id(draft)[1])
    [order] = orders.values("status", "user_email", "display_gross_prices")
    stocks = sum(stock.quantity_allocated for stock in Stock.objects.all())
    return order, stocks, OrderGroup.objects.count(), Seller.objects.count()


def test_a_draft_with_goods_of_an_inactive_seller_is_refused(
    make_draft, staff, order_groups_plugin, channel_USD
):
    # given
    draft = make_draft(("alpha", "10.00"), ("beta", "5.00"), ("alpha", "2.00"))
    Seller.objects.filter(slug="alpha").update(is_active=False)
    before = read_rows(draft)

    # when
    data = staff(COMPLETE, id=draft)

    # then
    assert data["order"] is None
    lines = OrderLine.objects.order_by("pk")
    names = sorted(
        f"{line.variant.product.name} ({line.variant})"
        for line in lines
        if line.variant.product.product_seller.seller.slug == "alpha"
    )
    [error] = data["errors"]
    assert error["field"] == "lines"
    assert error["code"] == "PRODUCT_UNAVAILABLE_FOR_PURCHASE"
    prefix, _, rest = error["message"].partition(": ")
    assert prefix == "The seller Alpha is not active"
    assert sorted(rest.rstrip(".").split(", ")) == names
    assert read_rows(draft) == before
    assert before[0]["status"] == OrderStatus.DRAFT

    # when
    Seller.objects.update(is_active=True)

    # then
    assert staff(COMPLETE, id=draft)["errors"] == []

    # when: the plugin is off
    other = make_draft(("alpha", "10.00"))
    Seller.objects.update(is_active=False)
    order_groups_plugin(channel_USD, active=False)

    # then
    assert staff(COMPLETE, id=other)["errors"] == []


def test_a_draft_whose_seller_the_source_cannot_tell_is_refused(
    make_draft, staff, order_groups_plugin, channel_USD
):
    # given
    draft = make_draft((None, "10.00"))
    order_groups_plugin(channel_USD, **{"seller-source": "ATTRIBUTE:gone"})

    # when
    data = staff(COMPLETE, id=draft)

    # then
    line = OrderLine.objects.get()
    assert [error["message"] for error in data["errors"]] == [
        "It is not known who sells these goods (there is no product attribute gone):"
        f" {line.variant.product.name} ({line.variant})."
    ]
    assert Order.objects.get().status == "draft"
    assert not OrderGroup.objects.exists()


def test_a_draft_that_cannot_be_completed_has_no_group(make_draft, staff):
    # given
    draft = make_draft(("alpha", "10.00"))
    Stock.objects.update(quantity=0)

    # when
    data = staff(COMPLETE, id=draft)

    # then
    assert {error["code"] for error in data["errors"]} == {"INSUFFICIENT_STOCK"}
    assert Order.objects.get().status == OrderStatus.DRAFT
    assert not OrderGroup.objects.exists()


def test_completing_a_draft_again_is_refused_and_makes_no_second_group(
    make_draft, complete_draft, staff
):
    # given
    draft = make_draft(("alpha", "10.00"))
    complete_draft(draft)

    # when
    data = staff(COMPLETE, id=draft)

    # then
    assert [error["code"] for error in data["errors"]] == ["INVALID"]
    assert OrderGroup.objects.count() == 1


def test_the_group_of_a_draft_is_announced(
    make_draft,
    complete_draft,
    order_groups_plugin_with_webhooks,
    app,
    permission_manage_orders,
):
    # given
    app.permissions.add(permission_manage_orders)
    webhook = app.webhooks.create(
        name="groups",
        target_url="http://127.0.0.1:1/",
        subscription_query=(
            "subscription { event { ... on OrderGroupCreated {"
            " orderGroup { orders { id } }"
            " issuingPrincipal { ... on User { email } } } } }"
        ),
    )
    webhook.events.create(event_type="order_group_created")
    draft = make_draft(("alpha", "10.00"))

    # when
    complete_draft(draft)

    # then
    [delivery] = EventDelivery.objects.filter(event_type="order_group_created")
    assert json.loads(delivery.payload.get_payload()) == {
        "orderGroup": {"orders": [{"id": draft}]},
        "issuingPrincipal": {"email": "staff_test@example.com"},
    }


def test_a_completed_replacement_has_its_seller_and_no_group(
    place_unconfirmed, staff, complete_draft, make_variant, shipping_method
):
    # given: what was bought is replaced by the same
    [order, _] = place_unconfirmed(("alpha", "10.00"), ("beta", "10.00"))
    Order.objects.update(status=OrderStatus.UNFULFILLED)
    line = order.lines.get()
    data = staff(
        RETURN,
        order=to_id(order),
        input={
            "orderLines": [
                {
                    "orderLineId": to_id(line),
                    "quantity": 1,
                    "replace": True,
                }
            ]
        },
    )
    assert data["errors"] == []
    replacement = Order.objects.get(origin=OrderOrigin.REISSUE)
    # The draft is the seller's already.
    [error] = add(staff, replacement, make_variant("beta"))
    assert error["code"] == "INVALID"
    Order.objects.filter(pk=replacement.pk).update(shipping_method=shipping_method)
    # What was sold before is made good for.
    Seller.objects.update(is_active=False)
    before = OrderGroup.objects.get()

    # when
    completed = complete_draft(to_id(replacement))

    # then
    assert completed["seller"] == {"slug": "alpha"}
    assert completed["orderGroup"] is None
    assert OrderGroup.objects.get() == before
    assert OrderGroupOrder.objects.count() == 2
    assert list(verify()) == []


# ------------------------------------------------------------------ imported orders


def test_imported_orders_get_their_sellers_and_groups(
    staff,
    order_groups_plugin,
    make_variant,
    channel_USD,
    channel_PLN,
    customer_user,
    graphql_address_data,
    warehouse,
):
    # given: the plugin is not active in one of the channels
    created_at = timezone.now().replace(microsecond=0) - datetime.timedelta(days=400)

    def build(*variants, channel=channel_USD, status="UNFULFILLED"):
        price = {"gross": 12, "net": 10}
        return {
            "channel": channel.slug,
            "createdAt": created_at,
            "status": status,
            "user": {"email": customer_user.email},
            "billingAddress": graphql_address_data,
            "currency": channel.currency_code,
            "languageCode": "EN",
            "lines": [
                {
                    "variantId": to_id(variant),
                    "createdAt": created_at,
                    "isShippingRequired": False,
                    "isGiftCard": False,
                    "quantity": 1,
                    "totalPrice": price,
                    "undiscountedTotalPrice": price,
                    "warehouse": to_id(warehouse),
                    "taxRate": 0.2,
                }
                for variant in variants
            ],
        }

    alpha, beta = make_variant("alpha"), make_variant("beta")
    wrong = build(alpha)
    wrong["currency"] = "XYZ"

    # when
    data = staff(
        BULK_CREATE,
        orders=[
            build(alpha, alpha),
            build(alpha, beta),
            wrong,
            build(beta, status="DRAFT"),
            build(make_variant("alpha", channel=channel_PLN), channel=channel_PLN),
        ],
    )

    # then
    first, second = OrderGroup.objects.order_by("number")
    orders = [result["order"] for result in data["results"]]
    assert data["count"] == 4
    assert [order and (order["seller"], order["orderGroup"]) for order in orders] == [
        ({"slug": "alpha"}, {"number": str(first.number)}),
        (None, {"number": str(second.number)}),
        None,
        (None, None),
        (None, None),
    ]
    assert first.created_at == created_at
    assert first.placed_total_gross_amount == 24
    assert first.user == customer_user
    assert list(verify()) == []


# ------------------------------------------------------------------ goods of others


def test_goods_of_another_seller_are_not_added(place_unconfirmed, staff, make_variant):
    # given
    shop, alpha = place_unconfirmed((None, "10.00"), ("alpha", "10.00"))
    beta_variant, shop_variant = make_variant("beta"), make_variant()
    alpha_variant = make_variant("alpha")

    # when
    errors = add(staff, alpha, alpha_variant, shop_variant, beta_variant)
    of_shop = add(staff, shop, shop_variant, beta_variant)

    # then
    beta_goods, shop_goods = (
        f"{variant.product.name} ({variant})"
        for variant in (beta_variant, shop_variant)
    )
    assert errors == [
        {
            "field": "input",
            "message": (
                f"The order is one of Alpha, and cannot have {beta_goods} of Beta,"
                f" {shop_goods} of the shop itself."
            ),
            "code": "INVALID",
            "variants": [to_id(beta_variant), to_id(shop_variant)],
        }
    ]
    assert of_shop == [
        {
            "field": "input",
            "message": (
                f"The order is one of the shop itself, and cannot have {beta_goods} of"
                " Beta."
            ),
            "code": "INVALID",
            "variants": [to_id(beta_variant)],
        }
    ]
    assert alpha.lines.count() == shop.lines.count() == 1

    # when
    assert add(staff, alpha, alpha_variant) == []
    assert add(staff, shop, shop_variant) == []

    # then
    assert alpha.lines.count() == shop.lines.count() == 2


def test_more_of_what_was_sold_is_added_after_the_product_has_moved(
    place_unconfirmed, staff, get_seller
):
    # given
    alpha, _ = place_unconfirmed(("alpha", "10.00"), ("beta", "10.00"))
    line = alpha.lines.get()
    ProductSeller.objects.filter(product=line.variant.product).update(
        seller=get_seller("gamma")
    )

    # when
    errors = add(staff, alpha, line.variant)

    # then
    assert errors == []
    line.refresh_from_db()
    assert line.quantity == 2


def test_anything_is_added_to_an_order_of_several_and_to_one_without_a_group(
    make_draft, complete_draft, staff, make_variant, channel_USD
):
    # given
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.save()
    whole = make_draft(("alpha", "10.00"), ("beta", "10.00"))
    complete_draft(whole)
    draft = make_draft(("alpha", "10.00"))

    # when
    errors = [add(staff, order, make_variant("gamma")) for order in (whole, draft)]

    # then
    assert errors == [[], []]


def test_who_may_not_edit_orders_reads_nothing_of_the_seller(
    place_unconfirmed, make_variant, user_api_client
):
    # given
    alpha, _ = place_unconfirmed(("alpha", "10.00"), ("beta", "10.00"))
    lines = [{"variantId": to_id(make_variant("gamma")), "quantity": 1}]

    # when
    response = user_api_client.post_graphql(
        ADD_LINES, {"id": to_id(alpha), "input": lines}
    )

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert [
        error["extensions"]["exception"]["code"] for error in content["errors"]
    ] == ["PermissionDenied"]
    assert Seller.objects.count() == 3
    assert alpha.lines.count() == 1
