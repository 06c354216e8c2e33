"""Statuses of groups, derived from their orders in SQL.

No status is stored to be shown. Each rule is one expression over a group's order links
(`OrderGroupOrder`), which the resolvers, the filters and the events use.

Live orders are those neither canceled nor expired. The counted orders are the live
ones, or all orders if no order is live.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Coalesce
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus


class OrderGroupStatus(StrEnum):
    UNCONFIRMED = "unconfirmed"
    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"
    CANCELED = "canceled"
    EXPIRED = "expired"


class OrderGroupFulfillmentStatus(StrEnum):
    NOT_FULFILLED = "not_fulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"
    CANCELED = "canceled"


# The statuses of a group whose orders have all been deleted.
WITHOUT_ORDERS: dict[str, str] = {
    "status": OrderGroupStatus.EXPIRED.value,
    "fulfillment_status": OrderGroupFulfillmentStatus.CANCELED.value,
    "charge_status": OrderChargeStatus.NONE,
    "authorize_status": OrderAuthorizeStatus.NONE,
}

NOT_LIVE = (OrderStatus.CANCELED, OrderStatus.EXPIRED)


def is_live(path: str = "") -> Q:
    """Return the condition that an order is live.

    :param path: the lookup from the filtered model to its order links, with
        underscores.
    """
    return ~Q(**{f"{path}order__status__in": sorted(NOT_LIVE)})


IS_LIVE = is_live()
# Saleor gives an order with a total of zero the status FULL although nothing is
# charged.
_IS_PAYABLE = ~Q(order__total_gross_amount=0)

# A partially fulfilled group without returns has at least one live order with one of
# these statuses.
_OPEN = (
    OrderStatus.DRAFT,
    OrderStatus.UNCONFIRMED,
    OrderStatus.UNFULFILLED,
    OrderStatus.PARTIALLY_FULFILLED,
)
# For a group's status: the statuses of which at least one of its orders must have one.
# Statuses that imply nothing about single orders are missing.
_IMPLIED: dict[str, dict[str, tuple[str, ...]]] = {
    "status": {
        OrderGroupStatus.UNCONFIRMED: (OrderStatus.UNCONFIRMED,),
        OrderGroupStatus.UNFULFILLED: (OrderStatus.UNFULFILLED,),
        OrderGroupStatus.PARTIALLY_FULFILLED: _OPEN,
        OrderGroupStatus.FULFILLED: (OrderStatus.FULFILLED,),
        OrderGroupStatus.PARTIALLY_RETURNED: (
            OrderStatus.RETURNED,
            OrderStatus.PARTIALLY_RETURNED,
        ),
        OrderGroupStatus.RETURNED: (OrderStatus.RETURNED,),
        OrderGroupStatus.CANCELED: (OrderStatus.CANCELED,),
    },
    "fulfillment_status": {
        OrderGroupFulfillmentStatus.NOT_FULFILLED: (
            OrderStatus.UNCONFIRMED,
            OrderStatus.UNFULFILLED,
        ),
        OrderGroupFulfillmentStatus.PARTIALLY_FULFILLED: _OPEN,
        OrderGroupFulfillmentStatus.FULFILLED: (OrderStatus.FULFILLED,),
        OrderGroupFulfillmentStatus.PARTIALLY_RETURNED: (
            OrderStatus.RETURNED,
            OrderStatus.PARTIALLY_RETURNED,
        ),
        OrderGroupFulfillmentStatus.RETURNED: (OrderStatus.RETURNED,),
    },
    "charge_status": {
        OrderChargeStatus.FULL: (OrderChargeStatus.FULL,),
        OrderChargeStatus.OVERCHARGED: (OrderChargeStatus.OVERCHARGED,),
    },
    "authorize_status": {OrderAuthorizeStatus.FULL: (OrderAuthorizeStatus.FULL,)},
}
_ORDER_FIELDS = {"fulfillment_status": "status"}
# The statuses of groups with a fulfillment status, where the two have different names.
_OF_FULFILLMENT = {
    OrderGroupFulfillmentStatus.NOT_FULFILLED: (
        OrderGroupStatus.UNCONFIRMED,
        OrderGroupStatus.UNFULFILLED,
    ),
    OrderGroupFulfillmentStatus.CANCELED: (
        OrderGroupStatus.CANCELED,
        OrderGroupStatus.EXPIRED,
    ),
}


def status_aggregates() -> dict:
    """Return the annotations that compute the statuses of each group.

    The statuses are `status`, `fulfillment_status`, `charge_status` and
    `authorize_status`; further annotations are their intermediate results. They are for
    order links by group: `.values("group_id").annotate(…)`.
    """
    return {
        "live": Count("pk", filter=IS_LIVE),
        "all_statuses": _distinct("status"),
        "live_statuses": _distinct("status", IS_LIVE),
        "status": _choose(
            _when(
                OrderGroupStatus.CANCELED,
                live=0,
                all_statuses__contains=[OrderStatus.CANCELED],
            ),
            _when(OrderGroupStatus.EXPIRED, live=0),
            _when(
                OrderGroupStatus.UNCONFIRMED, live_statuses=[OrderStatus.UNCONFIRMED]
            ),
            _when(
                OrderGroupStatus.UNFULFILLED,
                live_statuses__contained_by=[
                    OrderStatus.UNCONFIRMED,
                    OrderStatus.UNFULFILLED,
                ],
            ),
            _when(OrderGroupStatus.FULFILLED, live_statuses=[OrderStatus.FULFILLED]),
            _when(OrderGroupStatus.RETURNED, live_statuses=[OrderStatus.RETURNED]),
            _when(
                OrderGroupStatus.PARTIALLY_RETURNED,
                live_statuses__overlap=[
                    OrderStatus.RETURNED,
                    OrderStatus.PARTIALLY_RETURNED,
                ],
            ),
            default=Value(OrderGroupStatus.PARTIALLY_FULFILLED.value),
        ),
        "fulfillment_status": _choose(
            *(
                _when(fulfillment_status, status__in=statuses)
                for fulfillment_status, statuses in _OF_FULFILLMENT.items()
            ),
            default=F("status"),
        ),
        "charge_statuses": _of_counted_payable("charge_status"),
        "charge_status": _choose(
            When(charge_statuses__len=1, then=F("charge_statuses__0")),
            _when(
                OrderChargeStatus.OVERCHARGED,
                charge_statuses__contained_by=[
                    OrderChargeStatus.FULL,
                    OrderChargeStatus.OVERCHARGED,
                ],
            ),
            default=Value(OrderChargeStatus.PARTIAL),
        ),
        "authorize_statuses": _of_counted_payable("authorize_status"),
        "authorize_status": _choose(
            When(authorize_statuses__len=1, then=F("authorize_statuses__0")),
            default=Value(OrderAuthorizeStatus.PARTIAL),
        ),
    }


def expand_fulfillment(fulfillment_statuses: Iterable[str]) -> list[str]:
    """Return the statuses of all groups with one of the fulfillment statuses."""
    return [
        str(status)
        for each in fulfillment_statuses
        for status in _OF_FULFILLMENT.get(OrderGroupFulfillmentStatus(each), (each,))
    ]


def implied_by(name: str, statuses: list[str], path: str = "") -> Q | None:
    """Return a condition that some order of a group meets if the group has a status.

    It lets an index of Saleor's find the orders, and with them the groups of a rare
    status. None if a status implies nothing about single orders: groups without orders
    are EXPIRED and NONE too, and PARTIAL groups have orders of almost any status.

    :param name: one of the four statuses of `status_aggregates`.
    :param statuses: the group has one of these statuses.
    :param path: the lookup from the filtered model to its orders; empty for orders.
    """
    implied = _IMPLIED[name]
    if not statuses or not set(statuses) <= implied.keys():
        return None
    values = [value for status in statuses for value in implied[status]]
    return Q(**{f"{path}{_ORDER_FIELDS.get(name, name)}__in": values})


def _distinct(field: str, condition: Q | None = None) -> ArrayAgg:
    return ArrayAgg(f"order__{field}", distinct=True, filter=condition)


def _of_counted_payable(field: str) -> Case:
    """Collect a status of the counted payable orders, or else of all counted orders."""
    return Case(
        When(
            live__gt=0,
            then=Coalesce(
                _distinct(field, IS_LIVE & _IS_PAYABLE), _distinct(field, IS_LIVE)
            ),
        ),
        default=Coalesce(_distinct(field, _IS_PAYABLE), _distinct(field)),
    )


def _when(value: str, **condition) -> When:
    return When(**condition, then=Value(str(value)))


def _choose(*whens: When, default) -> Case:
    return Case(*whens, default=default, output_field=CharField())
