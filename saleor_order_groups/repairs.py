"""What `verify_order_groups --repair` can put right."""

from collections.abc import Callable, Iterator

from .customers import repair_customers

# Each yields what it does, or what it would do where the flag is not set.
REPAIRS: list[Callable[[bool], Iterator[str]]] = [repair_customers]
