"""Walk Saleor's built schema."""

from collections.abc import Collection

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType
from graphql.type.definition import get_named_type
from saleor.graphql.api import schema


def find_reachable(
    *names: str, leaving: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Return the types to which fields lead from some types, with their fields.

    The types themselves are included. An interface leads to all types that have it.

    :param leaving: names of fields that are not followed.
    """
    found: dict[str, tuple[str, ...]] = {}
    waiting = [schema.get_type(name) for name in names]
    while waiting:
        each = waiting.pop()
        if each.name in found:
            continue
        if isinstance(each, GraphQLUnionType | GraphQLInterfaceType):
            waiting += schema.get_possible_types(each)
        if isinstance(each, GraphQLUnionType):
            found[each.name] = ()
        elif isinstance(each, GraphQLObjectType | GraphQLInterfaceType):
            found[each.name] = tuple(each.fields)
            waiting += [
                get_named_type(field.type)
                for name, field in each.fields.items()
                if name not in leaving
            ]
    return found


def select_all(name: str, leaving: Collection[str] = ()) -> str:
    """Return the selection of all fields below a type.

    :raises RecursionError: the type leads to itself.
    """
    selected = []
    for field_name, field in schema.get_type(name).fields.items():
        if field_name in leaving:
            continue
        below = get_named_type(field.type)
        is_object = isinstance(below, GraphQLObjectType)
        selected.append(
            f"{field_name} {select_all(below.name, leaving)}"
            if is_object
            else field_name
        )
    return "{ " + " ".join(selected) + " }"
