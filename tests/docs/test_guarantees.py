"""What docs/guarantees.md names is there."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "guarantees.md"
NAMES = re.compile(r"`((?:\w+/)*\w+\.py|test_\w+)`")


def read_named_tests():
    """Return (file, function) of every test that the page names."""
    named = []
    file = None
    for name in NAMES.findall(PAGE.read_text()):
        if name.endswith(".py"):
            file = name
        else:
            named.append((file, name))
    return named


def read_functions(file):
    tree = ast.parse((TESTS / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_named_test_exists():
    # given
    named = read_named_tests()

    # when
    missing = [
        f"{file}: {name}" for file, name in named if name not in read_functions(file)
    ]

    # then
    assert len(named) > 80
    assert missing == []


@pytest.mark.parametrize(
    "section",
    PAGE.read_text().split("\n## ")[1:],
    ids=lambda section: section.partition("\n")[0],
)
def test_every_row_names_a_test(section):
    # given
    rows = [row for row in section.splitlines() if row.startswith("| ")]

    # when
    unproved = [row for row in rows[1:] if not re.search(r"`test_\w+`", row)]

    # then
    assert unproved == []
