"""Search of sellers."""

from django.db.models import Q, QuerySet

from ..core.limits import split_search


def search_sellers(sellers: QuerySet, text: str | None) -> QuerySet:
    """Keep the sellers that have each word in the name, slug or external reference.

    :raises GraphQLError: the text is too long, or has too many words.
    """
    for word in dict.fromkeys(split_search(text)):
        sellers = sellers.filter(
            Q(name__ilike=word)
            | Q(slug__ilike=word)
            | Q(external_reference__ilike=word)
        )
    return sellers
