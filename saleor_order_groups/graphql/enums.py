from enum import Enum, StrEnum
from typing import Final

import graphene
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
    DOC_CATEGORY_PRODUCTS,
)

from ..groups.statuses import OrderGroupFulfillmentStatus, OrderGroupStatus
from ..sellers.order_sellers import DoubtReason
from .descriptions import ADDED_IN_01


class SellerErrorCode(StrEnum):
    GRAPHQL_ERROR = "graphql_error"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    REQUIRED = "required"
    UNIQUE = "unique"
    CANNOT_DELETE = "cannot_delete"


def _describe(text: str):
    # graphene asks for the description of each value as well as of the enum itself.
    def description(value: Enum | None) -> str | None:
        return text + ADDED_IN_01 if value is None else None

    return description


OrderGroupStatusEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupStatusEnum",
    [(status.name, status.value) for status in OrderGroupStatus],
    description=_describe("Status of a group, derived from its orders."),
)
OrderGroupStatusEnum.doc_category = DOC_CATEGORY_ORDERS

OrderGroupFulfillmentStatusEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupFulfillmentStatusEnum",
    [(status.name, status.value) for status in OrderGroupFulfillmentStatus],
    description=_describe("How much of a group's goods went out."),
)
OrderGroupFulfillmentStatusEnum.doc_category = DOC_CATEGORY_ORDERS

OrderGroupAdoptionReasonEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupAdoptionReasonEnum",
    [(reason.name, reason.value) for reason in DoubtReason],
    description=_describe("Why nobody can be named as the seller of an order."),
)
OrderGroupAdoptionReasonEnum.doc_category = DOC_CATEGORY_ORDERS

SellerErrorCodeEnum: Final[graphene.Enum] = graphene.Enum(
    "SellerErrorCode",
    [(code.name, code.value) for code in SellerErrorCode],
    description=_describe("Why a mutation of a seller was refused."),
)
SellerErrorCodeEnum.doc_category = DOC_CATEGORY_PRODUCTS
