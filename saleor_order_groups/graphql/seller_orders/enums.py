"""Enums of sellers' orders."""

from enum import StrEnum
from typing import Final

import graphene
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS

from ...config import CustomerData
from ..core.descriptions import ADDED_IN_01
from ..core.enums import describe


class SellerOrderAction(StrEnum):
    CONFIRM = "confirm"
    CANCEL = "cancel"
    FULFILL = "fulfill"
    REFUND = "refund"


class SellerOrderErrorCode(StrEnum):
    GRAPHQL_ERROR = "graphql_error"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    REQUIRED = "required"
    UNIQUE = "unique"
    NOT_ALLOWED = "not_allowed"
    ORDER_STATUS = "order_status"
    UNPAID = "unpaid"
    QUANTITY = "quantity"
    WAREHOUSE = "warehouse"
    INSUFFICIENT_STOCK = "insufficient_stock"
    AMOUNT_GREATER_THAN_AVAILABLE = "amount_greater_than_available"
    PAYMENT_ERROR = "payment_error"


_CODES = {
    SellerOrderErrorCode.NOT_ALLOWED: (
        "The order is the caller's to see, the act is not the caller's to do."
    )
}

SellerCustomerDataEnum: Final[graphene.Enum] = graphene.Enum(
    "SellerCustomerDataEnum",
    [(each.name, each.value) for each in CustomerData],
    description=describe("What a channel lets sellers see of customers."),
)
SellerCustomerDataEnum.doc_category = DOC_CATEGORY_ORDERS

SellerOrderActionEnum: Final[graphene.Enum] = graphene.Enum(
    "SellerOrderActionEnum",
    [(each.name, each.value) for each in SellerOrderAction],
    description=describe("What a seller can do with an order."),
)
SellerOrderActionEnum.doc_category = DOC_CATEGORY_ORDERS

SellerOrderErrorCodeEnum: Final[graphene.Enum] = graphene.Enum(
    "SellerOrderErrorCode",
    [(code.name, code.value) for code in SellerOrderErrorCode],
    description=lambda value: (
        "Why an act of a seller was refused." + ADDED_IN_01
        if value is None
        else _CODES.get(SellerOrderErrorCode(value.value))
    ),
)
SellerOrderErrorCodeEnum.doc_category = DOC_CATEGORY_ORDERS
