"""Pages of groups and sellers: filtered, and as fast deep in a list as at its start."""

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import (
    create_connection_slice,
    filter_connection_queryset,
    from_global_cursor,
)
from saleor.graphql.core.enums import OrderDirection
from saleor.graphql.utils.sorting import sort_queryset_by_default

from .expressions import Row


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
    return queryset.filter(is_beyond(Row(*map(F, sort_by["field"])), Row(*place)))


def _to_value(model: type[Model], name: str, text: str | None) -> Value:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, Field) or field.null or text is None:
        raise ValueError("NULL comes after every value, and compares to none.")
    return Value(field.to_python(text), output_field=field)
