"""Parse IDs and numbers that clients send."""

from uuid import UUID

from graphql.error import GraphQLError
from saleor.graphql.core.utils import from_global_id_or_error

MAX_NUMBER_LENGTH = 10


def global_id_to_uuid(global_id: str, type_name: str) -> UUID | None:
    """Return the key in a global ID; None if the ID is malformed or of another type.

    Queries must answer the same for objects that do not exist and for IDs that are
    impossible.
    """
    try:
        _, pk = from_global_id_or_error(global_id, type_name)
    except GraphQLError:
        return None
    try:
        return UUID(pk) if pk else None
    except ValueError:
        return None


def to_number(text: str) -> int | None:
    """Return the number of a group or an order; None if the text cannot be one."""
    if not (text.isascii() and text.isdecimal()) or len(text) > MAX_NUMBER_LENGTH:
        return None
    return int(text)
