"""The error type of the mutations of groups."""

from enum import StrEnum
from typing import Final

import graphene
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import Error

from ..core.descriptions import ADDED_IN_01


class OrderGroupErrorCode(StrEnum):
    GRAPHQL_ERROR = "graphql_error"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    REQUIRED = "required"
    UNIQUE = "unique"
    AMOUNT_GREATER_THAN_AVAILABLE = "amount_greater_than_available"
    CANNOT_CANCEL_ORDER = "cannot_cancel_order"
    PAYMENT_ERROR = "payment_error"


OrderGroupErrorCodeEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupErrorCode",
    [(code.name, code.value) for code in OrderGroupErrorCode],
    description=lambda value: (
        "Why an operation on a group was refused." + ADDED_IN_01
        if value is None
        else None
    ),
)
OrderGroupErrorCodeEnum.doc_category = DOC_CATEGORY_ORDERS


class OrderGroupError(Error):
    code = OrderGroupErrorCodeEnum(description="The error code.", required=True)

    class Meta:
        description = (
            "Represents an error in an operation on an order group." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
