"""When groups were canceled, derived from their orders when it is asked for."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from saleor.order import OrderEvents
from saleor.order.models import OrderEvent


def get_last_cancelations(
    group_ids: Iterable[UUID], database_connection_name: str
) -> dict[UUID, datetime]:
    """Return when an order of each group was last canceled, in one statement for all.

    By the group's key; without the groups of which Saleor has no such event.
    """
    events = OrderEvent.objects.using(database_connection_name).filter(
        type=OrderEvents.CANCELED, order__order_group_link__group_id__in=list(group_ids)
    )
    rows = events.order_by().values_list("order__order_group_link__group_id")
    return dict(rows.annotate(last=Max("date")))
