"""What each order's part of a report is, by the design, and without the plugin's rows.

A group of orders is followed with plain Saleor transactions, one for each order. They are
the only state here: what an order has is read from its plain transaction's own events.
All lists are in the orders' order, in minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from saleor.payment.models import TransactionItem
from saleor.payment.transaction_item_calculations import (
    _initilize_action_map,
    _recalculate_cancel_amounts,
    _recalculate_charge_amounts,
    _set_transaction_amounts_to_zero,
    calculate_transaction_amount_based_on_events,
)

from saleor_order_groups.money.apportion import apportion, draw_down

Parts = list[int]


def to_minor(amount: Decimal) -> int:
    return int(amount * 100)


def to_amount(minor: int) -> Decimal:
    return Decimal(minor) / 100


@dataclass
class Request:
    """What was asked of one order, or of several at once, and what the provider did.

    `reference`: the provider's, once it has acted; the app names it in its answer.
    `is_answered`: the app has answered. `has_failed`: with nothing that could be read.
    """

    action: str
    amounts: dict[int, int]
    is_group: bool
    reference: str | None = None
    is_answered: bool = False
    has_failed: bool = False
    has_success: bool = False
    deliveries: list = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(self.amounts.values())

    @property
    def is_open(self) -> bool:
        """Tell whether a report without a known reference may be of it."""
        return not self.is_answered and not self.reference


@dataclass
class State:
    """What each order has, as its plain transaction says."""

    totals: Parts
    live: list[bool]
    authorized: Parts
    # Before Saleor floors it at zero.
    unfloored: Parts
    charged: Parts
    refunded: Parts
    authorize_pending: Parts
    charge_pending: Parts
    # What charges and cancelations, pending ones too, have taken from authorizations.
    taken: Parts

    def divide(self, type: str, amount: int) -> Parts:
        """Divide what the payment's app reports of nothing that was asked for."""
        action, outcome = type.lower().split("_")
        if outcome == "adjustment":
            return self._adjust(amount)
        if outcome in ("back", "reverse"):
            return self.undo(type, amount, None)
        return draw_down_in_turn(amount, self._get_stages(action), self.totals)

    def divide_answer(self, index: int, action: str, amount: int) -> Parts:
        """Divide what was done for one order: beyond its bound it is its siblings'."""
        bound = self._get_bound(index, action)
        stages = self._get_stages(action)
        for stage in stages:
            stage[index] = 0
        room = sum(sum(stage) for stage in stages)
        rest = min(max(amount - bound, 0), room)
        parts = draw_down_in_turn(rest, stages, self.totals)
        parts[index] = amount - rest
        return parts

    def undo(self, type: str, amount: int, division: Parts | None) -> Parts:
        """Divide a charge-back or a reversed refund by the division of what it undoes."""
        has = floor(self.charged if type == "CHARGE_BACK" else self.refunded)
        known = bool(division and any(division))
        weights = division if known and division else has if any(has) else self.totals
        parts = [
            min(part, own)
            for part, own in zip(apportion(amount, weights), has, strict=True)
        ]
        left = [own - part for own, part in zip(has, parts, strict=True)]
        more = min(amount - sum(parts), sum(left))
        if more:
            parts = add(parts, apportion(more, left))
        weights = division if known and division else self.totals
        return add(parts, apportion(amount - sum(parts), weights))

    def take_deficits(self) -> Parts:
        """Return what each order has authorized when the siblings paid the deficits."""
        deficit = sum(max(-amount, 0) for amount in self.unfloored)
        authorized = floor(self.unfloored)
        for is_live in (False, True):
            stage = self._mask(authorized, is_live=is_live)
            taken = min(deficit, sum(stage))
            if taken:
                parts = apportion(taken, stage)
                authorized = [a - p for a, p in zip(authorized, parts, strict=True)]
                deficit -= taken
        return authorized

    def get_rest(self, action: str) -> Parts:
        """Return what an action can take of each order, whatever was asked already."""
        return floor(self.charged if action == "refund" else self.authorized)

    def _get_bound(self, index: int, action: str) -> int:
        if action == "charge":
            return self.authorized[index] + self._get_needs_beyond()[index]
        return self.get_rest(action)[index]

    def _get_stages(self, action: str) -> list[Parts]:
        ended = self._mask(self.authorized, is_live=False)
        live = self._mask(self.authorized, is_live=True)
        if action == "authorization":
            return [self._need(self._get_covered(), self.authorize_pending)]
        if action == "charge":
            return [live, self._get_needs_beyond(), ended]
        if action == "cancel":
            return [ended, live]
        return [floor(self.charged)]

    def _get_needs_beyond(self) -> Parts:
        return self._need(self._get_covered())

    def _get_covered(self) -> Parts:
        return add(add(self.charged, self.charge_pending), self.authorized)

    def _adjust(self, amount: int) -> Parts:
        stages = [floor(self.taken), self._need(self.charged, self.charge_pending)]
        weights = self._mask(self.totals, is_live=True)
        if not any(weights):
            weights = self.totals
        return draw_down_in_turn(amount, stages, weights)

    def _need(self, *has: Parts) -> Parts:
        rows = zip(self.totals, *has, strict=True)
        needs = floor([total - sum(rest) for total, *rest in rows])
        # An order that is not live needs nothing, even if it has less than nothing.
        return self._mask(needs, is_live=True)

    def _mask(self, amounts: Parts, *, is_live: bool) -> Parts:
        pairs = zip(amounts, self.live, strict=True)
        return [amount if live == is_live else 0 for amount, live in pairs]


def draw_down_in_turn(
    amount: int, stages: Sequence[Parts], weights: Sequence[int]
) -> Parts:
    """Divide over the stages, first come, first served; what is left goes by weights."""
    parts = [0] * len(weights)
    for stage in stages:
        covered = min(amount, sum(stage))
        if covered:
            parts = add(parts, apportion(covered, stage))
            amount -= covered
    return add(parts, apportion(amount, weights))


def divide_again(amount: int, division: Parts, totals: Parts) -> Parts:
    """Divide a later event of a reference as it was divided before."""
    if sum(division) == amount:
        return list(division)
    return draw_down(amount, division, totals)


def add(amounts: Parts, parts: Parts) -> Parts:
    return [a + part for a, part in zip(amounts, parts, strict=True)]


def floor(amounts: Parts) -> Parts:
    return [max(amount, 0) for amount in amounts]


def read_state(
    items: Sequence[TransactionItem], totals: Parts, live: list[bool]
) -> State:
    """Read what each order has from its plain transaction."""
    rows = [TransactionItem.objects.get(pk=item.pk) for item in items]
    unfloored = []
    for row in rows:
        bare = TransactionItem(pk=row.pk)
        calculate_transaction_amount_based_on_events(bare)
        unfloored.append(to_minor(bare.authorized_value))
    return State(
        totals=totals,
        live=live,
        authorized=[to_minor(row.authorized_value) for row in rows],
        unfloored=unfloored,
        charged=[to_minor(row.charged_value) for row in rows],
        refunded=[to_minor(row.refunded_value) for row in rows],
        authorize_pending=[to_minor(row.authorize_pending_value) for row in rows],
        charge_pending=[to_minor(row.charge_pending_value) for row in rows],
        taken=[_read_taken(row) for row in rows],
    )


def _read_taken(item: TransactionItem) -> int:
    events = item.events.order_by("created_at").exclude(include_in_calculations=False)
    by_action = _initilize_action_map(events)
    bare = TransactionItem()
    _set_transaction_amounts_to_zero(bare)
    for charge in by_action.charge.values():
        _recalculate_charge_amounts(bare, charge)
    for cancel in by_action.cancel.values():
        _recalculate_cancel_amounts(bare, cancel)
    return -to_minor(bare.authorized_value)


def read_division(
    items: Sequence[TransactionItem], action: str, reference: str
) -> Parts | None:
    """Read how a reference divides: by its successes, else by its requests."""
    parts = [0] * len(items)
    is_known = False
    for index, item in enumerate(items):
        events = item.events.filter(
            psp_reference=reference, include_in_calculations=True
        ).order_by("created_at", "pk")
        for outcome in ("success", "request"):
            event = events.filter(type=f"{action}_{outcome}").last()
            if event:
                parts[index] = to_minor(event.amount_value)
                is_known = True
                break
    return parts if is_known else None


@dataclass(frozen=True)
class Match:
    """Requests that a report may be of: `alternatives`, or `together` all of them."""

    alternatives: list[Request] = field(default_factory=list)
    together: list[Request] = field(default_factory=list)


def match_requests(requests: Sequence[Request], action: str, amount: int) -> Match:
    """Find what a report without a known reference answers."""
    waiting = [r for r in requests if r.is_open and r.action == action]
    if exact := [request for request in waiting if request.amount == amount]:
        return Match(exact)
    if waiting and sum(request.amount for request in waiting) == amount:
        return Match(together=waiting)
    if larger := [request for request in waiting if request.amount > amount]:
        return Match(larger)
    failed = [
        request
        for request in requests
        if request.has_failed
        and not request.reference
        and request.action == action
        and request.amount == amount
        and not _was_asked_again(request, requests)
    ]
    return Match(failed)


def _was_asked_again(request: Request, requests: Sequence[Request]) -> bool:
    later = requests[list(map(id, requests)).index(id(request)) + 1 :]
    return any(
        other.has_success and other.action == request.action
        for other in later
        if set(other.amounts) & set(request.amounts)
    )
