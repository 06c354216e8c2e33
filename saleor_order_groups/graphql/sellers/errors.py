"""The error type of the mutations of sellers."""

from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.types import Error

from ..core.descriptions import ADDED_IN_01
from .enums import SellerErrorCodeEnum


class SellerError(Error):
    code = SellerErrorCodeEnum(description="The error code.", required=True)

    class Meta:
        description = "Represents an error in a mutation of a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
