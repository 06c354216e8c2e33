"""What filters ask the database before they choose how groups are found.

A few questions make the statement of a filter with a few conditions faster. A filter with
many would ask for each: it asks the first few times and then takes rows to be many.
"""

from typing import Any

from django.db.models import QuerySet

_MAX_PROBES = 5
_HINT = "saleor_order_groups_probes_left"


def share_probes() -> dict[str, Any]:
    """Return the hints of a queryset whose filters may ask so many times in all."""
    return {_HINT: [_MAX_PROBES]}


def has_at_most(queryset: QuerySet, number: int, rows: QuerySet) -> bool:
    """Tell whether there are no more than so many rows; False if it is not asked.

    :param queryset: that is filtered, with the hints of `share_probes`.
    """
    left = queryset._hints.get(_HINT, [1])  # type: ignore[attr-defined]
    if not left[0]:
        return False
    left[0] -= 1
    return not rows[number : number + 1]
