"""Pages of groups and sellers: filtered, and as fast deep in a list as at its start."""

from collections.abc import Collection
from functools import cached_property
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Func, Model, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import (
    create_connection_slice,
    filter_connection_queryset,
    from_global_cursor,
)
from saleor.graphql.core.enums import OrderDirection
from saleor.graphql.utils.sorting import sort_queryset_by_default

from ..models import OrderGroup
from ..totals import GroupTotals, get_totals_in


class _Row(Func):
    """Several columns as one value: an index of them finds the first row beyond it."""

    function = "ROW"
    output_field = Field()


def filter_and_slice(queryset: QuerySet, info: ResolveInfo, kwargs, connection_type):
    """Return the page of a queryset that the arguments of a connection ask for."""
    # Saleor repeats all conditions with each filter: those of the queryset come after.
    filtered = queryset & filter_connection_queryset(
        queryset.model.objects.using(queryset.db),
        kwargs,
        allow_replica=info.context.allow_replica,
    )
    connection = create_connection_slice(
        _skip_to_cursor(filtered, kwargs), info, kwargs, connection_type
    )
    connection.total_count = filtered.count
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


def _skip_to_cursor(queryset: QuerySet, kwargs) -> QuerySet:
    """Drop what is on the pages before a cursor, so that nobody has to read it.

    Saleor drops it too, by an alternative of conditions, which PostgreSQL checks on
    every row from the start of the index. This is the same condition as one range.
    """
    cursor = kwargs.get("after") or kwargs.get("before")
    if not cursor:
        return queryset
    sort_by = (
        kwargs.get("sort_by") or sort_queryset_by_default(queryset, reversed=False)[1]
    )
    try:
        place = [
            _to_value(queryset.model, name, text)
            for name, text in zip(
                sort_by["field"], from_global_cursor(cursor), strict=True
            )
        ]
    except (FieldDoesNotExist, ValidationError, ValueError, TypeError):
        # Sorted by what is no column; or an invalid cursor, of which Saleor will tell.
        return queryset
    is_descending = sort_by["direction"] == OrderDirection.DESC
    is_beyond = LessThan if is_descending != bool(kwargs.get("last")) else GreaterThan
    return queryset.filter(is_beyond(_Row(*map(F, sort_by["field"])), _Row(*place)))


def _to_value(model: type[Model], name: str, text: str | None) -> Value:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, Field) or field.null or text is None:
        raise ValueError("NULL comes after every value, and compares to none.")
    return Value(field.to_python(text), output_field=field)
