"""Let the process die where a test wants it to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from promise.promise import async_instance
from promise.schedulers.immediate import ImmediateScheduler


class Died(BaseException):
    """The process dies: nothing catches it."""


@dataclass
class Crash:
    """What became of the process."""

    has_happened: bool = False


@contextmanager
def dying(target: object, name: str, after: int = 0) -> Iterator[Crash]:
    """Let the process die in the block where this function is called.

    :param after: how many calls it survives.
    """
    crash = Crash()
    original = getattr(target, name)
    calls = iter(range(after))

    def die(*args, **kwargs):
        if next(calls, None) is None:
            raise Died
        return original(*args, **kwargs)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(target, name, die)
        # It swallows everything, and GraphQL would wait for the answer for ever.
        monkeypatch.setattr(ImmediateScheduler, "call", lambda self, fn: fn())
        try:
            yield crash
        except Died:
            crash.has_happened = True
            # What waits in the process goes with it: else the next query waits for it.
            async_instance.__init__()
