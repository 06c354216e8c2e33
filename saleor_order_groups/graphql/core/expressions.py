"""Expressions of PostgreSQL that Django has no names for."""

from django.db.models import BooleanField, Field, Func, TextField


class IsAny(Func):
    """Whether a value is any of an array's: those that an index may look up."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class ConcatWithSpaces(Func):
    """Several texts as one, without those that are NULL."""

    function = "CONCAT_WS"
    template = "%(function)s(' ', %(expressions)s)"
    output_field = TextField()


class Row(Func):
    """Several columns as one value: an index of them finds the first row beyond it."""

    function = "ROW"
    output_field = Field()
