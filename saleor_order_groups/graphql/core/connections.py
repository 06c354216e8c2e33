"""Filtered pages of groups and sellers, as fast deep in a list as at its start."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import (
    create_connection_slice,
    filter_connection_queryset,
    from_global_cursor,
)

from .conditions import simplify_where
from .ordering import Ordering, get_ordering, is_read_descending
from .probes import share_probes


@dataclass(frozen=True)
class PageRequest:
    """A page of a connection that a requestor asks for.

    `rows` are the rows of the list without its filters, from the cursor on if
    `ordering` is known. `get_filtered` returns the filtered rows of all pages. `hints`
    are those of `share_probes` for its filters.
    """

    rows: QuerySet
    get_filtered: Callable[[], QuerySet]
    ordering: Ordering | None
    hints: dict[str, Any]
    info: ResolveInfo
    arguments: dict[str, Any]
    connection_type: Any

    @property
    def size(self) -> int | None:
        return self.arguments.get("first") or self.arguments.get("last")

    @property
    def cursor(self) -> list | None:
        """The values of the row that the page begins after.

        :raises ValidationError, ValueError, TypeError: the cursor is invalid.
        """
        cursor = self.arguments.get("after") or self.arguments.get("before")
        return from_global_cursor(cursor) if cursor else None

    def is_sorted_by(self, field: list[str]) -> bool:
        """Tell whether the page is sorted by this field, and nothing is searched for."""
        sort_by = self.arguments.get("sort_by") or {}
        return sort_by.get("field") == field and not self.arguments.get("search")

    @property
    def is_descending(self) -> bool:
        """The direction in which a sorted page is read."""
        return is_read_descending(self.arguments["sort_by"], self.arguments)

    def slice(self, rows: QuerySet):
        """Return the page of these rows."""
        # A copy, because Saleor stores the sorting in the arguments.
        return create_connection_slice(
            rows, self.info, {**self.arguments}, self.connection_type
        )

    def slice_if_full(self, rows: QuerySet):
        """Return the page of these rows if there are more; otherwise None."""
        connection = self.slice(rows)
        page = connection.page_info
        is_last = self.arguments.get("last")
        has_more = page.has_previous_page if is_last else page.has_next_page
        return connection if has_more else None


type Shortcut = Callable[[PageRequest], Any]


def filter_and_slice(
    queryset: QuerySet,
    info: ResolveInfo,
    kwargs,
    connection_type,
    *,
    shortcuts: Iterable[Shortcut] = (),
    filled: Collection[str] = (),
):
    """Return the page of the queryset for the arguments of a connection.

    :param shortcuts: functions that return the page if they find it faster, and None
        otherwise. They are tried in turn.
    :param filled: columns that can be NULL, but are not in the rows of the queryset.
    :raises GraphQLError: the filter exceeds a limit.
    """
    kwargs = {**kwargs, "where": simplify_where(kwargs.get("where"))}
    hints = share_probes()

    # Cached, because Saleor removes the operators from `where` when it applies the
    # filter.
    @cache
    def get_filtered() -> QuerySet:
        # Saleor repeats all conditions of the queryset with each filter. Filter a
        # queryset without conditions, and combine it with `queryset` afterwards.
        return queryset & filter_connection_queryset(
            queryset.model.objects.db_manager(queryset.db, hints=hints).all(),
            kwargs,
            allow_replica=info.context.allow_replica,
        )

    ordering = get_ordering(queryset, kwargs, filled)
    page = PageRequest(
        _skip_to_cursor(queryset, ordering, kwargs),
        get_filtered,
        ordering,
        hints,
        info,
        kwargs,
        connection_type,
    )
    found = (shortcut(page) for shortcut in shortcuts)
    connection = next(filter(None, found), None) or page.slice(
        _skip_to_cursor(get_filtered(), ordering, kwargs)
    )
    connection.total_count = lambda: get_filtered().count()
    return connection


def _skip_to_cursor(queryset: QuerySet, ordering: Ordering | None, kwargs) -> QuerySet:
    """Drop the rows of pages before a cursor, so that PostgreSQL does not read them.

    Saleor drops them too, but with an OR of conditions, which PostgreSQL checks on
    every row from the start of the index. This is the same condition as one range of
    the index.
    """
    cursor = kwargs.get("after") or kwargs.get("before")
    if not cursor or not ordering:
        return queryset
    try:
        return queryset.filter(ordering.is_beyond(from_global_cursor(cursor)))
    except (ValidationError, ValueError, TypeError):
        # The cursor is invalid: Saleor raises the error.
        return queryset
