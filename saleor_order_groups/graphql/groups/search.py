"""Search of groups."""

from collections.abc import Collection

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.search import (
    CombinedSearchVector,
    SearchConfig,
    SearchQuery,
    SearchVector,
    SearchVectorField,
)
from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, StrIndex, Substr
from saleor.account.models import User
from saleor.core.search import parse_search_query
from saleor.core.utils.text import strip_accents

from ...models import OrderGroup, OrderGroupOrder
from ..core.expressions import ConcatWithSpaces
from ..core.ids import to_number
from ..core.limits import split_search


def search_order_groups(
    groups: QuerySet, text: str | None, *, are_few: bool
) -> QuerySet:
    """Keep the groups with an order that Saleor's `orders(search:)` would find.

    Each word must be the beginning of a word of the order. The number of a group counts
    as a word of each of its orders.

    :param are_few: whether these are the groups of one customer. The search then reads
        each of them, and only the data that the customer knows: the search words of
        orders include notes of the staff.
    :raises GraphQLError: the text is too long, or has too many words.
    """
    words = split_search(text)
    if not words:
        return groups
    query = parse_search_query(strip_accents(" ".join(words)))
    if not query:
        return groups.none()
    matches = SearchQuery(query, search_type="raw", config="simple")
    if are_few:
        texts = SearchVector(_text_of_group(), config="simple")
        return groups.annotate(searched_words=texts).filter(searched_words=matches)
    found = OrderGroupOrder.objects.order_by().filter(order__search_vector=matches)
    keys = found.values("group_id")
    numbers = [to_number(word.removeprefix("#")) for word in words]
    if named := [number for number in numbers if number is not None]:
        keys = keys.union(_find_by_number(named, matches))
    return groups.filter(pk__in=keys)


def _find_by_number(numbers: Collection[int], matches: SearchQuery) -> QuerySet:
    """Return the keys of groups with these numbers that match as their orders would."""
    words = CombinedSearchVector(
        SearchVector(Cast("number", TextField()), config="simple"),
        "||",
        # A group whose orders are deleted still has its number.
        Coalesce(
            F("order_links__order__search_vector"),
            Cast(Value(""), SearchVectorField()),
        ),
        config=SearchConfig("simple"),
    )
    groups = OrderGroup.objects.order_by().filter(number__in=numbers)
    return groups.annotate(words=words).filter(words=matches).values("pk")


def _text_of_group() -> Combinable:
    """Return the numbers, email addresses and names of a group and its orders."""
    user = User.objects.filter(pk=OuterRef("user_id")).order_by()
    places = OrderGroupOrder.objects.filter(group_id=OuterRef("pk")).order_by()
    of_order = ConcatWithSpaces(
        Cast("order__number", TextField()),
        F("order__billing_address__first_name"),
        F("order__billing_address__last_name"),
    )
    return ConcatWithSpaces(
        Cast("number", TextField()),
        F("user_email"),
        _domain_of("user_email"),
        Subquery(
            user.values(
                text=ConcatWithSpaces(
                    "email", _domain_of("email"), "first_name", "last_name"
                )
            )
        ),
        Subquery(
            places.values("group_id")
            .annotate(text=StringAgg(of_order, delimiter=" "))
            .values("text")
        ),
    )


def _domain_of(email: str) -> Combinable:
    return Substr(email, StrIndex(F(email), Value("@")) + 1)
