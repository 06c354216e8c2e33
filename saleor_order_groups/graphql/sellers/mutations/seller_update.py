"""Update a seller."""

import graphene
from django.db import transaction
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.permission.enums import ProductPermissions

from ....access.telling import withdraw
from ...core.descriptions import ADDED_IN_01
from ..enums import SellerErrorCode
from ..errors import SellerError
from ..types import Seller
from .access import require_for_lock, require_to_unlock
from .base import SellerMutation, field_error, lock_seller
from .inputs import SellerUpdateInput


class SellerUpdate(SellerMutation):
    seller = graphene.Field(Seller, description="The updated seller.")

    class Arguments:
        id = graphene.ID(description="ID of a seller to update.")
        external_reference = graphene.String(
            description="External ID of a seller to update."
        )
        input = SellerUpdateInput(
            required=True, description="Fields required to update a seller."
        )

    class Meta:
        description = (
            "Updates a seller. `hasAccess` requires permissions of its own, and no "
            "other if it is the only field." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_PRODUCTS
        permissions = (ProductPermissions.MANAGE_PRODUCTS,)
        error_type_class = SellerError
        support_meta_field = True
        support_private_meta_field = True

    @classmethod
    def check_permissions(
        cls, context, permissions=None, require_all_permissions=False, **data
    ):
        """Require MANAGE_PRODUCTS, unless the caller sets only `hasAccess`.

        :raises PermissionDenied: the caller may not set `hasAccess`.
        """
        input = data["data"]["input"]
        has_access = input.get("has_access")
        if has_access is not None:
            require_for_lock(context, has_access=has_access)
            if set(input) == {"has_access"}:
                return True
        return super().check_permissions(
            context, permissions, require_all_permissions, **data
        )

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, input, id=None, external_reference=None
    ):
        data = dict(input)
        for name in ("name", "slug"):
            if name in data:
                data[name] = (data[name] or "").strip()
                if not data[name]:
                    raise field_error(
                        name,
                        f"{name.capitalize()} cannot be blank.",
                        SellerErrorCode.REQUIRED,
                    )
        with transaction.atomic():
            seller = lock_seller(id, external_reference, no_key=True)
            if data.get("has_access"):
                require_to_unlock(info.context, seller)
            cls.save_seller(info, seller, data)
            if data.get("has_access") is False:
                withdraw(list(seller.apps.values_list("app_id", flat=True)))
        return cls(seller=seller)
