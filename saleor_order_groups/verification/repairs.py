"""All repairs of `manage.py verify_order_groups --repair`."""

from collections.abc import Callable, Iterator

from ..delete_rules import repair_delete_rules
from ..groups.channels import repair_channels
from ..sellers.customers import repair_customers
from .payment_repairs import PAYMENT_REPAIRS

# Each repair takes `apply` and yields a message for each change. It writes only if
# `apply` is true.
REPAIRS: list[Callable[[bool], Iterator[str]]] = [
    repair_delete_rules,
    repair_channels,
    repair_customers,
    *PAYMENT_REPAIRS,
]
