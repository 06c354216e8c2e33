"""The command configure_order_groups: pluginUpdate for who has a shell and no token."""

import pytest
from django.core.management import CommandError, call_command
from saleor.plugins.models import PluginConfiguration

from saleor_order_groups.config import (
    ChargePolicy,
    Confirmation,
    OrderGroupsConfig,
    SellerSource,
    SellerSourceType,
    get_config,
)
from tests.helpers.plugin_paths import PLUGIN_PATH

COMMAND = "configure_order_groups"
FIELDS = (
    "group-single-seller, allow-shop-goods, shipping-allocation, charge-policy, "
    "seller-source, confirmation, seller-customer-data, seller-line-metadata, "
    "seller-refunds"
)


@pytest.fixture
def loaded_plugin(settings):
    """Load the plugin, which has no configuration in any channel."""
    settings.PLUGINS = [*settings.PLUGINS, PLUGIN_PATH]


def refuse(*arguments):
    """Run the command, which must fail; return its message."""
    with pytest.raises(CommandError) as error:
        call_command(COMMAND, *arguments)
    assert error.value.returncode == 1
    return str(error.value)


def test_it_activates_the_plugin_with_its_defaults(loaded_plugin, channel_USD, capsys):
    # when
    call_command(COMMAND, "--channel", channel_USD.slug, "--active")

    # then
    assert get_config(channel_USD.slug) == OrderGroupsConfig(active=True)
    assert capsys.readouterr().out == (
        "main: active\n"
        "  group-single-seller   true\n"
        "  allow-shop-goods      true\n"
        "  shipping-allocation   SUBTOTAL\n"
        "  charge-policy         PER_ORDER\n"
        "  seller-source         ASSIGNMENT\n"
        "  confirmation          PER_ORDER\n"
        "  seller-customer-data  SHIPPING_ADDRESS,NOTE\n"
        "  seller-line-metadata  (empty)\n"
        "  seller-refunds        GRANT\n"
    )


def test_it_sets_what_it_is_given_and_leaves_the_rest(
    order_groups_plugin, channel_USD, capsys
):
    # given
    order_groups_plugin(channel_USD, **{"charge-policy": "GROUP"})

    # when
    call_command(
        COMMAND,
        *("--channel", channel_USD.slug),
        *("--set", "seller-source=METADATA:vendor"),
        *("--set", "allow-shop-goods=false", "confirmation=GROUP"),
    )

    # then
    assert get_config(channel_USD.slug) == OrderGroupsConfig(
        active=True,
        allow_shop_goods=False,
        charge_policy=ChargePolicy.GROUP,
        seller_source=SellerSource(SellerSourceType.METADATA, "vendor"),
        confirmation=Confirmation.GROUP,
    )
    assert capsys.readouterr().out == (
        "main: active\n"
        "  group-single-seller   true\n"
        "  allow-shop-goods      false\n"
        "  shipping-allocation   SUBTOTAL\n"
        "  charge-policy         GROUP\n"
        "  seller-source         METADATA:vendor\n"
        "  confirmation          GROUP\n"
        "  seller-customer-data  SHIPPING_ADDRESS,NOTE\n"
        "  seller-line-metadata  (empty)\n"
        "  seller-refunds        GRANT\n"
    )


def test_it_deactivates_the_plugin_and_keeps_the_values(
    order_groups_plugin, channel_USD, capsys
):
    # given
    order_groups_plugin(channel_USD, **{"charge-policy": "GROUP"})

    # when
    call_command(COMMAND, "--channel", channel_USD.slug, "--inactive")

    # then
    row = PluginConfiguration.objects.get()
    assert row.active is False
    assert {"name": "charge-policy", "value": "GROUP"} in row.configuration
    assert capsys.readouterr().out.startswith("main: not active\n")


def test_it_prints_one_channel_and_writes_nothing(loaded_plugin, channel_USD, capsys):
    # when
    call_command(COMMAND, "--channel", channel_USD.slug)

    # then
    assert capsys.readouterr().out == (
        "main: not active\n"
        "  group-single-seller   true\n"
        "  allow-shop-goods      true\n"
        "  shipping-allocation   SUBTOTAL\n"
        "  charge-policy         PER_ORDER\n"
        "  seller-source         ASSIGNMENT\n"
        "  confirmation          PER_ORDER\n"
        "  seller-customer-data  SHIPPING_ADDRESS,NOTE\n"
        "  seller-line-metadata  (empty)\n"
        "  seller-refunds        GRANT\n"
    )
    assert not PluginConfiguration.objects.exists()


def test_it_lists_every_channel_with_what_is_stored(
    order_groups_plugin, channel_USD, channel_PLN, capsys
):
    # given
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor"})

    # when
    call_command(COMMAND, "--list")

    # then
    assert capsys.readouterr().out == (
        "c-pln: not active\n"
        "  group-single-seller   true\n"
        "  allow-shop-goods      true\n"
        "  shipping-allocation   SUBTOTAL\n"
        "  charge-policy         PER_ORDER\n"
        "  seller-source         ASSIGNMENT\n"
        "  confirmation          PER_ORDER\n"
        "  seller-customer-data  SHIPPING_ADDRESS,NOTE\n"
        "  seller-line-metadata  (empty)\n"
        "  seller-refunds        GRANT\n"
        "main: active\n"
        "  group-single-seller   true\n"
        "  allow-shop-goods      true\n"
        "  shipping-allocation   SUBTOTAL\n"
        "  charge-policy         PER_ORDER\n"
        "  seller-source         METADATA:vendor\n"
        "  confirmation          PER_ORDER\n"
        "  seller-customer-data  SHIPPING_ADDRESS,NOTE\n"
        "  seller-line-metadata  (empty)\n"
        "  seller-refunds        GRANT\n"
    )


def test_it_lists_a_value_that_is_wrong(order_groups_plugin, channel_USD, capsys):
    # given
    order_groups_plugin(channel_USD, **{"charge-policy": "NEVER"})

    # when
    call_command(COMMAND, "--list")

    # then
    assert "  charge-policy         NEVER\n" in capsys.readouterr().out


def test_it_repairs_a_value_that_is_wrong(order_groups_plugin, channel_USD):
    # given
    order_groups_plugin(channel_USD, **{"charge-policy": "NEVER"})

    # when
    call_command(COMMAND, "--channel", channel_USD.slug, "--set", "charge-policy=GROUP")

    # then
    assert get_config(channel_USD.slug).charge_policy == ChargePolicy.GROUP


@pytest.mark.parametrize(
    ("_case", "item", "message"),
    [
        (
            "key",
            "seller-sauce=ASSIGNMENT",
            f"Unknown field seller-sauce. The fields are: {FIELDS}.",
        ),
        (
            "boolean",
            "allow-shop-goods=yes",
            'allow-shop-goods: \'yes\' is neither "true" nor "false".',
        ),
        (
            "choice",
            "shipping-allocation=RANDOM",
            "shipping-allocation: 'RANDOM' is none of SUBTOTAL, WEIGHT, EQUAL, FIRST.",
        ),
        (
            "source",
            "seller-source=VENDOR",
            "seller-source: 'VENDOR' is none of ASSIGNMENT, METADATA:key, "
            "ATTRIBUTE:slug.",
        ),
        (
            "no value",
            "confirmation=",
            "confirmation: '' is none of PER_ORDER, GROUP.",
        ),
        (
            "no equals sign",
            "confirmation",
            f"--set takes key=value, not 'confirmation'. The fields are: {FIELDS}.",
        ),
    ],
)
def test_a_wrong_item_is_refused_and_nothing_is_written(
    _case, item, message, loaded_plugin, channel_USD
):
    # when
    refusal = refuse(
        *("--channel", channel_USD.slug, "--active"),
        *("--set", "charge-policy=GROUP", item),
    )

    # then
    assert refusal == message
    assert not PluginConfiguration.objects.exists()


def test_every_wrong_item_is_named(order_groups_plugin, channel_USD):
    # given
    before = PluginConfiguration.objects.values().get()

    # when
    refusal = refuse(
        *("--channel", channel_USD.slug, "--inactive"),
        *("--set", "allow-shop-goods=yes", "confirmation=NEVER"),
    )

    # then
    assert refusal == (
        'allow-shop-goods: \'yes\' is neither "true" nor "false".\n'
        "confirmation: 'NEVER' is none of PER_ORDER, GROUP."
    )
    assert PluginConfiguration.objects.values().get() == before


def test_a_key_that_is_set_twice_is_refused(loaded_plugin, channel_USD):
    # when
    refusal = refuse(
        *("--channel", channel_USD.slug),
        *("--set", "confirmation=GROUP", "confirmation=PER_ORDER"),
    )

    # then
    assert refusal == "confirmation is set twice."
    assert not PluginConfiguration.objects.exists()


def test_an_attribute_is_looked_up_as_in_plugin_update(loaded_plugin, channel_USD):
    # when
    refusal = refuse(
        *("--channel", channel_USD.slug), *("--set", "seller-source=ATTRIBUTE:maker")
    )

    # then
    assert refusal.startswith("seller-source: ")
    assert "maker" in refusal
    assert not PluginConfiguration.objects.exists()


def test_an_unknown_channel_is_refused_with_those_there_are(
    loaded_plugin, channel_USD, channel_PLN
):
    assert refuse("--channel", "mian", "--active") == (
        "No channel has the slug 'mian'. The channels are: c-pln, main."
    )
    assert not PluginConfiguration.objects.exists()


def test_a_shop_without_channels_is_told(loaded_plugin, db):
    assert refuse("--channel", "main") == (
        "No channel has the slug 'main'. The channels are: none."
    )


@pytest.mark.parametrize("arguments", [(), ("--active",), ("--list", "--active")])
def test_a_change_needs_a_channel(arguments, loaded_plugin, channel_USD):
    assert refuse(*arguments) == (
        "Name a channel with --channel, or see all of them with --list. "
        "The channels are: main."
    )
    assert not PluginConfiguration.objects.exists()


def test_active_and_inactive_exclude_each_other(loaded_plugin, channel_USD):
    with pytest.raises(CommandError, match="not allowed with argument"):
        call_command(COMMAND, "--channel", "main", "--active", "--inactive")
    assert not PluginConfiguration.objects.exists()


def test_a_plugin_that_is_not_loaded_is_refused(channel_USD):
    assert refuse("--channel", channel_USD.slug, "--active") == (
        "The plugin saleor.order_groups is not in this Saleor's PLUGINS."
    )
    assert not PluginConfiguration.objects.exists()
