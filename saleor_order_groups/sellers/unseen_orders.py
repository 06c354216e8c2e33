"""Find channels in which members and apps of sellers do not see all orders."""

from collections.abc import Iterator

from saleor.plugins.models import PluginConfiguration

from ..config import GROUP_SINGLE_SELLER, PARSERS, PLUGIN_ID
from ..models import SellerApp, SellerMember


def find_channels_with_unseen_orders() -> Iterator[str]:
    """Yield the slugs of channels where a single seller's order gets no group.

    Members and apps see orders of groups only. Without members and apps no channel is
    yielded.
    """
    if not (SellerMember.objects.exists() or SellerApp.objects.exists()):
        return
    rows = (
        PluginConfiguration.objects.filter(
            identifier=PLUGIN_ID, active=True, channel__isnull=False
        )
        .order_by("channel__slug")
        .values_list("channel__slug", "configuration")
    )
    for channel_slug, configuration in rows:
        stored = [
            item["value"]
            for item in configuration or []
            if item["name"] == GROUP_SINGLE_SELLER
        ]
        if any(map(_is_false, stored)):
            yield channel_slug


def _is_false(value: object) -> bool:
    try:
        return PARSERS[GROUP_SINGLE_SELLER](value) is False
    except ValueError:
        # `get_config` refuses the value in each checkout.
        return False
