"""Fill Django's prefetch cache with rows that were just created.

Saleor then finds these rows without a query.
"""

from collections.abc import Iterable

from django.db.models import Model

_CACHE = "_prefetched_objects_cache"


class _Rows(list[Model]):
    """Related rows that fulfill every condition: a filter returns all of them."""

    def filter(self, **_conditions: object) -> "_Rows":
        return self

    def exclude(self, **_conditions: object) -> "_Rows":
        return self

    def order_by(self, *_fields: str) -> "_Rows":
        return self


def remember(instance: Model, relation: str, rows: Iterable[Model]) -> None:
    """Put an instance's related rows into its prefetch cache."""
    forget(instance, relation)
    queryset = getattr(instance, relation).all()
    queryset._result_cache = list(rows)
    queryset._prefetch_done = True
    instance.__dict__.setdefault(_CACHE, {})[relation] = queryset


def remember_for_now(instance: Model, relation: str, rows: Iterable[Model]) -> None:
    """Put related rows into the prefetch cache in a form that answers filters too.

    Django queries again when prefetched rows are filtered. These rows are returned for
    every filter instead, so they must fulfill all of them. Call `forget` or `remember`
    as soon as Saleor has read the rows.
    """
    instance.__dict__.setdefault(_CACHE, {})[relation] = _Rows(rows)


def forget(instance: Model, relation: str) -> None:
    """Drop an instance's related rows from its prefetch cache."""
    instance.__dict__.get(_CACHE, {}).pop(relation, None)
