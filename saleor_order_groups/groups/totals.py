"""Amounts of groups, derived from their orders when they are asked for.

Nothing here is stored. `get_totals` reads the totals and statuses of any number of
groups in one statement, `get_settlements` what was paid and is due.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from prices import Money, TaxedMoney
from saleor.core.prices import quantize_price
from saleor.order.models import Order, OrderGrantedRefund
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.models import Payment, Transaction, TransactionItem

from ..models import OrderGroup, OrderGroupOrder
from .statuses import IS_LIVE, NOT_LIVE, WITHOUT_ORDERS, is_live, status_aggregates

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
_ZERO = Value(Decimal(0), output_field=DecimalField())


@dataclass(frozen=True)
class GroupTotals:
    """What a group's orders add up to, in the group's currency.

    Made of a row of the statement; an amount is rounded when it is asked for.
    """

    currency: str
    row: Mapping[str, Any]

    @property
    def total(self) -> TaxedMoney:
        return self._get_taxed("total")

    @property
    def undiscounted_total(self) -> TaxedMoney:
        return self._get_taxed("undiscounted_total")

    @property
    def subtotal(self) -> TaxedMoney:
        return self._get_taxed("subtotal")

    @property
    def shipping_price(self) -> TaxedMoney:
        return self._get_taxed("shipping_price")

    @property
    def total_authorized(self) -> Money:
        return self._get_money("total_authorized_amount")

    @property
    def total_charged(self) -> Money:
        return self._get_money("total_charged_amount")

    @property
    def status(self) -> str:
        return self.row["status"]

    @property
    def fulfillment_status(self) -> str:
        return self.row["fulfillment_status"]

    @property
    def charge_status(self) -> str:
        return self.row["charge_status"]

    @property
    def authorize_status(self) -> str:
        return self.row["authorize_status"]

    def _get_taxed(self, name: str) -> TaxedMoney:
        return TaxedMoney(
            net=self._get_money(f"{name}_net_amount"),
            gross=self._get_money(f"{name}_gross_amount"),
        )

    def _get_money(self, name: str) -> Money:
        amount = self.row.get(f"sum_{name}") or Decimal(0)
        return to_money(amount, self.currency)


@dataclass(frozen=True)
class GroupSettlement:
    """What was given back of a group's money, and what is left to pay."""

    total_refunded: Money
    total_balance: Money


def count_orders(orders: Collection[Order]) -> list[Order]:
    """Return the counted ones of a group's orders: the live ones, or else all."""
    return [order for order in orders if order.status not in NOT_LIVE] or list(orders)


def to_money(amount: Decimal, currency: str) -> Money:
    """Round to the currency's decimal places."""
    return quantize_price(Money(amount, currency), currency)


def is_counted() -> Q:
    """Return the condition that a place's order is a counted one."""
    siblings = OrderGroupOrder.objects.filter(group_id=OuterRef("group_id"))
    return IS_LIVE | Q(~Exists(siblings.filter(IS_LIVE)))


def get_totals(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, GroupTotals]:
    """Return the totals of each group by its key, in one statement for all."""
    currencies = {group.pk: group.currency for group in groups}
    return get_totals_in(currencies, database_connection_name)


def get_totals_in(
    currencies: Mapping[UUID, str], database_connection_name: str
) -> dict[UUID, GroupTotals]:
    """Return the totals of the groups with these keys, each in its currency."""
    sql, names = _compile_totals(database_connection_name)
    with connections[database_connection_name].cursor() as cursor:
        cursor.execute(sql, [list(currencies)])
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    rows = {row["group_id"]: row for row in found}
    return {
        pk: GroupTotals(currency, rows.get(pk, WITHOUT_ORDERS))
        for pk, currency in currencies.items()
    }


@cache
def _compile_totals(database_connection_name: str) -> tuple[str, list[str]]:
    """Return the statement of the totals, whose parameter is the keys, and its columns.

    Once in a process: to put it together takes longer than to run it for a group, and
    its 250 constants longer to quote than the keys of a page.
    """
    # The sign of the one parameter that is left when the constants are in their places.
    is_asked_for = f"{OrderGroupOrder._meta.db_table}.group_id = ANY(%%s)"
    query = (
        _by_group(OrderGroupOrder.objects.extra(where=[is_asked_for]))
        .annotate(
            **status_aggregates(),
            **{f"sum_{name}": sum_of_counted(name) for name in _COUNTED_AMOUNTS},
            **{f"sum_{name}": Sum(f"order__{name}") for name in _ALL_AMOUNTS},
        )
        .query
    )
    with connections[database_connection_name].cursor() as cursor:
        sql = cursor.mogrify(*query.sql_with_params())
    return sql, ["group_id", *query.annotation_select]


def get_settlements(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, GroupSettlement]:
    """Return what was refunded and is due of each group, in one statement for all.

    Refunds are those that Saleor shows as each order's `totalRefunded`.
    """
    currencies = {group.pk: group.currency for group in groups}
    places = _places(currencies, database_connection_name).annotate(
        pending=_sum_of(TransactionItem, "charge_pending_value"),
        granted=_sum_of(OrderGrantedRefund, "amount_value"),
        refunded=_refunded(),
    )
    rows = {
        row["group_id"]: row
        for row in _by_group(places).annotate(
            sum_refunded=Sum("refunded"),
            paid=Sum(F("order__total_charged_amount") + F("pending")),
            due=Coalesce(
                Sum(F("order__total_gross_amount") - F("granted"), filter=IS_LIVE),
                _ZERO,
            ),
        )
    }
    nothing = {"sum_refunded": Decimal(0), "paid": Decimal(0), "due": Decimal(0)}
    settlements = {}
    for pk, currency in currencies.items():
        row = rows.get(pk, nothing)
        settlements[pk] = GroupSettlement(
            total_refunded=to_money(row["sum_refunded"], currency),
            total_balance=to_money(row["paid"] - row["due"], currency),
        )
    return settlements


def sum_of_counted(name: str, path: str = "") -> Combinable:
    """Return the aggregate of an amount of a group's counted orders.

    For places by group; or, with the path to its places, for groups. NULL for a group
    without orders.
    """
    amount = f"{path}order__{name}"
    # Without a live order the first sum is of nothing.
    return Coalesce(Sum(amount, filter=is_live(path)), Sum(amount))


def select_total_gross() -> Combinable:
    """Return the expression of a group's gross total, to filter groups by."""
    places = _by_group(OrderGroupOrder.objects.filter(group_id=OuterRef("pk")))
    total = places.annotate(total=sum_of_counted("total_gross_amount"))
    return Coalesce(Subquery(total.values("total")), _ZERO)


def has_status(name: str, statuses: Collection[str], *, are_few: bool) -> Q:
    """Return the condition that a group's status is one of these, to filter groups by.

    :param name: of one of the four statuses of `status_aggregates`.
    :param are_few: groups that can have it. PostgreSQL takes every two hundredth group
        to have a status, and every second one to have such a row: it looks up all that
        can have it, or passes over groups until a page is full.
    """
    places = OrderGroupOrder.objects.filter(group_id=OuterRef("pk"))
    rows = _by_group(places).annotate(**status_aggregates())
    if are_few:
        status = Coalesce(Subquery(rows.values(name)), Value(WITHOUT_ORDERS[name]))
        return Q(In(status, statuses))
    has_status = Q(Exists(rows.filter(**{f"{name}__in": statuses})))
    if WITHOUT_ORDERS[name] not in statuses:
        return has_status
    return has_status | ~Q(Exists(places))


def _places(pks: Iterable[UUID], database_connection_name: str) -> QuerySet:
    return OrderGroupOrder.objects.using(database_connection_name).filter(
        group_id__in=list(pks)
    )


def _by_group(places: QuerySet) -> QuerySet:
    return places.order_by().values("group_id")


def _sum_of(model, field: str) -> Combinable:
    """Sum a field of what belongs to a place's order."""
    rows = model.objects.filter(order_id=OuterRef("order_id"))
    sums = rows.order_by().values("order_id").annotate(sum=Sum(field))
    return Coalesce(Subquery(sums.values("sum")), _ZERO)


def _refunded() -> Case:
    """Sum a place's refunds: those of its last payment if that has a say, as Saleor."""
    payments = Payment.objects.filter(order_id=OuterRef(OuterRef("order_id")))
    last_payment = Subquery(payments.order_by("-pk").values("pk")[:1])
    is_decided_by_payment = Exists(
        Payment.objects.filter(pk=last_payment).filter(
            Q(is_active=True) | Q(charge_status=ChargeStatus.FULLY_REFUNDED)
        )
    )
    refunds = Transaction.objects.filter(
        payment_id=last_payment, kind=TransactionKind.REFUND, is_success=True
    )
    sums = refunds.order_by().values("payment_id").annotate(sum=Sum("amount"))
    return Case(
        When(is_decided_by_payment, then=Coalesce(Subquery(sums.values("sum")), _ZERO)),
        default=_sum_of(TransactionItem, "refunded_value"),
    )
