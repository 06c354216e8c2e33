"""Parse IDs and numbers that clients send."""

from uuid import UUID

from graphql.error import GraphQLError
from saleor.graphql.core.utils import from_global_id_or_error

MAX_NUMBER_LENGTH = 10


def global_id_to_uuid(global_id: str, type_name: str) -> UUID | None:
    """Return the key in a global ID; None if the ID is malformed or of another type."""
    pk = _global_id_to_pk(global_id, type_name)
    try:
        return UUID(pk) if pk else None
    except ValueError:
        return None


def global_id_to_number(global_id: str, type_name: str) -> int | None:
    """Return the key in a global ID; None if the ID is malformed or of another type."""
    pk = _global_id_to_pk(global_id, type_name)
    return to_number(pk) if pk else None


def has_impossible_number(global_id: str, type_name: str) -> bool:
    """Tell whether the ID is of the type, but its key cannot be a number."""
    pk = _global_id_to_pk(global_id, type_name)
    return bool(pk) and to_number(str(pk)) is None


def _global_id_to_pk(global_id: str, type_name: str) -> str | None:
    """Return the key in a global ID, unchecked.

    Queries must answer the same for objects that do not exist and for IDs that are
    impossible.
    """
    try:
        # None for another type, whatever Saleor's annotation says.
        return from_global_id_or_error(global_id, type_name)[1]
    except GraphQLError:
        return None


def to_number(text: str) -> int | None:
    """Return the number of a group or an order; None if the text cannot be one."""
    if not (text.isascii() and text.isdecimal()) or len(text) > MAX_NUMBER_LENGTH:
        return None
    return int(text)
