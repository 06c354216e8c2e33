"""Pages of groups with one status.

No index has the status and the place in the list. There are two ways to find the groups
with a status. A lookup of all that can have it takes time in proportion to their
number, even for a small page. A scan of the groups in their order is short if a few
percent of them have the status; but it reads all groups if those with the status are at
the other end of the list. The page is therefore scanned for at most as long as a lookup
would take, and looked up if the scan did not fill it.
"""

from ...lifecycle.changes import find_unrecorded_statuses
from ..core.connections import PageRequest
from ..core.filters import list_values
from .status_conditions import UNRECORDED, find_condition

# Numbers of groups to scan. A scan takes as long as a lookup of a third as many
# candidates.
_NEARBY = (2_000, 20_000)
_IN_PROPORTION = 3


def slice_nearby(page: PageRequest):
    """Return a page of groups with a status if a short scan fills it.

    None if the scan does not fill the page, or if there are other conditions.
    """
    groups, ordering = page.rows, page.ordering
    found = _find_status(page.arguments.get("where"))
    if not found or not ordering or not page.size or page.arguments.get("search"):
        return None
    name, statuses = found
    derived = find_condition(name, statuses, groups.db, None).candidates
    few = _NEARBY[0] // _IN_PROPORTION
    if derived is not None and not derived[few : few + 1].exists():
        return None
    # The filter needs it too, if the scan does not fill the page.
    unrecorded = page.hints[UNRECORDED] = find_unrecorded_statuses(groups.db)
    condition = find_condition(name, statuses, groups.db, unrecorded)
    if condition.candidates is None:
        return None
    for number in _NEARBY:
        enough = number // _IN_PROPORTION
        if not condition.candidates[enough : enough + 1].exists():
            return None
        ends = ordering.sort(groups).values_list(*ordering.columns)
        end = ends[number : number + 1].first()
        if end is None:
            return None
        nearby = groups.filter(ordering.is_within(end), condition.is_met(are_few=False))
        if connection := page.slice_if_full(nearby):
            return connection
    return None


def _find_status(where: dict | None) -> tuple[str, list] | None:
    """Return name and values of the status if it is the only filter."""
    if not where or list(where) not in (["status"], ["fulfillment_status"]):
        return None
    [(name, value)] = where.items()
    return name, list_values(value)
