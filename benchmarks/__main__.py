"""Measure everything, print a table, and keep the figures in a file.

make bench                      # 100,000 groups, 30 rounds
make bench GROUPS=1000000
make bench QUICK=1              # is everything in order? a few rounds, few groups
make bench COMPARE=before.json  # with a column for each figure of that run
make bench ONLY=completions,reads
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from . import load, suite
from .databases import Databases, get_given_url, make_databases
from .measure import Figure
from .workers import Worker

PARTS = (
    "reads",
    "pages",
    "searches",
    "sweeps",
    "verification",
    "sellers",
    "completions",
    "large",
    "reports",
    "cancelations",
    "sizes",
    "inactive",
    "throughput",
    "memory",
    "start-up",
    "load",
)


def measure(databases: Databases, options: argparse.Namespace) -> Iterator[Figure]:
    """Take every figure; reads come first, while nothing has been added."""
    rounds, parts = options.rounds, options.only
    with ExitStack() as stack:
        small = stack.enter_context(Worker(databases.small))
        large = stack.enter_context(Worker(databases.large))
        saleor = stack.enter_context(Worker(databases.saleor, without_plugin=True))
        if "pages" in parts:
            slow = min(rounds, 5)
            yield from suite.compare_pages(small, large, options.groups, rounds, slow)
        if "searches" in parts:
            yield from suite.compare_searches(large, options.groups, min(rounds, 5))
        if "sweeps" in parts:
            yield from suite.compare_sweeps(small, large, options.groups, rounds)
        if "sellers" in parts:
            yield from suite.compare_sellers(small, large, options.groups, rounds)
        if "reads" in parts:
            yield from suite.compare_reads(small, rounds)
        if "large" in parts:
            yield from suite.compare_large(small, saleor, min(rounds, 5))
        if "reports" in parts:
            yield from suite.compare_reports(small, saleor, rounds)
        if "cancelations" in parts:
            yield from suite.compare_cancelations(small, saleor, min(rounds, 10))
        if "sizes" in parts:
            yield from suite.compare_sizes(small, large, options.groups, rounds)
    if "verification" in parts:
        yield from suite.measure_verification(databases, options.groups)
    if "completions" in parts:
        yield from suite.compare_completions(databases, rounds)
    if "inactive" in parts:
        yield from suite.compare_inactive(databases, max(rounds // 2, 1))
    if "throughput" in parts:
        yield from suite.compare_throughput(databases, rounds)
    if "memory" in parts:
        yield from suite.measure_memory(databases, options.completions)
    if "start-up" in parts:
        yield from suite.compare_start_up(databases, rounds)
    if "load" in parts:
        yield from load.measure_load(databases, is_quick=options.quick)


def describe_machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    cpu = platform.processor()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        memory = round(pages * size / 2**30, 1)
    except (OSError, ValueError):
        memory = None
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": memory,
        "load_before": os.getloadavg()[0],
    }


def get_commit() -> str | None:
    """Return the commit of this project, marked if files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or None


def format_row(figure: dict[str, Any], before: dict[str, Any] | None) -> str:
    """Return the line of the table."""
    unit = "" if figure["unit"] == "ratio" else f" {figure['unit']}"
    spread = (
        f"{figure['low']:.2f}–{figure['high']:.2f}" if figure["low"] is not None else ""
    )
    verdict = {True: "holds", False: "MISSED", None: ""}[figure["holds"]]
    cells = [
        f"{figure['name']:<64}",
        f"{figure['value']:8.2f}{unit:<11}",
        f"{spread:<11}",
        f"{figure['cpu']:6.2f}" if figure["cpu"] is not None else " " * 6,
        f"{figure['target']:<8}",
        f"{verdict:<6}",
    ]
    if before:
        cells.append(f"was {before['value']:.2f}")
    return "  ".join(cells).rstrip()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--groups", type=int, help="in the large database (100,000)")
    parser.add_argument("--rounds", type=int, help="of every comparison (30)")
    parser.add_argument("--completions", type=int, help="of the memory figure (1,000)")
    parser.add_argument("--quick", action="store_true", help="few groups, few rounds")
    parser.add_argument("--only", help=f"some of: {','.join(PARTS)}")
    parser.add_argument("--compare", type=Path, help="a file of an earlier run")
    parser.add_argument("--output", type=Path, default=Path(".cache/bench.json"))
    options = parser.parse_args()
    options.groups = options.groups or (2_000 if options.quick else 100_000)
    options.rounds = options.rounds or (3 if options.quick else 30)
    options.completions = options.completions or (30 if options.quick else 1_000)
    options.only = options.only.split(",") if options.only else list(PARTS)
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"--only: {', '.join(sorted(unknown))}")
    return options


def main() -> None:
    """Run the benchmarks."""
    options = parse_arguments()
    before: dict[str, dict] = {}
    if options.compare:
        earlier = json.loads(options.compare.read_text())
        before = {figure["name"]: figure for figure in earlier["figures"]}
    machine = describe_machine()
    figures = []
    with make_databases(get_given_url(), options.groups) as databases:
        print(f"{options.groups:,} groups made in {databases.seconds_to_fill:.0f} s\n")
        with Worker(databases.small) as worker:
            versions = worker("get_versions")
        header = ("ours ÷ theirs, medians", "value", "quartiles", "cpu", "target")
        print(
            "{:<64}  {:>8}{:11}  {:<11}  {:>6}  {}".format(
                header[0], header[1], "", *header[2:]
            )
        )
        for figure in measure(databases, options):
            row = figure.to_json()
            figures.append(row)
            print(format_row(row, before.get(figure.name)), flush=True)
        seconds = databases.seconds_to_fill
    machine["load_after"] = os.getloadavg()[0]
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(
        json.dumps(
            {
                "taken_at": datetime.datetime.now(datetime.UTC).isoformat(),
                "commit": get_commit(),
                "versions": versions,
                "machine": machine,
                "groups": options.groups,
                "rounds": options.rounds,
                "seconds_to_fill": round(seconds, 1),
                "figures": figures,
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )
    print(
        f"\nSaleor {versions['saleor']}, {machine['cpu']}, {machine['cores']} cores,"
        f" load {machine['load_before']:.1f} before and"
        f" {machine['load_after']:.1f} after. Kept in {options.output}."
    )


if __name__ == "__main__":
    main()
