"""A violation, and how it is described."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import (
    DecimalField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

REPAIR = "run manage.py verify_order_groups --repair"

Ids = Sequence[UUID]


@dataclass(frozen=True)
class Finding:
    """A violation in a group, or in the database as a whole if `number` is None."""

    number: int | None
    invariant: str
    detail: str

    def __str__(self) -> str:
        where = "" if self.number is None else f"Group #{self.number}: "
        return f"{where}{self.invariant}: {self.detail}"


# ------------------------------------------------------------------ orders' amounts


def sum_of(path: str) -> Coalesce:
    return Coalesce(Sum(path), Value(Decimal(0)), output_field=DecimalField())


def sum_of_order(queryset: QuerySet, name: str) -> Coalesce:
    # A subquery for each sum: joining two relations would multiply their rows.
    sums = (
        queryset.filter(order=OuterRef("pk"))
        .order_by()
        .values("order")
        .annotate(sum=Sum(name))
    )
    return Coalesce(
        Subquery(sums.values("sum")), Value(Decimal(0)), output_field=DecimalField()
    )
