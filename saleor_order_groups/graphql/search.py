"""What groups and sellers are searched by."""

from django.db.models import Q, QuerySet

from ..models import OrderGroup, OrderGroupOrder
from .ids import to_number


def search_order_groups(groups: QuerySet, text: str | None) -> QuerySet:
    """Keep the groups that every word of the text is found in.

    A word is the number of the group or of one of its orders, with or without a
    leading #, or a part of the customer's e-mail address or name, in whatever case.
    """
    for word in (text or "").split():
        groups = groups.filter(pk__in=_find(word))
    return groups


def search_sellers(sellers: QuerySet, text: str | None) -> QuerySet:
    """Keep the sellers whose name, slug or external reference has every word."""
    for word in (text or "").split():
        sellers = sellers.filter(
            Q(name__ilike=word)
            | Q(slug__ilike=word)
            | Q(external_reference__ilike=word)
        )
    return sellers


def _find(word: str) -> QuerySet:
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
    number = to_number(word.removeprefix("#"))
    if number is not None:
        found += [groups.filter(number=number), places.filter(order__number=number)]
    return found[0].union(*found[1:])
