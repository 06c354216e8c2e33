"""Sort fields of sellers, each with a unique last column, which cursors need."""

from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_PRODUCTS,
)
from saleor.graphql.core.types import BaseEnum, SortInputObjectType

from ..core.descriptions import ADDED_IN_01


class SellerSortField(BaseEnum):
    NAME = ["name", "slug"]
    CREATED_AT = ["created_at", "slug"]

    class Meta:
        description = "Fields that sellers can be sorted by." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS

    @property
    def description(self):
        descriptions = {"NAME": "name.", "CREATED_AT": "creation date."}
        return f"Sort sellers by {descriptions[self.name]}"


class SellerSortingInput(SortInputObjectType):
    class Meta:
        description = "Sorting options for sellers." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
        sort_enum = SellerSortField
        type_name = "sellers"
