"""The order of a page, if it is an order by columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Field, Model, QuerySet, Value
from django.db.models.lookups import (
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Lookup,
)
from saleor.graphql.core.enums import OrderDirection
from saleor.graphql.utils.sorting import sort_queryset_by_default

from .expressions import Row


@dataclass(frozen=True)
class Ordering:
    """The columns that rows are sorted by; none of them can be NULL.

    `is_descending` is the direction in which the page is read: the last page of an
    ascending list is read in descending direction.
    """

    columns: dict[str, Field]
    is_descending: bool

    def sort(self, queryset: QuerySet) -> QuerySet:
        """Return the queryset sorted in this order."""
        sign = "-" if self.is_descending else ""
        return queryset.order_by(*(f"{sign}{name}" for name in self.columns))

    def is_beyond(self, values: Sequence[Any]) -> Lookup:
        """Return the condition that a row comes after the row with these values.

        :raises ValidationError, ValueError: the values are not values of the columns.
        """
        return self._compare(LessThan if self.is_descending else GreaterThan, values)

    def is_within(self, values: Sequence[Any]) -> Lookup:
        """Return the condition that a row does not come after one with these values."""
        return self._compare(
            GreaterThanOrEqual if self.is_descending else LessThanOrEqual, values
        )

    def _compare(self, comparison: type[Lookup], values: Sequence[Any]) -> Lookup:
        if None in values:
            raise ValueError("No column can be NULL.")
        place = [
            Value(field.to_python(value), output_field=field)
            for field, value in zip(self.columns.values(), values, strict=True)
        ]
        return comparison(Row(*map(F, self.columns)), Row(*place))


def get_ordering(
    queryset: QuerySet, kwargs: dict, filled: Collection[str] = ()
) -> Ordering | None:
    """Return the order that a connection's arguments ask for.

    None if the rows are sorted by expressions other than columns, or by a column that
    can be NULL: comparisons with NULL are never true.

    :param filled: columns that can be NULL, but are not in these rows.
    """
    sort_by = (
        kwargs.get("sort_by") or sort_queryset_by_default(queryset, reversed=False)[1]
    )
    try:
        columns = {
            name: _get_column(queryset.model, name, filled) for name in sort_by["field"]
        }
    except FieldDoesNotExist:
        return None
    return Ordering(columns, is_read_descending(sort_by, kwargs))


def is_read_descending(sort_by: dict, kwargs: dict) -> bool:
    """Tell the direction in which a page is read; the last page is read backwards."""
    is_descending = sort_by["direction"] == OrderDirection.DESC
    return is_descending != bool(kwargs.get("last"))


def _get_column(model: type[Model], name: str, filled: Collection[str]) -> Field:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, Field) or (field.null and name not in filled):
        raise FieldDoesNotExist
    return field
