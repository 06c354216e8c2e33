"""Who may read the shares of a transaction."""

from collections.abc import Callable

from saleor.core.exceptions import PermissionDenied
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.payment.models import TransactionItem
from saleor.permission.enums import OrderPermissions, PaymentPermissions
from saleor.permission.utils import has_one_of_permissions

from ...models import OrderGroup
from ..core.access import get_channel_ids
from .dataloaders import load_group

PERMISSIONS = [PaymentPermissions.HANDLE_PAYMENTS, OrderPermissions.MANAGE_ORDERS]


def may_read_transactions(info: ResolveInfo) -> bool:
    """Tell whether the requestor has one of the permissions for transactions."""
    requestor = get_user_or_app_from_context(info.context)
    return bool(requestor) and has_one_of_permissions(requestor, PERMISSIONS)


def load_readable_group(info: ResolveInfo, transaction: TransactionItem):
    """Return a promise of a transaction's group; None if the requestor may not see it.

    Customers see their own groups; staff see groups of the channels that they may
    access.
    """
    may_read = may_read_transactions(info)
    channel_ids = _get_channel_ids(info) if may_read else []
    user = info.context.user

    def with_group(group: OrderGroup | None) -> OrderGroup | None:
        if group is None:
            return None
        is_own = bool(user and group.user_id == user.pk)
        is_visible = channel_ids is None or group.channel_id in channel_ids
        return group if is_own or is_visible else None

    return load_group(info.context, transaction).then(with_group)


def refuse_without_permission(info: ResolveInfo) -> None:
    """Refuse a requestor that may read no shares at all; nothing is read.

    :raises PermissionDenied: the requestor has neither permission.
    """
    if not may_read_transactions(info):
        raise PermissionDenied(permissions=PERMISSIONS)


def with_access(info: ResolveInfo, transaction: TransactionItem, load: Callable):
    """Return what `load` returns, if the requestor may read a transaction's shares.

    :raises PermissionDenied: the requestor has neither permission, or is staff without
        access to the channel of the transaction's group.
    """
    refuse_without_permission(info)
    channel_ids = _get_channel_ids(info)
    if channel_ids is None:
        return load()

    def with_group(group: OrderGroup | None):
        if group is not None and group.channel_id not in channel_ids:
            raise PermissionDenied("You don't have access to this channel.")
        return load()

    return load_group(info.context, transaction).then(with_group)


def _get_channel_ids(info: ResolveInfo) -> list[int] | None:
    """Return the channels that staff may access, None for an app, which may all."""
    if get_app_promise(info.context).get():
        return None
    return get_channel_ids(info)
