"""Limit and simplify the conditions of a `where` argument.

Saleor adds each condition to the SQL statement, and the condition of a status is a
subquery for every row. Repeated conditions are therefore merged, and the rest is
limited.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from graphql.error import GraphQLError

from .limits import MAX_CONDITIONS, MAX_DEPTH, describe_excess

type Condition = dict[str, Any]

_OPERATORS = ("AND", "OR")
# Several `OR` conditions on one of these merge into a single `one_of` condition.
_STATUSES = ("status", "fulfillment_status", "charge_status", "authorize_status")


def simplify_where(where: Mapping[str, Any] | None) -> Condition | None:
    """Return an equivalent filter without repeated conditions.

    :raises GraphQLError: it is too deep, or has too many values or conditions.
    """
    if not where:
        return None
    simple = _simplify(where, depth=1)
    if (count := _count(simple)) > MAX_CONDITIONS:
        raise GraphQLError(
            f"`where` takes at most {MAX_CONDITIONS} different conditions, but got"
            f" {count}."
        )
    return simple


def _simplify(where: Mapping[str, Any], depth: int) -> Condition:
    if depth > MAX_DEPTH:
        raise GraphQLError(
            f"`where` takes at most {MAX_DEPTH} levels of `AND` and `OR`."
        )
    simple: Condition = {}
    for name, value in where.items():
        if name in _OPERATORS:
            simple[name] = _simplify_all(name, value or (), depth)
        else:
            _check_values(name, value)
            simple[name] = value
    if len(simple) == 1:
        [(name, value)] = simple.items()
        # An operator with a single condition is equivalent to the condition.
        if name in _OPERATORS and len(value) == 1:
            return value[0]
    return simple


def _simplify_all(
    operator: str, conditions: Iterable[Mapping[str, Any]], depth: int
) -> list[Condition]:
    different: dict[Hashable, Condition] = {}
    statuses: dict[str, list] = {}
    for condition in conditions:
        simple = _simplify(condition, depth + 1)
        if operator == "OR" and (found := _read_statuses(simple)):
            name, values = found
            statuses.setdefault(name, []).extend(values)
        else:
            different.setdefault(_make_key(simple), simple)
    return [
        *({name: {"one_of": list(dict.fromkeys(statuses[name]))}} for name in statuses),
        *different.values(),
    ]


def _read_statuses(condition: Condition) -> tuple[str, list] | None:
    """Return name and values of the status if the condition consists of one status."""
    if len(condition) != 1:
        return None
    [(name, value)] = condition.items()
    if name not in _STATUSES or not value or len(value) != 1:
        return None
    values = [value["eq"]] if "eq" in value else value["one_of"] or []
    # Null and an empty list match no group; do not merge them with other values.
    return (name, values) if values and None not in values else None


def _check_values(name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for each in value.values():
            _check_values(name, each)
    elif isinstance(value, list) and (excess := describe_excess(name, value)):
        raise GraphQLError(excess)


def _make_key(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return frozenset((name, _make_key(each)) for name, each in value.items())
    if isinstance(value, list):
        return tuple(_make_key(each) for each in value)
    return value


def _count(where: Condition) -> int:
    return sum(
        sum(map(_count, value)) if name in _OPERATORS else 1
        for name, value in where.items()
    )
