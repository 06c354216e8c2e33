"""Filtered pages of groups and sellers, as fast deep in a list as at its start."""

from collections.abc import Callable, Collection
from functools import cache

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import (
    create_connection_slice,
    filter_connection_queryset,
    from_global_cursor,
)

from .conditions import simplify_where
from .ordering import Ordering, get_ordering
from .probes import share_probes


def filter_and_slice(
    queryset: QuerySet,
    info: ResolveInfo,
    kwargs,
    connection_type,
    *,
    take_shortcut: Callable | None = None,
    filled: Collection[str] = (),
):
    """Return the page of the queryset for the arguments of a connection.

    :param take_shortcut: a function that returns the page if it finds it faster, and
        None otherwise.
    :param filled: columns that can be NULL, but are not in the rows of the queryset.
    :raises GraphQLError: the filter exceeds a limit.
    """
    kwargs = {**kwargs, "where": simplify_where(kwargs.get("where"))}

    # Cached, because Saleor removes the operators from `where` when it applies the
    # filter.
    @cache
    def get_filtered() -> QuerySet:
        # Saleor repeats all conditions of the queryset with each filter. Filter a
        # queryset without conditions, and combine it with `queryset` afterwards.
        return queryset & filter_connection_queryset(
            queryset.model.objects.db_manager(queryset.db, hints=share_probes()).all(),
            kwargs,
            allow_replica=info.context.allow_replica,
        )

    ordering = get_ordering(queryset, kwargs, filled)
    connection = None
    if ordering and take_shortcut:
        connection = take_shortcut(
            _skip_to_cursor(queryset, ordering, kwargs),
            ordering,
            info,
            kwargs,
            connection_type,
        )
    if not connection:
        filtered = get_filtered()
        connection = create_connection_slice(
            _skip_to_cursor(filtered, ordering, kwargs), info, kwargs, connection_type
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
