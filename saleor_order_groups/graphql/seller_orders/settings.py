"""The configuration of the channels of sellers' orders."""

from dataclasses import dataclass

from saleor.core.db.connection import allow_writer_in_context
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import get_database_connection_name

from ...config import OrderGroupsConfig, fetch_configs

_CACHE = "_saleor_order_groups_configs"


@dataclass(frozen=True)
class ChannelSettings:
    """A channel's slug and its configuration."""

    channel_slug: str
    config: OrderGroupsConfig


def get_settings(info: ResolveInfo, channel_slug: str) -> OrderGroupsConfig:
    """Return the configuration of a channel."""
    found = _fetch(info).get(channel_slug)
    return found or OrderGroupsConfig(active=False)


def fetch_settings_of_all_channels(info: ResolveInfo) -> list[ChannelSettings]:
    """Return the configurations of all configured channels, by slug."""
    return [ChannelSettings(slug, one) for slug, one in sorted(_fetch(info).items())]


def _fetch(info: ResolveInfo) -> dict[str, OrderGroupsConfig]:
    configs = getattr(info.context, _CACHE, None)
    if configs is None:
        # Saleor resolves the answer of a mutation outside of its own permission to use
        # the writer.
        with allow_writer_in_context(info.context):
            configs = fetch_configs(get_database_connection_name(info.context))
        setattr(info.context, _CACHE, configs)
    return configs
