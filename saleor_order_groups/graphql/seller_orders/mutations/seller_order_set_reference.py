"""Set the seller's own reference of an order."""

import graphene
from django.db import IntegrityError, transaction
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS

from ....models import OrderGroupOrder
from ...core.descriptions import ADDED_IN_01
from ..enums import SellerOrderErrorCode
from ..errors import SellerOrderError, refuse
from .base import SellerOrderAct


class SellerOrderSetReference(SellerOrderAct):
    act_name = "set_reference"

    class Arguments:
        id = graphene.ID(required=True, description="ID of the seller's order.")
        external_reference = graphene.String(
            description="The seller's own reference; null removes it."
        )

    class Meta:
        description = (
            "Sets the seller's own reference of an order. Any member or linked app may."
            + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        error_type_class = SellerOrderError

    @classmethod
    def act(  # type: ignore[override]
        cls,
        info: ResolveInfo,
        link: OrderGroupOrder,
        external_reference: str | None = None,
    ) -> None:
        # Store an empty text as null: only null may repeat.
        link.seller_reference = (external_reference or "").strip() or None
        field = link._meta.get_field("seller_reference")
        if len(link.seller_reference or "") > (field.max_length or 0):
            raise refuse(
                "external_reference",
                f"At most {field.max_length} characters.",
                SellerOrderErrorCode.INVALID,
            )
        try:
            with transaction.atomic():
                link.save(update_fields=["seller_reference"])
        except IntegrityError as error:
            raise refuse(
                "external_reference",
                "Another order of the seller has this reference.",
                SellerOrderErrorCode.UNIQUE,
            ) from error
