"""The permissions of a requestor, and the channels that it may access."""

from collections.abc import Sequence

from django.db.models import QuerySet
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.account.dataloaders import RestrictedChannelAccessByUserIdLoader
from saleor.graphql.account.utils import get_user_accessible_channels
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo, SaleorContext
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.permission.enums import BasePermissionEnum
from saleor.permission.utils import permission_required


def get_channel_ids(info: ResolveInfo) -> list[int]:
    """Return the primary keys of the channels that a member of the staff may access."""
    channels = get_user_accessible_channels(info, info.context.user)
    return [channel.pk for channel in channels]


def select_of_channels(info: ResolveInfo, queryset: QuerySet) -> QuerySet:
    """Keep the rows of channels that the requestor may access; apps access all."""
    if get_app_promise(info.context).get():
        return queryset
    return queryset.filter(channel_id__in=get_channel_ids(info))


def require_all(
    context: SaleorContext, permissions: Sequence[BasePermissionEnum]
) -> None:
    """Require each of the permissions.

    :raises PermissionDenied: the requestor lacks one.
    """
    if not permission_required(get_user_or_app_from_context(context), permissions):
        names = ", ".join(permission.name for permission in permissions)
        raise PermissionDenied(
            f"To access this path, you need all of the following permissions: {names}",
            permissions=permissions,
        )


def require_all_channels(context: SaleorContext) -> None:
    """Require access to all channels, which apps and superusers have.

    :raises PermissionDenied: the requestor is staff whose groups are all restricted to
        channels, or staff without a group.
    """
    user = context.user
    if get_app_promise(context).get() or (user and user.is_superuser):
        return
    if not user or RestrictedChannelAccessByUserIdLoader(context).load(user.pk).get():
        raise PermissionDenied("To access this path, you need access to all channels.")
