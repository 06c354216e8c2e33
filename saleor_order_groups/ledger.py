"""How the events of one payment divide over the orders that it paid for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .apportion import draw_down


@dataclass
class Ledger:
    """How a payment's events divide over the orders, one event after the other.

    All lists are in minor units, in the orders' order. Saleor keeps one success for each
    reference and kind of action: an answer is divided as its request was.

    :param needs: what each order needs of the payment; nothing if it is not live.
    :param weights: the orders' totals, by which what exceeds all needs is divided.
    """

    needs: list[int]
    weights: list[int] = field(default_factory=list)
    live: list[bool] = field(default_factory=list)
    authorized: list[int] = field(init=False)
    charged: list[int] = field(init=False)
    refunded: list[int] = field(init=False)
    # What charges and cancelations took from the authorizations.
    taken: list[int] = field(init=False)
    # What was refunded without a reference and is not taken from the charges yet, below
    # zero the reverse: an app that sets its amounts says the one and the other.
    unmatched: list[int] = field(init=False)
    # What such an app took from the authorizations without saying yet what became of it.
    dropped: list[int] = field(init=False)
    divided: dict[tuple[str, str], list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.weights = self.weights or self.needs
        self.live = self.live or [True] * len(self.needs)
        self.authorized = [0] * len(self.needs)
        self.charged = [0] * len(self.needs)
        self.refunded = [0] * len(self.needs)
        self.taken = [0] * len(self.needs)
        self.unmatched = [0] * len(self.needs)
        self.dropped = [0] * len(self.needs)

    def knows(self, event_type: str, reference: str | None) -> bool:
        """Tell whether the event answers or follows one that was divided before."""
        action, _, _ = event_type.partition("_")
        return bool(reference) and (reference, action) in self.divided

    def replay(self, event_type: str, reference: str | None, parts: list[int]) -> None:
        """Remember how an event was divided before."""
        action, _, outcome = event_type.partition("_")
        key = (reference, action) if reference else None
        if key and key in self.divided:
            self._record_again(key, outcome, parts)
            return
        if key:
            self.divided[key] = list(parts)
        if outcome != "failure":
            self._record(action, outcome, parts, moves=bool(reference))

    def divide(self, event_type: str, reference: str | None, amount: int) -> list[int]:
        """Return each order's part of an event's amount, and remember it."""
        action, _, outcome = event_type.partition("_")
        if self.knows(event_type, reference):
            before = self.divided[(reference, action)]  # type: ignore[index]
            parts = (
                before
                if sum(before) == amount
                else draw_down(amount, before, self.weights)
            )
        elif amount < 0:
            lowered = _draw_down_in_turn(
                -amount, self._get_lowering_stages(action), self.weights
            )
            parts = [-part for part in lowered]
        else:
            stages = self._get_stages(action, outcome)
            if event_type == "refund_success" and not reference:
                stages = self._get_unmatched_refund_stages()
            elif event_type == "cancel_success" and not reference:
                stages = [self.dropped, *stages]
            parts = _draw_down_in_turn(amount, stages, self.weights)
        self.replay(event_type, reference, parts)
        return parts

    def divide_answer(
        self, index: int, event_type: str, reference: str | None, amount: int
    ) -> list[int]:
        """Divide what was reported of one order's share, and remember it.

        It is that order's, up to what was asked for or what it needs; what an app did
        beyond that (it captured the whole, say) is its siblings' as far as they can take
        it.
        """
        action, _, outcome = event_type.partition("_")
        stages = self._get_stages(action, outcome)
        asked = 0
        if self.knows(event_type, reference):
            asked = self.divided[(reference, action)][index]  # type: ignore[index]
        # A request has taken from what its order had left.
        own = asked + sum(stage[index] for stage in stages)
        for stage in stages:
            stage[index] = 0
        room = sum(sum(stage) for stage in stages)
        rest = min(max(amount - own, 0), room)
        if action == "authorization" or outcome in ("failure", "back", "reverse"):
            rest = 0
        parts = _draw_down_in_turn(rest, stages, self.weights)
        parts[index] = amount - rest
        self.replay(event_type, reference, parts)
        return parts

    def _get_stages(self, action: str, outcome: str) -> list[list[int]]:
        """Return what each order can take of an event, first come, first served."""
        authorized = _floor(self.authorized)
        if action == "authorization" and outcome == "adjustment":
            # Saleor takes from it what was charged of the authorization before it.
            return [_floor(self.taken), self._subtract(self.needs, self.charged)]
        if action == "authorization":
            return [self._subtract(self.needs, authorized, self.charged)]
        if action == "charge" and outcome != "back":
            live = self._mask(authorized, live=True)
            return [
                live,
                self._subtract(self.needs, self.charged, live),
                self._mask(authorized, live=False),
            ]
        if action == "cancel":
            return [
                self._mask(authorized, live=False),
                self._mask(authorized, live=True),
            ]
        if outcome == "reverse":
            return [_floor(self.refunded)]
        return [_floor(self.charged)]

    def _get_lowering_stages(self, action: str) -> list[list[int]]:
        """Return what each order can lose where an app sets an amount lower."""
        if action == "charge":
            pairs = zip(_floor(self.unmatched), _floor(self.charged), strict=True)
            refunded = [min(pair) for pair in pairs]
            return [refunded, self._subtract(self.charged, refunded)]
        if action == "refund":
            return [_floor(self.refunded)]
        return [_floor(self.authorized)] if action == "authorization" else []

    def _get_unmatched_refund_stages(self) -> list[list[int]]:
        lowered = _floor([-amount for amount in self.unmatched])
        return [lowered, self._subtract(self.charged, _floor(self.unmatched))]

    def _mask(self, amounts: list[int], *, live: bool) -> list[int]:
        pairs = zip(amounts, self.live, strict=True)
        return [amount if is_live == live else 0 for amount, is_live in pairs]

    @staticmethod
    def _subtract(amounts: list[int], *others: list[int]) -> list[int]:
        rows = zip(amounts, *others, strict=True)
        return _floor([amount - sum(rest) for amount, *rest in rows])

    def _record_again(
        self, key: tuple[str, str], outcome: str, parts: list[int]
    ) -> None:
        before = self.divided[key]
        if outcome in ("back", "reverse"):
            self._record(key[1], outcome, parts, moves=True)
            return
        if outcome == "failure":
            parts = [0] * len(before)
        # What the request had moved is moved back before its answer counts.
        self._record(key[1], outcome, [-part for part in before], moves=True)
        self._record(key[1], outcome, parts, moves=True)
        self.divided[key] = list(parts)

    def _record(
        self, action: str, outcome: str, parts: list[int], *, moves: bool
    ) -> None:
        """Move the parts; without a reference Saleor moves nothing between amounts."""
        if action == "authorization":
            before = self.authorized
            if outcome == "adjustment":
                self.authorized = _add([0] * len(parts), self.taken, -1)
            self.authorized = _add(self.authorized, parts)
            if not moves:
                self.dropped = self._subtract(before, _floor(self.authorized))
        elif action == "charge":
            sign = -1 if outcome == "back" else 1
            self.charged = _add(self.charged, parts, sign)
            if moves and outcome != "back":
                self._take(parts)
            elif not moves and sum(parts) < 0:
                self.unmatched = _add(self.unmatched, parts)
            elif not moves:
                self.dropped = self._subtract(self.dropped, parts)
        elif action == "refund":
            sign = -1 if outcome == "reverse" else 1
            self.refunded = _add(self.refunded, parts, sign)
            if moves:
                self.charged = _add(self.charged, parts, -sign)
            elif outcome != "reverse":
                self.unmatched = _add(self.unmatched, parts)
        elif action == "cancel" and moves:
            self._take(parts)
        elif action == "cancel":
            self.dropped = self._subtract(self.dropped, parts)

    def _take(self, parts: list[int]) -> None:
        self.authorized = _add(self.authorized, parts, -1)
        self.taken = _add(self.taken, parts)


def _draw_down_in_turn(
    amount: int, stages: Sequence[list[int]], weights: list[int]
) -> list[int]:
    parts = [0] * len(weights)
    for stage in stages:
        covered = min(amount, sum(stage))
        if covered > 0:
            parts = _add(parts, draw_down(covered, stage, weights))
            amount -= covered
    return _add(parts, draw_down(amount, [0] * len(weights), weights))


def _add(amounts: list[int], parts: list[int], sign: int = 1) -> list[int]:
    return [a + sign * part for a, part in zip(amounts, parts, strict=True)]


def _floor(amounts: list[int]) -> list[int]:
    return [max(amount, 0) for amount in amounts]
