"""The channels that a requestor may access."""

from django.db.models import QuerySet
from saleor.graphql.account.utils import get_user_accessible_channels
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo


def get_channel_ids(info: ResolveInfo) -> list[int]:
    """Return the primary keys of the channels that a member of the staff may access."""
    channels = get_user_accessible_channels(info, info.context.user)
    return [channel.pk for channel in channels]


def select_of_channels(info: ResolveInfo, queryset: QuerySet) -> QuerySet:
    """Keep the rows of channels that the requestor may access; apps access all."""
    if get_app_promise(info.context).get():
        return queryset
    return queryset.filter(channel_id__in=get_channel_ids(info))
