"""Conditions that a group has one of some statuses, for filters.

The API derives all statuses from the orders. A list whose only filter is `status` or
`fulfillmentStatus` finds the groups by the status that was recorded for their events,
and derives the status only of groups for which it is not recorded yet. If there may be
too many of these, and with any other filter, the status of each candidate is derived.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from saleor.order.models import Order

from ...groups.statuses import expand_fulfillment, implied_by
from ...groups.totals import has_status
from ...models import OrderGroupOrder, OrderGroupState
from ..core.expressions import IsAny, to_array

# The hint of a queryset that has what `find_unrecorded_statuses` found for its page.
UNRECORDED = "saleor_order_groups_unrecorded_statuses"


@dataclass(frozen=True)
class RecordedStatus:
    """The condition that the recorded `status` of a group is one of these.

    `unrecorded` is the status of each group for which another one is recorded.
    """

    statuses: Collection[str]
    unrecorded: dict[UUID, str]
    using: str
    prerequisite = Q()

    @property
    def candidates(self) -> QuerySet:
        """Rows of a table, one for each group that can meet the condition."""
        states = OrderGroupState.objects.using(self.using).order_by()
        return states.filter(status__in=self.statuses)

    def is_met(self, *, are_few: bool) -> Q:
        """Return the condition, for groups.

        :param are_few: whether to look the candidates up by their keys. Otherwise each
            group is checked.
        """
        if are_few:
            keys = ArraySubquery(self.candidates.values("pk"))
            condition = Q(IsAny("pk", keys))
        else:
            condition = Q(state__status__in=self.statuses)
        if not self.unrecorded:
            return condition
        found = [
            key for key, status in self.unrecorded.items() if status in self.statuses
        ]
        condition &= ~Q(IsAny("pk", to_array(self.unrecorded)))
        return condition | Q(IsAny("pk", to_array(found)))


@dataclass(frozen=True)
class DerivedStatus:
    """The condition that one of the statuses of a group, derived, is one of these.

    :param name: one of the four statuses of `status_aggregates`.
    """

    name: str
    statuses: list[str]
    using: str

    @property
    def candidates(self) -> QuerySet | None:
        """Orders that imply the status; None if no order implies it."""
        condition = implied_by(self.name, self.statuses)
        if condition is None:
            return None
        return Order.objects.using(self.using).order_by().filter(condition)

    @property
    def prerequisite(self) -> Q:
        """What the orders of a group must meet, which an index of orders finds."""
        condition = implied_by(self.name, self.statuses, "order__")
        if condition is None:
            return Q()
        links = OrderGroupOrder.objects.order_by().filter(condition)
        return Q(pk__in=links.values("group_id"))

    def is_met(self, *, are_few: bool) -> Q:
        """Return the condition, for groups.

        :param are_few: whether to derive the status of all candidates. Otherwise groups
            are checked in their order until a page is full.
        """
        return has_status(self.name, self.statuses, are_few=are_few)


def find_condition(
    name: str, statuses: list[str], using: str, unrecorded: dict[UUID, str] | None
) -> RecordedStatus | DerivedStatus:
    """Return the condition that a group has one of the statuses.

    :param name: one of the four statuses of `status_aggregates`.
    :param unrecorded: what `find_unrecorded_statuses` has found; None to derive the
        status of each candidate.
    """
    if unrecorded is None or name not in ("status", "fulfillment_status"):
        return DerivedStatus(name, statuses, using)
    if name == "fulfillment_status":
        statuses = expand_fulfillment(statuses)
    return RecordedStatus(statuses, unrecorded, using)
