"""Filters of sellers."""

from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_PRODUCTS,
)
from saleor.graphql.core.filters.where_filters import (
    BooleanWhereFilter,
    GlobalIDMultipleChoiceWhereFilter,
    MetadataWhereBase,
    OperationObjectTypeWhereFilter,
)
from saleor.graphql.core.filters.where_input import (
    StringFilterInput,
    WhereInputObjectType,
)

from ...models import Seller
from ..core.descriptions import ADDED_IN_01
from ..core.filters import filter_by_ids, filter_by_value


def _filter_is_active(queryset, _name, value):
    return queryset.filter(is_active=value) if value is not None else queryset.none()


class SellerWhere(MetadataWhereBase):
    ids = GlobalIDMultipleChoiceWhereFilter(method=filter_by_ids("Seller"))
    slug = OperationObjectTypeWhereFilter(
        input_class=StringFilterInput,
        method=filter_by_value("slug"),
        help_text="Filter by the slug of the seller.",
    )
    name = OperationObjectTypeWhereFilter(
        input_class=StringFilterInput,
        method=filter_by_value("name"),
        help_text="Filter by the name of the seller.",
    )
    is_active = BooleanWhereFilter(
        method=_filter_is_active,
        help_text="Filter by whether the seller is active.",
    )
    external_reference = OperationObjectTypeWhereFilter(
        input_class=StringFilterInput,
        method=filter_by_value("external_reference"),
        help_text="Filter by the external ID of the seller.",
    )

    class Meta:
        model = Seller
        fields: list[str] = []


class SellerWhereInput(WhereInputObjectType):
    class Meta:
        description = "Where filtering options for sellers." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
        filterset_class = SellerWhere
