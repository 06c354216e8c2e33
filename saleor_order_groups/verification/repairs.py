"""What `manage.py verify_order_groups --repair` puts right."""

from collections.abc import Callable, Iterator

from ..delete_rules import repair_delete_rules
from ..groups.channels import repair_channels
from ..sellers.customers import repair_customers
from .payment_repairs import PAYMENT_REPAIRS

# Each yields a line for everything it does, or would do: it is told whether to apply.
REPAIRS: list[Callable[[bool], Iterator[str]]] = [
    repair_delete_rules,
    repair_channels,
    repair_customers,
    *PAYMENT_REPAIRS,
]
