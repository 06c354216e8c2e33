"""The plugin's configuration: read by `config`, written through `pluginUpdate`."""

import re
from pathlib import Path

import graphene
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.plugins.manager import get_plugins_manager
from saleor.plugins.models import PluginConfiguration

from saleor_order_groups.config import (
    ASSIGNMENT,
    PARSERS,
    PLUGIN_ID,
    OrderGroupsConfig,
    SellerSource,
    SellerSourceType,
    fetch_configs,
    fetch_seller_sources,
    get_config,
)
from saleor_order_groups.plugin import OrderGroupsPlugin

PLUGIN_UPDATE_MUTATION = """
    mutation PluginUpdate($id: ID!, $channelId: ID, $input: PluginUpdateInput!) {
        pluginUpdate(id: $id, channelId: $channelId, input: $input) {
            plugin {
                channelConfigurations {
                    active
                    channel { slug }
                    configuration { name value type label helpText }
                }
            }
            errors { field message code }
        }
    }
"""
DEFAULTS = OrderGroupsConfig(
    active=True, group_single_seller=True, allow_shop_goods=True
)


@pytest.fixture
def update_plugin(staff_api_client, permission_manage_plugins):
    """Return a function that runs `pluginUpdate` for a channel."""

    def update(channel, **input):
        variables = {
            "id": PLUGIN_ID,
            "channelId": graphene.Node.to_global_id("Channel", channel.pk),
            "input": input,
        }
        response = staff_api_client.post_graphql(
            PLUGIN_UPDATE_MUTATION,
            variables,
            permissions=[permission_manage_plugins],
            check_no_permissions=False,
        )
        return get_graphql_content(response)["data"]["pluginUpdate"]

    return update


def test_get_config_defaults(order_groups_plugin, channel_USD):
    # when
    config = get_config(channel_USD.slug)

    # then
    assert config == DEFAULTS


def test_get_config_is_inactive_until_activated(order_groups_plugin, channel_PLN):
    # given
    assert not PluginConfiguration.objects.filter(channel=channel_PLN).exists()

    # when
    config = get_config(channel_PLN.slug)

    # then
    assert config == OrderGroupsConfig(active=False)


def test_get_config_of_an_inactive_channel(order_groups_plugin, channel_USD):
    # given
    order_groups_plugin(channel_USD, active=False)

    # when
    config = get_config(channel_USD.slug)

    # then
    assert config == OrderGroupsConfig(active=False)


def test_get_config_of_an_unknown_channel(order_groups_plugin):
    assert get_config("no-such-channel") == OrderGroupsConfig(active=False)


def test_get_config_without_the_plugin_in_settings(
    order_groups_plugin, channel_USD, settings
):
    # given
    settings.PLUGINS = []

    # when
    config = get_config(channel_USD.slug)

    # then
    assert config == OrderGroupsConfig(active=False)


def test_get_config_of_each_channel(order_groups_plugin, channel_USD, channel_PLN):
    # given
    order_groups_plugin(channel_USD, **{"group-single-seller": False})
    order_groups_plugin(channel_PLN, **{"allow-shop-goods": False})
    manager = get_plugins_manager(allow_replica=False)

    # when
    configs = [
        get_config(channel.slug, manager) for channel in (channel_USD, channel_PLN)
    ]

    # then
    assert configs == [
        OrderGroupsConfig(active=True, group_single_seller=False),
        OrderGroupsConfig(active=True, allow_shop_goods=False),
    ]


def test_get_config_fills_in_fields_that_were_never_stored(
    order_groups_plugin, channel_USD
):
    # given
    PluginConfiguration.objects.filter(identifier=PLUGIN_ID).update(
        configuration=[{"name": "allow-shop-goods", "value": False}]
    )

    # when
    config = get_config(channel_USD.slug)

    # then
    assert config == OrderGroupsConfig(
        active=True, group_single_seller=True, allow_shop_goods=False
    )


@pytest.mark.parametrize("_case_value", ["yes", "", None, 1])
def test_get_config_names_a_stored_value_that_is_not_a_boolean(
    _case_value, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"allow-shop-goods": _case_value})

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        get_config(channel_USD.slug)

    # then
    assert str(error.value) == (
        f"Plugin saleor.order_groups, channel {channel_USD.slug}, allow-shop-goods: "
        f'{_case_value!r} is neither "true" nor "false".'
    )


def test_get_config_ignores_wrong_values_while_inactive(
    order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, active=False, **{"allow-shop-goods": "yes"})

    # when
    config = get_config(channel_USD.slug)

    # then
    assert config == OrderGroupsConfig(active=False)


def test_get_config_reads_a_channel_once_for_each_manager(
    order_groups_plugin, channel_USD
):
    # given
    manager = get_plugins_manager(allow_replica=False)

    # when
    with CaptureQueriesContext(connection) as first:
        get_config(channel_USD.slug, manager)
    with CaptureQueriesContext(connection) as second:
        get_config(channel_USD.slug, manager)

    # then
    # The channel, its configurations, the channel of ours, those of no channel.
    assert len(first) == 4
    assert len(second) == 0


def test_plugin_update_saves_what_dashboard_sends(
    update_plugin, order_groups_plugin, channel_USD, channel_PLN
):
    # when
    data = update_plugin(
        channel_PLN,
        active=True,
        configuration=[
            {"name": "group-single-seller", "value": "false"},
            {"name": "allow-shop-goods", "value": "true"},
        ],
    )

    # then
    assert data["errors"] == []
    configurations = {
        configuration["channel"]["slug"]: configuration
        for configuration in data["plugin"]["channelConfigurations"]
    }
    assert configurations[channel_PLN.slug]["active"] is True
    assert {
        (item["name"], item["value"], item["type"], item["label"])
        for item in configurations[channel_PLN.slug]["configuration"]
    } == {
        (
            "group-single-seller",
            "false",
            "BOOLEAN",
            "Group a single seller's order",
        ),
        ("allow-shop-goods", "true", "BOOLEAN", "Sell the shop's own goods"),
        ("shipping-allocation", "SUBTOTAL", "STRING", "Divide the shipping price"),
        ("charge-policy", "PER_ORDER", "STRING", "Charge orders or groups"),
        ("seller-source", "ASSIGNMENT", "STRING", "Who sells a product"),
        ("confirmation", "PER_ORDER", "STRING", "Confirm orders or groups"),
        (
            "seller-customer-data",
            "SHIPPING_ADDRESS,NOTE",
            "STRING",
            "What sellers see of customers",
        ),
        (
            "seller-line-metadata",
            "",
            "STRING",
            "What sellers see of a line's metadata",
        ),
        ("seller-refunds", "GRANT", "STRING", "Refunds by sellers"),
    }
    assert get_config(channel_PLN.slug) == OrderGroupsConfig(
        active=True, group_single_seller=False, allow_shop_goods=True
    )
    assert get_config(channel_USD.slug) == DEFAULTS


def test_plugin_update_of_one_field_keeps_the_other(
    update_plugin, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"group-single-seller": False})

    # when
    data = update_plugin(
        channel_USD, configuration=[{"name": "allow-shop-goods", "value": "FALSE"}]
    )

    # then
    assert data["errors"] == []
    assert get_config(channel_USD.slug) == OrderGroupsConfig(
        active=True, group_single_seller=False, allow_shop_goods=False
    )


def test_plugin_update_takes_null_for_no_change(
    update_plugin, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"allow-shop-goods": False})

    # when
    data = update_plugin(
        channel_USD, configuration=[{"name": "allow-shop-goods", "value": None}]
    )

    # then
    assert data["errors"] == []
    assert get_config(channel_USD.slug) == OrderGroupsConfig(
        active=True, allow_shop_goods=False
    )


def test_plugin_update_deactivates(update_plugin, order_groups_plugin, channel_USD):
    # when
    data = update_plugin(channel_USD, active=False)

    # then
    assert data["errors"] == []
    assert get_config(channel_USD.slug) == OrderGroupsConfig(active=False)


@pytest.mark.parametrize("_case_value", ["yes", "no", "1", "0", "", " true", "None"])
def test_plugin_update_refuses_a_value_that_is_not_a_boolean(
    _case_value, update_plugin, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"group-single-seller": False})

    # when
    data = update_plugin(
        channel_USD,
        active=False,
        configuration=[
            {"name": "group-single-seller", "value": "true"},
            {"name": "allow-shop-goods", "value": _case_value},
        ],
    )

    # then
    assert data["plugin"] is None
    assert data["errors"] == [
        {
            "field": "allow-shop-goods",
            "message": (
                f'allow-shop-goods: {_case_value!r} is neither "true" nor "false".'
            ),
            "code": "INVALID",
        }
    ]
    assert get_config(channel_USD.slug) == OrderGroupsConfig(
        active=True, group_single_seller=False, allow_shop_goods=True
    )


def test_plugin_update_refuses_unknown_fields_and_names_every_error(
    update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD,
        configuration=[
            {"name": "group_single_seller", "value": "false"},
            {"name": "allow-shop-goods", "value": "no"},
        ],
    )

    # then
    assert data["plugin"] is None
    assert sorted(data["errors"], key=lambda error: error["code"]) == [
        {
            "field": "allow-shop-goods",
            "message": 'allow-shop-goods: \'no\' is neither "true" nor "false".',
            "code": "INVALID",
        },
        {
            "field": "groupSingleSeller",
            "message": (
                "Unknown field group_single_seller. The fields are: "
                "group-single-seller, allow-shop-goods, shipping-allocation, "
                "charge-policy, seller-source, confirmation, seller-customer-data, "
                "seller-line-metadata, seller-refunds."
            ),
            "code": "NOT_FOUND",
        },
    ]
    assert get_config(channel_USD.slug) == DEFAULTS


def test_plugin_update_refused_leaves_a_new_channel_at_the_defaults(
    update_plugin, order_groups_plugin, channel_PLN
):
    # when
    data = update_plugin(
        channel_PLN,
        active=True,
        configuration=[{"name": "allow-shop-goods", "value": "no"}],
    )

    # then
    assert [error["code"] for error in data["errors"]] == ["INVALID"]
    assert get_config(channel_PLN.slug) == OrderGroupsConfig(active=False)
    order_groups_row = PluginConfiguration.objects.get(channel=channel_PLN)
    assert {item["name"]: item["value"] for item in order_groups_row.configuration} == {
        "group-single-seller": True,
        "allow-shop-goods": True,
        "shipping-allocation": "SUBTOTAL",
        "charge-policy": "PER_ORDER",
        "seller-source": "ASSIGNMENT",
        "confirmation": "PER_ORDER",
        "seller-customer-data": "SHIPPING_ADDRESS,NOTE",
        "seller-line-metadata": "",
        "seller-refunds": "GRANT",
    }


def test_plugin_update_refuses_to_save_a_wrong_value_stored_otherwise(
    update_plugin, order_groups_plugin, channel_USD
):
    # given
    order_groups_plugin(channel_USD, active=False, **{"allow-shop-goods": "yes"})

    # when
    data = update_plugin(channel_USD, active=True)

    # then
    assert [(error["field"], error["code"]) for error in data["errors"]] == [
        ("allow-shop-goods", "INVALID")
    ]
    assert get_config(channel_USD.slug) == OrderGroupsConfig(active=False)


def test_plugin_update_needs_the_permission(
    staff_api_client, order_groups_plugin, channel_USD
):
    # given
    variables = {
        "id": PLUGIN_ID,
        "channelId": graphene.Node.to_global_id("Channel", channel_USD.pk),
        "input": {"active": False},
    }

    # when
    response = staff_api_client.post_graphql(PLUGIN_UPDATE_MUTATION, variables)

    # then
    assert_no_permission(response)
    assert get_config(channel_USD.slug) == DEFAULTS


@pytest.mark.parametrize("_case_value", ["WEIGHT", "EQUAL", "FIRST", "SUBTOTAL"])
def test_plugin_update_sets_the_shipping_allocation(
    _case_value, update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD,
        configuration=[{"name": "shipping-allocation", "value": _case_value}],
    )

    # then
    assert data["errors"] == []
    assert get_config(channel_USD.slug).shipping_allocation == _case_value


@pytest.mark.parametrize("_case_value", ["weight", "", "true", "HALF"])
def test_plugin_update_refuses_an_unknown_shipping_allocation(
    _case_value, update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD,
        configuration=[{"name": "shipping-allocation", "value": _case_value}],
    )

    # then
    assert data["errors"] == [
        {
            "field": "shipping-allocation",
            "message": (
                f"shipping-allocation: {_case_value!r} is none of"
                " SUBTOTAL, WEIGHT, EQUAL, FIRST."
            ),
            "code": "INVALID",
        }
    ]
    assert get_config(channel_USD.slug) == DEFAULTS


@pytest.mark.parametrize("_case_value", ["GROUP", "PER_ORDER"])
def test_plugin_update_sets_the_charge_policy(
    _case_value, update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD, configuration=[{"name": "charge-policy", "value": _case_value}]
    )

    # then
    assert data["errors"] == []
    assert get_config(channel_USD.slug).charge_policy == _case_value


@pytest.mark.parametrize("_case_value", ["group", "", "true"])
def test_plugin_update_refuses_an_unknown_charge_policy(
    _case_value, update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD, configuration=[{"name": "charge-policy", "value": _case_value}]
    )

    # then
    assert data["errors"] == [
        {
            "field": "charge-policy",
            "message": (f"charge-policy: {_case_value!r} is none of PER_ORDER, GROUP."),
            "code": "INVALID",
        }
    ]
    assert get_config(channel_USD.slug) == DEFAULTS


@pytest.mark.parametrize(
    ("_case_value", "source"),
    [
        ("METADATA:vendor", SellerSource(SellerSourceType.METADATA, "vendor")),
        ("METADATA:a.b:c", SellerSource(SellerSourceType.METADATA, "a.b:c")),
        ("ASSIGNMENT", ASSIGNMENT),
    ],
)
def test_plugin_update_sets_the_seller_source(
    _case_value, source, update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD, configuration=[{"name": "seller-source", "value": _case_value}]
    )

    # then
    assert data["errors"] == []
    assert get_config(channel_USD.slug).seller_source == source
    assert str(source) == _case_value


@pytest.mark.parametrize(
    "_case_value",
    ["", "METADATA", "METADATA:", "ATTRIBUTE: ", "ASSIGNMENT:x", "PAGE:x"],
)
def test_plugin_update_refuses_an_unknown_seller_source(
    _case_value, update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD, configuration=[{"name": "seller-source", "value": _case_value}]
    )

    # then
    assert data["errors"] == [
        {
            "field": "seller-source",
            "message": (
                f"seller-source: {_case_value!r} is none of ASSIGNMENT, METADATA:key,"
                " ATTRIBUTE:slug."
            ),
            "code": "INVALID",
        }
    ]
    assert get_config(channel_USD.slug) == DEFAULTS


def test_plugin_update_takes_attributes_that_can_name_a_seller(
    update_plugin,
    order_groups_plugin,
    channel_USD,
    color_attribute,
    plain_text_attribute,
    product_type_page_reference_attribute,
    product_type,
):
    for attribute in (
        color_attribute,
        plain_text_attribute,
        product_type_page_reference_attribute,
    ):
        # given
        attribute.product_types.add(product_type)

        # when
        value = f"ATTRIBUTE:{attribute.slug}"
        data = update_plugin(
            channel_USD, configuration=[{"name": "seller-source", "value": value}]
        )

        # then
        assert data["errors"] == []
        assert get_config(channel_USD.slug).seller_source == SellerSource(
            SellerSourceType.ATTRIBUTE, attribute.slug
        )


def test_plugin_update_refuses_attributes_that_cannot_name_a_seller(
    update_plugin,
    order_groups_plugin,
    channel_USD,
    boolean_attribute,
    tag_page_attribute,
    product_type_product_reference_attribute,
):
    for slug, reason in (
        ("no-such", "there is no product attribute no-such."),
        (
            tag_page_attribute.slug,
            f"there is no product attribute {tag_page_attribute.slug}.",
        ),
        (
            boolean_attribute.slug,
            f"the attribute {boolean_attribute.slug} is neither a reference to a page"
            " nor a dropdown, a swatch or plain text.",
        ),
        (
            product_type_product_reference_attribute.slug,
            f"the attribute {product_type_product_reference_attribute.slug} is neither"
            " a reference to a page nor a dropdown, a swatch or plain text.",
        ),
    ):
        # when
        data = update_plugin(
            channel_USD,
            configuration=[{"name": "seller-source", "value": f"ATTRIBUTE:{slug}"}],
        )

        # then
        assert data["errors"] == [
            {
                "field": "seller-source",
                "message": f"seller-source: {reason}",
                "code": "INVALID",
            }
        ]
    assert get_config(channel_USD.slug) == DEFAULTS


def test_seller_sources_of_channels(
    order_groups_plugin, channel_USD, channel_PLN, channel_JPY
):
    # given
    vendor = SellerSource(SellerSourceType.METADATA, "vendor")
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor"})
    order_groups_plugin(channel_PLN, **{"seller-source": "METADATA:vendor"})
    order_groups_plugin(channel_JPY, active=False)

    # when
    with CaptureQueriesContext(connection) as queries:
        sources = fetch_seller_sources()

    # then
    assert len(queries) == 1
    assert sources.get(channel_USD.slug) == vendor
    # What all active channels have in common.
    assert sources.get(channel_JPY.slug) == vendor
    assert sources.get(None) == vendor


def test_seller_sources_of_channels_that_differ(
    order_groups_plugin, channel_USD, channel_PLN
):
    # given
    vendor = SellerSource(SellerSourceType.METADATA, "vendor")
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor"})
    order_groups_plugin(channel_PLN)
    # Stored before there was such a field.
    PluginConfiguration.objects.filter(channel=channel_PLN).update(configuration=[])

    # when
    sources = fetch_seller_sources()

    # then
    assert sources.get(channel_USD.slug) == vendor
    assert sources.get(channel_PLN.slug) == ASSIGNMENT
    assert sources.get(None) == ASSIGNMENT


@pytest.mark.parametrize("_case_value", ["GROUP", "PER_ORDER"])
def test_plugin_update_sets_the_confirmation(
    _case_value, update_plugin, order_groups_plugin, channel_USD
):
    # when
    data = update_plugin(
        channel_USD, configuration=[{"name": "confirmation", "value": _case_value}]
    )

    # then
    assert data["errors"] == []
    assert get_config(channel_USD.slug).confirmation == _case_value


def test_plugin_update_sets_what_sellers_see(
    update_plugin, order_groups_plugin, channel_USD
):
    # when
    refused = update_plugin(
        channel_USD,
        configuration=[{"name": "seller-customer-data", "value": "NOTE,NAME"}],
    )
    data = update_plugin(
        channel_USD,
        configuration=[
            {"name": "seller-customer-data", "value": " EMAIL ,NOTE,EMAIL,"},
            {"name": "seller-line-metadata", "value": "engraving, ,size"},
            {"name": "seller-refunds", "value": "OFF"},
        ],
    )

    # then
    assert [error["message"] for error in refused["errors"]] == [
        "seller-customer-data: 'NAME' is none of SHIPPING_ADDRESS, PHONE, EMAIL, "
        "BILLING_ADDRESS, NOTE."
    ]
    assert data["errors"] == []
    config = get_config(channel_USD.slug)
    assert config.seller_customer_data == ("EMAIL", "NOTE")
    assert config.seller_line_metadata == ("engraving", "size")
    assert config.seller_refunds == "OFF"
    assert fetch_configs() == {channel_USD.slug: config}


def test_the_documented_keys_are_the_plugins():
    # given
    text = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text()

    # when
    rows = re.findall(r"^\| `([a-z-]+)` \| `?([\w,]+)`? \| (.*?):", text, re.MULTILINE)

    # then
    assert [(name, default) for name, default, _ in rows] == [
        (item["name"], str(item["value"]).replace("True", "true") or "empty")
        for item in OrderGroupsPlugin.DEFAULT_CONFIGURATION
    ]
    for name, _, values in rows:
        for value in re.findall("`([^`]+)`", values):
            PARSERS[name](value)
