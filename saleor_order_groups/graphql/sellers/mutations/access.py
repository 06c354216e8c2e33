"""Shared by the mutations of sellers' members and apps: who may grant what."""

from collections.abc import Collection

import graphene
from django.db.models import Q, QuerySet
from saleor.account.models import User
from saleor.app.models import App
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.core import SaleorContext
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.permission.enums import (
    AccountPermissions,
    OrderPermissions,
    PaymentPermissions,
)
from saleor.permission.utils import has_one_of_permissions

from .... import models
from ....models import SellerRight
from ...core.access import require_all, require_all_channels
from ..access_types import SellerAccessPayload
from ..types import Seller
from .base import not_found, to_pk


class SellerAccessMutation(BaseMutation):
    """Shared by the mutations of sellers' members and apps.

    One of `Meta.permissions` is enough to ask. Which of them an account takes is known
    when the account has been read; `require_for_account` checks that.
    """

    Output = SellerAccessPayload
    seller = graphene.Field(Seller, description="The seller.")

    class Meta:
        abstract = True

    @classmethod
    def check_permissions(
        cls, context, permissions=None, require_all_permissions=False, **data
    ):
        """Check all that can be checked before IDs are looked up.

        :raises PermissionDenied: the caller may not grant the rights.
        """
        require_for_rights(context, data["data"].get("rights", ()))
        require_all_channels(context)
        return super().check_permissions(
            context, permissions, require_all_permissions, **data
        )


def require_for_rights(context: SaleorContext, rights: Collection[str]) -> None:
    """Require the permissions that grant these rights: nobody gives what they lack.

    :raises PermissionDenied: the caller lacks one.
    """
    require_all(context, [OrderPermissions.MANAGE_ORDERS])
    if SellerRight.REFUND in rights:
        require_all(context, [PaymentPermissions.HANDLE_PAYMENTS])


def require_for_account(context: SaleorContext, user: User) -> None:
    """Require the permission to manage this account.

    :raises PermissionDenied: the caller lacks it.
    """
    manage_staff = AccountPermissions.MANAGE_STAFF
    manage_users = AccountPermissions.MANAGE_USERS
    require_all(context, [manage_staff if user.is_staff else manage_users])


def require_for_lock(context: SaleorContext, *, has_access: bool) -> None:
    """Require the permissions to set `Seller.hasAccess`.

    Locking takes little, and no access to all channels: it gives nothing to anybody.

    :raises PermissionDenied: the caller may not set it.
    """
    permissions = [OrderPermissions.MANAGE_ORDERS, AccountPermissions.MANAGE_USERS]
    if has_access:
        require_all(context, permissions)
        require_all_channels(context)
    elif not has_one_of_permissions(get_user_or_app_from_context(context), permissions):
        raise PermissionDenied(permissions=permissions)


def require_to_unlock(context: SaleorContext, seller: models.Seller) -> None:
    """Require the permissions that grant the rights of the seller's members and apps.

    :raises PermissionDenied: the caller lacks one.
    """
    may_refund = Q(seller=seller, rights__contains=[SellerRight.REFUND])
    if (
        models.SellerMember.objects.filter(may_refund).exists()
        or models.SellerApp.objects.filter(may_refund).exists()
    ):
        require_for_rights(context, [SellerRight.REFUND])


def find_account(global_id: str, accounts: QuerySet[User]) -> User:
    """Return one of the accounts.

    :raises ValidationError: on `user_id`, the account does not exist.
    """
    pk = to_pk(global_id, ["User"])
    account = accounts.filter(pk=pk).first() if pk else None
    if account is None:
        raise not_found("user_id", "a user", global_id)
    return account


def find_app(global_id: str, apps: QuerySet[App]) -> App:
    """Return one of the apps.

    :raises ValidationError: on `app_id`, the app does not exist.
    """
    pk = to_pk(global_id, ["App"])
    app = apps.filter(pk=pk).first() if pk else None
    if app is None:
        raise not_found("app_id", "an app", global_id)
    return app
