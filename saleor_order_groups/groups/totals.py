"""Amounts of groups, derived from their orders on each read.

No amount is stored here. `get_totals` reads the totals and statuses of any number of
groups in one statement. `get_settlements` reads what was refunded and what is due.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
# Canceled orders count too: their money stays visible until it is refunded.
_ALL_AMOUNTS = ("total_authorized_amount", "total_charged_amount")
_ZERO = Value(Decimal(0), output_field=DecimalField())


@dataclass(frozen=True)
class GroupTotals:
    """The totals and statuses of a group, in the group's currency.

    `row` is a row of the statement. Amounts are rounded on access.
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
    """A group's refunded amount, and its balance: paid minus due."""

    total_refunded: Money
    total_balance: Money


def count_orders(orders: Collection[Order]) -> list[Order]:
    """Return the counted orders of a group: the live ones, or all if none is live."""
    return [order for order in orders if order.status not in NOT_LIVE] or list(orders)


def to_money(amount: Decimal, currency: str) -> Money:
    """Return the amount as money, rounded to the currency's decimal places."""
    return quantize_price(Money(amount, currency), currency)


def is_counted() -> Q:
    """Return the condition that the order of an order link is a counted one."""
    siblings = OrderGroupOrder.objects.filter(group_id=OuterRef("group_id"))
    return IS_LIVE | Q(~Exists(siblings.filter(IS_LIVE)))


def get_totals(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, GroupTotals]:
    """Return the totals of each group by the group's key, in one statement."""
    currencies = {group.pk: group.currency for group in groups}
    return get_totals_in(currencies, database_connection_name)


def get_totals_in(
    currencies: Mapping[UUID, str], database_connection_name: str
) -> dict[UUID, GroupTotals]:
    """Return the totals of groups by key.

    :param currencies: the currency of each group, by the group's key.
    """
    rows = _compile_totals(database_connection_name).fetch(currencies)
    return {
        pk: GroupTotals(currency, rows.get(pk, WITHOUT_ORDERS))
        for pk, currency in currencies.items()
    }


@dataclass(frozen=True)
class CompiledQuery:
    """A query of order links by group, as SQL whose one parameter is the groups' keys.

    Building the SQL takes longer than running it for one group, and quoting its 250
    constants takes longer than quoting the keys of a page. Cache it for the life of the
    process.
    """

    database_connection_name: str
    sql: str
    names: Sequence[str]

    def fetch(self, keys: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """Run the query; return the row of each group that has orders, by its key."""
        with connections[self.database_connection_name].cursor() as cursor:
            cursor.execute(self.sql, [list(keys)])
            found = [dict(zip(self.names, row, strict=True)) for row in cursor]
        return {row["group_id"]: row for row in found}


def compile_by_group(
    database_connection_name: str,
    aggregates: Mapping[str, Any],
    of_links: Mapping[str, Any] | None = None,
) -> CompiledQuery:
    """Compile a query of order links by group.

    :param aggregates: the annotations of each group.
    :param of_links: annotations of each order link, which the aggregates may refer to.
    """
    # `mogrify` fills in the constants and turns %%s into %s, the placeholder of the
    # keys.
    is_asked_for = f"{OrderGroupOrder._meta.db_table}.group_id = ANY(%%s)"
    links = OrderGroupOrder.objects.extra(where=[is_asked_for])
    query = _by_group(links.annotate(**of_links or {})).annotate(**aggregates).query
    with connections[database_connection_name].cursor() as cursor:
        sql = cursor.mogrify(*query.sql_with_params())
    names = [name for name in query.annotation_select if name in aggregates]
    return CompiledQuery(database_connection_name, sql, ["group_id", *names])


@cache
def _compile_totals(database_connection_name: str) -> CompiledQuery:
    return compile_by_group(
        database_connection_name,
        {
            **status_aggregates(),
            **{f"sum_{name}": sum_of_counted(name) for name in _COUNTED_AMOUNTS},
            **{f"sum_{name}": Sum(f"order__{name}") for name in _ALL_AMOUNTS},
        },
    )


def get_settlements(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, GroupSettlement]:
    """Return the refunded amount and the balance of each group, in one statement.

    Refunds are those that Saleor shows as each order's `totalRefunded`.
    """
    currencies = {group.pk: group.currency for group in groups}
    places = _places(currencies, database_connection_name).annotate(
        pending=_sum_of(TransactionItem, "charge_pending_value"),
        granted=_sum_of(OrderGrantedRefund, "amount_value"),
        refunded=refunded_of_order(),
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
    """Return the aggregate that sums an amount over a group's counted orders.

    It is NULL for a group without orders.

    :param path: the lookup from groups to their order links; empty for order links by
        group.
    """
    amount = f"{path}order__{name}"
    # Without a live order the filtered sum is NULL.
    return Coalesce(Sum(amount, filter=is_live(path)), Sum(amount))


def select_total_gross() -> Combinable:
    """Return the expression of a group's gross total, for filtering groups."""
    places = _by_group(OrderGroupOrder.objects.filter(group_id=OuterRef("pk")))
    total = places.annotate(total=sum_of_counted("total_gross_amount"))
    return Coalesce(Subquery(total.values("total")), _ZERO)


def has_status(name: str, statuses: Collection[str], *, are_few: bool) -> Q:
    """Return the condition that a group has one of the statuses, for filtering groups.

    :param name: one of the four statuses of `status_aggregates`.
    :param are_few: whether few groups can have the status. It selects between two forms
        of the condition with different selectivity estimates in PostgreSQL: 1/200 for a
        comparison with a subquery, 1/2 for EXISTS. With the first PostgreSQL computes
        the status of all candidates; with the second it scans groups in their order
        until a page is full.
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
    """Sum a field over the rows of the order of an order link."""
    rows = model.objects.filter(order_id=OuterRef("order_id"))
    sums = rows.order_by().values("order_id").annotate(sum=Sum(field))
    return Coalesce(Subquery(sums.values("sum")), _ZERO)


def refunded_of_order() -> Case:
    """Return the expression that sums the refunds of an order link's order.

    Saleor sums them like this for `Order.totalRefunded`.

    The last legacy payment decides if it is active or fully refunded. Otherwise the
    refunded amounts of the transactions are summed.
    """
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
