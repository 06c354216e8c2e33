"""Verify the guarantees of order groups over the whole database, in constant memory.

Groups are read in batches of keys. Each check is one statement for a batch, and returns
violations only. The seller of an order cannot be verified later: it is fixed at
placement, and products may change their seller afterwards.
"""

from collections.abc import Callable, Iterator

from ..config import SELLER_SOURCE
from ..delete_rules import find_wrong_rules
from ..models import OrderGroup
from ..sellers.apps import find_apps_that_see_all
from ..sellers.source_problems import find_lost_products, find_silent_sources
from .events import (
    check_announced,
    check_canceled,
    check_placed,
    check_sequences,
    check_states,
    find_missing_sweep,
)
from .findings import REPAIR, Finding, Ids
from .groups import (
    check_channels,
    check_customers,
    check_links,
    check_orders_exist,
    check_placed_totals,
    check_positions,
    check_sellers,
)
from .legacy_payments import (
    check_legacy_divisions,
    check_legacy_parts_agree,
    check_legacy_parts_are_bound,
    check_legacy_payments_have_parts,
)
from .order_amounts import check_order_amounts
from .payments import (
    check_divided_anew,
    check_event_shares,
    check_no_share_is_negative,
    check_payments_are_unbound,
    check_payments_have_shares,
    check_settled,
    check_share_currencies,
    check_share_sums,
    check_shares_announced,
    check_shares_are_bound,
)

DEFAULT_BATCH_SIZE = 1000


def verify(
    batch_size: int = DEFAULT_BATCH_SIZE,
    report_progress: Callable[[int], None] = lambda _checked: None,
) -> Iterator[Finding]:
    """Yield the violations, batch by batch.

    :param batch_size: the number of groups for each batch.
    :param report_progress: called after each batch with the number of groups verified.
    """
    for problem in (*find_silent_sources(), *find_lost_products()):
        yield Finding(None, SELLER_SOURCE, problem)
    for wrong in find_wrong_rules():
        yield Finding(None, "delete rule", f"{wrong}; {REPAIR}")
    for problem in find_apps_that_see_all():
        yield Finding(None, "seller app", problem)
    yield from find_missing_sweep()
    checked = 0
    groups = OrderGroup.objects.order_by("pk").values_list("pk", flat=True)
    ids = list(groups[:batch_size])
    while ids:
        for check in CHECKS:
            yield from check(ids)
        checked += len(ids)
        report_progress(checked)
        ids = list(groups.filter(pk__gt=ids[-1])[:batch_size])


CHECKS: tuple[Callable[[Ids], Iterator[Finding]], ...] = (
    check_orders_exist,
    check_channels,
    check_positions,
    check_sellers,
    check_customers,
    check_links,
    check_placed_totals,
    check_payments_are_unbound,
    check_payments_have_shares,
    check_shares_are_bound,
    check_share_currencies,
    check_share_sums,
    check_no_share_is_negative,
    check_divided_anew,
    check_event_shares,
    check_shares_announced,
    check_legacy_parts_are_bound,
    check_legacy_payments_have_parts,
    check_legacy_parts_agree,
    check_legacy_divisions,
    check_settled,
    check_order_amounts,
    check_states,
    check_sequences,
    check_announced,
    check_canceled,
    check_placed,
)
