"""Which groups a requestor may see."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from saleor.account.models import User
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.account.types import is_newly_created_user
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import get_database_connection_name
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.permission.auth_filters import AuthorizationFilters
from saleor.permission.enums import OrderPermissions
from saleor.permission.utils import has_one_of_permissions

from ... import models
from ...groups.channels import select_lost, select_without_orders
from ..core.access import get_channel_ids
from ..core.expressions import IsAny
from ..core.ids import global_id_to_uuid, to_number


def get_listed_groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    """Return the groups that a requestor may list, and look up without their IDs."""
    return _groups(info).filter(_is_listed(info))


def get_readable_groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    """Return the groups that a requestor who holds their IDs may read.

    Beyond those of the list, the groups of guests: the ID is the secret, as with the
    orders of guests in Saleor. Staff need the group's channel all the same.
    """
    of_users = _links(info).filter(
        group_id=OuterRef("pk"), order__user_id__isnull=False
    )
    is_of_guest = Q(Q(user_id__isnull=True) & ~Exists(of_users))
    user = info.context.user
    if user and user.is_staff:
        is_of_guest &= Q(channel_id__in=get_channel_ids(info))
    return _groups(info).filter(_is_listed(info) | is_of_guest)


def _groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    groups = models.OrderGroup.objects.using(get_database_connection_name(info.context))
    # A group has a channel: one whose channel and orders are gone is gone with them. As
    # an array, which is made once, and empty almost always.
    gone = IsAny("pk", ArraySubquery(select_without_orders(None).values("pk")))
    return groups.exclude(gone)


def _links(info: ResolveInfo) -> QuerySet[models.OrderGroupOrder]:
    return models.OrderGroupOrder.objects.using(
        get_database_connection_name(info.context)
    )


def _is_listed(info: ResolveInfo) -> Q:
    requestor = get_user_or_app_from_context(info.context)
    manages_orders = has_one_of_permissions(requestor, [OrderPermissions.MANAGE_ORDERS])
    # Over HTTP an anonymous user is a lazy object around None, never None itself.
    if not requestor or get_app_promise(info.context).get():
        return Q(pk__isnull=not manages_orders)

    own = _list_keys_of_user(info, requestor.pk)
    if not manages_orders:
        return Q(pk__in=own)
    # The channel first: almost always it alone decides. The keys as an array, which is
    # made once: next to a list of keys that an alternative may want for each group,
    # PostgreSQL rather reads all groups than to look up the ten that are searched for.
    channel_ids = get_channel_ids(info)
    is_own = IsAny("pk", ArraySubquery(own.union(_list_lost(channel_ids))))
    return Q(channel_id__in=channel_ids) | Q(is_own)


def lists_own_groups_alone(info: ResolveInfo) -> bool:
    """Tell whether a requestor lists but the groups of a customer."""
    requestor = get_user_or_app_from_context(info.context)
    return not has_one_of_permissions(requestor, [OrderPermissions.MANAGE_ORDERS])


def _list_keys_of_user(info: ResolveInfo, user_id: int) -> QuerySet:
    # One list of keys, not a join or an alternative: a group with two orders of the
    # user is one group, and a customer's page does not read everybody's groups.
    groups = models.OrderGroup.objects.order_by().filter(user_id=user_id).values("pk")
    of_orders = _links(info).order_by().filter(order__user_id=user_id)
    return groups.union(of_orders.values("group_id"))


def is_of_channels(info: ResolveInfo, group: str = "") -> Q:
    """Tell the groups of the channels that a member of the staff may access.

    :param group: the path to the group, if it is not the row itself, and two underscores.
    """
    channel_ids = get_channel_ids(info)
    lost = ArraySubquery(_list_lost(channel_ids))
    return Q(**{f"{group}channel_id__in": channel_ids}) | Q(IsAny(f"{group}pk", lost))


def _list_lost(channel_ids: list[int]) -> QuerySet:
    return select_lost(channel_ids).order_by().values("pk")


def resolve_user_order_groups(
    info: ResolveInfo, user: User
) -> QuerySet[models.OrderGroup]:
    """Return a user's groups, to whom Saleor returns the user's orders."""
    if is_newly_created_user(user):
        return models.OrderGroup.objects.none()
    requestor = get_user_or_app_from_context(info.context)
    if not requestor or (
        user != requestor and not requestor.has_perm(OrderPermissions.MANAGE_ORDERS)
    ):
        raise PermissionDenied(
            permissions=[AuthorizationFilters.OWNER, OrderPermissions.MANAGE_ORDERS]
        )
    groups = _groups(info).filter(pk__in=_list_keys_of_user(info, user.pk))
    if user == requestor or get_app_promise(info.context).get():
        return groups
    return groups.filter(is_of_channels(info))


def resolve_order_group(
    info: ResolveInfo,
    global_id: str | None,
    number: str | None,
    external_reference: str | None,
) -> models.OrderGroup | None:
    """Return one group, None alike if it does not exist or is not to be seen."""
    if global_id:
        pk = global_id_to_uuid(global_id, "OrderGroup")
        return get_readable_groups(info).filter(pk=pk).first() if pk else None
    # Both can be guessed: they find what may be listed, and no guest's group.
    groups = get_listed_groups(info)
    if external_reference:
        return groups.filter(external_reference=external_reference).first()
    found = to_number(number or "")
    if found is None:
        return None
    return groups.filter(number=found).first()


def resolve_order_groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    """Return the groups that a requestor may list, or deny who may list none."""
    permissions = [OrderPermissions.MANAGE_ORDERS]
    requestor = get_user_or_app_from_context(info.context)
    is_app = bool(get_app_promise(info.context).get())
    if not requestor or (is_app and not has_one_of_permissions(requestor, permissions)):
        raise PermissionDenied(
            permissions=[AuthorizationFilters.AUTHENTICATED_USER, *permissions]
        )
    return get_listed_groups(info)
