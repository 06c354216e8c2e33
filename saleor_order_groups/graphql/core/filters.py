"""Filters that groups and sellers share."""

from typing import Any

from django.core.exceptions import ValidationError
from graphql.error import GraphQLError
from saleor.graphql.utils.filters import (
    filter_where_by_id_field,
    filter_where_by_value_field,
)

from .ids import global_id_to_uuid


def filter_by_ids(type_name: str):
    """Return a filter for rows with the given IDs; IDs of other types match no row."""

    def filter_ids(queryset, _name, global_ids):
        pks = [global_id_to_uuid(global_id, type_name) for global_id in global_ids]
        return queryset.filter(pk__in=[pk for pk in pks if pk])

    return filter_ids


def filter_by_value(field: str):
    """Return a filter for a field by the value, or one of the values."""

    def filter_value(queryset, _name, value):
        return filter_where_by_value_field(queryset, field, _drop_nul(value))

    return filter_value


def _drop_nul(value: Any) -> Any:
    """Drop texts with NUL, which PostgreSQL cannot compare: no row has them."""
    values = list_values(value)
    clean = [each for each in values if "\0" not in str(each)]
    return value if clean == values else {"one_of": clean}


def filter_by_id(field: str, type_name: str):
    """Return a filter for a foreign key by global IDs of the type.

    The filter raises GraphQLError for IDs that are not of the type.
    """

    def filter_id(queryset, _name, value):
        if value is None:
            return queryset.none()
        try:
            return filter_where_by_id_field(queryset, field, value, type_name)
        except (ValueError, ValidationError) as error:
            # The ID is well-formed, but its key is not of the field's type.
            raise GraphQLError(f"Must receive IDs of {type_name}.") from error

    return filter_id


def list_values(value: dict | None) -> list:
    """Return the values of Saleor's enum filter, without null."""
    if not value:
        return []
    values = [value["eq"]] if "eq" in value else value.get("one_of") or []
    return [each for each in values if each is not None]
