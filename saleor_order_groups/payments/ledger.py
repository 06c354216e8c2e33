"""Divide an event of a payment over the orders that it paid for.

Pure arithmetic in minor units. The input is what each order has of the payment; the
result is each order's part of the event, in the same order. The parts sum to the
event's amount exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..money.apportion import apportion, draw_down


@dataclass(frozen=True)
class Standing:
    """What one order has of a payment, in minor units.

    :param total: the order's total, the weight by which the last excess is divided.
    :param need: how much the order needs of this payment; zero if the order is not
        live.
    :param authorized: the amount that can still be charged or canceled.
    :param charged: the amount that is charged. The need is covered by this amount, by
        `authorized` and by the pending amounts of both.
    :param taken: how much charges and cancelations take from any authorization.
    :param dropped: how much an app that sets amounts took from the authorization
        without a charge or cancelation that explains it yet.
    :param unmatched: how much such an app refunded and has not subtracted from the
        charge yet; below zero the reverse.
    """

    total: int
    need: int
    is_live: bool = True
    authorized: int = 0
    authorize_pending: int = 0
    charged: int = 0
    charge_pending: int = 0
    refunded: int = 0
    taken: int = 0
    dropped: int = 0
    unmatched: int = 0

    @property
    def open_need(self) -> int:
        """The part of the need that no charge covers, completed or pending.

        An order that is not live needs nothing, even if it has less than nothing.
        """
        if not self.is_live:
            return 0
        return max(self.need - self.charged - self.charge_pending, 0)


class Ledger:
    """All orders' standings, and the rules by which an event of the payment divides."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        self.standings = list(standings)
        self.totals = [standing.total for standing in standings]

    def divide(self, action: str, outcome: str, amount: int) -> list[int]:
        """Divide an event that answers no request and follows no earlier event."""
        if amount < 0:
            return [-part for part in self._lower(action, -amount)]
        if (action, outcome) == ("authorization", "adjustment"):
            return self._adjust(amount)
        if outcome in ("back", "reverse"):
            return self.undo(action, amount, [0] * len(self.totals))
        return self._draw(amount, self.get_stages(action))

    def divide_set_amount(self, action: str, amount: int) -> list[int]:
        """Divide an amount that an app has set; its event has no reference."""
        if amount >= 0 and action == "refund":
            lowered = [max(-each.unmatched, 0) for each in self.standings]
            charged = [
                max(each.charged - max(each.unmatched, 0), 0) for each in self.standings
            ]
            return self._draw(amount, [lowered, charged])
        if amount >= 0 and action == "cancel":
            dropped = [each.dropped for each in self.standings]
            return self._draw(amount, [dropped, *self.get_stages(action)])
        return self.divide(action, "success", amount)

    def follow(self, amount: int, division: Sequence[int]) -> list[int]:
        """Divide an event as an earlier event of its reference was divided.

        :param division: each order's part of the earlier event.
        """
        return draw_down(amount, division, self.totals)

    def undo(self, action: str, amount: int, division: Sequence[int]) -> list[int]:
        """Divide a charge-back or the reversal of a refund.

        Each order's part follows the division of the event that is undone, up to the
        amount that the order still has. The rest goes to the orders that have something
        left. Any excess over all of that follows the division again.

        :param division: each order's part of the event that is undone, zeros if
            unknown.
        """
        has = [
            max(each.refunded if action == "refund" else each.charged, 0)
            for each in self.standings
        ]
        weights = next((each for each in (division, has) if any(each)), self.totals)
        parts = [
            min(part, left)
            for part, left in zip(apportion(amount, weights), has, strict=True)
        ]
        left = [most - part for most, part in zip(has, parts, strict=True)]
        rest = draw_down(
            amount - sum(parts), left, division if any(division) else self.totals
        )
        return [part + more for part, more in zip(parts, rest, strict=True)]

    def answer(
        self, index: int, action: str, amount: int, pending: Sequence[int]
    ) -> list[int]:
        """Divide the amount that an app has processed for one order.

        The order gets the amount that was requested of it and the amount that it has.
        An app may do more, for example capture the whole payment. The siblings get the
        excess as far as they can take it; the rest stays with the order.

        :param index: the order's position.
        :param pending: the amounts that were requested with the same reference; they
            are already subtracted from the orders' standings.
        """
        stages = [list(pending), *self.get_stages(action)]
        own = sum(stage[index] for stage in stages)
        others = [
            [0 if position == index else part for position, part in enumerate(stage)]
            for stage in stages
        ]
        room = sum(sum(stage) for stage in others)
        rest = min(max(amount - own, 0), room)
        parts = self._draw(rest, others)
        parts[index] = amount - rest
        return parts

    def get_stages(self, action: str) -> list[list[int]]:
        """Return how much of an event each order can take, stage by stage.

        A stage is used when all earlier stages are exhausted.
        """
        rows = self.standings
        if action == "authorization":
            return [
                [
                    max(row.open_need - row.authorized - row.authorize_pending, 0)
                    for row in rows
                ]
            ]
        live = [row.authorized if row.is_live else 0 for row in rows]
        others = [0 if row.is_live else row.authorized for row in rows]
        if action == "charge":
            beyond = [
                max(row.open_need - authorized, 0)
                for row, authorized in zip(rows, live, strict=True)
            ]
            return [live, beyond, others]
        if action == "cancel":
            return [others, live]
        return [[max(row.charged, 0) for row in rows]]

    def _adjust(self, amount: int) -> list[int]:
        """Divide an amount that an app reports as the whole authorization.

        Saleor subtracts all charges and cancelations from it, also earlier ones, so
        each order needs the amount that was taken already.
        """
        live = [row.total if row.is_live else 0 for row in self.standings]
        return self._draw(
            amount,
            [
                [max(row.taken, 0) for row in self.standings],
                [row.open_need for row in self.standings],
            ],
            live if any(live) else self.totals,
        )

    def _lower(self, action: str, amount: int) -> list[int]:
        """Divide the amount by which an app has lowered a set amount."""
        if action == "charge":
            refunded = [
                min(max(row.unmatched, 0), max(row.charged, 0))
                for row in self.standings
            ]
            charged = [
                max(row.charged - part, 0)
                for row, part in zip(self.standings, refunded, strict=True)
            ]
            return self._draw(amount, [refunded, charged])
        if action == "refund":
            return self._draw(amount, [[max(r.refunded, 0) for r in self.standings]])
        if action == "authorization":
            return self._draw(amount, [[r.authorized for r in self.standings]])
        return self._draw(amount, [])

    def _draw(
        self,
        amount: int,
        stages: Sequence[Sequence[int]],
        weights: Sequence[int] | None = None,
    ) -> list[int]:
        weights = self.totals if weights is None else weights
        parts = [0] * len(weights)
        for stage in stages:
            covered = min(amount, sum(stage))
            if covered > 0:
                drawn = draw_down(covered, stage, weights)
                parts = [part + more for part, more in zip(parts, drawn, strict=True)]
                amount -= covered
        excess = apportion(amount, weights)
        return [part + more for part, more in zip(parts, excess, strict=True)]


def lend(authorizations: Sequence[int], live: Sequence[bool]) -> list[int]:
    """Return how much of each order's authorization its siblings have used.

    A charge or cancelation may take more than its order has authorized. The provider
    has then taken the rest from the siblings' authorizations. Orders that are not live
    lend first.

    :param authorizations: each order's own authorization in minor units, below zero if
        it is overdrawn.
    :param live: whether each order is live.
    :return: minor units, in the same order.
    """
    overdrawn = -sum(min(amount, 0) for amount in authorizations)
    lent = [0] * len(authorizations)
    for is_live in (False, True):
        surplus = [
            max(amount, 0) if is_live == alive else 0
            for amount, alive in zip(authorizations, live, strict=True)
        ]
        part = min(overdrawn, sum(surplus))
        if part > 0:
            drawn = apportion(part, surplus)
            lent = [each + more for each, more in zip(lent, drawn, strict=True)]
            overdrawn -= part
    return lent
