"""Filters of sellers' orders: only what the caller can read."""

from django.db.models import Exists, F, OuterRef, Q
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.filters.filter_input import FilterInputObjectType
from saleor.graphql.core.filters.where_filters import (
    BooleanWhereFilter,
    GlobalIDMultipleChoiceWhereFilter,
    ObjectTypeWhereFilter,
    OperationObjectTypeWhereFilter,
    WhereFilterSet,
)
from saleor.graphql.core.filters.where_input import (
    IntFilterInput,
    StringFilterInput,
)
from saleor.graphql.core.types import DateTimeRangeInput
from saleor.graphql.order.filters import (
    OrderChargeStatusEnumFilterInput,
    OrderStatusEnumFilterInput,
)
from saleor.graphql.utils.filters import (
    filter_where_by_numeric_field,
    filter_where_by_range_field,
)
from saleor.order.models import OrderLine

from ...models import OrderGroupOrder
from ..core.descriptions import ADDED_IN_01
from ..core.filters import filter_by_ids, filter_by_value
from .actions import NOT_CONFIRMED


def filter_number(queryset, _name, value):
    return filter_where_by_numeric_field(queryset, "order__number", value)


def filter_created_at(queryset, _name, value):
    return filter_where_by_range_field(queryset, "order__created_at", value)


def filter_updated_at(queryset, _name, value):
    return filter_where_by_range_field(queryset, "order__updated_at", value)


def filter_is_to_fulfill(queryset, _name, value):
    if value is None:
        return queryset.none()
    left = OrderLine.objects.order_by().filter(
        order=OuterRef("order_id"), quantity__gt=F("quantity_fulfilled")
    )
    is_open = ~Q(order__status__in=NOT_CONFIRMED) & Q(Exists(left))
    return queryset.filter(is_open if value else ~is_open)


class SellerOrderWhere(WhereFilterSet):
    ids = GlobalIDMultipleChoiceWhereFilter(method=filter_by_ids("SellerOrder"))
    number = OperationObjectTypeWhereFilter(
        input_class=IntFilterInput,
        method=filter_number,
        help_text="Filter by the order's number.",
    )
    external_reference = OperationObjectTypeWhereFilter(
        input_class=StringFilterInput,
        method=filter_by_value("seller_reference"),
        help_text="Filter by the seller's own reference.",
    )
    channel_slug = OperationObjectTypeWhereFilter(
        input_class=StringFilterInput,
        method=filter_by_value("order__channel__slug"),
        help_text="Filter by the slug of the channel.",
    )
    created_at = ObjectTypeWhereFilter(
        input_class=DateTimeRangeInput,
        method=filter_created_at,
        help_text="Filter by the time of creation.",
    )
    updated_at = ObjectTypeWhereFilter(
        input_class=DateTimeRangeInput,
        method=filter_updated_at,
        help_text="Filter by the time of the last change.",
    )
    status = OperationObjectTypeWhereFilter(
        input_class=OrderStatusEnumFilterInput,
        method=filter_by_value("order__status"),
        help_text="Filter by the order's status.",
    )
    charge_status = OperationObjectTypeWhereFilter(
        input_class=OrderChargeStatusEnumFilterInput,
        method=filter_by_value("order__charge_status"),
        help_text="Filter by how much is charged.",
    )
    is_to_fulfill = BooleanWhereFilter(
        method=filter_is_to_fulfill,
        help_text="Confirmed, and with something left to fulfill.",
    )

    class Meta:
        model = OrderGroupOrder
        fields: list[str] = []


class SellerOrderWhereInput(FilterInputObjectType):
    class Meta:
        description = (
            "Where filtering options for sellers' orders. Flat: no AND and OR."
            + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        filterset_class = SellerOrderWhere
