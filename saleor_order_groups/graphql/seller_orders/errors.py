"""The error type of sellers' acts, and the errors in our own words.

Saleor's messages may name other orders of the purchase or people of the shop: they are
never passed on.
"""

from typing import Any
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import Error

from ..core.descriptions import ADDED_IN_01
from .enums import SellerOrderErrorCode, SellerOrderErrorCodeEnum


class SellerOrderError(Error):
    code = SellerOrderErrorCodeEnum(description="The error code.", required=True)
    line_id = graphene.ID(description="ID of the order line that the error is about.")

    class Meta:
        description = "Represents an error in an act of a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class OwnError(ValidationError):
    """An error in our own words."""


def to_line_id(pk: UUID) -> str:
    """Return the ID of an order line, as a seller sees it."""
    return graphene.Node.to_global_id("SellerOrderLine", pk)


def refuse(
    field: str | None,
    message: str,
    code: SellerOrderErrorCode,
    line_id: str | None = None,
) -> ValidationError:
    """Return an error on a field of the input, or on none.

    :param line_id: the ID of the order line that the error is about.
    """
    params: dict[str, Any] | None = {"line_id": line_id} if line_id else None
    error = ValidationError(message, code=code.value, params=params)
    return OwnError({field: error}) if field else OwnError([error])
