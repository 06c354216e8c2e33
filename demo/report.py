"""What the demo prints: headings, tables and the list of checks."""

import json
import sys
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

WIDTH = 80
INDENT = "  "


def heading(text: str) -> None:
    print(f"\n{text}\n{'─' * len(text)}", flush=True)


def step(text: str) -> None:
    print(f"{INDENT}{text}", flush=True)


def money(amount: Decimal | float | str, currency: str = "EUR") -> str:
    return f"{Decimal(str(amount)):.2f} {currency}"


def decimal(amount: float) -> Decimal:
    """Read an amount of the API, which is a JSON number, without a float's tail."""
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print aligned columns; the first `left` to the left, the rest to the right.

    What is too wide for the screen is taken from the widest column: its cells go on in
    the next line.
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    room = WIDTH - len(INDENT) * len(widths)
    widest = widths.index(max(widths))
    widths[widest] = max(widths[widest] - max(sum(widths) - room, 0), 1)
    for number, row in enumerate([header, *rows]):
        wrapped = [
            textwrap.wrap(cell, width) or [""]
            for cell, width in zip(row, widths, strict=True)
        ]
        for line in zip_longest(*wrapped, fillvalue=""):
            step(_align(line, widths, left))
        if number == 0:
            step(INDENT.join("─" * width for width in widths))


def _align(cells: Sequence[str], widths: Sequence[int], left: int) -> str:
    aligned = [
        cell.ljust(width) if column < left else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return INDENT.join(aligned).rstrip()


class Progress:
    """A line that counts up on a terminal; elsewhere one line for each hundred."""

    def __init__(self, total: int = 0) -> None:
        self.total = total
        self.done = 0

    def show(self, name: str) -> None:
        """Count one more, which is about to run or has run."""
        self.done += 1
        line = f"{INDENT}migrating {self.done}/{self.total} {name}"
        last = self.done == self.total
        if sys.stdout.isatty():
            # A full last column would wrap in some terminals.
            width = WIDTH - 1
            end = "\n" if last else ""
            print(f"\r{line[:width]:<{width}}", end=end, flush=True)
        elif self.done % 100 == 0 or last:
            print(line[:WIDTH], flush=True)


def show_json(value: Any) -> None:
    for line in _json_lines(value, ""):
        step(line)


def _json_lines(value: Any, indent: str, key: str = "") -> list[str]:
    """Write what fits on a line on one line, so that a payload fits on a screen."""
    flat = indent + key + json.dumps(value, ensure_ascii=False)
    # A comma may follow.
    if len(INDENT + flat) < WIDTH or not isinstance(value, dict | list):
        return [flat]
    if isinstance(value, dict):
        items = [(json.dumps(name) + ": ", item) for name, item in value.items()]
        brackets = "{}"
    else:
        items = [("", item) for item in value]
        brackets = "[]"
    lines = [indent + key + brackets[0]]
    for name, item in items:
        lines += _json_lines(item, indent + "  ", name)
        lines[-1] += ","
    lines[-1] = lines[-1].removesuffix(",")
    return [*lines, indent + brackets[1]]


class Checks:
    """Every claim the demo makes, each checked and printed."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []

    def that(self, claim: str, holds: bool, seen: object = "") -> None:
        if holds:
            self.passed += 1
            print(f"  ✓ {claim}", flush=True)
        else:
            self.failed.append(claim)
            print(f"  ✗ {claim}. Seen instead: {seen!r}", flush=True)
