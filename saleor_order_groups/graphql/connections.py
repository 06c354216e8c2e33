"""Pages of groups and sellers: filtered, and as fast deep in a list as at its start."""

from collections.abc import Collection
from functools import cache, cached_property
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import (
    create_connection_slice,
    filter_connection_queryset,
    from_global_cursor,
)

from ..groups.totals import GroupTotals, get_totals_in
from ..models import OrderGroup
from .conditions import simplify_where
from .ordering import Ordering, get_ordering
from .probes import share_probes
from .status_pages import slice_nearby


def filter_and_slice(queryset: QuerySet, info: ResolveInfo, kwargs, connection_type):
    """Return the page of a queryset that the arguments of a connection ask for.

    :raises GraphQLError: the filter asks for too much.
    """
    kwargs = {**kwargs, "where": simplify_where(kwargs.get("where"))}

    # Once: Saleor takes the operators out of the filter as it applies them.
    @cache
    def get_filtered() -> QuerySet:
        # Saleor repeats all conditions with each filter: those of the queryset come after.
        return queryset & filter_connection_queryset(
            queryset.model.objects.db_manager(queryset.db, hints=share_probes()).all(),
            kwargs,
            allow_replica=info.context.allow_replica,
        )

    ordering = get_ordering(queryset, kwargs)
    connection = ordering and slice_nearby(
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


class TotalsOfPage:
    """The totals of all groups of a page, read when the first is asked for.

    A group of the page has it as `totals_of_page`. Next to a data loader it answers at
    once, and not by a promise for each of the fields of each of the groups.
    """

    def __init__(self, groups: Collection[OrderGroup], database_connection_name: str):
        # Not the groups, which have this: they are freed without garbage collection.
        self._currencies = {group.pk: group.currency for group in groups}
        self._database_connection_name = database_connection_name
        for group in groups:
            group.totals_of_page = self  # type: ignore[attr-defined]

    def __getitem__(self, group_pk: UUID) -> GroupTotals:
        return self._totals[group_pk]

    @cached_property
    def _totals(self) -> dict[UUID, GroupTotals]:
        return get_totals_in(self._currencies, self._database_connection_name)


def _skip_to_cursor(queryset: QuerySet, ordering: Ordering | None, kwargs) -> QuerySet:
    """Drop what is on the pages before a cursor, so that nobody has to read it.

    Saleor drops it too, by an alternative of conditions, which PostgreSQL checks on
    every row from the start of the index. This is the same condition as one range.
    """
    cursor = kwargs.get("after") or kwargs.get("before")
    if not cursor or not ordering:
        return queryset
    try:
        return queryset.filter(ordering.is_beyond(from_global_cursor(cursor)))
    except (ValidationError, ValueError, TypeError):
        # An invalid cursor, of which Saleor will tell.
        return queryset
