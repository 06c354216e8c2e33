"""Unlink an app from a seller."""

import graphene
from django.db import transaction
from saleor.app.models import App
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.permission.enums import AppPermission

from ....access.telling import withdraw
from ....models import SellerApp
from ...core.descriptions import ADDED_IN_01
from ..dataloaders import AppsBySellerIdLoader
from ..errors import SellerError
from .access import SellerAccessMutation, find_app
from .base import lock_seller_of_id


class SellerAppRemove(SellerAccessMutation):
    class Arguments:
        seller_id = graphene.ID(required=True, description="ID of a seller.")
        app_id = graphene.ID(required=True, description="ID of an app.")

    class Meta:
        description = (
            "Unlinks an app from a seller; changes nothing if it is not linked. The "
            "app loses access with its next request, and what waits to be sent to it is "
            "deleted if it has no other seller."
            + ADDED_IN_01
            + "\n\nRequires MANAGE_ORDERS and MANAGE_APPS, and access to all channels."
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (AppPermission.MANAGE_APPS,)
        auto_permission_message = False
        error_type_class = SellerError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, seller_id, app_id
    ):
        with transaction.atomic():
            seller = lock_seller_of_id("seller_id", seller_id, no_key=True)
            app = find_app(app_id, App.objects.all())
            SellerApp.objects.filter(seller=seller, app=app).delete()
            withdraw([app.pk])
        AppsBySellerIdLoader(info.context).clear(seller.pk)
        return cls(seller=seller)
