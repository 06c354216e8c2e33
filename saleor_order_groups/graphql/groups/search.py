"""Search of groups."""

from collections.abc import Iterable

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, StrIndex, Substr
from saleor.account.models import User
from saleor.core.search import parse_search_query, prefix_search
from saleor.core.utils.text import strip_accents
from saleor.order.models import Order

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
    if are_few:
        return _search_few(groups, words)
    found = [_find(words)]
    for word in dict.fromkeys(words):
        number = to_number(word.removeprefix("#"))
        if number is not None:
            others = [other for other in words if other != word]
            of_number = OrderGroup.objects.order_by().filter(number=number)
            found.append(
                of_number.filter(pk__in=_find(others)).values("pk")
                if others
                else of_number.values("pk")
            )
    keys = found[0] if len(found) == 1 else found[0].union(*found[1:])
    return groups.filter(pk__in=keys)


def _find(words: Iterable[str]) -> QuerySet:
    """Return the keys of the groups in which one order has all words."""
    orders = prefix_search(Order.objects.order_by(), " ".join(words)).values("pk")
    places = OrderGroupOrder.objects.order_by().filter(order__in=orders)
    return places.values("group_id")


def _search_few(groups: QuerySet, words: Iterable[str]) -> QuerySet:
    query = parse_search_query(strip_accents(" ".join(words)))
    if not query:
        return groups.none()
    return groups.annotate(
        searched_words=SearchVector(_text_of_group(), config="simple")
    ).filter(searched_words=SearchQuery(query, search_type="raw", config="simple"))


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
