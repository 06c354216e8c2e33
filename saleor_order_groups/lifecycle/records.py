"""Write the states and events of groups."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone
from saleor.account.models import User
from saleor.app.models import App

from ..models import (
    OrderGroup,
    OrderGroupEvent,
    OrderGroupEventType,
    OrderGroupOrder,
    OrderGroupState,
)
from .states import PLACED, State, derive_states

if TYPE_CHECKING:
    from saleor.plugins.base_plugin import RequestorOrLazyObject

# One statement writes the state and all events of a look. The sequence within a type
# counts the older events: a look finds each type at most once.
_RECORD = f"""
    WITH state AS (
        UPDATE {OrderGroupState._meta.db_table}
        SET {{assignments}}, last_sequence = %(last)s + cardinality(%(types)s::text[])
        WHERE group_id = %(group)s
    )
    INSERT INTO {OrderGroupEvent._meta.db_table}
        (id, group_id, sequence, type_sequence, type, created_at, order_id, parameters)
    SELECT
        new.id,
        %(group)s,
        %(last)s + new.position,
        1 + (
            SELECT count(*) FROM {OrderGroupEvent._meta.db_table} AS old
            WHERE old.group_id = %(group)s AND old.type = new.type
        ),
        new.type,
        %(now)s,
        %(order)s,
        %(parameters)s::jsonb
    FROM unnest(%(ids)s::uuid[], %(types)s::text[]) WITH ORDINALITY
        AS new (id, type, position)
"""


def record_created(
    groups: Sequence[OrderGroup],
    requestor: "RequestorOrLazyObject | None",
    **parameters: Any,
) -> None:
    """Record CREATED for groups that are placed now, in the transaction that does it.

    It takes two statements, whatever the number of groups.

    :param requestor: the user or app that has placed the orders.
    :param parameters: what Saleor's own work after the creation depends on.
    """
    OrderGroupState.objects.bulk_create(
        OrderGroupState(
            group=group,
            last_sequence=1,
            **asdict(replace(PLACED, total_gross=group.placed_total_gross_amount)),
        )
        for group in groups
    )
    OrderGroupEvent.objects.bulk_create(
        OrderGroupEvent(
            group=group,
            sequence=1,
            type_sequence=1,
            type=OrderGroupEventType.CREATED,
            parameters=_describe(None, PLACED)
            | {
                "user_id": requestor.pk if isinstance(requestor, User) else None,
                "app_id": requestor.pk if isinstance(requestor, App) else None,
            }
            | parameters,
        )
        for group in groups
    )


def record_present(
    group_ids: Iterable[UUID], model: type[OrderGroupState] = OrderGroupState
) -> None:
    """Record the present state of groups without an event, unless they have a state.

    It is for groups that nobody has placed now: imported orders, existing orders, and
    the groups of an earlier version.

    :param model: a migration passes the model as it was then, with fewer columns.
    """
    columns = {field.name for field in model._meta.fields}
    rows = []
    for key, present in derive_states(group_ids).items():
        values = asdict(replace(present.state, was_paid=present.is_paid))
        known = {name: value for name, value in values.items() if name in columns}
        rows.append(model(group_id=key, **known))
    model.objects.bulk_create(rows, ignore_conflicts=True)


def record_transitions(
    row: OrderGroupState,
    recorded: State,
    state: State,
    types: Sequence[OrderGroupEventType],
    order_id: UUID | None,
) -> None:
    """Record a new state and its events in one statement.

    Call it with the row of the state locked.

    :param order_id: the order whose change was seen first.
    """
    values = asdict(state)
    if not types:
        OrderGroupState.objects.filter(pk=row.pk).update(**values)
        return
    assignments = ", ".join(f"{name} = %(state_{name})s" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD.format(assignments=assignments),
            {
                **{f"state_{name}": value for name, value in values.items()},
                "group": row.pk,
                "last": row.last_sequence,
                "ids": [uuid4() for _ in types],
                "types": [each.value for each in types],
                "now": timezone.now(),
                "order": order_id,
                "parameters": json.dumps(_describe(recorded, state)),
            },
        )


def mark_announced(group_id: UUID, failed: Collection[UUID] = ()) -> None:
    """Note that Saleor's work that follows the creation of a group's orders is done.

    :param failed: the orders for which it is not.
    """
    links = OrderGroupOrder.objects.filter(group=group_id, announced_at=None)
    links.exclude(order__in=failed).update(announced_at=timezone.now())


def _describe(before: State | None, state: State) -> dict[str, Any]:
    """Return the two states as an event stores them."""
    return {
        "previous": _to_json(before) if before else None,
        "present": _to_json(state),
    }


def _to_json(state: State) -> dict[str, Any]:
    values = asdict(state)
    for name in ("is_confirmed", "was_paid", "total_gross"):
        del values[name]
    return values | {
        name: str(values[name]) for name in ("charged_amount", "refunded_amount")
    }
