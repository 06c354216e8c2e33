"""Let Saleor store the deliveries of an event once for all orders of a group."""

from collections.abc import Callable

from .seam import Seam


def _trigger_webhooks_async(original: Callable) -> Callable:
    """Store an event's deliveries together, where the plugin asks for it."""

    def trigger(
        data,
        event_type,
        webhooks,
        subscribable_object=None,
        requestor=None,
        legacy_data_generator=None,
        allow_replica=False,
        pre_save_payloads=None,
        request_time=None,
        queue=None,
    ):
        from ..host.webhook_deliveries import collect

        options = {
            "requestor": requestor,
            "allow_replica": allow_replica,
            "pre_save_payloads": pre_save_payloads,
            "request_time": request_time,
            "queue": queue,
        }
        if not collect(event_type, webhooks, subscribable_object, options):
            original(
                data,
                event_type,
                webhooks,
                subscribable_object,
                legacy_data_generator=legacy_data_generator,
                **options,
            )

    return trigger


SEAMS = (
    Seam(
        "saleor.plugins.webhook.plugin",
        "trigger_webhooks_async",
        (
            "data",
            "event_type",
            "webhooks",
            "subscribable_object",
            "requestor",
            "legacy_data_generator",
            "allow_replica",
            "pre_save_payloads",
            "request_time",
            "queue",
        ),
        _trigger_webhooks_async,
    ),
)
