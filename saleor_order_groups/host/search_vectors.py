"""Build the search vectors of new orders in a form that is cheap to save.

Saleor's vector has a Django expression for each word. Resolving and compiling the
expressions of ten orders takes longer than the statement that saves these orders.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Value
from django.db.models.expressions import RawSQL
from saleor.core.postgres import FlatConcatSearchVector, NoValidationSearchVector


def flatten(vectors: Iterable[NoValidationSearchVector]) -> RawSQL:
    """Return the concatenated vectors as one SQL expression, as Django builds it.

    :param vectors: vectors of literals, as Saleor makes them for an order.
    """
    parts: list[str] = []
    parameters: list[Any] = []
    # The constructor drops the vectors that exceed Saleor's limit.
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
