"""The plugin's configuration of one channel as one typed value."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS
from saleor.core.db.connection import allow_writer
from saleor.plugins.manager import get_plugins_manager
from saleor.plugins.models import PluginConfiguration

if TYPE_CHECKING:
    from saleor.plugins.base_plugin import BasePlugin
    from saleor.plugins.manager import PluginsManager

PLUGIN_ID = "saleor.order_groups"

GROUP_SINGLE_SELLER = "group-single-seller"
ALLOW_SHOP_GOODS = "allow-shop-goods"
SHIPPING_ALLOCATION = "shipping-allocation"
CHARGE_POLICY = "charge-policy"
SELLER_SOURCE = "seller-source"
CONFIRMATION = "confirmation"
SELLER_CUSTOMER_DATA = "seller-customer-data"
SELLER_LINE_METADATA = "seller-line-metadata"
SELLER_REFUNDS = "seller-refunds"


class ShippingAllocation(StrEnum):
    """How the price of one delivery method is divided between the orders that ship.

    By the orders' subtotals, by the weights of their goods, in equal parts, or with the
    whole price on the first order.
    """

    SUBTOTAL = "SUBTOTAL"
    WEIGHT = "WEIGHT"
    EQUAL = "EQUAL"
    FIRST = "FIRST"


class ChargePolicy(StrEnum):
    """Whether an order's payment share may be charged alone, or only the whole group.

    Some payment providers allow only one capture for each authorization.
    """

    PER_ORDER = "PER_ORDER"
    GROUP = "GROUP"


class Confirmation(StrEnum):
    """Whether the customer gets a confirmation of each order, or one of the group."""

    PER_ORDER = "PER_ORDER"
    GROUP = "GROUP"


class CustomerData(StrEnum):
    """What sellers may see of the customers of their orders."""

    SHIPPING_ADDRESS = "SHIPPING_ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    BILLING_ADDRESS = "BILLING_ADDRESS"
    NOTE = "NOTE"


class SellerRefunds(StrEnum):
    """Whether sellers may not refund, grant refunds for the shop to pay, or pay them."""

    OFF = "OFF"
    GRANT = "GRANT"
    DIRECT = "DIRECT"


class SellerSourceType(StrEnum):
    """The type of a seller source: assignments, or the products' own data."""

    ASSIGNMENT = "ASSIGNMENT"
    METADATA = "METADATA"
    ATTRIBUTE = "ATTRIBUTE"


@dataclass(frozen=True)
class SellerSource:
    """Where the seller of a product is stored.

    `key`: the key of the product's public metadata, or the slug of the attribute; empty
    for assignments.
    """

    type: SellerSourceType
    key: str = ""

    def __str__(self) -> str:
        return f"{self.type}:{self.key}" if self.key else str(self.type)


ASSIGNMENT = SellerSource(SellerSourceType.ASSIGNMENT)
DEFAULT_CUSTOMER_DATA = (CustomerData.SHIPPING_ADDRESS, CustomerData.NOTE)


@dataclass(frozen=True)
class OrderGroupsConfig:
    """The plugin's configuration of a channel.

    `group_single_seller`: whether a checkout of one seller gets a group of one order.
    `allow_shop_goods`: whether goods without a seller may be sold, as the shop's own
    order.
    `shipping_allocation`: how the checkout's shipping price is divided between the
    orders.
    `charge_policy`: whether an order may be charged alone.
    `seller_source`: where the seller of a product is stored.
    `confirmation`: whether the customer gets one confirmation of the whole group.
    `seller_customer_data`: what sellers see of the customers of their orders.
    `seller_line_metadata`: the keys of a line's public metadata that its seller sees.
    `seller_refunds`: whether sellers may refund.
    """

    active: bool
    group_single_seller: bool = True
    allow_shop_goods: bool = True
    shipping_allocation: ShippingAllocation = ShippingAllocation.SUBTOTAL
    charge_policy: ChargePolicy = ChargePolicy.PER_ORDER
    seller_source: SellerSource = ASSIGNMENT
    confirmation: Confirmation = Confirmation.PER_ORDER
    seller_customer_data: tuple[CustomerData, ...] = DEFAULT_CUSTOMER_DATA
    seller_line_metadata: tuple[str, ...] = ()
    seller_refunds: SellerRefunds = SellerRefunds.GRANT


def get_config(
    channel_slug: str, manager: "PluginsManager | None" = None
) -> OrderGroupsConfig:
    """Return the configuration of the channel; inactive if the plugin is not loaded.

    :param manager: a plugin manager to read from. It caches the channels that it has
        read, so that a second call with the same manager takes no SQL statement.
    :raises ImproperlyConfigured: the plugin is active with a wrong value, which was
        stored without Saleor's API.
    """
    if manager is not None:
        plugin = manager.get_plugin(PLUGIN_ID, channel_slug)
    else:
        # Managers read lazily, and outside of mutations Saleor may forbid the writer
        # connection.
        with allow_writer():
            plugin = get_plugins_manager(allow_replica=False).get_plugin(
                PLUGIN_ID, channel_slug
            )
    if plugin is None or not plugin.active:
        return OrderGroupsConfig(active=False)
    return OrderGroupsConfig(
        active=True,
        group_single_seller=_read(plugin, channel_slug, GROUP_SINGLE_SELLER),
        allow_shop_goods=_read(plugin, channel_slug, ALLOW_SHOP_GOODS),
        shipping_allocation=_read(plugin, channel_slug, SHIPPING_ALLOCATION),
        charge_policy=_read(plugin, channel_slug, CHARGE_POLICY),
        seller_source=_read(plugin, channel_slug, SELLER_SOURCE),
        confirmation=_read(plugin, channel_slug, CONFIRMATION),
        seller_customer_data=_read(plugin, channel_slug, SELLER_CUSTOMER_DATA),
        seller_line_metadata=_read(plugin, channel_slug, SELLER_LINE_METADATA),
        seller_refunds=_read(plugin, channel_slug, SELLER_REFUNDS),
    )


def fetch_configs(using: str = DEFAULT_DB_ALIAS) -> dict[str, OrderGroupsConfig]:
    """Return the configurations of all channels by slug, in one statement.

    A channel keeps its configuration while the plugin is inactive there. Channels that
    were never configured are missing.

    :raises ImproperlyConfigured: a channel has a wrong value, which was stored without
        Saleor's API.
    """
    configs = {}
    for channel_slug, active, stored in _fetch_stored(using):
        values = {
            name.replace("-", "_"): _parse(channel_slug, name, stored[name])
            for name in PARSERS
            if name in stored
        }
        configs[channel_slug] = OrderGroupsConfig(active=active, **values)
    return configs


def _fetch_stored(using: str) -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """Yield each channel's slug, whether the plugin is active there, and its values."""
    rows = (
        PluginConfiguration.objects.using(using)
        .filter(identifier=PLUGIN_ID, channel__isnull=False)
        .values_list("channel__slug", "active", "configuration")
    )
    for channel_slug, active, items in rows:
        yield (
            channel_slug,
            active,
            {item["name"]: item["value"] for item in items or []},
        )


@dataclass(frozen=True)
class SellerSources:
    """The seller sources of the channels in which the plugin is active, by slug."""

    by_channel: Mapping[str, SellerSource]

    def get(self, channel_slug: str | None) -> SellerSource:
        """Return the seller source of the channel.

        Without a channel, or if the plugin is not active in it, return the source that
        all active channels share. If they differ, return `ASSIGNMENT`.
        """
        if channel_slug and channel_slug in self.by_channel:
            return self.by_channel[channel_slug]
        sources = set(self.by_channel.values())
        return sources.pop() if len(sources) == 1 else ASSIGNMENT


def fetch_seller_sources(using: str = DEFAULT_DB_ALIAS) -> SellerSources:
    """Return the seller sources of all active channels, read in one statement.

    :raises ImproperlyConfigured: a channel has a wrong value, which was stored without
        Saleor's API.
    """
    return SellerSources(
        {
            channel_slug: _parse(
                channel_slug, SELLER_SOURCE, stored.get(SELLER_SOURCE, str(ASSIGNMENT))
            )
            for channel_slug, active, stored in _fetch_stored(using)
            if active
        }
    )


def parse_boolean(value: Any) -> bool:
    """Return the boolean, which `pluginUpdate` may pass as a string.

    :raises ValueError: any other value. Saleor itself would read "yes" as false.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError(f'{value!r} is neither "true" nor "false".')


def parse_choice[Choice: StrEnum](choices: type[Choice]) -> Callable[[Any], Choice]:
    """Return a parser for the names of the choices.

    The parser raises ValueError for any other value.
    """

    def parse(value: Any) -> Choice:
        try:
            return choices(value)
        except ValueError as error:
            names = ", ".join(choices)
            raise ValueError(f"{value!r} is none of {names}.") from error

    return parse


def parse_seller_source(value: Any) -> SellerSource:
    """Return the source written as ASSIGNMENT, METADATA:key or ATTRIBUTE:slug.

    :raises ValueError: any other value.
    """
    name, _, key = value.partition(":") if isinstance(value, str) else ("", "", "")
    key = key.strip()
    if value == SellerSourceType.ASSIGNMENT:
        return ASSIGNMENT
    if key and name in (SellerSourceType.METADATA, SellerSourceType.ATTRIBUTE):
        return SellerSource(SellerSourceType(name), key)
    raise ValueError(f"{value!r} is none of ASSIGNMENT, METADATA:key, ATTRIBUTE:slug.")


def parse_customer_data(value: Any) -> tuple[CustomerData, ...]:
    """Return the data named in a list with commas, each once; an empty list is none.

    :raises ValueError: a name is unknown.
    """
    parse = parse_choice(CustomerData)
    return tuple(parse(name) for name in parse_keys(value))


def parse_keys(value: Any) -> tuple[str, ...]:
    """Return the names in a list with commas, each once.

    :raises ValueError: the value is no text.
    """
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no list of names with commas.")
    return tuple(
        dict.fromkeys(key for each in value.split(",") if (key := each.strip()))
    )


PARSERS: dict[str, Callable[[Any], Any]] = {
    GROUP_SINGLE_SELLER: parse_boolean,
    ALLOW_SHOP_GOODS: parse_boolean,
    SHIPPING_ALLOCATION: parse_choice(ShippingAllocation),
    CHARGE_POLICY: parse_choice(ChargePolicy),
    SELLER_SOURCE: parse_seller_source,
    CONFIRMATION: parse_choice(Confirmation),
    SELLER_CUSTOMER_DATA: parse_customer_data,
    SELLER_LINE_METADATA: parse_keys,
    SELLER_REFUNDS: parse_choice(SellerRefunds),
}


def _read(plugin: "BasePlugin", channel_slug: str, name: str) -> Any:
    # Saleor has added the defaults of fields that are not stored.
    value = next(item["value"] for item in plugin.configuration if item["name"] == name)
    return _parse(channel_slug, name, value)


def _parse(channel_slug: str, name: str, value: Any) -> Any:
    try:
        return PARSERS[name](value)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"Plugin {PLUGIN_ID}, channel {channel_slug}, {name}: {error}"
        ) from error
