"""A source that does not answer any more: nothing is sold as the shop's own by mistake."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from graphene import Node
from saleor.attribute.models import AttributeValue
from saleor.checkout.models import Checkout
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.page.models import Page
from saleor.plugins.models import PluginConfiguration
from saleor.product.models import Product

from saleor_order_groups.checks import check_configuration
from saleor_order_groups.config import get_config
from saleor_order_groups.models import OrderGroup, Seller
from saleor_order_groups.verification.runner import verify

PLUGIN_UPDATE = """
    mutation Update($channel: ID!, $input: PluginUpdateInput!) {
      pluginUpdate(id: "saleor.order_groups", channelId: $channel, input: $input) {
        errors { field message code }
      }
    }
"""
UNASSIGN = """
    mutation Unassign($type: ID!, $attributes: [ID!]!) {
      productAttributeUnassign(productTypeId: $type, attributeIds: $attributes) {
        errors { field }
      }
    }
"""
NO_TYPE = (
    "no product type has the attribute color as one of its product attributes; an"
    " attribute of variants names nobody."
)


@pytest.fixture
def update_plugin(staff_api_client, permission_manage_plugins):
    staff_api_client.user.user_permissions.add(permission_manage_plugins)

    def _update(channel, **data):
        variables = {"channel": Node.to_global_id("Channel", channel.pk), "input": data}
        response = staff_api_client.post_graphql(PLUGIN_UPDATE, variables)
        return get_graphql_content(response)["data"]["pluginUpdate"]["errors"]

    return _update


@pytest.fixture
def named_cart(make_cart, pay, give_attribute, color_attribute):
    """Return a paid checkout of a product of `red` and one of nobody."""
    checkout = make_cart([(None, "10.00"), (None, "20.00")])
    give_attribute(color_attribute, [color_attribute.values.get(slug="red")], [])
    pay(checkout)
    return checkout


def unassign(client, attribute, *permissions):
    client.user.user_permissions.add(*permissions)
    for product_type in attribute.product_types.all():
        variables = {
            "type": Node.to_global_id("ProductType", product_type.pk),
            "attributes": [Node.to_global_id("Attribute", attribute.pk)],
        }
        response = client.post_graphql(UNASSIGN, variables)
        data = get_graphql_content(response)["data"]["productAttributeUnassign"]
        assert data["errors"] == []


def break_source(case, attribute):
    if case == "slug":
        attribute.slug = "colour"
        attribute.save()
        return "there is no product attribute color."
    if case == "deleted":
        attribute.delete()
        return "there is no product attribute color."
    attribute.product_types.clear()
    return NO_TYPE


@pytest.mark.parametrize("_case", ["slug", "deleted", "taken off"])
def test_completion_is_refused(_case, named_cart, complete, color_attribute):
    # given
    reason = break_source(_case, color_attribute)

    # when
    data = complete(named_cart)

    # then
    first, second = named_cart.lines.order_by("variant_id")
    names = ", ".join(
        f"{line.variant.product.name} ({line.variant})" for line in (first, second)
    )
    assert data["errors"] == [
        {
            "field": "lines",
            "message": (
                f"It is not known who sells these goods ({reason[:-1]}): {names}."
            ),
            "code": "UNAVAILABLE_VARIANT_IN_CHANNEL",
            "lines": [
                Node.to_global_id("CheckoutLine", line.pk) for line in (first, second)
            ],
            "variants": [
                Node.to_global_id("ProductVariant", line.variant_id)
                for line in (first, second)
            ],
        }
    ]
    assert data["order"] is None
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Seller.objects.exists()
    assert Checkout.objects.filter(pk=named_cart.pk).exists()


def test_completion_holds_where_the_source_answers(named_cart, complete):
    # when
    data = complete(named_cart)

    # then: who has no value is the shop's own
    assert data["errors"] == []
    assert [order["seller"] for order in data["orderGroup"]["orders"]] == [
        None,
        {"slug": "red"},
    ]


def test_an_attribute_taken_off_one_of_two_types_refuses_what_had_a_value(
    named_cart,
    complete,
    color_attribute,
    product_type_without_variant,
    staff_api_client,
    permission_manage_product_types_and_attributes,
):
    # given
    unassign(
        staff_api_client,
        color_attribute,
        permission_manage_product_types_and_attributes,
    )
    color_attribute.product_types.add(product_type_without_variant)

    # when
    data = complete(named_cart)

    # then: the second product never had one
    named = named_cart.lines.order_by("variant_id")[0]
    [error] = data["errors"]
    assert error["lines"] == [Node.to_global_id("CheckoutLine", named.pk)]
    assert error["message"] == (
        "It is not known who sells these goods (the product type does not have the"
        f" attribute color any more): {named.variant.product.name} ({named.variant})."
    )
    assert not Order.objects.exists()
    assert [str(finding) for finding in verify()] == [
        "seller-source: ATTRIBUTE:color: 1 products have a value of the attribute, but"
        " their product types do not have the attribute any more."
    ]


@pytest.mark.parametrize("_case", ["slug", "deleted", "taken off"])
def test_the_configuration_is_refused(
    _case, named_cart, update_plugin, channel_PLN, color_attribute
):
    # given
    reason = break_source(_case, color_attribute)

    # when
    errors = update_plugin(
        channel_PLN,
        active=True,
        configuration=[{"name": "seller-source", "value": "ATTRIBUTE:color"}],
    )

    # then
    assert errors == [
        {
            "field": "seller-source",
            "message": f"seller-source: {reason}",
            "code": "INVALID",
        }
    ]
    assert not get_config(channel_PLN.slug).active


def test_an_attribute_of_variants_is_refused(
    order_groups_plugin, update_plugin, channel_USD, color_attribute, product_type
):
    # given
    color_attribute.product_types.clear()
    color_attribute.product_variant_types.add(product_type)

    # when
    errors = update_plugin(
        channel_USD,
        configuration=[{"name": "seller-source", "value": "ATTRIBUTE:color"}],
    )

    # then
    assert [error["message"] for error in errors] == [f"seller-source: {NO_TYPE}"]
    assert str(get_config(channel_USD.slug).seller_source) == "ASSIGNMENT"


def test_the_plugin_is_switched_off_and_not_on_again(
    named_cart, update_plugin, channel_USD, color_attribute
):
    # given
    break_source("slug", color_attribute)
    configuration = [{"name": "seller-source", "value": "ATTRIBUTE:color"}]

    # when: the Dashboard sends every field
    errors = update_plugin(channel_USD, active=False, configuration=configuration)

    # then
    assert errors == []
    assert not get_config(channel_USD.slug).active

    # when
    errors = update_plugin(channel_USD, active=True)

    # then
    assert [error["code"] for error in errors] == ["INVALID"]
    assert not get_config(channel_USD.slug).active


def test_check_and_verify_say_so(named_cart, color_attribute, channel_USD):
    # given
    assert check_configuration(None) == []
    assert list(verify()) == []
    break_source("slug", color_attribute)
    problem = (
        f"channel {channel_USD.slug}, ATTRIBUTE:color: there is no product attribute"
        " color."
    )

    # when
    stderr = StringIO()
    call_command("check", stderr=stderr)

    # then
    assert (
        f"(saleor_order_groups.W001) It is not known who sells the products: {problem}"
        in stderr.getvalue()
    )
    stdout = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_order_groups", stdout=stdout, stderr=StringIO())
    assert stdout.getvalue() == f"seller-source: {problem}\n"


def test_check_says_that_a_stored_source_is_none(order_groups_plugin, channel_USD):
    # given
    order_groups_plugin(channel_USD, **{"seller-source": "PAGE:x"})

    # when
    [warning] = check_configuration(None)

    # then
    assert "'PAGE:x' is none of ASSIGNMENT" in warning.msg
    [finding] = verify()
    assert finding.invariant == "seller-source"


def test_check_passes_without_tables(order_groups_plugin):
    # given
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE plugins_pluginconfiguration RENAME TO elsewhere")

    # then: the statement that failed has not ended the transaction
    assert check_configuration(None) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO plugins_pluginconfiguration")
    assert PluginConfiguration.objects.count() == 1


@pytest.mark.parametrize("_case", ["slug", "deleted", "taken off"])
def test_older_orders_get_no_groups(
    _case, named_cart, complete, color_attribute, order_groups_plugin, channel_USD
):
    # given: an order from before
    order_groups_plugin(channel_USD, active=False)
    complete(named_cart)
    order_groups_plugin(channel_USD, **{"seller-source": "ATTRIBUTE:color"})
    reason = break_source(_case, color_attribute)

    # when
    with pytest.raises(CommandError) as error:
        call_command("create_order_groups")

    # then
    assert str(error.value) == f"Channel {channel_USD.slug}, ATTRIBUTE:color: {reason}"
    assert not OrderGroup.objects.exists()


def test_an_emptied_text_attribute_is_the_shops_own(
    make_cart, pay, complete, give_attribute, plain_text_attribute, staff_api_client,
    permission_manage_products,
):  # fmt: skip
    # given
    checkout = make_cart([(None, "10.00"), (None, "20.00")])
    products = list(Product.objects.order_by("pk"))
    values = [
        AttributeValue.objects.create(
            attribute=plain_text_attribute,
            name="Anna",
            slug=f"{product.pk}_{plain_text_attribute.pk}",
            plain_text="Anna",
        )
        for product in products
    ]
    give_attribute(plain_text_attribute, *[[value] for value in values])
    mutation = """
        mutation Empty($id: ID!, $attribute: ID!) {
          productUpdate(
            id: $id, input: {attributes: [{id: $attribute, plainText: ""}]}
          ) { errors { field message } }
        }
    """
    staff_api_client.user.user_permissions.add(permission_manage_products)
    for product in products:
        response = staff_api_client.post_graphql(
            mutation,
            {
                "id": Node.to_global_id("Product", product.pk),
                "attribute": Node.to_global_id("Attribute", plain_text_attribute.pk),
            },
        )
        content = get_graphql_content(response)
        assert content["data"]["productUpdate"]["errors"] == []
    assigned = AttributeValue.objects.filter(
        productvalueassignment__product__in=products
    )
    assert [value.plain_text for value in assigned] == ["", ""]
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert data["errors"] == []
    assert [order["seller"] for order in data["orderGroup"]["orders"]] == [None]
    assert not Seller.objects.exists()

    # when
    stdout = StringIO()
    source = f"ATTRIBUTE:{plain_text_attribute.slug}"
    call_command("import_sellers", source, stdout=stdout, stderr=StringIO())

    # then
    assert "2 without a seller in its data" in stdout.getvalue().splitlines()
    assert not Seller.objects.exists()


def test_metadata_of_a_page_that_is_gone_refuse_the_completion(
    make_named_cart, pay, complete, page
):
    # given
    page_id = Node.to_global_id("Page", page.pk)
    checkouts = [make_named_cart(page_id, None) for _ in range(2)]
    for checkout in checkouts:
        pay(checkout)
    Page.objects.filter(pk=page.pk).delete()

    # when
    data = complete(checkouts[0])

    # then
    [error] = data["errors"]
    line = checkouts[0].lines.order_by("variant_id")[0]
    assert error["lines"] == [Node.to_global_id("CheckoutLine", line.pk)]
    assert error["message"] == (
        f"It is not known who sells these goods (there is no page {page_id}):"
        f" {line.variant.product.name} ({line.variant})."
    )
    assert not Order.objects.exists()

    # when: somebody says who is meant
    Seller.objects.create(name="Anna", slug="anna", external_reference=page_id)
    data = complete(checkouts[0])

    # then
    assert data["errors"] == []
    assert json.dumps(data["orderGroup"]["orders"]).count('"anna"') == 1
