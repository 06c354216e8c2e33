"""How the events of one payment divide over the orders that it paid for."""

from dataclasses import dataclass, field

from .apportion import apportion, draw_down


@dataclass
class Ledger:
    """How a payment's events divide over the orders, one event after the other.

    All lists are in minor units, in the orders' order. Saleor keeps one success for each
    reference and kind of action: an answer is divided as its request was.
    """

    needs: list[int]
    authorized: list[int] = field(init=False)
    charged: list[int] = field(init=False)
    refunded: list[int] = field(init=False)
    divided: dict[tuple[str, str], list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.authorized = [0] * len(self.needs)
        self.charged = [0] * len(self.needs)
        self.refunded = [0] * len(self.needs)

    def replay(self, event_type: str, reference: str | None, parts: list[int]) -> None:
        """Remember how an event was divided before."""
        action, _, outcome = event_type.partition("_")
        key = (reference, action) if reference else None
        if key and key in self.divided:
            self._record_again(key, outcome, parts)
            return
        if key:
            self.divided[key] = parts
        if outcome != "failure":
            self._record(action, outcome, parts, moves=bool(reference))

    def divide(self, event_type: str, reference: str | None, amount: int) -> list[int]:
        """Return each order's part of an event's amount, and remember it."""
        action, _, outcome = event_type.partition("_")
        key = (reference, action) if reference else None
        if key and key in self.divided:
            return self._divide_again(key, outcome, amount)
        parts = self._divide_anew(action, outcome, amount)
        self.replay(event_type, reference, parts)
        return parts

    def _divide_again(
        self, key: tuple[str, str], outcome: str, amount: int
    ) -> list[int]:
        before = self.divided[key]
        parts = before if sum(before) == amount else apportion(amount, before)
        self._record_again(key, outcome, parts)
        return parts

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
        self.divided[key] = parts

    def _divide_anew(self, action: str, outcome: str, amount: int) -> list[int]:
        if action == "authorization" and outcome != "adjustment":
            taken = zip(self.needs, _floor(self.authorized), self.charged, strict=True)
            open_needs = [need - a - c for need, a, c in taken]
        elif action == "authorization":
            pairs = zip(self.needs, self.charged, strict=True)
            open_needs = [need - charged for need, charged in pairs]
        elif action == "charge" and outcome != "back":
            return self._divide_charge(amount)
        elif action == "cancel":
            open_needs = self.authorized
        elif outcome == "reverse":
            open_needs = self.refunded
        else:
            open_needs = self.charged
        return draw_down(amount, _floor(open_needs), self.needs)

    def _divide_charge(self, amount: int) -> list[int]:
        """Charge what is authorized first, then what is still needed."""
        open_authorized = _floor(self.authorized)
        covered = min(amount, sum(open_authorized))
        authorized = draw_down(covered, open_authorized, self.needs)
        pairs = zip(self.needs, self.charged, authorized, strict=True)
        open_needs = [max(need - c - a, 0) for need, c, a in pairs]
        rest = draw_down(amount - covered, open_needs, self.needs)
        return [a + b for a, b in zip(authorized, rest, strict=True)]

    def _record(
        self, action: str, outcome: str, parts: list[int], *, moves: bool
    ) -> None:
        """Move the parts; without a reference Saleor moves nothing between amounts."""
        if action == "authorization":
            base = [0] * len(parts) if outcome == "adjustment" else self.authorized
            self.authorized = _add(base, parts)
        elif action == "charge":
            sign = -1 if outcome == "back" else 1
            self.charged = _add(self.charged, parts, sign)
            if moves and outcome != "back":
                self.authorized = _add(self.authorized, parts, -1)
        elif action == "refund":
            sign = -1 if outcome == "reverse" else 1
            self.refunded = _add(self.refunded, parts, sign)
            if moves:
                self.charged = _add(self.charged, parts, -sign)
        elif action == "cancel" and moves:
            self.authorized = _add(self.authorized, parts, -1)


def _add(amounts: list[int], parts: list[int], sign: int = 1) -> list[int]:
    return [a + sign * part for a, part in zip(amounts, parts, strict=True)]


def _floor(amounts: list[int]) -> list[int]:
    return [max(amount, 0) for amount in amounts]
