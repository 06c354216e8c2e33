"""Pages of groups sorted by their last update.

The last update of a group is the latest one of the group and of its orders, so no index
has it. But the updates of groups and the updates of orders each have an index. Each
group on the page was updated between the cursor and the end of the page. The page is
therefore read from a window of the two indexes: all groups with an update in the window
are looked up, and those with a last update beyond the window are left out. A window
that does not fill the page is followed by a longer one.
"""

import datetime
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, QuerySet
from saleor.order.models import Order

from ...models import OrderGroup, OrderGroupOrder
from ..core.connections import PageRequest
from ..core.expressions import IsAny
from .sorters import LAST_UPDATE, OrderGroupSortField

# Numbers of updates in a window.
_SIZES = (500, 5_000)
# Most groups that a list is asked for meet these filters.
_FILTERS = {"updated_at", "channel_id"}


def slice_by_update(page: PageRequest):
    """Return a page of groups sorted by their last update if a window fills it.

    None if no window fills the page, with other sortings, and with other filters: few
    groups may meet them, and to sort these takes little time.
    """
    where = page.arguments.get("where") or {}
    if not page.is_sorted_by(LAST_UPDATE) or not page.size:
        return None
    if not where.keys() <= _FILTERS:
        return None
    is_descending = page.is_descending
    try:
        start = _find_start(page, where.get("updated_at") or {}, is_descending)
    except (ValidationError, ValueError, TypeError):
        # The cursor is invalid: Saleor raises the error.
        return None
    for size in _SIZES:
        window = _open_window(page.rows.db, start, is_descending, size)
        if window is None:
            return None
        groups = page.get_filtered().filter(
            IsAny("pk", ArraySubquery(window.select_keys(page.rows.db)))
        )
        if window.end is None:
            return page.slice(groups)
        within = window.limit("last_updated_at")
        groups = OrderGroupSortField.qs_with_updated_at(groups).filter(**within)
        if connection := page.slice_if_full(groups):
            return connection
    return None


@dataclass(frozen=True)
class _Window:
    """The updates from one time to another, in the direction in which a page is read.

    There is no limit at a side where the time is None.
    """

    start: datetime.datetime | None
    end: datetime.datetime | None
    is_descending: bool

    def limit(self, name: str) -> dict[str, datetime.datetime]:
        """Return the lookups that keep the rows within the window."""
        first, last = self.start, self.end
        if self.is_descending:
            first, last = last, first
        limits = {f"{name}__gte": first, f"{name}__lte": last}
        return {lookup: limit for lookup, limit in limits.items() if limit}

    def select_keys(self, using: str) -> QuerySet:
        """Return the keys of the groups with an update within the window."""
        # As an array. PostgreSQL may take a window for a hundredth of all orders, and
        # would rather read all links than look those up.
        orders = Order.objects.filter(**self.limit("updated_at")).order_by()
        links = OrderGroupOrder.objects.using(using).order_by()
        groups = OrderGroup.objects.using(using).order_by()
        return (
            links.filter(IsAny("order_id", ArraySubquery(orders.values("pk"))))
            .values("group_id")
            .union(groups.filter(**self.limit("updated_at")).values("pk"))
        )


def _open_window(
    using: str, start: datetime.datetime | None, is_descending: bool, size: int
) -> _Window | None:
    """Return the window with so many updates of groups, or of orders, at most.

    None if too many rows have the time at which it would end, as after an import.
    """
    open_window = _Window(start, None, is_descending)
    ends: list[datetime.datetime] = []
    updates = [model.objects.using(using) for model in (Order, OrderGroup)]
    for rows in updates:
        times = rows.filter(**open_window.limit("updated_at")).order_by(
            "-updated_at" if is_descending else "updated_at"
        )
        ends += times.values_list("updated_at", flat=True)[size : size + 1]
    if not ends:
        return open_window
    end = max(ends) if is_descending else min(ends)
    for rows in updates:
        at_end = rows.order_by().filter(updated_at=end)
        if at_end[size : size + 1].exists():
            return None
    return _Window(start, end, is_descending)


def _find_start(
    page: PageRequest, updated_at: dict, is_descending: bool
) -> datetime.datetime | None:
    """Return the time where a page starts: that of the cursor, or of the filter.

    :raises ValidationError, ValueError, TypeError: the cursor is invalid.
    """
    if not page.cursor:
        return updated_at.get("lte" if is_descending else "gte")
    value, _key = page.cursor
    start = DateTimeField().to_python(value)
    if start is None:
        raise ValueError("A last update is never NULL.")
    return start
