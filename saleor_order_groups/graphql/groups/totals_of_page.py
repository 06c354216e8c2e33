"""The totals of all groups of a page, read at once."""

from collections.abc import Collection
from functools import cached_property
from uuid import UUID

from ...groups.totals import GroupTotals, get_totals_in
from ...models import OrderGroup


class TotalsOfPage:
    """The totals of all groups of a page, read when the first is asked for.

    A group of the page has it as `totals_of_page`. Next to a data loader it answers at
    once, and not by a promise for each of the fields of each of the groups.
    """

    def __init__(self, groups: Collection[OrderGroup], database_connection_name: str):
        # Not the groups, which have this: they are freed without garbage collection.
        self._currencies = {group.pk: group.currency for group in groups}
        self._database_connection_name = database_connection_name
        for group in groups:
            group.totals_of_page = self  # type: ignore[attr-defined]

    def __getitem__(self, group_pk: UUID) -> GroupTotals:
        return self._totals[group_pk]

    @cached_property
    def _totals(self) -> dict[UUID, GroupTotals]:
        return get_totals_in(self._currencies, self._database_connection_name)
