"""What the demo prints: headings, tables and the list of checks."""

from collections.abc import Sequence
from decimal import Decimal


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
