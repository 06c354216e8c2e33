"""Link an app to a seller, or change its rights."""

import graphene
from django.db import transaction
from saleor.app.models import App
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import NonNullList
from saleor.permission.enums import AppPermission

from ....models import SellerApp
from ....sellers.apps import find_wide_permission
from ...core.descriptions import ADDED_IN_01
from ..access_types import sort_rights
from ..dataloaders import AppsBySellerIdLoader
from ..enums import SellerErrorCode, SellerRightEnum
from ..errors import SellerError
from .access import SellerAccessMutation, find_app
from .base import field_error, lock_seller_of_id


class SellerAppSave(SellerAccessMutation):
    class Arguments:
        seller_id = graphene.ID(required=True, description="ID of a seller.")
        app_id = graphene.ID(
            required=True,
            description="ID of an active app that cannot read all orders.",
        )
        rights = NonNullList(
            SellerRightEnum,
            required=True,
            description="What the app may do besides reading; may be empty.",
        )

    class Meta:
        description = (
            "Links an app to a seller, or replaces the rights of a linked app. An app "
            "with MANAGE_ORDERS or HANDLE_TAXES is refused: it sees all orders through "
            "Saleor."
            + ADDED_IN_01
            + "\n\nRequires MANAGE_ORDERS and MANAGE_APPS, for the right REFUND also "
            "HANDLE_PAYMENTS, and access to all channels."
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (AppPermission.MANAGE_APPS,)
        auto_permission_message = False
        error_type_class = SellerError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, seller_id, app_id, rights
    ):
        with transaction.atomic():
            seller = lock_seller_of_id("seller_id", seller_id, no_key=True)
            # Lock order: the app before its link (`access.deletions`).
            app = _lock_app(app_id)
            SellerApp.objects.update_or_create(
                seller=seller, app=app, defaults={"rights": sort_rights(rights)}
            )
        AppsBySellerIdLoader(info.context).clear(seller.pk)
        return cls(seller=seller)


def _lock_app(global_id: str) -> App:
    """Lock an app's row until the end of the transaction, and return the app.

    :raises ValidationError: on `app_id`, the app does not exist or may not be linked.
    """
    apps = App.objects.select_for_update(of=("self",), no_key=True)
    app = find_app(global_id, apps.filter(removed_at__isnull=True))
    if not app.is_active:
        raise field_error(
            "app_id",
            "The app is not active. Activate it first.",
            SellerErrorCode.INVALID,
        )
    if permission := find_wide_permission(app):
        raise field_error(
            "app_id",
            f"The app has {permission} and sees all orders through Saleor. Remove the "
            "permission from the app first.",
            SellerErrorCode.INVALID,
        )
    return app
