"""Let Saleor find what was just inserted where it would read it again.

Kept where Django's prefetching keeps what it has read.
"""

from collections.abc import Iterable

from django.db.models import Model

_CACHE = "_prefetched_objects_cache"


class _Rows(list[Model]):
    """Related rows of which every condition that is asked for holds."""

    def filter(self, **_conditions: object) -> "_Rows":
        return self

    def exclude(self, **_conditions: object) -> "_Rows":
        return self

    def order_by(self, *_fields: str) -> "_Rows":
        return self


def remember(instance: Model, relation: str, rows: Iterable[Model]) -> None:
    """Let an instance have its related rows as if they had been prefetched."""
    forget(instance, relation)
    queryset = getattr(instance, relation).all()
    queryset._result_cache = list(rows)
    queryset._prefetch_done = True
    instance.__dict__.setdefault(_CACHE, {})[relation] = queryset


def remember_for_now(instance: Model, relation: str, rows: Iterable[Model]) -> None:
    """Let related rows be found even where conditions are asked of them: all hold.

    What was prefetched is read again there. Forget or remember them right after.
    """
    instance.__dict__.setdefault(_CACHE, {})[relation] = _Rows(rows)


def forget(instance: Model, relation: str) -> None:
    """Let an instance's related rows be read when they are asked for."""
    instance.__dict__.get(_CACHE, {}).pop(relation, None)
