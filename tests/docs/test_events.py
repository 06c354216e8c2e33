"""The receiver of docs/events.md handles each event once; its queries are valid."""

import random
import re
from pathlib import Path

import pytest
from graphql import parse, validate

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
RECEIVER = re.compile(r"```python\n(.*?)```", re.DOTALL)
DOCUMENT = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
GROUP = "group 1"
LIFE = ["CREATED", "CONFIRMED", "FULLY_PAID", "UPDATED", "UPDATED", "FULFILLED"]
LIFE += ["REFUNDED", "UPDATED", "REFUNDED", "FULLY_REFUNDED"]


class App:
    """An app with the page's receiver, and the shop that it gets its events from."""

    def __init__(self, types=None):
        self.handled = []
        self.timelines_read = 0
        self.timeline = make_timeline(LIFE)
        self.types = types
        namespace = {}
        (code,) = RECEIVER.findall(PAGE)
        exec(code, namespace)
        self.receiver = namespace["Receiver"](
            ":memory:", self.handled.append, self.read_events, types
        )

    @property
    def subscribed(self):
        """The events that are delivered."""
        return [
            event
            for event in self.timeline
            if self.types is None or event["type"] in self.types
        ]

    def read_events(self, group_id):
        assert group_id == GROUP
        self.timelines_read += 1
        return self.timeline

    def deliver(self, events):
        for event in events:
            self.receiver.receive({"orderGroup": {"id": GROUP}, "groupEvent": event})


def make_timeline(types):
    return [
        {
            "id": f"event {sequence}",
            "sequence": sequence,
            "typeSequence": types[:sequence].count(event_type),
            "type": event_type,
        }
        for sequence, event_type in enumerate(types, 1)
    ]


SOME_TYPES = {"UPDATED", "REFUNDED", "FULFILLED"}
subscriptions = pytest.mark.parametrize(
    ("_case", "types"), [("all types", None), ("some types", SOME_TYPES)]
)


@subscriptions
def test_in_order(_case, types):
    # given
    app = App(types)

    # when
    app.deliver(app.subscribed)

    # then
    assert app.handled == app.subscribed
    assert app.timelines_read == 0


@subscriptions
def test_doubled(_case, types):
    # given
    app = App(types)

    # when
    app.deliver(event for event in app.subscribed for _ in range(2))
    app.deliver(app.subscribed)

    # then
    assert app.handled == app.subscribed
    assert app.timelines_read == 0


@subscriptions
@pytest.mark.parametrize("seed", range(20))
def test_out_of_order(_case, types, seed):
    # given
    app = App(types)
    events = app.subscribed
    random.Random(seed).shuffle(events)

    # when
    app.deliver(events)

    # then
    assert sorted(app.handled, key=lambda event: event["sequence"]) == app.subscribed
    assert app.timelines_read > 0


def test_out_of_order_is_handled_in_sequence():
    # given
    app = App()

    # when
    app.deliver(reversed(app.timeline))

    # then
    assert app.handled == app.timeline
    assert app.timelines_read == 1


@subscriptions
def test_lost_in_the_middle(_case, types):
    # given
    app = App(types)
    # With an event of the same type after it.
    lost = app.timeline[LIFE.index("UPDATED")]

    # when
    app.deliver(event for event in app.subscribed if event != lost)

    # then
    assert app.handled == app.subscribed
    assert app.timelines_read == 1


@subscriptions
def test_last_lost(_case, types):
    # given
    app = App(types)
    app.deliver(app.subscribed[:-1])
    assert app.handled == app.subscribed[:-1]
    assert app.timelines_read == 0

    # when
    app.receiver.catch_up(GROUP)

    # then
    assert app.handled == app.subscribed
    assert app.timelines_read == 1


def test_timeline_that_is_behind_is_read_again():
    # given
    app = App()
    whole, app.timeline = app.timeline, app.timeline[:1]
    app.deliver([whole[0], whole[2]])
    assert app.handled == [whole[0], whole[2]]
    assert app.timelines_read == 1

    # when
    app.timeline = whole
    app.deliver([whole[3]])

    # then
    assert app.timelines_read == 2
    assert sorted(app.handled, key=lambda event: event["sequence"]) == whole


def test_event_that_failed_is_handled_when_it_comes_again(monkeypatch):
    # given
    app = App()

    def fail(_event):
        raise ValueError("no connection")

    with monkeypatch.context() as context:
        context.setattr(app.receiver, "handle", fail)
        with pytest.raises(ValueError, match="no connection"):
            app.deliver(app.timeline[:1])
    assert app.handled == []

    # when
    app.deliver(app.timeline)

    # then
    assert app.handled == app.timeline


def test_dry_run_without_an_event_is_ignored():
    # given
    app = App()

    # when
    app.deliver([None])

    # then
    assert app.handled == []


def test_every_document_is_valid():
    # given
    from saleor.graphql.api import schema

    documents = DOCUMENT.findall(PAGE)

    # when
    errors = [error for text in documents for error in validate(schema, parse(text))]

    # then
    assert len(documents) == 3
    assert errors == []


def test_subscription_is_of_its_three_events():
    # given
    from saleor.graphql.webhook.subscription_query import SubscriptionQuery

    # when
    query = SubscriptionQuery(DOCUMENT.findall(PAGE)[0])

    # then
    assert query.error_msg == ""
    assert query.events == [
        "order_group_fulfilled",
        "order_group_fully_paid",
        "order_group_refunded",
    ]
