"""Blocks of a docs page that are output of a run."""

import json
import os
import re
from pathlib import Path

BLOCK = re.compile(r"<!-- run: (.+?) -->\n(?:\n```\w*\n.*?\n```\n)?", re.DOTALL)


class DocumentedRun:
    """What a run shows, by the names that the page's blocks have.

    :param prefix: the blocks of this run begin with it.
    """

    def __init__(self, page: Path, prefix: str) -> None:
        self.page, self.prefix = page, prefix
        self.blocks: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def name(self, identity: str, name: str) -> None:
        """Write a name for what differs from run to run; the first name stays."""
        self._names.setdefault(identity, name)

    def has_name(self, identity: str) -> bool:
        return identity in self._names

    def show(self, name: str, value: object) -> None:
        """Keep JSON; what fits is in one line."""
        self._keep(name, "json", write_json(value))

    def show_table(self, name: str, rows: list[tuple]) -> None:
        """Keep a table; columns of amounts are aligned to the right."""
        cells = [[self._replace(str(cell)) for cell in row] for row in rows]
        columns = list(zip(*cells, strict=True))
        lines = []
        for row in cells:
            aligned = [
                cell.rjust(max(map(len, column)))
                if all(re.fullmatch(r"-?\d+\.\d+|", each) for each in column[1:])
                else cell.ljust(max(map(len, column)))
                for cell, column in zip(row, columns, strict=True)
            ]
            lines.append("  ".join(aligned).rstrip())
        self._keep(name, "text", "\n".join(lines))

    def compare(self) -> None:
        """Compare the page with the run; UPDATE_DOCS=1 writes the page."""
        text = self.page.read_text()
        names = [match[1] for match in BLOCK.finditer(text)]
        own = [name for name in names if name.startswith(self.prefix)]
        assert sorted(own) == sorted(self.blocks)
        filled = BLOCK.sub(self._fill_in, text)
        if os.environ.get("UPDATE_DOCS") == "1":
            self.page.write_text(filled)
        assert self.page.read_text() == filled

    def _fill_in(self, match: re.Match) -> str:
        block = self.blocks.get(match[1])
        if block is None:
            return match[0]
        return f"{match[0].partition(chr(10))[0]}\n\n{block}\n"

    def _keep(self, name: str, language: str, text: str) -> None:
        text = self._replace(text)
        self.blocks[f"{self.prefix}{name}"] = f"```{language}\n{text}\n```"

    def _replace(self, text: str) -> str:
        # The longest first: one may be a part of another.
        for identity in sorted(self._names, key=len, reverse=True):
            text = text.replace(identity, self._names[identity])
        return text


def write_json(value: object, indent: int = 0, used: int = 0, width: int = 88) -> str:
    """Return JSON in which each object or list that fits is in one line.

    :param used: the characters of the line before the value.
    """
    short = json.dumps(value, default=float)
    short = short.replace("{", "{ ").replace("}", " }")
    if used + len(short) <= width or not isinstance(value, dict | list):
        return short
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = []
        for key, each in value.items():
            start = f"{inner}{json.dumps(key)}: "
            parts.append(start + write_json(each, indent + 2, len(start), width))
        opening, closing = "{", "}"
    else:
        parts = [inner + write_json(each, indent + 2, indent + 2) for each in value]
        opening, closing = "[", "]"
    return opening + "\n" + ",\n".join(parts) + "\n" + " " * indent + closing
