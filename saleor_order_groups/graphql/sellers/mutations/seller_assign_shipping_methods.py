"""Assign shipping methods to a seller."""

from collections.abc import Iterable

import graphene
from django.db import transaction
from graphql.error import GraphQLError
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_SHIPPING
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.types import NonNullList
from saleor.graphql.core.utils import from_global_id_or_error
from saleor.permission.enums import ShippingPermissions
from saleor.shipping.models import ShippingMethod

from ....models import SellerShippingMethod
from ...core.descriptions import ADDED_IN_01
from ..enums import SellerErrorCode
from ..errors import SellerError
from ..types import Seller
from .base import field_error, lock_seller, refuse_excess

# The API shows shipping methods to staff as the first type, to customers as the second.
TYPES = ("ShippingMethodType", "ShippingMethod")


def lock_shipping_methods(global_ids: Iterable[str]) -> list[ShippingMethod]:
    """Lock shipping methods by primary key, and return them.

    :raises ValidationError: on `shipping_methods`, with the IDs of methods that do not
        exist.
    """
    pk_by_id = {global_id: _to_pk(global_id) for global_id in global_ids}
    methods = list(
        ShippingMethod.objects.filter(pk__in=[pk for pk in pk_by_id.values() if pk])
        .order_by("pk")
        # Prevents deletion of the methods before their rows are written. `of` and
        # `no_key` leave the rows that refer to them unlocked.
        .select_for_update(of=("self",), no_key=True)
    )
    found = {method.pk for method in methods}
    unknown = [global_id for global_id, pk in pk_by_id.items() if pk not in found]
    if unknown:
        raise field_error(
            "shipping_methods",
            f"Couldn't resolve to shipping methods: {', '.join(unknown)}",
            SellerErrorCode.NOT_FOUND,
        )
    return methods


def _to_pk(global_id: str) -> int | None:
    try:
        type_name, pk = from_global_id_or_error(global_id)
        return int(pk) if type_name in TYPES else None
    except (GraphQLError, ValueError):
        return None


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
