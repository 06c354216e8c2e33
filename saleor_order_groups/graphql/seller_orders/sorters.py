"""Sort fields of sellers' orders, each with a unique last column for cursors."""

from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.enums import OrderDirection
from saleor.graphql.core.types import BaseEnum, SortInputObjectType

from ..core.descriptions import ADDED_IN_01


class SellerOrderSortField(BaseEnum):
    CREATED_AT = ["order_created_at", "pk"]
    UPDATED_AT = ["order__updated_at", "pk"]
    NUMBER = ["order_number", "pk"]

    class Meta:
        description = "Fields that sellers' orders can be sorted by." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @property
    def description(self):
        descriptions = {
            "CREATED_AT": "creation date.",
            "UPDATED_AT": "the last change.",
            "NUMBER": "number.",
        }
        return f"Sort sellers' orders by {descriptions[self.name]}"


class SellerOrderSortingInput(SortInputObjectType):
    class Meta:
        description = "Sorting options for sellers' orders." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        sort_enum = SellerOrderSortField
        type_name = "sellers' orders"


class SortFieldWithoutCopies(BaseEnum):
    """The same fields where links lack their copies: of the orders, without an index.

    The schema does not show it.
    """

    CREATED_AT = ["order__created_at", "pk"]
    UPDATED_AT = ["order__updated_at", "pk"]
    NUMBER = ["order__number", "pk"]

    class Meta:
        description = "Fields of orders."
        doc_category = DOC_CATEGORY_ORDERS


class SortingWithoutCopies(SortInputObjectType):
    class Meta:
        description = "Sorting options without copies."
        doc_category = DOC_CATEGORY_ORDERS
        sort_enum = SortFieldWithoutCopies
        type_name = "sellers' orders"


def get_sorting(sort_by: SortInputObjectType | None, *, lacks_copies: bool):
    """Return the sorting that a page uses; newest first without a sorting.

    :param lacks_copies: whether a link of the page may lack the order's copies.
    """
    field = (
        sort_by["field"]
        if sort_by
        else SellerOrderSortField._meta.enum.CREATED_AT.value
    )
    direction = (
        sort_by["direction"] if sort_by else OrderDirection._meta.enum.DESC.value
    )
    if lacks_copies:
        name = SellerOrderSortField.get(field).name
        field = SortFieldWithoutCopies._meta.enum[name].value
    sorting = SortingWithoutCopies if lacks_copies else SellerOrderSortingInput
    return sorting._meta.container({"field": field, "direction": direction})
