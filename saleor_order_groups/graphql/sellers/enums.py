"""Enums of sellers."""

from enum import StrEnum
from typing import Final

import graphene
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_PRODUCTS,
)

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
