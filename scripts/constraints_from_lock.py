"""Print pip constraints with the versions that a Saleor's `uv.lock` has.

python scripts/constraints_from_lock.py path/to/saleor/uv.lock > constraints/saleor-X.Y.Z.txt
"""

import sys
import tomllib
from collections import defaultdict
from pathlib import Path


def constraints(lock: dict) -> list[str]:
    versions = defaultdict(set)
    for package in lock["package"]:
        # Saleor itself is in its lock too, but from no registry.
        if "registry" in package["source"]:
            versions[package["name"]].add(package["version"])
    # A package that is locked at several versions, for several platforms, stays free.
    return [
        f"{name}=={found.pop()}"
        for name, found in sorted(versions.items())
        if len(found) == 1
    ]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lock = tomllib.loads(Path(sys.argv[1]).read_text())
    (saleor,) = (package for package in lock["package"] if package["name"] == "saleor")
    print(f"# From the uv.lock of Saleor {saleor['version']}.")
    print("\n".join(constraints(lock)))


if __name__ == "__main__":
    main()
