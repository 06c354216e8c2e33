"""`Seller.products` and `sellerDelete` by what the channels' sources say."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.attribute.models import AttributeValue
from saleor.graphql.tests.utils import get_graphql_content
from saleor.product.models import Product

from saleor_order_groups.models import ProductSeller, Seller

PRODUCTS = """
    query Products($id: ID!, $channel: String) {
      seller(id: $id) {
        products(first: 20, channel: $channel) {
          totalCount
          edges { node { slug seller { slug } } }
        }
      }
    }
"""
DELETE = """
    mutation Delete($id: ID!) {
      sellerDelete(id: $id) { seller { slug } errors { field message code } }
    }
"""


@pytest.fixture
def staff(staff_api_client, permission_manage_products):
    staff_api_client.user.user_permissions.add(permission_manage_products)
    return staff_api_client


@pytest.fixture
def list_products(staff):
    """Return a function that lists a seller's products, and counts the statements."""

    def _list(seller, channel=None):
        variables = {"id": Node.to_global_id("Seller", seller.pk)}
        if channel:
            variables["channel"] = channel.slug
        with CaptureQueriesContext(connection) as queries:
            response = staff.post_graphql(PRODUCTS, variables)
        products = get_graphql_content(response)["data"]["seller"]["products"]
        nodes = [edge["node"] for edge in products["edges"]]
        assert products["totalCount"] == len(nodes)
        if channel:
            assert {node["seller"]["slug"] for node in nodes} <= {seller.slug}
        return [node["slug"] for node in nodes], len(queries)

    return _list


@pytest.fixture
def delete(staff):
    def _delete(seller):
        variables = {"id": Node.to_global_id("Seller", seller.pk)}
        response = staff.post_graphql(DELETE, variables)
        return get_graphql_content(response)["data"]["sellerDelete"]

    return _delete


def slugs_of(*indexes):
    products = list(Product.objects.order_by("pk"))
    return sorted(products[index].slug for index in indexes)


def assert_not_deleted(data, seller):
    assert data["seller"] is None
    assert data["errors"] == [
        {
            "field": "id",
            "message": (
                "Orders or products refer to this seller. Deactivate it instead."
            ),
            "code": "CANNOT_DELETE",
        }
    ]
    assert Seller.objects.filter(pk=seller.pk).exists()


def test_by_metadata(make_named_cart, list_products, delete, channel_USD):
    # given: written in every way that means the seller, and as others'
    seller = Seller.objects.create(
        name="Anna", slug="annas-apiary", external_reference="erp-1"
    )
    Seller.objects.create(name="Trap", slug="erp-1", external_reference="anna.s apiary")
    make_named_cart(
        "erp-1", " annas-apiary ", "Anna's Apiary", "annas  apiary", "anna.s apiary",
        "annas", None, "",
    )  # fmt: skip
    ProductSeller.objects.create(
        product=Product.objects.order_by("pk")[5], seller=seller
    )

    # when
    in_channel, _ = list_products(seller, channel_USD)
    in_any, _ = list_products(seller)

    # then
    assert in_channel == in_any == slugs_of(0, 1, 2, 3)

    # when: nothing but the metadata refers to the seller
    ProductSeller.objects.all().delete()

    # then
    assert_not_deleted(delete(seller), seller)


def test_by_metadata_of_a_number(make_named_cart, list_products, channel_USD):
    # given
    seller = Seller.objects.create(name="Five", slug="5")
    make_named_cart(5, "5", 55, "5 5")

    # then
    assert list_products(seller, channel_USD)[0] == slugs_of(0, 1)


def test_by_metadata_of_page_ids(
    make_named_cart, list_products, channel_USD, page_list
):
    # given
    known, other, *_ = page_list
    seller = Seller.objects.create(name="Anna", slug=known.slug)
    ids = [Node.to_global_id("Page", page.pk) for page in (known, other)]
    make_named_cart(ids[0], ids[1], known.slug, ids[0])

    # then
    assert list_products(seller, channel_USD)[0] == slugs_of(0, 2, 3)


def test_by_a_dropdown(
    make_cart, give_attribute, list_products, delete, channel_USD, color_attribute
):
    # given: of two values the first one counts
    seller = Seller.objects.create(name="Red", slug="red")
    make_cart([(None, "10.00")] * 4)
    red, blue = color_attribute.values.order_by("-slug")
    give_attribute(color_attribute, [red], [red, blue], [blue, red], [])

    # when
    found, _ = list_products(seller, channel_USD)

    # then
    assert found == list_products(seller)[0] == slugs_of(0, 1)
    assert_not_deleted(delete(seller), seller)

    # when
    color_attribute.product_types.clear()

    # then
    assert list_products(seller, channel_USD)[0] == []
    assert delete(seller)["errors"] == []
    assert not Seller.objects.exists()


def test_by_a_page(
    make_cart, give_attribute, list_products, channel_USD, page_list,
    product_type_page_reference_attribute,
):  # fmt: skip
    # given: a seller that was made of the page, whose slug is another page's now
    attribute = product_type_page_reference_attribute
    first, second, *_ = page_list
    seller = Seller.objects.create(
        name="Anna",
        slug=second.slug,
        external_reference=Node.to_global_id("Page", first.pk),
    )
    make_cart([(None, "10.00")] * 3)
    values = [
        AttributeValue.objects.create(
            attribute=attribute,
            name=page.title,
            slug=f"{attribute.pk}_{page.pk}",
            reference_page=page,
        )
        for page in (first, second)
    ]
    give_attribute(attribute, [values[0]], [values[1]], [])

    # then
    assert list_products(seller, channel_USD)[0] == slugs_of(0)


def test_by_plain_text(
    make_cart, give_attribute, list_products, delete, channel_USD, plain_text_attribute
):
    # given
    seller = Seller.objects.create(name="Anna", slug="anna-b")
    make_cart([(None, "10.00")] * 4)
    texts = ["Anna B.", "anna-b", "", "Bert"]
    values = [
        AttributeValue.objects.create(
            attribute=plain_text_attribute,
            name=text,
            slug=f"v-{index}",
            plain_text=text,
        )
        for index, text in enumerate(texts)
    ]
    give_attribute(plain_text_attribute, *[[value] for value in values])

    # then
    assert list_products(seller, channel_USD)[0] == slugs_of(0, 1)
    assert_not_deleted(delete(seller), seller)


def test_without_a_channel_those_of_any_active_channel(
    make_named_cart, make_variant, list_products, delete, order_groups_plugin,
    channel_USD, channel_PLN, get_seller,
):  # fmt: skip
    # given: one channel reads the metadata, the other one the assignments
    seller = get_seller("anna")
    make_named_cart("anna", None)
    make_variant("anna", channel=channel_PLN)
    order_groups_plugin(channel_PLN)

    # then
    assert list_products(seller, channel_USD)[0] == slugs_of(0)
    assert list_products(seller, channel_PLN)[0] == slugs_of(2)
    assert list_products(seller)[0] == slugs_of(0, 2)

    # when: active nowhere
    order_groups_plugin(channel_PLN, active=False)
    order_groups_plugin(
        channel_USD, active=False, **{"seller-source": "METADATA:vendor"}
    )

    # then
    assert list_products(seller)[0] == slugs_of(2)


def test_a_seller_that_no_product_names_is_deleted(make_named_cart, delete, get_seller):
    # given
    make_named_cart("bert", None)
    seller = get_seller("anna")

    # when
    data = delete(seller)

    # then
    assert data == {"seller": {"slug": "anna"}, "errors": []}
    assert not Seller.objects.exists()


@pytest.mark.parametrize(
    "_case_source", ["ASSIGNMENT", "METADATA:vendor", "ATTRIBUTE:color"]
)
def test_many_products_cost_as_many_statements_as_one(
    _case_source, make_named_cart, give_attribute, list_products, color_attribute,
    order_groups_plugin, channel_USD, get_seller,
):  # fmt: skip
    # given
    seller = get_seller("red")
    red = color_attribute.values.get(slug="red")

    def add(count):
        make_named_cart(*["red"] * count)
        products = Product.objects.order_by("pk")
        give_attribute(color_attribute, *[[red]] * products.count())
        for product in products.filter(product_seller=None):
            ProductSeller.objects.create(product=product, seller=seller)
        order_groups_plugin(channel_USD, **{"seller-source": _case_source})

    add(1)
    list_products(seller)

    # when
    counts = [list_products(seller, channel)[1] for channel in (None, channel_USD)]
    add(12)
    many = [list_products(seller, channel) for channel in (None, channel_USD)]

    # then
    assert [len(found) for found, _ in many] == [13, 13]
    assert [count for _, count in many] == counts
