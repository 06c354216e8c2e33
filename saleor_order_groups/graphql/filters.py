from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.filters.where_filters import (
    GlobalIDMultipleChoiceWhereFilter,
    WhereFilterSet,
)
from saleor.graphql.core.filters.where_input import WhereInputObjectType

from ..models import OrderGroup
from .descriptions import ADDED_IN_01
from .ids import global_id_to_uuid


def filter_order_groups_by_ids(queryset, _name, global_ids):
    """Keep the groups with these IDs; an ID of something else matches nothing."""
    pks = [global_id_to_uuid(global_id, "OrderGroup") for global_id in global_ids or []]
    return queryset.filter(pk__in=[pk for pk in pks if pk])


class OrderGroupWhere(WhereFilterSet):
    ids = GlobalIDMultipleChoiceWhereFilter(method=filter_order_groups_by_ids)

    class Meta:
        model = OrderGroup
        fields: list[str] = []


class OrderGroupWhereInput(WhereInputObjectType):
    class Meta:
        description = "Where filtering options for order groups." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        filterset_class = OrderGroupWhere
