"""What is wrong in this installation, told in a moment: for a page, not for an audit.

`runner.verify` looks at all groups. This looks at the configuration, and at what the
next sweep will do; its cost does not grow with the number of groups.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils import timezone

from ..dashboard.installation import COMMAND, find_stale_parts
from ..delete_rules import find_wrong_rules
from ..models import GroupPayment, OrderGroupEvent
from ..payments.recovery import find_unsettled
from ..recovery.sweep import EVENTS_PATIENCE, find_changed_payments, get_recovery
from ..sellers.apps import find_apps_that_see_all
from ..sellers.source_problems import (
    find_lost_products,
    find_silent_sources,
    find_unheard_confirmations,
)
from ..sellers.unseen_orders import find_channels_with_unseen_orders
from .events import find_missing_sweep
from .findings import REPAIR

# Batches of payments that are looked at: if the sweep has not run for long, there may be
# any number of them.
MAX_BATCHES = 20
# Groups that are named for each kind of finding.
MAX_GROUPS = 20


@dataclass(frozen=True)
class HealthFinding:
    """`code` is for programs; `number` is that of a group, if the finding is of one."""

    code: str
    message: str
    number: int | None = None


@dataclass(frozen=True)
class Health:
    """The state of the installation.

    `last_sweep_at`: until when a sweep has looked at all changes.
    `unsettled_payments`: payments whose reports have not reached their orders, among
    those that have changed since.
    `unannounced_events`: events of groups that are older than a minute, and no webhook
    was told of.
    """

    last_sweep_at: datetime.datetime
    unsettled_payments: int
    unannounced_events: int
    findings: list[HealthFinding]


def examine() -> Health:
    """Return the state of the installation, read from the primary database."""
    unsettled = _find_unsettled_groups()
    waiting = OrderGroupEvent.objects.filter(
        announced_at=None, created_at__lt=timezone.now() - EVENTS_PATIENCE
    )
    groups = waiting.order_by().values_list("group__number", flat=True).distinct()
    return Health(
        last_sweep_at=get_recovery().looked_until,
        unsettled_payments=len(unsettled),
        unannounced_events=waiting.count(),
        findings=[
            *_find_wrong_settings(),
            *_find_in_groups(
                "UNSETTLED_PAYMENT",
                "A report on a payment has not reached the orders yet.",
                unsettled,
            ),
            *_find_in_groups(
                "UNANNOUNCED_EVENT",
                "Webhooks were not told of an event of the purchase yet.",
                groups,
            ),
        ],
    )


def _find_unsettled_groups() -> list[int]:
    """Return the number of the group of each unsettled payment."""
    numbers: list[int] = []
    for keys in islice(find_changed_payments(), MAX_BATCHES):
        payments = find_unsettled(GroupPayment.objects.filter(pk__in=keys))
        numbers += payments.order_by("pk").values_list("group__number", flat=True)
    return numbers


def _find_in_groups(
    code: str, message: str, numbers: Iterable[int]
) -> Iterator[HealthFinding]:
    for number in sorted(set(numbers))[:MAX_GROUPS]:
        yield HealthFinding(code, message, number)


def _find_wrong_settings() -> Iterator[HealthFinding]:
    for problem in find_silent_sources():
        yield HealthFinding(
            "SELLER_SOURCE",
            f"It is not known who sells the products: {problem} Checkouts with such"
            " products are refused.",
        )
    for problem in find_lost_products():
        yield HealthFinding("LOST_PRODUCTS", problem)
    for slug in find_unheard_confirmations():
        yield HealthFinding(
            "CONFIRMATION",
            f"Customers get no confirmation of their purchases in channel {slug}: its"
            " confirmation is GROUP, and nothing sends order_group_confirmation.",
        )
    for slug in find_channels_with_unseen_orders():
        yield HealthFinding(
            "UNSEEN_ORDERS",
            "Members and apps of sellers do not see the orders of carts with one seller"
            f" in channel {slug}: its group-single-seller is false.",
        )
    for problem in find_apps_that_see_all():
        yield HealthFinding("SELLER_APP", problem)
    for wrong in find_wrong_rules():
        yield HealthFinding("DELETE_RULE", f"{wrong}; {REPAIR}")
    for finding in find_missing_sweep():
        yield HealthFinding("SWEEP", finding.detail)
    if stale := find_stale_parts():
        yield HealthFinding(
            "DASHBOARD_APP",
            f"The Dashboard's app is out of date ({'; '.join(stale)}): {COMMAND}.",
        )
