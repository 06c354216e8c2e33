"""A fulfillment of a seller's order."""

from dataclasses import dataclass

import graphene
from promise import Promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import BaseObjectType, NonNullList
from saleor.graphql.order.dataloaders import FulfillmentLinesByFulfillmentIdLoader
from saleor.graphql.order.enums import FulfillmentStatusEnum
from saleor.graphql.warehouse.dataloaders import StockByIdLoader, WarehouseByIdLoader
from saleor.order import models

from ...core.descriptions import ADDED_IN_01
from ..errors import to_line_id


@dataclass(frozen=True)
class FulfillmentLineOfSeller:
    """A line of a fulfillment, and the name of the warehouse that it was taken from."""

    line: models.FulfillmentLine
    warehouse_name: str | None


class SellerFulfillmentLine(BaseObjectType):
    line_id = graphene.ID(required=True, description="ID of the order line.")
    quantity = graphene.Int(required=True, description="Number of items.")
    warehouse_name = graphene.String(
        description="Name of the warehouse from which the goods were taken."
    )

    class Meta:
        description = "A line of a fulfillment, as its seller sees it." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_line_id(root: FulfillmentLineOfSeller, _info: ResolveInfo):
        return to_line_id(root.line.order_line_id)

    @staticmethod
    def resolve_quantity(root: FulfillmentLineOfSeller, _info: ResolveInfo):
        return root.line.quantity


class SellerFulfillment(BaseObjectType):
    id = graphene.ID(required=True, description="ID of the fulfillment.")
    number = graphene.Int(required=True, description="1, 2, … within the order.")
    status = FulfillmentStatusEnum(
        required=True,
        description=(
            "Status of the fulfillment. WAITING_FOR_APPROVAL: the shop's staff approve "
            "it."
        ),
    )
    tracking_number = graphene.String(required=True, description="Tracking number.")
    created_at = DateTime(
        required=True, description="Date and time when the fulfillment was created."
    )
    lines = NonNullList(
        SellerFulfillmentLine, required=True, description="The fulfilled goods."
    )

    class Meta:
        description = "A fulfillment of an order, as its seller sees it." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_id(root: models.Fulfillment, _info: ResolveInfo):
        return graphene.Node.to_global_id("SellerFulfillment", root.pk)

    @staticmethod
    def resolve_number(root: models.Fulfillment, _info: ResolveInfo):
        return root.fulfillment_order

    @staticmethod
    def resolve_lines(root: models.Fulfillment, info: ResolveInfo):
        def with_lines(lines):
            stocks = StockByIdLoader(info.context).load_many(
                [line.stock_id for line in lines if line.stock_id]
            )
            return stocks.then(lambda stocks: with_stocks(lines, stocks))

        def with_stocks(lines, stocks):
            by_key = {stock.pk: stock for stock in stocks if stock}
            of_lines = [by_key.get(line.stock_id) for line in lines]
            loader = WarehouseByIdLoader(info.context)
            warehouses = Promise.all(
                [
                    loader.load(stock.warehouse_id) if stock else None
                    for stock in of_lines
                ]
            )
            return warehouses.then(lambda found: with_warehouses(lines, found))

        def with_warehouses(lines, warehouses):
            return [
                FulfillmentLineOfSeller(line, warehouse.name if warehouse else None)
                for line, warehouse in zip(lines, warehouses, strict=True)
            ]

        loader = FulfillmentLinesByFulfillmentIdLoader(info.context)
        return loader.load(root.pk).then(with_lines)
