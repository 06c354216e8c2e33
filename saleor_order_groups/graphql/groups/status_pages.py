"""Pages of the groups of one status.

A status is derived from a group's orders, so no index has it, and there are two ways to
find the groups that have it. To look up those of all orders that imply it takes as long
as there are such orders, however few groups are wanted. To pass over the groups of the
list, in its order, is soon done where some of a hundred have the status, and reads all
of them where those that have it are at the other end. Hence groups are passed over as
long as it costs no more than to look them up, and looked up if there are too few by then.
"""

from django.db.models import QuerySet
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import create_connection_slice
from saleor.order.models import Order

from ...groups.statuses import implied_by
from ...groups.totals import has_status
from ..core.filters import list_values
from ..core.ordering import Ordering

# Groups to pass over. It takes as long as to look up those of a third as many orders.
_NEARBY = (2_000, 20_000)
_ORDERS_IN_PROPORTION = 3


def slice_nearby(
    groups: QuerySet, ordering: Ordering, info: ResolveInfo, kwargs, connection_type
):
    """Return a page of the groups of a status if it is full soon.

    None if it is not, or if groups are to be found by something else as well.

    :param groups: of the list from the cursor on, not yet filtered.
    """
    found = _find_status(kwargs.get("where"))
    is_page = kwargs.get("first") or kwargs.get("last")
    if not found or not is_page or kwargs.get("search"):
        return None
    name, statuses = found
    condition = implied_by(name, statuses)
    if condition is None:
        return None
    orders = Order.objects.using(groups.db).order_by().filter(condition)
    for number in _NEARBY:
        enough = number // _ORDERS_IN_PROPORTION
        if not orders[enough : enough + 1].exists():
            return None
        ends = ordering.sort(groups).values_list(*ordering.columns)
        end = ends[number : number + 1].first()
        if end is None:
            return None
        connection = create_connection_slice(
            groups.filter(
                ordering.is_within(end), has_status(name, statuses, are_few=False)
            ),
            info,
            # Saleor keeps in them how it has sorted.
            {**kwargs},
            connection_type,
        )
        of_page = connection.page_info
        if of_page.has_previous_page if kwargs.get("last") else of_page.has_next_page:
            return connection
    return None


def _find_status(where: dict | None) -> tuple[str, list] | None:
    """Return the status, and its values, that alone are what groups are filtered by."""
    if not where or list(where) not in (["status"], ["fulfillment_status"]):
        return None
    [(name, value)] = where.items()
    return name, list_values(value)
