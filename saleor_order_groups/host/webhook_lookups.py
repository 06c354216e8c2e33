"""Who listens to an event, looked up once for all orders of a group."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

type Lookups = dict[Hashable, Any]

_shared: ContextVar[Lookups | None] = ContextVar("shared_lookups", default=None)


@contextmanager
def share_lookups(lookups: Lookups) -> Iterator[None]:
    """Let Saleor find in `lookups` what it has looked up with them before."""
    token = _shared.set(lookups)
    try:
        yield
    finally:
        _shared.reset(token)


def look_up[Found](key: Hashable, find: Callable[[], Found]) -> Found:
    """Find what is looked up, unless it is shared and known."""
    lookups = _shared.get()
    if lookups is None:
        return find()
    if key not in lookups:
        lookups[key] = find()
    return lookups[key]
