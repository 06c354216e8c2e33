"""The time at which groups were canceled, derived from their orders on each read."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from saleor.order import OrderEvents
from saleor.order.models import OrderEvent


def get_last_cancelations(
    group_ids: Iterable[UUID], database_connection_name: str
) -> dict[UUID, datetime]:
    """Return when an order of each group was last canceled, in one statement.

    The result is keyed by the group's primary key. Groups without a cancelation event
    are missing from it.
    """
    events = OrderEvent.objects.using(database_connection_name).filter(
        type=OrderEvents.CANCELED, order__order_group_link__group_id__in=list(group_ids)
    )
    rows = events.order_by().values_list("order__order_group_link__group_id")
    return dict(rows.annotate(last=Max("date")))
