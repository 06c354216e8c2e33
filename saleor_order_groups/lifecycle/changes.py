"""Groups whose orders have changed lately, and what is not recorded of it yet."""

import datetime
from functools import cache
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from saleor.order import OrderEvents

from ..groups.statuses import status_aggregates
from ..groups.totals import CompiledQuery, compile_by_group
from ..models import OrderGroupOrder, OrderGroupState, Recovery

# A change is stamped before its transaction commits. What commits later than this is
# seen by a sweep, which looks further back.
_OVERLAP = datetime.timedelta(minutes=5)
_MOST = 1_000


def select_changed(
    since: datetime.datetime, using: str = DEFAULT_DB_ALIAS
) -> tuple[QuerySet[OrderGroupOrder], ...]:
    """Return the links of the orders that have changed since then, in two querysets.

    Saleor writes `updated_at` in the statement of each change, except when it lets
    orders expire: then it records an event.
    """
    links = OrderGroupOrder.objects.using(using).order_by()
    return (
        links.filter(order__updated_at__gte=since),
        links.filter(
            order__events__type=OrderEvents.EXPIRED, order__events__date__gte=since
        ),
    )


def find_unrecorded_statuses(using: str) -> dict[UUID, str] | None:
    """Return the status of each group for which another one, or none, is recorded.

    A look records a status right after the commit that changes it, and a sweep records
    what no look has seen. So only groups that have changed since the last sweep are
    looked at.

    :return: None if that would take too long: many orders have changed since the last
        sweep, or none has run.
    """
    keys = _find_changed_keys(using)
    if not keys:
        return None if keys is None else {}
    states = OrderGroupState.objects.using(using).filter(pk__in=keys)
    recorded = dict(states.values_list("pk", "status"))
    return {
        key: row["status"]
        for key, row in _compile_statuses(using).fetch(keys).items()
        if recorded.get(key) != row["status"]
    }


def find_unrecorded_totals(using: str) -> set[UUID] | None:
    """Return the groups whose total may differ from the recorded one.

    :return: None if there are too many, or too many groups without a recorded total, or
        no sweep has run.
    """
    missing = select_missing_totals(using)
    return None if missing[_MOST : _MOST + 1].exists() else _find_changed_keys(using)


def select_missing_totals(using: str) -> QuerySet[OrderGroupState]:
    """Return the states of the groups without a recorded total."""
    return OrderGroupState.objects.using(using).order_by().filter(total_gross=None)


def _find_changed_keys(using: str) -> set[UUID] | None:
    """Return the groups that have changed since the last sweep; None if too many have."""
    looked_until = (
        Recovery.objects.using(using).values_list("looked_until", flat=True).first()
    )
    if looked_until is None:
        return None
    keys: set[UUID] = set()
    for links in select_changed(looked_until - _OVERLAP, using):
        found = list(links.values_list("group_id", flat=True)[: _MOST + 1])
        if len(found) > _MOST:
            return None
        keys.update(found)
    return keys


@cache
def _compile_statuses(using: str) -> CompiledQuery:
    return compile_by_group(using, status_aggregates())
