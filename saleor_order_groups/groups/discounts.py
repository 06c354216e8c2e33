"""The discounts of groups, derived from their orders when they are asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Min, QuerySet, Sum
from prices import Money
from saleor.discount import DiscountValueType

from ..models import OrderGroup, OrderGroupOrder
from .totals import is_counted, to_money


@dataclass(frozen=True)
class GroupDiscount:
    """What one promotion, code or reason took off a group's orders."""

    type: str
    name: str | None
    voucher_code: str | None
    reason: str | None
    # What is left of them in the shop, with their dates as they are now.
    promotion_id: UUID | None
    voucher_id: int | None
    start_date: datetime | None
    end_date: datetime | None
    created_at: datetime
    value_type: str
    value: Decimal
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
    promotion_start: datetime | None
    promotion_end: datetime | None
    voucher_id: int | None
    voucher_start: datetime | None
    voucher_end: datetime | None
    voucher_code: str | None
    name: str | None
    reason: str | None
    value_type: str
    value: Decimal
    amount: Decimal
    created_at: datetime

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
            f"{path}__promotion_rule__promotion__start_date",
            f"{path}__promotion_rule__promotion__end_date",
            f"{path}__voucher_id",
            f"{path}__voucher__start_date",
            f"{path}__voucher__end_date",
            f"{path}__voucher_code",
            f"{path}__name",
            f"{path}__reason",
            f"{path}__value_type",
            f"{path}__value",
        )
        .annotate(
            amount=Sum(f"{path}__amount_value"), created_at=Min(f"{path}__created_at")
        )
    )


def _sort_key(row: _Row) -> tuple:
    return row.position, row.type, row.voucher_code or "", row.name or ""


def _to_discount(rows: Sequence[_Row], currency: str) -> GroupDiscount:
    first = rows[0]
    names = {row.name for row in rows}
    amounts: dict[UUID, Decimal] = {}
    for row in rows:
        amounts[row.order_id] = amounts.get(row.order_id, Decimal(0)) + row.amount
    amount = to_money(sum(amounts.values(), Decimal(0)), currency)
    value_type, value = _get_value(rows, amount)
    return GroupDiscount(
        type=first.type,
        # The rules of a promotion have names of their own.
        name=first.name if len(names) == 1 else first.promotion_name or first.name,
        voucher_code=first.voucher_code,
        reason=first.reason,
        promotion_id=first.promotion_id,
        voucher_id=first.voucher_id,
        start_date=first.promotion_start or first.voucher_start,
        end_date=first.promotion_end or first.voucher_end,
        created_at=min(row.created_at for row in rows),
        value_type=value_type,
        value=value,
        amount=amount,
        shares={pk: to_money(amount, currency) for pk, amount in amounts.items()},
    )


def _get_value(rows: Sequence[_Row], amount: Money) -> tuple[str, Decimal]:
    """Return the type of a discount's value, and the value.

    A percentage that all rows have is the whole discount's. What they have otherwise are
    parts of it, as completion divided it between the orders, or values of a single unit.
    """
    [value_type, value], *others = {(row.value_type, row.value) for row in rows}
    if others or value_type != DiscountValueType.PERCENTAGE:
        return DiscountValueType.FIXED, amount.amount
    return value_type, value
