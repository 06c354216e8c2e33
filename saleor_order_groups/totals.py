"""Amounts and statuses of groups, derived from their orders in one statement.

Live orders are those neither canceled nor expired. The counted orders are the live
ones, or all if none is live. Nothing here is stored.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce
from prices import Money, TaxedMoney
from saleor.core.prices import quantize_price
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus

from .models import OrderGroup, OrderGroupOrder


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


NOT_LIVE = frozenset({OrderStatus.CANCELED, OrderStatus.EXPIRED})

_IS_LIVE = ~Q(order__status__in=sorted(NOT_LIVE))
# Saleor calls an order of nothing FULL with nothing charged.
_IS_PAYABLE = ~Q(order__total_gross_amount=0)

_COUNTED_AMOUNTS = (
    "total_net_amount",
    "total_gross_amount",
    "undiscounted_total_net_amount",
    "undiscounted_total_gross_amount",
    "subtotal_net_amount",
    "subtotal_gross_amount",
    "shipping_price_net_amount",
    "shipping_price_gross_amount",
)
# Canceled orders too: money that was taken stays visible until it is given back.
_ALL_AMOUNTS = ("total_authorized_amount", "total_charged_amount")


@dataclass(frozen=True)
class GroupTotals:
    """What a group's orders add up to, in the group's currency."""

    total: TaxedMoney
    undiscounted_total: TaxedMoney
    subtotal: TaxedMoney
    shipping_price: TaxedMoney
    total_authorized: Money
    total_charged: Money
    status: OrderGroupStatus
    fulfillment_status: OrderGroupFulfillmentStatus
    charge_status: str
    authorize_status: str


def get_totals(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, GroupTotals]:
    """Return the totals of each group by its key, in one statement for all."""
    currencies = {group.pk: group.currency for group in groups}
    rows = {
        row["group_id"]: row
        for row in OrderGroupOrder.objects.using(database_connection_name)
        .filter(group_id__in=currencies)
        .order_by("group_id")
        .values("group_id")
        .annotate(**_aggregates())
    }
    return {
        pk: _to_totals(rows.get(pk, {}), currency)
        for pk, currency in currencies.items()
    }


def _aggregates() -> dict:
    aggregates: dict = {"live": Count("pk", filter=_IS_LIVE)}
    for name in _COUNTED_AMOUNTS:
        amount = Sum(f"order__{name}")
        live_amount = Sum(f"order__{name}", filter=_IS_LIVE)
        aggregates[f"sum_{name}"] = Case(
            When(live__gt=0, then=live_amount), default=amount
        )
    for name in _ALL_AMOUNTS:
        aggregates[f"sum_{name}"] = Sum(f"order__{name}")
    aggregates["statuses"] = ArrayAgg("order__status", distinct=True)
    for name in ("charge_status", "authorize_status"):
        aggregates[f"{name}es"] = Case(
            When(live__gt=0, then=_distinct(name, _IS_LIVE)),
            default=_distinct(name, Q()),
        )
    return aggregates


def _distinct(name: str, counted: Q):
    """Collect the payment statuses of payable orders, of all if none is payable."""
    field = F(f"order__{name}")
    return Coalesce(
        ArrayAgg(field, distinct=True, filter=counted & _IS_PAYABLE),
        ArrayAgg(field, distinct=True, filter=counted or None),
    )


def _to_totals(row: dict, currency: str) -> GroupTotals:
    def money(name: str) -> Money:
        amount = row.get(f"sum_{name}") or Decimal(0)
        return quantize_price(Money(amount, currency), currency)

    def taxed(name: str) -> TaxedMoney:
        return TaxedMoney(
            net=money(f"{name}_net_amount"), gross=money(f"{name}_gross_amount")
        )

    status = derive_status(row.get("statuses", []))
    return GroupTotals(
        total=taxed("total"),
        undiscounted_total=taxed("undiscounted_total"),
        subtotal=taxed("subtotal"),
        shipping_price=taxed("shipping_price"),
        total_authorized=money("total_authorized_amount"),
        total_charged=money("total_charged_amount"),
        status=status,
        fulfillment_status=derive_fulfillment_status(status),
        charge_status=derive_charge_status(row.get("charge_statuses", [])),
        authorize_status=derive_authorize_status(row.get("authorize_statuses", [])),
    )


def derive_status(order_statuses: Collection[str]) -> OrderGroupStatus:
    """Return a group's status from the statuses of all its orders."""
    statuses = set(order_statuses)
    live = statuses - NOT_LIVE
    if not live:
        if OrderStatus.CANCELED in statuses:
            return OrderGroupStatus.CANCELED
        return OrderGroupStatus.EXPIRED
    if live == {OrderStatus.UNCONFIRMED}:
        return OrderGroupStatus.UNCONFIRMED
    if live <= {OrderStatus.UNCONFIRMED, OrderStatus.UNFULFILLED}:
        return OrderGroupStatus.UNFULFILLED
    if live == {OrderStatus.FULFILLED}:
        return OrderGroupStatus.FULFILLED
    if live == {OrderStatus.RETURNED}:
        return OrderGroupStatus.RETURNED
    if live & {OrderStatus.RETURNED, OrderStatus.PARTIALLY_RETURNED}:
        return OrderGroupStatus.PARTIALLY_RETURNED
    return OrderGroupStatus.PARTIALLY_FULFILLED


def derive_fulfillment_status(status: OrderGroupStatus) -> OrderGroupFulfillmentStatus:
    """Return how much went out of a group with this status."""
    if status in (OrderGroupStatus.UNCONFIRMED, OrderGroupStatus.UNFULFILLED):
        return OrderGroupFulfillmentStatus.NOT_FULFILLED
    if status == OrderGroupStatus.EXPIRED:
        return OrderGroupFulfillmentStatus.CANCELED
    return OrderGroupFulfillmentStatus(status.value)


def derive_charge_status(order_statuses: Collection[str]) -> str:
    """Return a group's charge status from those of its counted, payable orders."""
    statuses = set(order_statuses)
    if statuses == {OrderChargeStatus.FULL, OrderChargeStatus.OVERCHARGED}:
        return OrderChargeStatus.OVERCHARGED
    return _same_or(statuses, OrderChargeStatus.NONE, OrderChargeStatus.PARTIAL)


def derive_authorize_status(order_statuses: Collection[str]) -> str:
    """Return a group's authorize status from those of its counted, payable orders."""
    return _same_or(
        set(order_statuses), OrderAuthorizeStatus.NONE, OrderAuthorizeStatus.PARTIAL
    )


def _same_or(statuses: set[str], without_orders: str, mixed: str) -> str:
    if not statuses:
        return without_orders
    return statuses.pop() if len(statuses) == 1 else mixed
