"""Look up who is told of an event once for all orders of a group."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

type Lookups = dict[Hashable, Any]

_shared: ContextVar[Lookups | None] = ContextVar("shared_lookups", default=None)


@contextmanager
def share_lookups(lookups: Lookups) -> Iterator[None]:
    """Use the lookups of this dict in the block, and add new ones to it."""
    token = _shared.set(lookups)
    try:
        yield
    finally:
        _shared.reset(token)


def look_up[Found](key: Hashable, find: Callable[[], Found]) -> Found:
    """Return the shared result for a key; call `find` if there is none yet.

    Outside `share_lookups`, `find` is called every time.
    """
    lookups = _shared.get()
    if lookups is None:
        return find()
    if key not in lookups:
        lookups[key] = find()
    return lookups[key]
