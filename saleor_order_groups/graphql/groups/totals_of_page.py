"""The totals of all groups of a page, read in one statement."""

from collections.abc import Collection
from functools import cached_property
from uuid import UUID

from ...groups.totals import GroupTotals, get_totals_in
from ...models import OrderGroup


class TotalsOfPage:
    """The totals of all groups of a page, read on the first access.

    Each group of the page refers to it as `totals_of_page`. Unlike a data loader, it
    answers without a promise for each field of each group.
    """

    def __init__(self, groups: Collection[OrderGroup], database_connection_name: str):
        # Keep currencies instead of the groups, which refer to this object: a reference
        # cycle would need garbage collection.
        self._currencies = {group.pk: group.currency for group in groups}
        self._database_connection_name = database_connection_name
        for group in groups:
            group.totals_of_page = self  # type: ignore[attr-defined]

    def __getitem__(self, group_pk: UUID) -> GroupTotals:
        return self._totals[group_pk]

    @cached_property
    def _totals(self) -> dict[UUID, GroupTotals]:
        return get_totals_in(self._currencies, self._database_connection_name)
