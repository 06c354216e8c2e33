"""Assign products to a seller."""

import graphene
from django.db import transaction
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.types import NonNullList
from saleor.permission.enums import ProductPermissions

from ....models import ProductSeller
from ...core.descriptions import ADDED_IN_01
from ..errors import SellerError
from ..types import Seller
from .base import lock_products, lock_seller, refuse_excess


class SellerAssignProducts(BaseMutation):
    seller = graphene.Field(Seller, description="The seller of the products.")

    class Arguments:
        id = graphene.ID(description="ID of a seller.")
        external_reference = graphene.String(description="External ID of a seller.")
        products = NonNullList(
            graphene.ID,
            required=True,
            description="IDs of products to assign; at most 100.",
        )

    class Meta:
        description = (
            "Makes the seller the only seller of each product. Products of other "
            "sellers move to this seller; orders that were placed keep their seller."
            + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_PRODUCTS
        permissions = (ProductPermissions.MANAGE_PRODUCTS,)
        error_type_class = SellerError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, _info: ResolveInfo, /, *, products, id=None, external_reference=None
    ):
        refuse_excess("products", products)
        with transaction.atomic():
            seller = lock_seller(id, external_reference, no_key=True)
            ProductSeller.objects.bulk_create(
                [
                    ProductSeller(product=product, seller=seller)
                    for product in lock_products(products)
                ],
                update_conflicts=True,
                unique_fields=["product"],
                update_fields=["seller"],
            )
        return cls(seller=seller)
