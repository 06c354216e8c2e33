"""The groups that a requestor may see."""

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
    """Return the groups that the requestor may list, or find without their IDs."""
    return _groups(info).filter(_is_listed(info))


def get_readable_groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    """Return the groups that the requestor may read by ID.

    These are the groups that the requestor may list, and the groups of guests: the ID
    of such a group is a secret, as with guests' orders in Saleor. Staff also need
    access to the channel of a guest's group.
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
    # Exclude groups that have lost their channel and all orders: the API treats them as
    # deleted. As an array, the list of their keys is computed once; it is almost always
    # empty.
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
    # The channel comes first, because it almost always decides alone. The keys are an
    # array, which is computed once. With a subquery of keys in an OR, PostgreSQL would
    # rather scan all groups than look up the few groups of the page.
    channel_ids = get_channel_ids(info)
    is_own = IsAny("pk", ArraySubquery(own.union(_list_lost(channel_ids))))
    return Q(channel_id__in=channel_ids) | Q(is_own)


def lists_own_groups_alone(info: ResolveInfo) -> bool:
    """Tell whether the requestor can only list groups as a customer."""
    requestor = get_user_or_app_from_context(info.context)
    return not has_one_of_permissions(requestor, [OrderPermissions.MANAGE_ORDERS])


def _list_keys_of_user(info: ResolveInfo, user_id: int) -> QuerySet:
    # One subquery of keys instead of a join or an OR. A group with two orders of the
    # user then appears once, and the page of a customer does not scan all groups.
    groups = models.OrderGroup.objects.order_by().filter(user_id=user_id).values("pk")
    of_orders = _links(info).order_by().filter(order__user_id=user_id)
    return groups.union(of_orders.values("group_id"))


def is_of_channels(info: ResolveInfo, group: str = "") -> Q:
    """Return the condition for groups of channels that a staff user may access.

    :param group: the lookup to the group, ending in two underscores; empty for groups.
    """
    channel_ids = get_channel_ids(info)
    lost = ArraySubquery(_list_lost(channel_ids))
    return Q(**{f"{group}channel_id__in": channel_ids}) | Q(IsAny(f"{group}pk", lost))


def _list_lost(channel_ids: list[int]) -> QuerySet:
    return select_lost(channel_ids).order_by().values("pk")


def resolve_user_order_groups(
    info: ResolveInfo, user: User
) -> QuerySet[models.OrderGroup]:
    """Return the groups of a user, for requestors that may read the user's orders.

    :raises PermissionDenied: the requestor may not.
    """
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
    """Return one group; None if it does not exist or the requestor may not see it."""
    if global_id:
        pk = global_id_to_uuid(global_id, "OrderGroup")
        return get_readable_groups(info).filter(pk=pk).first() if pk else None
    # Numbers and external references can be guessed: unlike IDs they never find guests'
    # groups.
    groups = get_listed_groups(info)
    if external_reference:
        return groups.filter(external_reference=external_reference).first()
    found = to_number(number or "")
    if found is None:
        return None
    return groups.filter(number=found).first()


def resolve_order_groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    """Return the groups that the requestor may list.

    :raises PermissionDenied: the requestor may not list groups at all.
    """
    permissions = [OrderPermissions.MANAGE_ORDERS]
    requestor = get_user_or_app_from_context(info.context)
    is_app = bool(get_app_promise(info.context).get())
    if not requestor or (is_app and not has_one_of_permissions(requestor, permissions)):
        raise PermissionDenied(
            permissions=[AuthorizationFilters.AUTHENTICATED_USER, *permissions]
        )
    return get_listed_groups(info)
