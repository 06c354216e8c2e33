"""Pages of groups sorted by their total.

The total of a group is derived from its orders, so no index has it. But the total that
was recorded for a group has an index. Each group on the page has a total between the
cursor and the end of the page. The page is therefore read from a window of that index.
The totals of its groups are derived, and so are those of all groups whose recorded
total may be another one. A window that does not fill the page is followed by a longer
one.
"""

from collections.abc import Collection
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from ...lifecycle.changes import find_unrecorded_totals, select_missing_totals
from ...models import OrderGroup, OrderGroupState
from ..core.connections import PageRequest
from ..core.expressions import IsAny, to_array
from ..core.ordering import Ordering
from .sorters import TOTAL_GROSS, OrderGroupSortField

# Numbers of groups in a window.
_SIZES = (500, 5_000)
# Most groups that a list is asked for meet these filters.
_FILTERS = {"channel_id"}


def slice_by_total(page: PageRequest):
    """Return a page of groups sorted by their total if a window fills it.

    None if no window fills the page, with other sortings, and with other filters: few
    groups may meet them, and to sort these takes little time.
    """
    where = page.arguments.get("where") or {}
    if not page.is_sorted_by(TOTAL_GROSS) or not page.size:
        return None
    if not where.keys() <= _FILTERS:
        return None
    ordering = Ordering(_COLUMNS, page.is_descending)
    states = OrderGroupState.objects.using(page.rows.db).exclude(total_gross=None)
    try:
        if page.cursor:
            states = states.filter(ordering.is_beyond(page.cursor))
    except (ValidationError, ValueError, TypeError):
        # The cursor is invalid: Saleor raises the error.
        return None
    unrecorded = find_unrecorded_totals(page.rows.db)
    if unrecorded is None:
        return None
    states = ordering.sort(states)
    for size in _SIZES:
        end = states.values_list(*TOTAL_GROSS)[size : size + 1].first()
        if end is None:
            return page.slice(_select(page, states, unrecorded))
        window = states.filter(ordering.is_within(end))
        groups = OrderGroupSortField.qs_with_total(_select(page, window, unrecorded))
        if connection := page.slice_if_full(groups.filter(ordering.is_within(end))):
            return connection
    return None


_COLUMNS = {
    "total_gross": OrderGroupState._meta.get_field("total_gross"),
    "pk": OrderGroup._meta.pk,
}


def _select(
    page: PageRequest, states: QuerySet, unrecorded: Collection[UUID]
) -> QuerySet:
    """Return the groups of the list that have one of these states, or no known total."""
    # Those without a total in this statement: a total may have been forgotten now.
    keys = states.order_by().values("pk")
    keys = keys.union(select_missing_totals(states.db).values("pk"))
    is_recorded = IsAny("pk", ArraySubquery(keys))
    return page.get_filtered().filter(
        Q(is_recorded) | Q(IsAny("pk", to_array(unrecorded)))
    )
