"""Which groups and sellers a requestor may see."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.account.utils import get_user_accessible_channels
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import get_database_connection_name
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.permission.auth_filters import AuthorizationFilters
from saleor.permission.enums import OrderPermissions, ProductPermissions
from saleor.permission.utils import has_one_of_permissions

from .. import models
from .ids import global_id_to_uuid

MAX_NUMBER_LENGTH = 10


def get_listed_groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    """Return the groups that a requestor may list and look up by number."""
    return _groups(info).filter(_is_listed(info))


def get_readable_groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    """Return the groups that a requestor who holds their IDs may read.

    Beyond those of the list, the groups of guests: the ID is the secret, as with the
    orders of guests in Saleor.
    """
    of_users = _links(info).filter(
        group_id=OuterRef("pk"), order__user_id__isnull=False
    )
    is_of_guest = Q(user_id__isnull=True) & ~Exists(of_users)
    return _groups(info).filter(_is_listed(info) | is_of_guest)


def _groups(info: ResolveInfo) -> QuerySet[models.OrderGroup]:
    return models.OrderGroup.objects.using(get_database_connection_name(info.context))


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

    # One list of keys, not a join or an alternative: a group with two orders of the
    # user is one group, and a customer's page does not read everybody's groups.
    own_groups = _groups(info).order_by().filter(user_id=requestor.pk).values("pk")
    of_own_orders = _links(info).order_by().filter(order__user_id=requestor.pk)
    own = Q(pk__in=own_groups.union(of_own_orders.values("group_id")))
    if not manages_orders:
        return own
    channels = get_user_accessible_channels(info, info.context.user)
    return own | Q(channel_id__in=[channel.pk for channel in channels])


def resolve_order_group(
    info: ResolveInfo, global_id: str | None, number: str | None
) -> models.OrderGroup | None:
    """Return one group, None alike if it does not exist or is not to be seen."""
    if global_id:
        pk = global_id_to_uuid(global_id, "OrderGroup")
        return get_readable_groups(info).filter(pk=pk).first() if pk else None
    if (
        not number
        or not (number.isascii() and number.isdecimal())
        or len(number) > MAX_NUMBER_LENGTH
    ):
        return None
    return get_listed_groups(info).filter(number=int(number)).first()


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


def get_visible_sellers(info: ResolveInfo) -> QuerySet[models.Seller]:
    """Return active sellers, and inactive ones to who manages products."""
    sellers = models.Seller.objects.using(get_database_connection_name(info.context))
    if has_one_of_permissions(
        get_user_or_app_from_context(info.context),
        [ProductPermissions.MANAGE_PRODUCTS],
    ):
        return sellers.all()
    return sellers.filter(is_active=True)


def resolve_seller(
    info: ResolveInfo,
    global_id: str | None,
    slug: str | None,
    external_reference: str | None,
) -> models.Seller | None:
    """Return one seller, None alike if it does not exist or is not to be seen."""
    sellers = get_visible_sellers(info)
    if global_id:
        pk = global_id_to_uuid(global_id, "Seller")
        return sellers.filter(pk=pk).first() if pk else None
    if slug:
        return sellers.filter(slug=slug).first()
    return sellers.filter(external_reference=external_reference).first()
