"""Waiting for other processes."""

import time
from collections.abc import Callable

WAIT_SECONDS = 60


def until(
    holds: Callable[[], bool], seconds: float, explain: Callable[[], object]
) -> None:
    """Wait until something holds; fail with an explanation if it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)
