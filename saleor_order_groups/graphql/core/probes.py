"""Probe the number of rows before a filter chooses its SQL.

A probe is a short query that makes a filter with few conditions faster. A filter with
many conditions would need many probes: only the first few are made, and for the other
conditions many rows are assumed.
"""

from typing import Any

from django.db.models import QuerySet

_MAX_PROBES = 5
_HINT = "saleor_order_groups_probes_left"


def share_probes() -> dict[str, Any]:
    """Return queryset hints that limit the number of probes of all its filters."""
    return {_HINT: [_MAX_PROBES]}


def has_at_most(queryset: QuerySet, number: int, rows: QuerySet) -> bool:
    """Tell whether `rows` has at most so many rows; False without a probe.

    :param queryset: the queryset to filter, with the hints of `share_probes`.
    :param rows: the rows that the probe counts.
    """
    left = queryset._hints.get(_HINT, [1])  # type: ignore[attr-defined]
    if not left[0]:
        return False
    left[0] -= 1
    return not rows[number : number + 1]
