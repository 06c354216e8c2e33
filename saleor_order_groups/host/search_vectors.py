"""The search vectors of new orders, as Saleor makes them, in a form that is cheap to save.

Saleor's has a Django expression for each word of a vector. To resolve and to compile those
of ten orders at once takes longer than the statement that saves them.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Value
from django.db.models.expressions import RawSQL
from saleor.core.postgres import FlatConcatSearchVector, NoValidationSearchVector


def flatten(vectors: Iterable[NoValidationSearchVector]) -> RawSQL:
    """Return the concatenation of vectors of literals: the SQL that Django makes of it."""
    parts: list[str] = []
    parameters: list[Any] = []
    # It drops what is too much.
    for vector in FlatConcatSearchVector(*vectors).get_source_expressions():
        literals = [_get_value(each) for each in vector.get_source_expressions()]
        text = " || ' ' || ".join(["COALESCE((%s)::text, '')"] * len(literals))
        parts.append(f"setweight(to_tsvector(%s::regconfig, {text}), %s)")
        config, weight = _get_value(vector.config.config), _get_value(vector.weight)
        parameters += [config, *literals, weight]
    return RawSQL("||".join(parts), parameters, output_field=SearchVectorField())


def _get_value(literal: Any) -> Any:
    assert isinstance(literal, Value)
    return literal.value
