"""Limits of the arguments of a query.

Saleor's query cost counts neither the items of a list nor the words of a text. Without
limits a query with a cost of zero could occupy the database for minutes.
"""

from collections.abc import Sized

from graphene.utils.str_converters import to_camel_case
from graphql.error import GraphQLError

# The maximum size of a page in Saleor.
MAX_ITEMS = 100
MAX_CONDITIONS = 50
MAX_DEPTH = 10
MAX_SEARCH_LENGTH = 100
MAX_SEARCH_WORDS = 10


def describe_excess(name: str, items: Sized) -> str | None:
    """Return the message for a list that is too long; None if it is short enough."""
    if len(items) <= MAX_ITEMS:
        return None
    name = to_camel_case(name)
    return f"`{name}` takes at most {MAX_ITEMS} items, but got {len(items)}."


def split_search(text: str | None) -> list[str]:
    """Return the words of a search; none if the text is empty.

    :raises GraphQLError: the text is too long, or has too many words.
    """
    text = text or ""
    if len(text) > MAX_SEARCH_LENGTH:
        raise GraphQLError(
            f"`search` takes at most {MAX_SEARCH_LENGTH} characters, but got"
            f" {len(text)}."
        )
    # PostgreSQL cannot compare with NUL.
    words = text.replace("\0", " ").split()
    if len(words) > MAX_SEARCH_WORDS:
        raise GraphQLError(
            f"`search` takes at most {MAX_SEARCH_WORDS} words, but got {len(words)}."
        )
    return words
