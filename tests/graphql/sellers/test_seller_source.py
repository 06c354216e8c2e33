"""The rule that names a product's seller, for the Dashboard."""

import pytest
from graphene import Node
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

PRODUCT = """
    query Product($id: ID!, $channel: String) {
      product(id: $id, channel: $channel) { seller { slug } sellerSource }
    }
"""


@pytest.fixture
def ask(product):
    def _ask(client, channel=None):
        variables = {
            "id": Node.to_global_id("Product", product.pk),
            "channel": channel and channel.slug,
        }
        return client.post_graphql(PRODUCT, variables)

    return _ask


@pytest.fixture
def staff(staff_api_client, permission_manage_products):
    staff_api_client.user.user_permissions.add(permission_manage_products)
    return staff_api_client


@pytest.mark.parametrize("source", ["ASSIGNMENT", "METADATA:vendor", "ATTRIBUTE:brand"])
def test_source_of_a_channel(source, ask, staff, order_groups_plugin, channel_USD):
    # given
    order_groups_plugin(channel_USD, **{"seller-source": source})

    # when
    content = get_graphql_content(ask(staff, channel_USD))

    # then the product is the shop's own, by this rule
    assert content["data"]["product"] == {"seller": None, "sellerSource": source}


def test_source_without_a_channel(
    ask, staff, order_groups_plugin, channel_USD, channel_PLN
):
    # given
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor"})

    # when, then all channels in which the plugin is active share it
    content = get_graphql_content(ask(staff))
    assert content["data"]["product"]["sellerSource"] == "METADATA:vendor"

    # when, then they differ, and assignments decide, as in `Product.seller`
    order_groups_plugin(channel_PLN, **{"seller-source": "METADATA:brand"})
    content = get_graphql_content(ask(staff))
    assert content["data"]["product"]["sellerSource"] == "ASSIGNMENT"


def test_source_needs_manage_products(
    ask,
    api_client,
    user_api_client,
    staff_api_client,
    app_api_client,
    permission_manage_products,
    order_groups_plugin,
    channel_USD,
):
    for client in (api_client, user_api_client, staff_api_client, app_api_client):
        assert_no_permission(ask(client, channel_USD))
    app_api_client.app.permissions.add(permission_manage_products)
    content = get_graphql_content(ask(app_api_client, channel_USD))
    assert content["data"]["product"]["sellerSource"] == "ASSIGNMENT"
