"""What the demo prints: headings, tables and the list of checks."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

WIDTH = 88


def heading(text: str) -> None:
    print(f"\n{text}\n{'─' * len(text)}", flush=True)


def step(text: str) -> None:
    print(f"  {text}", flush=True)


def money(amount: Decimal | float | str, currency: str = "EUR") -> str:
    return f"{Decimal(str(amount)):.2f} {currency}"


def decimal(amount: float) -> Decimal:
    """Read an amount of the API, which is a JSON number, without a float's tail."""
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print aligned columns; the first `left` to the left, the rest to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for number, row in enumerate([header, *rows]):
        cells = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())
        if number == 0:
            print("  " + "  ".join("─" * width for width in widths), flush=True)


def show_json(value: Any) -> None:
    for line in _json_lines(value, ""):
        step(line)


def _json_lines(value: Any, indent: str, key: str = "") -> list[str]:
    """Write what fits on a line on one line, so that a payload fits on a screen."""
    flat = indent + key + json.dumps(value, ensure_ascii=False)
    if len(flat) <= WIDTH or not isinstance(value, dict | list):
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
