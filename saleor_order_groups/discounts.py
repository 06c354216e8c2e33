"""The discounts of groups, derived from their orders when they are asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Sum
from prices import Money

from .models import OrderGroup, OrderGroupOrder
from .totals import is_counted, to_money


@dataclass(frozen=True)
class GroupDiscount:
    """What one promotion, code or reason took off a group's orders."""

    type: str
    name: str | None
    voucher_code: str | None
    reason: str | None
    amount: Money
    # By the key of the order that carries it, first to last.
    shares: dict[UUID, Money]


class _Row(NamedTuple):
    """One order's discounts of one kind, summed."""

    group_id: UUID
    position: int
    order_id: UUID
    type: str
    promotion_id: UUID | None
    promotion_name: str | None
    voucher_code: str | None
    name: str | None
    reason: str | None
    amount: Decimal

    @property
    def source(self) -> tuple:
        """What makes discounts of several orders one."""
        if self.promotion_id:
            return self.type, self.promotion_id
        if self.voucher_code:
            return self.type, self.voucher_code
        return self.type, self.name, self.reason


def get_discounts(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, list[GroupDiscount]]:
    """Return the discounts of each group by its key, in one statement for all.

    Order-level and line-level ones of the counted orders, in base prices as Saleor
    stores them: one for each promotion or code, a discount of neither by its name and
    reason. In the order of the orders, then by type, code and name.
    """
    currencies = {group.pk: group.currency for group in groups}
    places = (
        OrderGroupOrder.objects.using(database_connection_name)
        .filter(is_counted(), group_id__in=list(currencies))
        .order_by()
    )
    rows = _sums(places, "order__discounts").union(
        _sums(places, "order__lines__discounts"), all=True
    )
    sources: dict[UUID, dict[tuple, list[_Row]]] = {pk: {} for pk in currencies}
    for row in sorted(map(_Row._make, rows), key=_sort_key):
        sources[row.group_id].setdefault(row.source, []).append(row)
    return {
        pk: [_to_discount(rows, currencies[pk]) for rows in rows_by_source.values()]
        for pk, rows_by_source in sources.items()
    }


def _sums(places: QuerySet, path: str) -> QuerySet:
    return (
        places.filter(**{f"{path}__isnull": False})
        .values_list(
            "group_id",
            "position",
            "order_id",
            f"{path}__type",
            f"{path}__promotion_rule__promotion_id",
            f"{path}__promotion_rule__promotion__name",
            f"{path}__voucher_code",
            f"{path}__name",
            f"{path}__reason",
        )
        .annotate(amount=Sum(f"{path}__amount_value"))
    )


def _sort_key(row: _Row) -> tuple:
    return row.position, row.type, row.voucher_code or "", row.name or ""


def _to_discount(rows: Sequence[_Row], currency: str) -> GroupDiscount:
    first = rows[0]
    names = {row.name for row in rows}
    amounts: dict[UUID, Decimal] = {}
    for row in rows:
        amounts[row.order_id] = amounts.get(row.order_id, Decimal(0)) + row.amount
    return GroupDiscount(
        type=first.type,
        # The rules of a promotion have names of their own.
        name=first.name if len(names) == 1 else first.promotion_name or first.name,
        voucher_code=first.voucher_code,
        reason=first.reason,
        amount=to_money(sum(amounts.values(), Decimal(0)), currency),
        shares={pk: to_money(amount, currency) for pk, amount in amounts.items()},
    )
