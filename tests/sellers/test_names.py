"""Whom a name means where the keys of several pages, values or products meet."""

import pytest
from graphene import Node
from saleor.attribute.models import AttributeValue
from saleor.order.models import Order
from saleor.page.models import Page
from saleor.product.models import Product

from saleor_order_groups.config import SellerSource, SellerSourceType
from saleor_order_groups.models import OrderGroup, Seller
from saleor_order_groups.sellers.assignments import fetch_sellers


def refer_to(attribute, page):
    return AttributeValue.objects.create(
        attribute=attribute,
        name=page.title,
        slug=f"{attribute.pk}_{page.pk}",
        reference_page=page,
    )


def page_id(page):
    return Node.to_global_id("Page", page.pk)


def value_id(value):
    return Node.to_global_id("AttributeValue", value.pk)


def read_orders():
    links = OrderGroup.objects.latest("number").order_links.select_related("seller")
    return [link.seller and link.seller.slug for link in links]


def test_a_new_page_with_the_slug_of_another_vendors_is_another_seller(
    make_cart, pay, complete, give_attribute, page_type,
    product_type_page_reference_attribute,
):  # fmt: skip
    # given: Anna has sold, and her page gets another slug
    attribute = product_type_page_reference_attribute
    anna = Page.objects.create(title="Anna", slug="anna", page_type=page_type)
    checkouts = [make_cart([(None, "10.00")]) for _ in range(2)]
    annas = refer_to(attribute, anna)
    give_attribute(attribute, [annas], [])
    pay(checkouts[0])
    complete(checkouts[0])
    [seller] = Seller.objects.all()
    Page.objects.filter(pk=anna.pk).update(slug="anna-old")
    impostor = Page.objects.create(title="Anna B.", slug="anna", page_type=page_type)
    give_attribute(attribute, [annas], [refer_to(attribute, impostor)])
    pay(checkouts[1])

    # when
    data = complete(checkouts[1])

    # then
    assert data["errors"] == []
    other = Seller.objects.exclude(pk=seller.pk).get()
    assert (other.name, other.slug, other.external_reference) == (
        "Anna B.",
        f"anna-{impostor.pk}",
        page_id(impostor),
    )
    assert read_orders() == [other.slug]
    assert seller.order_links.count() == 1
    seller.refresh_from_db()
    assert (seller.slug, seller.external_reference) == ("anna", page_id(anna))

    # then: each is found again
    products = list(Product.objects.order_by("pk"))
    source = SellerSource(SellerSourceType.ATTRIBUTE, attribute.slug)
    assert fetch_sellers([product.pk for product in products], source) == {
        products[0].pk: seller,
        products[1].pk: other,
    }


def test_even_where_the_numbered_slug_is_taken(
    make_named_cart, pay, complete, page_type
):
    # given
    page = Page.objects.create(title="Anna", slug="anna", page_type=page_type)
    Seller.objects.create(
        name="Old", slug="anna", external_reference=Node.to_global_id("Page", 10**6)
    )
    Seller.objects.create(name="Taken", slug=f"anna-{page.pk}")
    checkout = make_named_cart(page_id(page))
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert data["errors"] == []
    made = Seller.objects.get(external_reference=page_id(page))
    assert made.slug.startswith(f"anna-{page.pk}-")
    assert read_orders() == [made.slug]


def test_a_sellers_own_reference_is_no_page(make_named_cart, pay, complete, page):
    # given: staff gave a reference that is no page's
    seller = Seller.objects.create(
        name="Anna", slug=page.slug, external_reference="erp-1"
    )
    checkout = make_named_cart(page_id(page))
    pay(checkout)

    # when
    complete(checkout)

    # then
    assert Seller.objects.get() == seller
    assert read_orders() == [page.slug]


@pytest.mark.parametrize("_case_first", ["reference", "slug", "both at once"])
def test_values_of_which_the_reference_of_one_is_the_slug_of_the_other(
    _case_first, make_cart, pay, complete, give_attribute, color_attribute
):
    # given
    color_attribute.values.all().delete()
    by_reference = color_attribute.values.create(
        name="Anna", slug="apiary", external_reference="bert"
    )
    by_slug = color_attribute.values.create(name="Bert", slug="bert")
    assert by_slug.external_reference is None
    checkouts = [make_cart([(None, "10.00")]) for _ in range(2)]
    checkouts.append(make_cart([(None, "10.00")] * 2))
    values = [by_reference, by_slug]
    if _case_first == "slug":
        values.reverse()
    give_attribute(color_attribute, *[[value] for value in [*values, *values]])

    # when
    for checkout in checkouts[2 if _case_first == "both at once" else 0 :]:
        pay(checkout)
        assert complete(checkout)["errors"] == []

    # then
    assert read_orders() == ["apiary", "bert"]
    assert set(Seller.objects.values_list("name", "slug", "external_reference")) == {
        ("Anna", "apiary", value_id(by_reference)),
        ("Bert", "bert", value_id(by_slug)),
    }


@pytest.mark.parametrize("_case_first", ["reference", "slug"])
def test_values_whose_keys_meet_later(
    _case_first, make_cart, pay, complete, give_attribute, color_attribute
):
    # given: one has sold before the other one was there
    color_attribute.values.all().delete()
    checkouts = [make_cart([(None, "10.00")]) for _ in range(2)]
    if _case_first == "reference":
        first = color_attribute.values.create(
            name="Anna", slug="apiary", external_reference="bert"
        )
    else:
        first = color_attribute.values.create(name="Bert", slug="bert")
    give_attribute(color_attribute, [first], [])
    pay(checkouts[0])
    complete(checkouts[0])
    [seller] = Seller.objects.all()
    assert seller.external_reference == "bert"
    if _case_first == "reference":
        second = color_attribute.values.create(name="Bert", slug="bert")
    else:
        second = color_attribute.values.create(
            name="Anna", slug="apiary", external_reference="bert"
        )
    give_attribute(color_attribute, [first], [second])

    # when
    pay(checkouts[1])
    complete(checkouts[1])

    # then
    assert read_orders() == [second.slug]
    assert seller.order_links.count() == 1
    made = Seller.objects.exclude(pk=seller.pk).get()
    assert (made.name, made.slug, made.external_reference) == (
        second.name,
        second.slug,
        value_id(second),
    )


def test_a_key_of_digits(make_cart, pay, complete, order_groups_plugin, channel_USD):
    # given
    checkout = make_cart([(None, "10.00")])
    Product.objects.update(metadata={"2024": "anna"})
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:2024"})
    pay(checkout)

    # when
    complete(checkout)

    # then
    assert read_orders() == ["anna"]


def test_the_id_of_a_page_in_metadata_names_the_page(
    make_named_cart, pay, complete, order_groups_plugin, channel_USD, page_list
):
    # given: as a marketplace of Saleor's keeps it
    known, new, *_ = page_list
    Seller.objects.create(name="Known", slug=known.slug)
    checkout = make_named_cart(page_id(known), page_id(new), page_id(new), None)
    for product in Product.objects.all():
        product.metadata = {"vendor.id": product.metadata.get("vendor", "")}
        product.save()
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor.id"})
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert data["errors"] == []
    assert read_orders() == [None, *sorted([known.slug, new.slug])]
    made = Seller.objects.get(slug=new.slug)
    assert (made.name, made.external_reference) == (new.title, page_id(new))
    assert Seller.objects.count() == 2
    assert sorted(order.lines.count() for order in Order.objects.all()) == [1, 1, 2]


@pytest.mark.parametrize(
    "_case_text", ["anna", "UGFnZTp4", "UGFnZToxNw", "T3JkZXI6MQ=="]
)
def test_a_text_that_is_no_page_id_is_a_name(_case_text, make_named_cart):
    # given
    make_named_cart(_case_text)
    [product] = Product.objects.all()

    # when
    source = SellerSource(SellerSourceType.METADATA, "vendor")
    [seller] = fetch_sellers([product.pk], source).values()

    # then
    assert seller.name == _case_text
