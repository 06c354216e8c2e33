"""What groups and sellers are filtered by.

A filter selects groups and never trims their orders. Every condition is one on the
group alone, with subqueries for the rest: Saleor combines them for AND and OR.
"""

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from graphql.error import GraphQLError
from saleor.graphql.core.doc_category import (
    DOC_CATEGORY_ORDERS,
    DOC_CATEGORY_PRODUCTS,
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
    filter_where_by_id_field,
    filter_where_by_numeric_field,
    filter_where_by_price_field,
    filter_where_by_range_field,
    filter_where_by_value_field,
)
from saleor.order.models import Order

from ..groups.channels import select_lost
from ..groups.statuses import implied_by
from ..groups.totals import has_status, select_total_gross
from ..models import OrderGroup, OrderGroupOrder, Seller
from .descriptions import ADDED_IN_01
from .enums import OrderGroupFulfillmentStatusEnum, OrderGroupStatusEnum
from .expressions import IsAny
from .ids import global_id_to_uuid
from .probes import has_at_most


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


def filter_by_ids(type_name: str):
    """Keep the rows with these IDs; an ID of something else matches nothing."""

    def filter_ids(queryset, _name, global_ids):
        pks = [global_id_to_uuid(global_id, type_name) for global_id in global_ids]
        return queryset.filter(pk__in=[pk for pk in pks if pk])

    return filter_ids


def filter_by_value(field: str):
    def filter_value(queryset, _name, value):
        return filter_where_by_value_field(queryset, field, value)

    return filter_value


def filter_by_id(field: str, type_name: str):
    def filter_id(queryset, _name, value):
        if value is None:
            return queryset.none()
        try:
            return filter_where_by_id_field(queryset, field, value, type_name)
        except (ValueError, ValidationError) as error:
            # Well-formed, with a key of another kind.
            raise GraphQLError(f"Must receive IDs of {type_name}.") from error

    return filter_id


def filter_channel(queryset, name, value):
    """Keep the groups of these channels, and those that have lost their channel."""
    found = filter_by_id("channel_id", "Channel")(queryset, name, value)
    lost = select_lost().using(queryset.db)
    # Asked first: with an alternative PostgreSQL finds no page by the channel's index.
    if not lost.exists():
        return found
    of_first_order = filter_by_id("first_channel_id", "Channel")(lost, name, value)
    keys = ArraySubquery(of_first_order.order_by().values("pk"))
    return found | queryset.filter(IsAny("pk", keys))


# So many keys take no time to collect, nor so many groups to pass over.
_FEW = 2000
# Of so many orders with a status all groups are looked up. Of more, some are soon met.
_FEW_ORDERS = 20_000


def filter_by_status(name: str):
    def filter_status(queryset, _name, value):
        statuses = list_values(value)
        if not statuses:
            return queryset.none()
        are_few = False
        if condition := implied_by(name, statuses):
            orders = Order.objects.using(queryset.db).order_by().filter(condition)
            are_few = has_at_most(queryset, _FEW_ORDERS, orders)
            queryset = _with_places(
                queryset,
                OrderGroupOrder.objects.filter(implied_by(name, statuses, "order__")),
            )
        return queryset.filter(has_status(name, statuses, are_few=are_few))

    return filter_status


def filter_number(queryset, _name, value):
    return filter_where_by_numeric_field(queryset, "number", value)


def filter_order_number(queryset, _name, value):
    places = OrderGroupOrder.objects.all()
    return _with_places(
        queryset, filter_where_by_numeric_field(places, "order__number", value)
    )


def filter_created_at(queryset, _name, value):
    return filter_where_by_range_field(queryset, "created_at", value)


def filter_updated_at(queryset, _name, value):
    """Filter by the later of a group's own and its orders' updates."""
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
    """Return the condition that a group or an order of it was updated in a range.

    The last update is one of those. PostgreSQL cannot weigh an alternative of two
    tables: where it is few rows, their keys are collected, by the indexes of each; where
    it is many, each group is asked for its own, and a page is soon full.
    """
    groups, orders, places = (
        filter_range_field(model.objects.using(queryset.db).order_by(), name, value)
        for model, name in (
            (OrderGroup, "updated_at"),
            (Order, "updated_at"),
            (OrderGroupOrder, "order__updated_at"),
        )
    )
    # In the order of an index, or PostgreSQL may read a table from its old end.
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
    places = filter_by_id("seller_id", "Seller")(
        OrderGroupOrder.objects.using(queryset.db).order_by(), name, value
    )
    if not has_at_most(queryset, _FEW, places):
        return _with_places(queryset, places)
    # PostgreSQL may take a seller for an average one, and look for the few groups of a
    # small one among all groups: an array it rather looks up.
    return queryset.filter(IsAny("pk", ArraySubquery(places.values("group_id"))))


def filter_has_shop_order(queryset, _name, value):
    if value is None:
        return queryset.none()
    shops = OrderGroupOrder.objects.filter(
        group_id=OuterRef("pk"), seller_id__isnull=True
    )
    return queryset.filter(Exists(shops) if value else ~Exists(shops))


def filter_total_gross(queryset, _name, value):
    queryset = queryset.alias(filtered_total=select_total_gross())
    return filter_where_by_price_field(queryset, "filtered_total", value)


def filter_is_active(queryset, _name, value):
    return queryset.filter(is_active=value) if value is not None else queryset.none()


def list_values(value: dict | None) -> list:
    """Return the values that Saleor's filter of values keeps; null is no status."""
    if not value:
        return []
    values = [value["eq"]] if "eq" in value else value.get("one_of") or []
    return [each for each in values if each is not None]


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
            "Filter by groups with an order of one of these sellers. The group is "
            "returned whole."
        ),
    )
    has_shop_order = BooleanWhereFilter(
        method=filter_has_shop_order,
        help_text="Filter by whether the group has goods of the shop itself.",
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
            "Filter by the total gross amount of the group, compared as a number: "
            "name the currency or the channel as well."
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
        method=filter_is_active,
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
