"""Events of groups, recorded and announced."""

from saleor_order_groups.lifecycle.announcing import announce_events
from saleor_order_groups.lifecycle.records import record_created
from saleor_order_groups.models import OrderGroup, OrderGroupEvent, OrderGroupState


def announce_created(group: OrderGroup, requestor=None) -> list[OrderGroupEvent]:
    """Record that a group is placed now, and announce it."""
    record_created([group], requestor)
    return list(announce_events(group.pk))


def get_event_types(group: OrderGroup | None = None) -> list[str]:
    """Return the types of a group's events in sequence; of the only group if None."""
    group = group or OrderGroup.objects.get()
    events = list(OrderGroupEvent.objects.filter(group=group).order_by("sequence"))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    state = OrderGroupState.objects.get(group=group)
    assert state.last_sequence == len(events)
    for each in {event.type for event in events}:
        of_type = [event.type_sequence for event in events if event.type == each]
        assert of_type == list(range(1, len(of_type) + 1))
    return [event.type for event in events]
