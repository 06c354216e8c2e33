"""The discounts of groups, derived from their orders on each read."""

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
    """The discount of one promotion, voucher code or reason on a group's orders."""

    type: str
    name: str | None
    voucher_code: str | None
    reason: str | None
    # Null if the shop has deleted the promotion or voucher. The dates are the current
    # ones.
    promotion_id: UUID | None
    voucher_id: int | None
    start_date: datetime | None
    end_date: datetime | None
    created_at: datetime
    value_type: str
    value: Decimal
    amount: Money
    # The discounts of the single orders, by order key, in the group's order.
    shares: dict[UUID, Money]


class _Row(NamedTuple):
    """The discounts of one order with the same source, summed."""

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
        """The key that discounts of several orders share if they are one discount."""
        if self.promotion_id:
            return self.type, self.promotion_id
        if self.voucher_code:
            return self.type, self.voucher_code
        return self.type, self.name, self.reason


def get_discounts(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, list[GroupDiscount]]:
    """Return the discounts of each group by the group's key, in one statement.

    The discounts on the order and on its lines are summed over the counted orders, in
    base prices as Saleor stores them. There is one for each promotion or voucher code;
    a discount with neither is identified by its name and reason. They are sorted by the
    position of the first order, then by type, code and name.
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
        # Rows of one promotion may carry the names of its rules.
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
    """Return the type and the value of a discount.

    A percentage that all rows share is the percentage of the whole discount. Other
    values are parts of the discount, which completion divided between the orders, or
    values of a single unit. The discount is then fixed, with its amount as the value.
    """
    [value_type, value], *others = {(row.value_type, row.value) for row in rows}
    if others or value_type != DiscountValueType.PERCENTAGE:
        return DiscountValueType.FIXED, amount.amount
    return value_type, value
