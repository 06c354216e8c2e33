"""Find configuration that was valid when it was saved and no longer works."""

from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, OuterRef
from saleor.attribute.models import AttributeProduct
from saleor.plugins.base_plugin import BasePlugin
from saleor.plugins.manager import get_plugins_manager
from saleor.plugins.models import PluginConfiguration
from saleor.plugins.webhook.plugin import WebhookPlugin
from saleor.webhook.event_types import WebhookEventAsyncType
from saleor.webhook.utils import get_webhooks_for_event

from ..config import (
    CONFIRMATION,
    PLUGIN_ID,
    Confirmation,
    SellerSource,
    SellerSourceType,
    fetch_seller_sources,
)
from .product_data import check_source, select_assigned


def find_silent_sources() -> Iterator[str]:
    """Yield a message for each active channel whose source cannot name sellers."""
    try:
        sources = fetch_seller_sources().by_channel
    except ImproperlyConfigured as error:
        yield str(error)
        return
    for channel_slug, source in sorted(sources.items()):
        try:
            check_source(source)
        except ValueError as error:
            yield f"channel {channel_slug}, {source}: {error}"


def find_lost_products() -> Iterator[str]:
    """Yield a message for each attribute that product types of its values have lost."""
    try:
        sources = set(fetch_seller_sources().by_channel.values())
    except ImproperlyConfigured:
        # `find_silent_sources` reports the error.
        return
    for source in sorted(sources, key=str):
        if count := _count_lost_products(source):
            yield (
                f"{source}: {count} products have a value of the attribute, but their"
                " product types do not have the attribute any more."
            )


def _count_lost_products(source: SellerSource) -> int:
    if source.type != SellerSourceType.ATTRIBUTE:
        return 0
    of_type = AttributeProduct.objects.filter(
        attribute=OuterRef("value__attribute"),
        product_type=OuterRef("product__product_type"),
    )
    lost = select_assigned(source).filter(~Exists(of_type))
    named = lost.exclude(value__plain_text="").order_by()
    return named.values("product").distinct().count()


def find_unheard_confirmations() -> Iterator[str]:
    """Yield the slugs of channels whose group confirmation no plugin or app sends."""
    channel_slugs = list(
        PluginConfiguration.objects.filter(
            identifier=PLUGIN_ID,
            active=True,
            channel__isnull=False,
            configuration__contains=[
                {"name": CONFIRMATION, "value": Confirmation.GROUP.value}
            ],
        )
        .order_by("channel__slug")
        .values_list("channel__slug", flat=True)
    )
    manager = get_plugins_manager(allow_replica=False)
    for channel_slug in channel_slugs:
        plugins = manager.get_plugins(channel_slug, active_only=True)
        if not any(map(_may_send_confirmation, plugins)):
            yield channel_slug


def _may_send_confirmation(plugin: BasePlugin) -> bool:
    if isinstance(plugin, WebhookPlugin):
        return get_webhooks_for_event(WebhookEventAsyncType.NOTIFY_USER).exists()
    # Saleor's own mail plugins ignore events that they do not know.
    is_saleors = type(plugin).__module__.startswith("saleor.plugins.")
    return hasattr(plugin, "notify") and not is_saleors
