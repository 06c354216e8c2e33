"""Filters of groups."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
)
from saleor.graphql.core.filters.where_filters import (
    BooleanWhereFilter,
    GlobalIDMultipleChoiceWhereFilter,
    MetadataWhereBase,
    ObjectTypeWhereFilter,
    OperationObjectTypeWhereFilter,
)
from saleor.graphql.core.filters.where_input import (
    FilterInputDescriptions,
    GlobalIDFilterInput,
    IntFilterInput,
    PriceFilterInput,
    StringFilterInput,
    WhereInputObjectType,
)
from saleor.graphql.core.types import (
    BaseInputObjectType,
    DateTimeRangeInput,
    NonNullList,
)
from saleor.graphql.order.filters import (
    OrderAuthorizeStatusEnumFilterInput,
    OrderChargeStatusEnumFilterInput,
)
from saleor.graphql.utils.filters import (
    filter_range_field,
    filter_where_by_numeric_field,
    filter_where_by_price_field,
    filter_where_by_range_field,
)
from saleor.order.models import Order

from ...groups.channels import select_lost
from ...groups.totals import select_total_gross
from ...models import OrderGroup, OrderGroupOrder
from ..core.descriptions import ADDED_IN_01
from ..core.expressions import IsAny
from ..core.filters import filter_by_id, filter_by_ids, filter_by_value, list_values
from ..core.probes import has_at_most
from .enums import OrderGroupFulfillmentStatusEnum, OrderGroupStatusEnum
from .status_conditions import UNRECORDED, find_condition


class OrderGroupStatusEnumFilterInput(BaseInputObjectType):
    eq = OrderGroupStatusEnum(description=FilterInputDescriptions.EQ)
    one_of = NonNullList(
        OrderGroupStatusEnum, description=FilterInputDescriptions.ONE_OF
    )

    class Meta:
        description = "Filter by the status of an order group." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class OrderGroupFulfillmentStatusEnumFilterInput(BaseInputObjectType):
    eq = OrderGroupFulfillmentStatusEnum(description=FilterInputDescriptions.EQ)
    one_of = NonNullList(
        OrderGroupFulfillmentStatusEnum, description=FilterInputDescriptions.ONE_OF
    )

    class Meta:
        description = (
            "Filter by the fulfillment status of an order group." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS


def filter_channel(queryset, name, value):
    """Keep the groups of these channels; a lost channel is that of the first order."""
    found = filter_by_id("channel_id", "Channel")(queryset, name, value)
    lost = select_lost().using(queryset.db)
    # Check this first: with an OR PostgreSQL cannot read the page from the channel's
    # index.
    if not lost.exists():
        return found
    of_first_order = filter_by_id("first_channel_id", "Channel")(lost, name, value)
    keys = ArraySubquery(of_first_order.order_by().values("pk"))
    return found | queryset.filter(IsAny("pk", keys))


# Collecting this many keys, or scanning this many groups, takes little time.
_FEW = 2000
# Up to this number of groups that can have a status, all of them are looked up. Beyond
# it, a scan of the groups soon finds enough of them.
_FEW_CANDIDATES = 20_000


def filter_by_status(name: str):
    """Return a filter for one of the four statuses of a group.

    :param name: one of the four statuses of `status_aggregates`.
    """

    def filter_status(queryset, _name, value):
        statuses = list_values(value)
        if not statuses:
            return queryset.none()
        unrecorded = queryset._hints.get(UNRECORDED)
        condition = find_condition(name, statuses, queryset.db, unrecorded)
        candidates = condition.candidates
        are_few = candidates is not None and has_at_most(
            queryset, _FEW_CANDIDATES, candidates
        )
        return queryset.filter(
            condition.prerequisite, condition.is_met(are_few=are_few)
        )

    return filter_status


def filter_number(queryset, _name, value):
    return filter_where_by_numeric_field(queryset, "number", value)


def filter_order_number(queryset, _name, value):
    """Filter by the number of any of the orders."""
    places = OrderGroupOrder.objects.all()
    return _with_places(
        queryset, filter_where_by_numeric_field(places, "order__number", value)
    )


def filter_created_at(queryset, _name, value):
    return filter_where_by_range_field(queryset, "created_at", value)


def filter_updated_at(queryset, _name, value):
    """Filter by the last update of a group or of any of its orders."""
    gte, lte = (value or {}).get("gte"), (value or {}).get("lte")
    if gte is not None:
        queryset = queryset.filter(_is_updated(queryset, value))
    elif lte is None:
        return queryset.none()
    if lte is not None:
        later = OrderGroupOrder.objects.filter(
            group_id=OuterRef("pk"), order__updated_at__gt=lte
        )
        queryset = queryset.filter(~Exists(later), updated_at__lte=lte)
    return queryset


def _is_updated(queryset: QuerySet, value: dict) -> Q:
    """Return the condition that a group or one of its orders was updated in the range.

    The last update is one of these updates; the caller excludes groups with later ones.
    PostgreSQL cannot estimate an OR over two tables. If few rows match, their keys are
    therefore collected with the index of each table. If many match, the orders of each
    group are checked, which soon fills a page.
    """
    groups, orders, places = (
        filter_range_field(model.objects.using(queryset.db).order_by(), name, value)
        for model, name in (
            (OrderGroup, "updated_at"),
            (Order, "updated_at"),
            (OrderGroupOrder, "order__updated_at"),
        )
    )
    # Sorted by an indexed column; otherwise PostgreSQL may scan a table from its oldest
    # rows.
    first_of_groups, first_of_orders = (
        rows.order_by("updated_at").values("pk")[: _FEW + 1]
        for rows in (groups, orders)
    )
    if not has_at_most(
        queryset, _FEW, first_of_orders.union(first_of_groups, all=True)
    ):
        own = {f"updated_at__{name}": limit for name, limit in value.items() if limit}
        return Q(**own) | Q(Exists(places.filter(group_id=OuterRef("pk"))))
    return Q(pk__in=groups.values("pk").union(places.values("group_id")))


def filter_seller(queryset, name, value):
    """Filter by the seller of any of the orders."""
    places = filter_by_id("seller_id", "Seller")(
        OrderGroupOrder.objects.using(queryset.db).order_by(), name, value
    )
    if not has_at_most(queryset, _FEW, places):
        return _with_places(queryset, places)
    # PostgreSQL assumes an average number of groups for every seller. For a seller with
    # few groups it may then scan all groups. With an array it looks the groups up by
    # key.
    return queryset.filter(IsAny("pk", ArraySubquery(places.values("group_id"))))


def filter_has_shop_order(queryset, _name, value):
    """Filter by whether the group has an order of the shop; null matches none."""
    if value is None:
        return queryset.none()
    shops = OrderGroupOrder.objects.filter(
        group_id=OuterRef("pk"), seller_id__isnull=True
    )
    return queryset.filter(Exists(shops) if value else ~Exists(shops))


def filter_total_gross(queryset, _name, value):
    """Filter by the gross total of the counted orders, as a Decimal."""
    queryset = queryset.alias(filtered_total=select_total_gross())
    return filter_where_by_price_field(queryset, "filtered_total", value)


def _with_places(queryset: QuerySet, places: QuerySet) -> QuerySet:
    return queryset.filter(pk__in=places.order_by().values("group_id"))


class OrderGroupWhere(MetadataWhereBase):
    ids = GlobalIDMultipleChoiceWhereFilter(method=filter_by_ids("OrderGroup"))
    number = OperationObjectTypeWhereFilter(
        input_class=IntFilterInput,
        method=filter_number,
        help_text="Filter by the number of the group.",
    )
    created_at = ObjectTypeWhereFilter(
        input_class=DateTimeRangeInput,
        method=filter_created_at,
        help_text="Filter by when the group was created.",
    )
    updated_at = ObjectTypeWhereFilter(
        input_class=DateTimeRangeInput,
        method=filter_updated_at,
        help_text="Filter by when the group or one of its orders last changed.",
    )
    user = OperationObjectTypeWhereFilter(
        input_class=GlobalIDFilterInput,
        method=filter_by_id("user_id", "User"),
        help_text="Filter by customer.",
    )
    user_email = OperationObjectTypeWhereFilter(
        input_class=StringFilterInput,
        method=filter_by_value("user_email"),
        help_text="Filter by the email address of the customer.",
    )
    channel_id = OperationObjectTypeWhereFilter(
        input_class=GlobalIDFilterInput,
        method=filter_channel,
        help_text="Filter by channel.",
    )
    seller = OperationObjectTypeWhereFilter(
        input_class=GlobalIDFilterInput,
        method=filter_seller,
        help_text=(
            "Filter by groups with an order of one of these sellers. The groups are "
            "returned with all of their orders."
        ),
    )
    has_shop_order = BooleanWhereFilter(
        method=filter_has_shop_order,
        help_text="Filter by whether the group has an order of the shop itself.",
    )
    checkout_id = OperationObjectTypeWhereFilter(
        input_class=GlobalIDFilterInput,
        method=filter_by_id("checkout_token", "Checkout"),
        help_text="Filter by the checkout that was completed.",
    )
    external_reference = OperationObjectTypeWhereFilter(
        input_class=StringFilterInput,
        method=filter_by_value("external_reference"),
        help_text="Filter by the external ID of the group.",
    )
    order_number = OperationObjectTypeWhereFilter(
        input_class=IntFilterInput,
        method=filter_order_number,
        help_text="Filter by the number of one of the orders.",
    )
    status = OperationObjectTypeWhereFilter(
        input_class=OrderGroupStatusEnumFilterInput,
        method=filter_by_status("status"),
        help_text="Filter by the status of the group.",
    )
    fulfillment_status = OperationObjectTypeWhereFilter(
        input_class=OrderGroupFulfillmentStatusEnumFilterInput,
        method=filter_by_status("fulfillment_status"),
        help_text="Filter by the fulfillment status of the group.",
    )
    charge_status = OperationObjectTypeWhereFilter(
        input_class=OrderChargeStatusEnumFilterInput,
        method=filter_by_status("charge_status"),
        help_text="Filter by the charge status of the group.",
    )
    authorize_status = OperationObjectTypeWhereFilter(
        input_class=OrderAuthorizeStatusEnumFilterInput,
        method=filter_by_status("authorize_status"),
        help_text="Filter by the authorize status of the group.",
    )
    total_gross = ObjectTypeWhereFilter(
        input_class=PriceFilterInput,
        method=filter_total_gross,
        help_text=(
            "Filter by the total gross amount of the group. Amounts are compared as "
            "numbers: give the currency, or filter by channel as well."
        ),
    )

    class Meta:
        model = OrderGroup
        fields: list[str] = []


class OrderGroupWhereInput(WhereInputObjectType):
    class Meta:
        description = "Where filtering options for order groups." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        filterset_class = OrderGroupWhere
