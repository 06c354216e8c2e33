"""Assign shipping methods to a seller."""

import graphene
from django.db import transaction
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_SHIPPING
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.types import NonNullList
from saleor.permission.enums import ShippingPermissions

from ....models import SellerShippingMethod
from ...core.descriptions import ADDED_IN_01
from ..errors import SellerError
from ..types import Seller
from .base import lock_seller, lock_shipping_methods, refuse_excess


class SellerAssignShippingMethods(BaseMutation):
    seller = graphene.Field(Seller, description="The seller of the shipping methods.")

    class Arguments:
        id = graphene.ID(description="ID of a seller.")
        external_reference = graphene.String(description="External ID of a seller.")
        shipping_methods = NonNullList(
            graphene.ID,
            required=True,
            description="IDs of shipping methods to assign; at most 100.",
        )

    class Meta:
        description = (
            "Assigns shipping methods to the seller. In `Checkout.sellerDeliveries` a "
            "method that is assigned to sellers is offered only for the goods of these "
            "sellers; other methods are offered for all goods." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_SHIPPING
        permissions = (ShippingPermissions.MANAGE_SHIPPING,)
        error_type_class = SellerError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls,
        _root,
        _info: ResolveInfo,
        /,
        *,
        shipping_methods,
        id=None,
        external_reference=None,
    ):
        refuse_excess("shipping_methods", shipping_methods)
        with transaction.atomic():
            seller = lock_seller(id, external_reference, no_key=True)
            SellerShippingMethod.objects.bulk_create(
                [
                    SellerShippingMethod(seller=seller, shipping_method=method)
                    for method in lock_shipping_methods(shipping_methods)
                ],
                ignore_conflicts=True,
            )
        return cls(seller=seller)
