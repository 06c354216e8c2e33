"""A granted refund of a seller's order."""

import graphene
from saleor.core.prices import quantize_price
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import BaseObjectType, Money, NonNullList
from saleor.graphql.order.dataloaders import (
    OrderGrantedRefundLinesByOrderGrantedRefundIdLoader,
)
from saleor.graphql.order.enums import OrderGrantedRefundStatusEnum
from saleor.order import models

from ...core.descriptions import ADDED_IN_01
from ..errors import to_line_id


class SellerRefundLine(BaseObjectType):
    line_id = graphene.ID(required=True, description="ID of the order line.")
    quantity = graphene.Int(required=True, description="Number of items.")

    class Meta:
        description = "A line of a refund, as its seller sees it." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_line_id(root: models.OrderGrantedRefundLine, _info: ResolveInfo):
        return to_line_id(root.order_line_id)


class SellerRefund(BaseObjectType):
    id = graphene.ID(required=True, description="ID of the refund.")
    amount = graphene.Field(Money, required=True, description="Amount of the refund.")
    status = OrderGrantedRefundStatusEnum(
        required=True, description="Status of the refund. NONE: waits for the shop."
    )
    reason = graphene.String(description="Reason of the refund.")
    created_at = DateTime(
        required=True, description="Date and time when the refund was granted."
    )
    lines = NonNullList(
        SellerRefundLine, required=True, description="The refunded goods."
    )
    includes_shipping = graphene.Boolean(
        required=True, description="Whether the refund includes the shipping price."
    )

    class Meta:
        description = "A refund of an order, as its seller sees it." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_id(root: models.OrderGrantedRefund, _info: ResolveInfo):
        return graphene.Node.to_global_id("SellerRefund", root.pk)

    @staticmethod
    def resolve_amount(root: models.OrderGrantedRefund, _info: ResolveInfo):
        return quantize_price(root.amount, root.currency)

    @staticmethod
    def resolve_reason(root: models.OrderGrantedRefund, _info: ResolveInfo):
        return root.reason or None

    @staticmethod
    def resolve_lines(root: models.OrderGrantedRefund, info: ResolveInfo):
        loader = OrderGrantedRefundLinesByOrderGrantedRefundIdLoader(info.context)
        return loader.load(root.pk)

    @staticmethod
    def resolve_includes_shipping(root: models.OrderGrantedRefund, _info: ResolveInfo):
        return root.shipping_costs_included
