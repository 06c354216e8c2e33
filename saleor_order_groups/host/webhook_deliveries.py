"""Store the deliveries of an event of several orders together, as Saleor can."""

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from saleor.webhook.event_types import WebhookEventAsyncType
from saleor.webhook.models import Webhook

from .internals import describe_webhook_payload, trigger_webhooks_async_for_objects


@dataclass
class _Event:
    """An event that several objects have at once."""

    name: str
    webhooks: list[Webhook]
    options: dict[str, Any]
    objects: list[Any] = field(default_factory=list)

    def is_same(self, other: "_Event") -> bool:
        return (self.name, self.webhooks, self.options) == (
            other.name,
            other.webhooks,
            other.options,
        )

    def can_wait(self) -> bool:
        """Tell whether a worker builds all payloads.

        Saleor would build the others now, and one that fails would fail the rest.
        """
        described = WebhookEventAsyncType.EVENT_MAP.get(self.name, {})
        return bool(described.get("is_deferred_payload")) and all(
            webhook.subscription_query for webhook in self.webhooks
        )

    def send(self) -> None:
        trigger_webhooks_async_for_objects(
            event_type=self.name,
            webhooks=self.webhooks,
            webhook_payloads_data=[
                describe_webhook_payload(subscribable_object=each)
                for each in self.objects
            ],
            **self.options,
        )


class _Collected:
    """Events in the order in which they are sent."""

    def __init__(self) -> None:
        self._events: list[_Event] = []
        self._next_places: dict[Hashable, int] = {}

    def add(self, event: _Event, subscribable_object: Any) -> None:
        """Add an event of an object behind the object's earlier events."""
        key = type(subscribable_object), subscribable_object.pk
        place = self._next_places.get(key, 0)
        while place < len(self._events) and not self._events[place].is_same(event):
            place += 1
        if place == len(self._events):
            self._events.append(event)
        self._events[place].objects.append(subscribable_object)
        self._next_places[key] = place + 1

    def send(self) -> None:
        """Send all events. One that fails, and those after it, can be sent again."""
        self._next_places.clear()
        while self._events:
            self._events[0].send()
            del self._events[0]


_collected: ContextVar[_Collected | None] = ContextVar("deliveries", default=None)


@contextmanager
def deliver_together() -> Iterator[None]:
    """Store the deliveries of what is triggered in the block at its end.

    Saleor stores the same event of several objects in one statement then, and commits
    once for all. Each object's events keep their order. What was triggered before an
    exception is sent too.

    :raises Exception: as Saleor's `trigger_webhooks_async`. Any of the events may not
        have been sent.
    """
    collected = _Collected()
    token = _collected.set(collected)
    try:
        yield
    finally:
        _collected.reset(token)
        collected.send()


def collect(
    name: str,
    webhooks: Iterable[Webhook],
    subscribable_object: Any,
    options: dict[str, Any],
) -> bool:
    """Take an event for the end of the block; tell whether it was taken.

    An event that cannot wait is sent by the caller, after those that were taken before.
    If sending those fails, the block tries again at its end.

    :param options: further arguments of Saleor's `trigger_webhooks_async`.
    """
    collected = _collected.get()
    if collected is None:
        return False
    event = _Event(name, list(webhooks), options)
    if event.can_wait():
        collected.add(event, subscribable_object)
        return True
    collected.send()
    return False
