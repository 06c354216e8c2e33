"""Enums of sellers."""

from enum import StrEnum
from typing import Final

import graphene
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
    DOC_CATEGORY_PRODUCTS,
)

from ...models import SellerRight
from ..core.descriptions import ADDED_IN_01
from ..core.enums import describe


class SellerErrorCode(StrEnum):
    GRAPHQL_ERROR = "graphql_error"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    REQUIRED = "required"
    UNIQUE = "unique"
    CANNOT_DELETE = "cannot_delete"


SellerErrorCodeEnum: Final[graphene.Enum] = graphene.Enum(
    "SellerErrorCode",
    [(code.name, code.value) for code in SellerErrorCode],
    description=describe("Why a mutation of a seller was refused."),
)
SellerErrorCodeEnum.doc_category = DOC_CATEGORY_PRODUCTS

_RIGHTS = {
    SellerRight.DECIDE: "Confirm (accept) and cancel (decline).",
    SellerRight.FULFILL: "Fulfill, update tracking, cancel a fulfillment.",
    SellerRight.REFUND: "Ask for a refund; where the channel says so, make it.",
}

SellerRightEnum: Final[graphene.Enum] = graphene.Enum(
    "SellerRightEnum",
    [(right.name, right.value) for right in SellerRight],
    description=lambda value: (
        "What a member or an app of a seller may do with the seller's orders. Reading "
        "is implied by any membership or link." + ADDED_IN_01
        if value is None
        else _RIGHTS[SellerRight(value.value)]
    ),
)
SellerRightEnum.doc_category = DOC_CATEGORY_ORDERS
