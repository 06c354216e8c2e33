"""Let Saleor look up the webhooks of an event once for all orders of a group."""

from collections.abc import Callable

from .seam import Seam


def _get_webhooks_for_event(original: Callable) -> Callable:
    """Share the queryset between the lookups: it keeps the rows that it has read."""

    def get(event_type, webhooks=None, apps_ids=None, apps_identifier=None):
        from ..host.webhook_lookups import look_up

        def find():
            return original(event_type, webhooks, apps_ids, apps_identifier)

        if webhooks is not None or apps_ids is not None or apps_identifier is not None:
            return find()
        return look_up(("event", event_type), find)

    return get


def _get_webhooks_for_multiple_events(original: Callable) -> Callable:
    """Share the webhooks of the same set of events between the lookups."""

    def get(event_types):
        from ..host.webhook_lookups import look_up

        event_types = frozenset(event_types)
        return look_up(("events", event_types), lambda: original(event_types))

    return get


UTILS = "saleor.webhook.utils"

SEAMS = (
    Seam(
        UTILS,
        "get_webhooks_for_event",
        ("event_type", "webhooks", "apps_ids", "apps_identifier"),
        _get_webhooks_for_event,
    ),
    Seam(
        UTILS,
        "get_webhooks_for_multiple_events",
        ("event_types",),
        _get_webhooks_for_multiple_events,
    ),
)
