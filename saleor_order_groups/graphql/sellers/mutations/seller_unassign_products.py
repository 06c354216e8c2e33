"""Unassign products from a seller."""

import graphene
from django.db import transaction
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.types import NonNullList
from saleor.permission.enums import ProductPermissions

from ....models import ProductSeller
from ...core.descriptions import ADDED_IN_01
from ..enums import SellerErrorCode
from ..errors import SellerError
from ..types import Seller
from .base import field_error, lock_products, lock_seller, refuse_excess


class SellerUnassignProducts(BaseMutation):
    seller = graphene.Field(Seller, description="The former seller of the products.")

    class Arguments:
        id = graphene.ID(description="ID of a seller.")
        external_reference = graphene.String(description="External ID of a seller.")
        products = NonNullList(
            graphene.ID,
            required=True,
            description="IDs of products to unassign; at most 100.",
        )

    class Meta:
        description = (
            "Makes the products the shop's own. Refused for products of another "
            "seller." + ADDED_IN_01
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
            rows = ProductSeller.objects.filter(product__in=lock_products(products))
            of_others = rows.exclude(seller=seller).order_by("product_id")
            if product_ids := list(of_others.values_list("product_id", flat=True)):
                names = [
                    graphene.Node.to_global_id("Product", pk) for pk in product_ids
                ]
                raise field_error(
                    "products",
                    f"Products of another seller: {', '.join(names)}",
                    SellerErrorCode.INVALID,
                )
            rows.delete()
        return cls(seller=seller)
