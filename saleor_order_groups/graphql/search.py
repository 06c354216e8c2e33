"""What groups and sellers are searched by."""

from collections.abc import Collection, Sequence

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connections
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from saleor.account.models import User

from ..models import OrderGroup, OrderGroupOrder
from .expressions import ConcatWithSpaces, HasAll, IsAny
from .ids import to_number
from .limits import split_search

# Of the newest groups, to see which words are rare.
_SAMPLE = 50
# As many of them that have all words are enough to meet a page of them soon.
_DENSE = 5


def search_order_groups(
    groups: QuerySet, text: str | None, *, are_few: bool
) -> QuerySet:
    """Keep the groups that every word of the text is found in.

    A word is the number of the group or of one of its orders, with or without a
    leading #, or a part of the customer's e-mail address or name, in whatever case.

    :param are_few: so many that each can be looked at.
    :raises GraphQLError: the text is too long, or has too many words.
    """
    words = _drop_implied(split_search(text))
    if not words:
        return groups
    if are_few:
        # As an array: PostgreSQL could look at all groups before it asks for these.
        keys = ArraySubquery(groups.order_by().values("pk"))
        few = groups.model.objects.using(groups.db).filter(IsAny("pk", keys))
        return few.filter(_has_all(words, groups.db))
    if len(words) == 1:
        return groups.filter(pk__in=_find(words[0]))
    rarest = _choose_rarest(groups, words)
    if rarest is None:
        return groups.filter(_has_all(words, groups.db))
    others = [word for word in words if word != rarest]
    found = groups.filter(IsAny("pk", ArraySubquery(_find(rarest))))
    return found.filter(_has_all(others, groups.db))


def search_sellers(sellers: QuerySet, text: str | None) -> QuerySet:
    """Keep the sellers whose name, slug or external reference has every word.

    :raises GraphQLError: the text is too long, or has too many words.
    """
    for word in dict.fromkeys(split_search(text)):
        sellers = sellers.filter(
            Q(name__ilike=word)
            | Q(slug__ilike=word)
            | Q(external_reference__ilike=word)
        )
    return sellers


def _drop_implied(words: Sequence[str]) -> list[str]:
    """Drop each word that is a part of another one: where that is found, it is."""
    different = {word.lower(): word for word in words}
    # What can be a number may be found as one, of which no part is.
    texts = [text for text, word in different.items() if _to_number(word) is None]
    return [
        word
        for part, word in different.items()
        if not any(part != text and part in text for text in texts)
    ]


def _to_number(word: str) -> int | None:
    return to_number(word.removeprefix("#"))


def _find(word: str) -> QuerySet:
    """Return the keys of the groups that a word is found in, by indexes."""
    # One list of keys: indexes serve each part, and none an alternative of all.
    groups = OrderGroup.objects.order_by().values("pk")
    places = OrderGroupOrder.objects.order_by().values("group_id")
    found = [
        groups.filter(user_email__ilike=word),
        groups.filter(
            Q(user__email__ilike=word)
            | Q(user__first_name__ilike=word)
            | Q(user__last_name__ilike=word)
        ),
        # A guest has no other name.
        places.filter(
            Q(order__billing_address__first_name__ilike=word)
            | Q(order__billing_address__last_name__ilike=word)
        ),
    ]
    number = _to_number(word)
    if number is not None:
        found += [groups.filter(number=number), places.filter(order__number=number)]
    return found[0].union(*found[1:])


def _has_all(words: Collection[str], database_connection_name: str) -> Q:
    """Return the condition that a group has all words, to look at each group."""
    ops = connections[database_connection_name].ops
    texts = [word for word in words if _to_number(word) is None]
    condition = Q()
    if texts:
        condition &= _is_like_all(texts, ops)
    places = OrderGroupOrder.objects.filter(group_id=OuterRef("pk"))
    for word in words:
        number = _to_number(word)
        if number is not None:
            condition &= (
                Q(number=number)
                | Q(Exists(places.filter(order__number=number)))
                | _is_like_all([word], ops)
            )
    return condition


def _is_like_all(words: Collection[str], ops) -> Q:
    patterns = [f"%{ops.prep_for_like_query(word)}%" for word in words]
    # PostgreSQL takes hardly any text to be like so many patterns, and so rather sorts
    # all groups than to stop at the end of a page. Of this it takes every second to be.
    return Q(Coalesce(HasAll(_text_of_group(), Value(patterns)), Value(False)))


def _text_of_group() -> Combinable:
    """Return all that a word can be a part of: no word goes beyond one of its parts."""
    user = User.objects.filter(pk=OuterRef("user_id")).order_by()
    places = OrderGroupOrder.objects.filter(group_id=OuterRef("pk")).order_by()
    names = ConcatWithSpaces(
        F("order__billing_address__first_name"),
        F("order__billing_address__last_name"),
    )
    return ConcatWithSpaces(
        F("user_email"),
        Subquery(
            user.values(text=ConcatWithSpaces("email", "first_name", "last_name"))
        ),
        Subquery(
            places.values("group_id")
            .annotate(text=StringAgg(names, delimiter=" "))
            .values("text")
        ),
    )


def _choose_rarest(groups: QuerySet, words: Sequence[str]) -> str | None:
    """Return the word that the fewest groups seem to have.

    None where so many have all words that a page of them is soon full.
    """
    texts = [
        text.lower()
        for text in groups.annotate(searched_text=_text_of_group()).values_list(
            "searched_text", flat=True
        )[:_SAMPLE]
    ]
    found = {word: [word.lower() in text for text in texts] for word in words}
    if sum(map(all, zip(*found.values(), strict=True))) >= _DENSE:
        return None
    # Trigrams find the longer one of two faster.
    return min(words, key=lambda word: (sum(found[word]), -len(word)))
