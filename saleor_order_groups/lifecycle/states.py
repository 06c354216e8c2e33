"""The state of a group whose changes are its events, derived from its orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, Q, Sum
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus

from ..groups.statuses import (
    WITHOUT_ORDERS,
    OrderGroupFulfillmentStatus,
    OrderGroupStatus,
    status_aggregates,
)
from ..groups.totals import (
    CompiledQuery,
    compile_by_group,
    refunded_of_order,
    sum_of_counted,
)
from ..models import OrderGroupState

# The order of an order link gets new prices when somebody reads it, and does not come
# from a checkout: `recorded_totals` does not see it.
IS_CHANGEABLE = Q(order__status=OrderStatus.UNCONFIRMED, order__checkout_token="")
PAID = (OrderChargeStatus.FULL, OrderChargeStatus.OVERCHARGED)
STATUSES = ("status", "fulfillment_status", "charge_status", "authorize_status")


@dataclass(frozen=True)
class State:
    """Statuses and amounts of a group. Amounts are Decimals in the group's currency.

    `is_confirmed`: an order is live, and no live order is unconfirmed.
    `was_paid`: the group has been fully paid before.
    `total_gross`: that of the counted orders; None if it is not known, or may change
    without a trace (`recorded_totals`).
    """

    status: str
    fulfillment_status: str
    charge_status: str
    authorize_status: str
    is_confirmed: bool = False
    was_paid: bool = False
    charged_amount: Decimal = Decimal(0)
    refunded_amount: Decimal = Decimal(0)
    total_gross: Decimal | None = None


@dataclass(frozen=True)
class Present:
    """The state that the orders of a group have now, and their total."""

    state: State
    total: Decimal

    @property
    def is_paid(self) -> bool:
        """Whether the orders are paid in full, and not by a granted refund alone."""
        return self.state.charge_status in PAID and (
            self.state.charged_amount > 0 or self.total == 0
        )


# A group is placed in this state, whatever state its orders are placed in. The first
# look then records what they differ by.
PLACED = State(
    status=OrderGroupStatus.UNCONFIRMED.value,
    fulfillment_status=OrderGroupFulfillmentStatus.NOT_FULFILLED.value,
    charge_status=OrderChargeStatus.NONE,
    authorize_status=OrderAuthorizeStatus.NONE,
)


def derive_states(
    group_ids: Iterable[UUID], using: str = DEFAULT_DB_ALIAS
) -> dict[UUID, Present]:
    """Return what the orders of each group say now, by group, in one statement."""
    keys = list(group_ids)
    rows = _compile_states(using).fetch(keys)
    return {key: _read_row(rows.get(key, {})) for key in keys}


def read_state(row: OrderGroupState) -> State:
    """Return the state that was recorded last."""
    return State(**{name: getattr(row, name) for name in State.__dataclass_fields__})


@cache
def _compile_states(using: str) -> CompiledQuery:
    return compile_by_group(
        using,
        {
            **status_aggregates(),
            "total": sum_of_counted("total_gross_amount"),
            "changeable": Count("pk", filter=IS_CHANGEABLE),
            "charged": Sum("order__total_charged_amount"),
            "sum_refunded": Sum("refunded"),
        },
        {"refunded": refunded_of_order()},
    )


def _read_row(row: dict[str, Any]) -> Present:
    total = row.get("total") or Decimal(0)
    state = State(
        **{name: row.get(name, WITHOUT_ORDERS[name]) for name in STATUSES},
        is_confirmed=bool(row.get("live"))
        and OrderStatus.UNCONFIRMED not in row["live_statuses"],
        charged_amount=row.get("charged") or Decimal(0),
        refunded_amount=row.get("sum_refunded") or Decimal(0),
        total_gross=None if row.get("changeable") else total,
    )
    return Present(state, total)
