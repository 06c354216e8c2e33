"""PostgreSQL expressions that Django lacks."""

from collections.abc import Collection
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Field, Func, TextField, UUIDField, Value


class IsAny(Func):
    """Whether a value equals an element of an array; an index can look them up."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def to_array(keys: Collection[UUID]) -> Value:
    """Return the keys as an array, for `IsAny`."""
    return Value(list(keys), output_field=ArrayField(UUIDField()))


class ConcatWithSpaces(Func):
    """Several texts joined by spaces, without those that are NULL."""

    function = "CONCAT_WS"
    template = "%(function)s(' ', %(expressions)s)"
    output_field = TextField()


class Row(Func):
    """Several columns as one value; an index on them finds the first greater row."""

    function = "ROW"
    output_field = Field()
