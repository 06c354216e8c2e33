"""Tell whether the built pages of the Dashboard app are of the sources beside them.

python scripts/dashboard_manifest.py write  after a build: keep what was built from what
python scripts/dashboard_manifest.py check  fail where a file has changed since

A check needs no Node. scripts/check_dashboard_build.sh builds again and compares.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "dashboard" / "built.json"
BUILT = ROOT / "saleor_order_groups" / "dashboard" / "static"
SOURCES = ROOT / "dashboard"
# What a build reads, below SOURCES; tests and their tools leave no trace in it.
FILES = ("index.html", "package.json", "package-lock.json", "vite.config.ts")
FOLDER = "src"
TESTING = "testing"


def find_sources() -> Iterator[Path]:
    yield from (SOURCES / name for name in FILES)
    for path in (SOURCES / FOLDER).rglob("*"):
        is_test = ".test." in path.name or TESTING in path.parts
        if path.is_file() and not is_test:
            yield path


def find_built() -> Iterator[Path]:
    return (path for path in BUILT.rglob("*") if path.is_file())


def describe() -> dict[str, str]:
    """Return the hash of each file by its path."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted([*find_sources(), *find_built()])
    }


def find_differences() -> list[str]:
    """Return the paths of files that are not as they were when the pages were built."""
    then, now = json.loads(MANIFEST.read_text()), describe()
    return sorted(path for path in then | now if then.get(path) != now.get(path))


def write() -> None:
    MANIFEST.write_text(json.dumps(describe(), indent=2) + "\n")


def check() -> None:
    if differences := find_differences():
        sys.exit(
            "dashboard: changed since the pages were built:\n  "
            + "\n  ".join(differences)
            + "\nRun `make dashboard` and commit what it writes."
        )


def main() -> None:
    commands = {"write": write, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()


if __name__ == "__main__":
    main()
