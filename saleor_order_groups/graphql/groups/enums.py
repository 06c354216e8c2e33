"""Enums of groups."""

from typing import Final

import graphene
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
)

from ...groups.statuses import OrderGroupFulfillmentStatus, OrderGroupStatus
from ...models import OrderGroupEventType
from ...sellers.order_sellers import DoubtReason
from ..core.enums import describe

OrderGroupStatusEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupStatusEnum",
    [(status.name, status.value) for status in OrderGroupStatus],
    description=describe("Status of a group, derived from its orders."),
)
OrderGroupStatusEnum.doc_category = DOC_CATEGORY_ORDERS

OrderGroupFulfillmentStatusEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupFulfillmentStatusEnum",
    [(status.name, status.value) for status in OrderGroupFulfillmentStatus],
    description=describe("How much of a group's goods has been fulfilled."),
)
OrderGroupFulfillmentStatusEnum.doc_category = DOC_CATEGORY_ORDERS

OrderGroupAdoptionReasonEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupAdoptionReasonEnum",
    [(reason.name, reason.value) for reason in DoubtReason],
    description=describe("Why an order has no single seller."),
)
OrderGroupAdoptionReasonEnum.doc_category = DOC_CATEGORY_ORDERS

OrderGroupEventTypeEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupEventTypeEnum",
    [(each.name, each.value) for each in OrderGroupEventType],
    description=describe("What has happened to a group."),
)
OrderGroupEventTypeEnum.doc_category = DOC_CATEGORY_ORDERS
