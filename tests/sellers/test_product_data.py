"""Sellers whom the products' own data name: by metadata, or by an attribute."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.attribute.models import AttributeValue
from saleor.checkout.models import Checkout
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.page.models import Page
from saleor.product.models import Product
from saleor.warehouse.models import Stock

from saleor_order_groups.config import SellerSource, SellerSourceType
from saleor_order_groups.models import OrderGroup, ProductSeller, Seller
from saleor_order_groups.sellers.assignments import ensure_sellers, fetch_sellers

METADATA = SellerSource(SellerSourceType.METADATA, "vendor")
PREVIEW = """
    query Preview($id: ID!) {
      checkout(id: $id) {
        lines { seller { slug } }
        orderGroupPreview { orders { seller { id slug name externalReference } } }
      }
    }
"""
PRODUCTS = """
    query Products($channel: String) {
      products(first: 20, channel: $channel) {
        edges { node { slug seller { id slug updatedAt } variants { seller { slug } } } }
      }
    }
"""


def refer_to(attribute, page, name=None):
    return AttributeValue.objects.create(
        attribute=attribute,
        name=name or page.title,
        slug=f"{attribute.pk}_{page.pk}",
        reference_page=page,
    )


def read_orders():
    links = OrderGroup.objects.get().order_links.select_related("seller")
    return [link.seller and link.seller.slug for link in links]


def test_metadata_names_sellers_by_external_reference_and_by_slug(
    make_named_cart, get_seller, pay, complete
):
    # given
    alpha = get_seller("alpha")
    alpha.external_reference = "erp-1"
    alpha.save()
    get_seller("beta")
    # A slug that is somebody's external reference is that one's.
    Seller.objects.create(name="Trap", slug="erp-1")
    checkout = make_named_cart("beta", "erp-1", None, " alpha ")
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert data["errors"] == []
    assert [order["seller"] for order in data["orderGroup"]["orders"]] == [
        None,
        {"slug": "alpha"},
        {"slug": "beta"},
    ]
    assert [order.lines.count() for order in Order.objects.order_by("number")] == [
        1,
        2,
        1,
    ]
    assert Seller.objects.count() == 3


def test_assignments_do_not_count_beside_metadata(
    make_named_cart, get_seller, pay, complete
):
    # given
    checkout = make_named_cart("alpha", None)
    for product in Product.objects.all():
        ProductSeller.objects.create(product=product, seller=get_seller("beta"))
    pay(checkout)

    # when
    complete(checkout)

    # then
    assert read_orders() == [None, "alpha"]


def test_a_seller_is_made_by_the_first_purchase_and_found_by_the_next(
    make_named_cart, pay, complete
):
    # given
    first = make_named_cart("Anna's Apiary", None)
    pay(first)
    second = make_named_cart("annas apiary")
    pay(second)

    # when
    assert complete(first)["errors"] == []
    [seller] = Seller.objects.all()
    assert complete(second)["errors"] == []

    # then
    assert (seller.name, seller.slug, seller.external_reference, seller.is_active) == (
        "Anna's Apiary",
        "annas-apiary",
        "Anna's Apiary",
        True,
    )
    assert Seller.objects.get() == seller
    assert seller.order_links.count() == 2
    assert seller.seller_customers.count() == 1


def test_a_seller_whose_slug_has_changed_is_still_the_one(
    make_named_cart, pay, complete
):
    # given
    checkouts = [make_named_cart("anna", None) for _ in range(2)]
    for checkout in checkouts:
        pay(checkout)
    complete(checkouts[0])
    Seller.objects.update(slug="anna-and-sons")

    # when
    complete(checkouts[1])

    # then
    assert Seller.objects.get().order_links.count() == 2


def test_a_made_seller_who_was_renamed_altogether_leaves_the_name_to_another(
    make_named_cart, pay, complete
):
    # given
    checkouts = [make_named_cart("anna", None) for _ in range(2)]
    for checkout in checkouts:
        pay(checkout)
    complete(checkouts[0])
    Seller.objects.update(slug="bert", external_reference="bert")

    # when
    data = complete(checkouts[1])

    # then
    assert data["errors"] == []
    assert set(Seller.objects.values_list("slug", "external_reference")) == {
        ("bert", "bert"),
        ("anna", "anna"),
    }


@pytest.mark.parametrize("vendor", ["", "  ", "--!", 5])
def test_metadata_that_name_nobody_or_a_number(vendor, make_named_cart):
    # given
    make_named_cart(vendor)
    [product] = Product.objects.all()

    # when
    sellers = fetch_sellers([product.pk], METADATA)

    # then
    assert [seller.slug for seller in sellers.values()] == (
        ["5"] if vendor == 5 else []
    )


def test_an_inactive_seller_whom_metadata_name_is_refused(
    make_named_cart, get_seller, pay, complete
):
    # given
    get_seller("alpha")
    Seller.objects.update(is_active=False)
    checkout = make_named_cart("alpha")
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert [error["field"] for error in data["errors"]] == ["lines"]
    assert not Order.objects.exists()


def test_a_completion_that_fails_makes_no_seller(make_named_cart, pay, complete):
    # given
    checkout = make_named_cart("anna", "bert")
    pay(checkout)
    Stock.objects.update(quantity=0)

    # when
    data = complete(checkout)

    # then
    assert {error["code"] for error in data["errors"]} == {"INSUFFICIENT_STOCK"}
    assert not Seller.objects.exists()
    assert Checkout.objects.filter(pk=checkout.pk).exists()


def test_the_preview_shows_who_will_be_made_and_writes_nothing(
    make_named_cart, get_seller, pay, complete, user_api_client
):
    # given
    get_seller("alpha")
    checkout = make_named_cart("Bert", "alpha")
    pay(checkout)

    # when
    variables = {"id": Node.to_global_id("Checkout", checkout.pk)}
    response = user_api_client.post_graphql(PREVIEW, variables)
    shown = get_graphql_content(response)["data"]["checkout"]

    # then
    assert Seller.objects.count() == 1
    assert [line["seller"]["slug"] for line in shown["lines"]] == ["bert", "alpha"]
    assert complete(checkout)["errors"] == []
    assert [order["seller"] for order in shown["orderGroupPreview"]["orders"]] == [
        {
            "id": Node.to_global_id("Seller", seller.pk),
            "slug": seller.slug,
            "name": seller.name,
            "externalReference": seller.external_reference,
        }
        for seller in Seller.objects.order_by("slug")
    ]
    assert read_orders() == ["alpha", "bert"]


def test_a_page_that_an_attribute_refers_to_is_the_seller(
    make_cart,
    pay,
    complete,
    give_attribute,
    get_seller,
    product_type_page_reference_attribute,
    page_list,
):
    # given
    attribute = product_type_page_reference_attribute
    known, new, *_ = page_list
    get_seller(known.slug)
    checkouts = [make_cart([(None, "10.00")] * 3)]
    for page in (known, new):
        refer_to(attribute, page)
    values = {value.reference_page: value for value in attribute.values.all()}
    # Of two pages the first one counts.
    give_attribute(attribute, [values[new]], [values[known], values[new]], [])
    pay(checkouts[0])

    # when
    data = complete(checkouts[0])

    # then
    assert data["errors"] == []
    assert read_orders() == [None, *sorted([known.slug, new.slug])]
    seller = Seller.objects.get(slug=new.slug)
    assert seller.name == new.title
    assert seller.external_reference == Node.to_global_id("Page", new.pk)

    # when: the page gets another slug
    Page.objects.filter(pk=new.pk).update(slug="another")

    # then
    first_product = Product.objects.order_by("pk")[0]
    source = SellerSource(SellerSourceType.ATTRIBUTE, attribute.slug)
    assert fetch_sellers([first_product.pk], source) == {first_product.pk: seller}


def test_values_of_a_dropdown_are_sellers(
    make_cart, pay, complete, give_attribute, get_seller, color_attribute
):
    # given
    get_seller("blue")
    checkout = make_cart([(None, "10.00")] * 2)
    red, blue = color_attribute.values.order_by("-slug")
    give_attribute(color_attribute, [red], [blue])
    pay(checkout)

    # when
    complete(checkout)

    # then
    assert read_orders() == ["blue", "red"]
    made = Seller.objects.get(slug="red")
    assert (made.name, made.external_reference) == (
        "Red",
        "colorAttributeValue1ExternalReference",
    )
    assert Seller.objects.count() == 2


def test_plain_text_is_a_seller(
    make_cart, pay, complete, give_attribute, plain_text_attribute
):
    # given
    checkout = make_cart([(None, "10.00")])
    give_attribute(plain_text_attribute, [plain_text_attribute.values.get()])
    pay(checkout)

    # when
    complete(checkout)

    # then
    assert read_orders() == ["plain-text-attribute-content"]
    assert Seller.objects.get().name == "Plain text attribute content."


def test_an_attribute_that_the_product_type_has_no_more_names_nobody(
    make_cart, give_attribute, color_attribute
):
    # given
    make_cart([(None, "10.00")])
    give_attribute(color_attribute, [color_attribute.values.first()])
    product = Product.objects.get()
    source = SellerSource(SellerSourceType.ATTRIBUTE, color_attribute.slug)
    assert product.pk in fetch_sellers([product.pk], source)

    # when
    color_attribute.product_types.clear()

    # then
    assert fetch_sellers([product.pk], source) == {}


def query_products(client, channel):
    with CaptureQueriesContext(connection) as queries:
        response = client.post_graphql(
            PRODUCTS, {"channel": channel.slug if channel else None}
        )
    edges = get_graphql_content(response)["data"]["products"]["edges"]
    return [edge["node"] for edge in edges], len(queries)


def test_products_show_the_sellers_of_their_channel(
    make_named_cart,
    make_variant,
    order_groups_plugin,
    channel_USD,
    channel_PLN,
    staff_api_client,
    permission_manage_products,
):
    # given
    staff_api_client.user.user_permissions.add(permission_manage_products)
    make_named_cart("anna", None)
    make_variant("beta", channel=channel_PLN)
    order_groups_plugin(channel_PLN)

    # when
    in_usd, _ = query_products(staff_api_client, channel_USD)
    in_pln, _ = query_products(staff_api_client, channel_PLN)
    in_none, _ = query_products(staff_api_client, None)

    # then
    def slugs(products):
        return [node["seller"] and node["seller"]["slug"] for node in products]

    assert slugs(in_usd) == ["anna", None]
    assert [node["variants"] for node in in_usd] == [
        [{"seller": node["seller"] and {"slug": "anna"}}] for node in in_usd
    ]
    assert slugs(in_pln) == ["beta"]
    # The channels differ: without a channel assignments count.
    assert slugs(in_none) == [None, None, "beta"]

    # when
    order_groups_plugin(channel_PLN, active=False)
    in_none, _ = query_products(staff_api_client, None)

    # then
    assert slugs(in_none) == ["anna", None, None]


def test_many_products_cost_as_many_statements_as_one(
    make_named_cart, user_api_client, channel_USD, product_type
):
    # given
    make_named_cart("anna")
    query_products(user_api_client, channel_USD)
    one, statements_for_one = query_products(user_api_client, channel_USD)
    make_named_cart(*[f"vendor {number}" for number in range(12)])

    # when
    many, statements_for_many = query_products(user_api_client, channel_USD)

    # then
    assert len(one) == 1
    assert len({node["seller"]["id"] for node in many}) == 13
    assert statements_for_many == statements_for_one


@pytest.mark.parametrize(
    ("_case", "type", "statements"),
    [
        ("assignment", SellerSourceType.ASSIGNMENT, 1),
        ("metadata", SellerSourceType.METADATA, 2),
        ("attribute", SellerSourceType.ATTRIBUTE, 2),
    ],
)
def test_statements_of_each_source(
    _case, type, statements, make_named_cart, give_attribute, color_attribute
):
    # given
    make_named_cart("anna", "bert", "carl")
    red, blue = color_attribute.values.all()
    give_attribute(color_attribute, [red], [blue], [red])
    key = {"METADATA": "vendor", "ATTRIBUTE": "color"}.get(type, "")

    # when
    with CaptureQueriesContext(connection) as queries:
        fetch_sellers(
            Product.objects.values_list("pk", flat=True), SellerSource(type, key)
        )

    # then: one more reads the products' keys
    assert len(queries) == statements + 1


@pytest.mark.django_db(transaction=True)
def test_sellers_that_are_made_at_the_same_time_are_made_once(make_named_cart):
    # given
    vendors = [f"vendor {number}" for number in range(20)]
    make_named_cart(*vendors)
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    barrier = threading.Barrier(4)
    made = []

    def run(ids):
        try:
            barrier.wait()
            with transaction.atomic():
                made.append(ensure_sellers(ids, METADATA))
        finally:
            connection.close()

    # when
    threads = [
        threading.Thread(target=run, args=(ids,))
        for ids in (products, products[::-1], products, products[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then
    assert Seller.objects.count() == 20
    assert len(made) == 4
    assert all(sellers == made[0] for sellers in made)
