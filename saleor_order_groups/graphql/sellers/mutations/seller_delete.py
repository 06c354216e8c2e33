"""Delete a seller without orders and products."""

import graphene
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.mutations import BaseMutation
from saleor.permission.enums import ProductPermissions

from ....sellers.products import sells_products
from ...core.descriptions import ADDED_IN_01
from ..enums import SellerErrorCode
from ..errors import SellerError
from ..types import Seller
from .base import lock_seller


class SellerDelete(BaseMutation):
    seller = graphene.Field(Seller, description="The deleted seller.")

    class Arguments:
        id = graphene.ID(description="ID of a seller to delete.")
        external_reference = graphene.String(
            description="External ID of a seller to delete."
        )

    class Meta:
        description = (
            "Deletes a seller. Refused while orders or products refer to the seller: "
            "deactivate it instead." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_PRODUCTS
        permissions = (ProductPermissions.MANAGE_PRODUCTS,)
        error_type_class = SellerError

    @classmethod
    def perform_mutation(
        cls, _root, _info: ResolveInfo, /, *, id=None, external_reference=None
    ):
        with transaction.atomic():
            # This lock makes completions wait that would insert a reference to the
            # seller.
            seller = lock_seller(id, external_reference, no_key=False)
            pk = seller.pk
            refusal = ValidationError(
                {
                    "id" if id else "external_reference": ValidationError(
                        "Orders or products refer to this seller. Deactivate it "
                        "instead.",
                        code=SellerErrorCode.CANNOT_DELETE.value,
                    )
                }
            )
            if sells_products(seller):
                raise refusal
            try:
                seller.delete()
            except ProtectedError as error:
                raise refusal from error
        # Deletion has set the key to None; the payload shows the ID of the deleted
        # seller.
        seller.pk = pk
        return cls(seller=seller)
