"""Every figure of the benchmarks: what is done, and next to what.

`ours` is a process with the plugin; `saleor` one in which it is not installed, on a
database of the same orders without the plugin's tables. Every function takes what it
needs and yields figures.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from .databases import SMALL_GROUPS, Databases
from .measure import Figure, Sample, compare, interleave, state
from .queries import (
    FOUND,
    GROUP,
    GROUPS,
    NEWEST,
    ORDER,
    ORDERS,
    PAGE_FOUND,
    SELLER_ORDERS,
    SELLERS_FIELDS_OF_ORDERS,
    find_target,
    is_only_reported,
    list_pages,
    list_searches,
)
from .shop import ACTIVE_CHANNEL, INACTIVE_CHANNEL, STAFF_EMAIL
from .workers import Worker, call_all, get_environment

PAGE = 50
PROCESSES = 4
WITHOUT = ", without BEGIN, COMMIT and savepoints"
# Of each group: twenty minutes for a million.
SECONDS_TO_VERIFY = 0.0012

# No two carts of a run have the same number, nor so the same products all at once.
_numbers = count(1)


def _make_carts(
    worker: Worker, carts: int, sellers: int, channel: str, **options: Any
) -> list[list[str]]:
    numbers = [next(_numbers) for _ in range(carts)]
    return worker(
        "make_carts", numbers=numbers, sellers=sellers, channel=channel, **options
    )


class _Completions:
    """Carts made in advance, and completed one in each round."""

    def __init__(
        self,
        worker: Worker,
        carts: int,
        sellers: int,
        channel: str = ACTIVE_CHANNEL,
        **options: Any,
    ) -> None:
        self._worker = worker
        counted, *self._carts = _make_carts(
            worker, carts + 1, sellers, channel, **options
        )
        # The first one is slower than all others, and has statements of its own.
        warm = _make_carts(worker, 1, sellers, channel, **options)
        worker("complete", carts=warm[0])
        self.counted = worker("complete", carts=counted, count=True)
        self.statements = self.counted["statements"]

    def __call__(self, number: int) -> Sample:
        return self._worker("complete", carts=self._carts[number])


# ------------------------------------------------------------------ completion


def compare_completions(
    databases: Databases, rounds: int, warm_up: int = 3, pairs: int = 6
) -> Iterator[Figure]:
    """Complete a cart of ten lines into N orders; into one by Saleor; as N checkouts.

    In several processes of each: one process is up to a tenth faster or slower than the
    next, for as long as it lives.
    """
    samples: dict[str, list[Sample]] = {}
    pairs = min(pairs, rounds)
    rounds_of_pair = max(rounds // 3, 1)
    total = rounds_of_pair + warm_up
    for _ in range(pairs):
        with (
            Worker(databases.small) as ours,
            Worker(databases.saleor, without_plugin=True) as saleor,
        ):
            calls = _make_completions(ours, saleor, total)
            for name, taken in interleave(calls, rounds_of_pair, warm_up).items():
                samples.setdefault(name, []).extend(taken)
    statements = {name: call.statements for name, call in calls.items()}
    for sellers, at_most in ((1, 1.03), (2, 1.02), (5, 1.06), (10, 1.15)):
        name = f"split {sellers}"
        yield compare(
            f"completion, {sellers} sellers ÷ Saleor's one order",
            samples[name],
            samples["one"],
            at_most=at_most,
            is_of_cpu=sellers > 1,
            statements=statements[name],
            statements_of_saleor=statements["one"],
        )
    yield state(
        "SQL statements for each further seller",
        (statements["split 10"] - statements["split 2"]) / 8,
        "statements",
        at_most=8,
    )
    own = {name: call.counted["without_transactions"] for name, call in calls.items()}
    yield state(
        f"SQL statements for each further seller{WITHOUT}",
        (own["split 10"] - own["split 2"]) / 8,
        "statements",
        at_most=6,
    )
    for sellers, at_least in ((5, 3), (10, 5)):
        yield compare(
            f"{sellers} separate Saleor checkouts ÷ one completion",
            samples[f"separate {sellers}"],
            samples[f"split {sellers}"],
            at_least=at_least,
            statements_of_saleor=statements[f"separate {sellers}"],
        )


def _make_completions(
    ours: Worker, saleor: Worker, total: int
) -> dict[str, _Completions]:
    calls = {
        # The products differ, their number and prices do not.
        "one": _Completions(saleor, total, 10, INACTIVE_CHANNEL),
    }
    for sellers in (1, 2, 5, 10):
        calls[f"split {sellers}"] = _Completions(ours, total, sellers)
    for sellers in (5, 10):
        calls[f"separate {sellers}"] = _Completions(
            saleor, total, sellers, INACTIVE_CHANNEL, separate=True
        )
    return calls


def compare_large(ours: Worker, saleor: Worker, rounds: int) -> Iterator[Figure]:
    """Complete a cart of a hundred sellers with five lines each; into one by Saleor."""
    sellers, lines = 100, 500
    calls = {
        "ours": _Completions(ours, rounds + 1, sellers, lines=lines),
        "saleor": _Completions(
            saleor, rounds + 1, sellers, INACTIVE_CHANNEL, lines=lines
        ),
    }
    samples = interleave(calls, rounds, warm_up=1)
    statements = {name: call.statements for name, call in calls.items()}
    yield compare(
        f"completion, {sellers} sellers, {lines} lines ÷ Saleor's one order",
        samples["ours"],
        samples["saleor"],
        at_most=1.5,
    )
    yield state(
        "SQL statements of it ÷ Saleor's",
        statements["ours"] / statements["saleor"],
        "ratio",
        at_most=1.5,
        **statements,
    )
    own = {name: call.counted["without_transactions"] for name, call in calls.items()}
    yield state(
        f"SQL statements of it ÷ Saleor's{WITHOUT}",
        own["ours"] / own["saleor"],
        "ratio",
        **own,
    )


def compare_reports(ours: Worker, saleor: Worker, rounds: int) -> Iterator[Figure]:
    """Report a refund of 1.00 an order on a payment; on as many plain orders' payments."""
    for orders, at_most in ((10, 0.4), (100, 0.3)):
        cart = {"numbers": [next(_numbers)], "sellers": orders, "lines": orders}
        [whole] = ours("make_carts", **cart, channel=ACTIVE_CHANNEL)
        [parts] = saleor("make_carts", **cart, channel=INACTIVE_CHANNEL, separate=True)
        calls = {
            "ours": _Reports(ours, whole, f"{orders}.00"),
            "saleor": _Reports(saleor, parts, "1.00"),
        }
        samples = interleave(calls, rounds)
        statements = calls["ours"].count()
        yield compare(
            f"a report on the payment of {orders} orders ÷ {orders} reports of Saleor's",
            samples["ours"],
            samples["saleor"],
            at_most=at_most,
            statements=statements,
            statements_of_saleor=calls["saleor"].count(),
        )
        yield state(
            f"SQL statements of that report for each of {orders} orders",
            statements / orders,
            "statements",
            at_most=15 if orders == 100 else None,
        )


class _Reports:
    """Payments of completed carts, on each of which a refund is reported in turn."""

    def __init__(self, worker: Worker, carts: list[str], amount: str) -> None:
        self._worker = worker
        self._payments = worker("place", carts=carts)
        self._amount = amount

    def __call__(self, number: int, *, count: bool = False) -> Sample:
        return self._worker(
            "report",
            payments=self._payments,
            amount=self._amount,
            reference=f"refund-{number}",
            email=STAFF_EMAIL,
            count=count,
        )

    def count(self) -> int:
        """Return the statements of one more report."""
        return round(self(-1, count=True)["statements"])


def compare_cancelations(ours: Worker, saleor: Worker, rounds: int) -> Iterator[Figure]:
    """Cancel a group of a hundred orders; cancel ten plain orders of Saleor's."""
    orders, plain_orders = 100, 10

    def ask(number: int, *, count: bool = False) -> Sample:
        [cart] = _make_carts(ours, 1, orders, ACTIVE_CHANNEL, lines=orders)
        placed = ours("place_orders", carts=cart)
        return ours(
            "cancel", orders=placed, email=STAFF_EMAIL, groups=True, count=count
        )

    def cancel_group(number: int, *, count: bool = False) -> Sample:
        answer = ask(number, count=count)
        rest = ours("cancel_pending", count=count)
        return {name: answer[name] + rest[name] for name in answer}

    def cancel_orders(number: int, *, count: bool = False) -> Sample:
        [carts] = _make_carts(
            saleor,
            1,
            plain_orders,
            INACTIVE_CHANNEL,
            lines=plain_orders,
            separate=True,
        )
        placed = saleor("place_orders", carts=carts)
        return saleor(
            "cancel", orders=placed, email=STAFF_EMAIL, groups=False, count=count
        )

    def answer(number: int) -> Sample:
        measured = ask(number)
        ours("cancel_pending")
        return measured

    samples = interleave(
        {"answer": answer, "ours": cancel_group, "saleor": cancel_orders},
        rounds,
        warm_up=1,
    )
    counted = cancel_group(-1, count=True)
    yield compare(
        f"orderGroupCancel of {orders} orders ÷ {plain_orders} times orderCancel",
        samples["answer"],
        samples["saleor"],
        at_most=1,
    )
    yield compare(
        "the same with its task",
        samples["ours"],
        samples["saleor"],
        statements=round(counted["statements"]),
        statements_of_saleor=round(cancel_orders(-1, count=True)["statements"]),
    )
    yield state(
        f"SQL statements of it for each of {orders} orders",
        counted["statements"] / orders,
        "statements",
        at_most=20,
    )
    yield state(
        f"SQL statements of it for each of {orders} orders{WITHOUT}",
        counted["without_transactions"] / orders,
        "statements",
    )


def compare_sizes(
    small: Worker, large: Worker, groups: int, rounds: int, warm_up: int = 3
) -> Iterator[Figure]:
    """Complete the same cart among many groups and among a thousand."""
    calls = {
        "large": _Completions(large, rounds + warm_up, 5),
        "small": _Completions(small, rounds + warm_up, 5),
    }
    samples = interleave(calls, rounds, warm_up)
    yield compare(
        f"completion, 5 sellers, {groups:,} groups ÷ {SMALL_GROUPS:,}",
        samples["large"],
        samples["small"],
        at_most=1.1,
    )


def compare_sweeps(
    small: Worker, large: Worker, groups: int, rounds: int, warm_up: int = 3
) -> Iterator[Figure]:
    """Run the sweep when nothing has happened, among many groups and a thousand."""
    calls = {
        "large": lambda number: large("sweep"),
        "small": lambda number: small("sweep"),
    }
    samples = interleave(calls, rounds, warm_up)
    yield compare(
        f"idle sweep, {groups:,} groups ÷ {SMALL_GROUPS:,}",
        samples["large"],
        samples["small"],
        at_most=1.3,
        statements=large("sweep", count=True)["statements"],
        statements_of_small=small("sweep", count=True)["statements"],
    )


def measure_verification(databases: Databases, groups: int) -> Iterator[Figure]:
    """Verify all groups in one process; return the time, and how its memory grows."""
    with Worker(databases.large) as worker:
        found = worker("verify")
    if found["findings"]:
        raise RuntimeError(f"Not as the plugin makes them: {found['findings'][:3]}")
    yield state(
        f"verify_order_groups, {groups:,} groups",
        found["seconds"],
        "s",
        at_most=max(groups * SECONDS_TO_VERIFY, 10),
    )
    yield state(
        "memory of verify_order_groups, grown after the first tenth",
        found["most"] - found["early"],
        "MB",
        at_most=20,
    )


def compare_sellers(
    small: Worker, large: Worker, groups: int, rounds: int
) -> Iterator[Figure]:
    """Read a page of a seller's orders: among many and few groups, and as `orders`."""
    page = {"first": PAGE}
    for sellers in (1, 20):
        for worker in (small, large):
            worker("join_sellers", number=sellers, email=STAFF_EMAIL)
        statements = _count(large, SELLER_ORDERS, page)
        samples = interleave(
            {
                "large": lambda number: _query(large, SELLER_ORDERS, page),
                "small": lambda number: _query(small, SELLER_ORDERS, page),
                "orders": lambda number: _query(
                    large, SELLERS_FIELDS_OF_ORDERS, {**page, "sortBy": NEWEST}
                ),
            },
            rounds,
        )
        yield compare(
            f"sellerOrders(first: {PAGE}) of {sellers} sellers,"
            f" {groups:,} groups ÷ {SMALL_GROUPS:,}",
            samples["large"],
            samples["small"],
            at_most=1.3,
            statements=statements,
            statements_of_small=_count(small, SELLER_ORDERS, page),
        )
        yield compare(
            f"sellerOrders(first: {PAGE}) of {sellers} sellers ÷ `orders`,"
            f" {groups:,} groups",
            samples["large"],
            samples["orders"],
            at_most=1.5,
            statements=statements,
            statements_of_saleor=_count(
                large, SELLERS_FIELDS_OF_ORDERS, {**page, "sortBy": NEWEST}
            ),
        )


def compare_inactive(
    databases: Databases, rounds: int, warm_up: int = 3, pairs: int = 6
) -> Iterator[Figure]:
    """Complete where the plugin is installed and not active, and where it is not.

    In several processes of each: what a process happens to have where in its memory
    makes it a hundredth faster or slower than the next, for as long as it lives.
    """
    samples: dict[str, list[Sample]] = {"inactive": [], "absent": []}
    for _ in range(pairs):
        with (
            Worker(databases.small) as ours,
            Worker(databases.saleor, without_plugin=True) as saleor,
        ):
            calls = {
                "inactive": _Completions(ours, rounds + warm_up, 5, INACTIVE_CHANNEL),
                "absent": _Completions(saleor, rounds + warm_up, 5, INACTIVE_CHANNEL),
            }
            for name, taken in interleave(calls, rounds, warm_up).items():
                samples[name] += taken
    yield compare(
        "completion, plugin inactive ÷ not installed",
        samples["inactive"],
        samples["absent"],
        at_most=1.02,
        processes=pairs,
        statements=calls["inactive"].statements,
        statements_of_saleor=calls["absent"].statements,
    )


def compare_start_up(databases: Databases, rounds: int) -> Iterator[Figure]:
    """Start a process up to where it can serve, with the plugin and without."""

    def start(url: str, *, without_plugin: bool) -> Sample:
        before = os.times()
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "import saleor.asgi, saleor.graphql.api"],
            env=get_environment(url, without_plugin=without_plugin),
            cwd=Path(__file__).parent.parent,
            check=True,
            stderr=subprocess.DEVNULL,
        )
        after = os.times()
        cpu = sum(after[2:4]) - sum(before[2:4])
        return {"ms": (time.perf_counter() - started) * 1000, "cpu_ms": cpu * 1000}

    samples = interleave(
        {
            "with": lambda number: start(databases.small, without_plugin=False),
            "without": lambda number: start(databases.saleor, without_plugin=True),
        },
        rounds,
        warm_up=1,
    )
    yield compare(
        "start-up, plugin installed ÷ not installed",
        samples["with"],
        samples["without"],
        at_most=1.02,
    )


def compare_throughput(
    databases: Databases, rounds: int, carts: int = 10
) -> Iterator[Figure]:
    """Complete in four processes at once, carts of five sellers that share products."""
    with ExitStack() as stack:
        ours = [stack.enter_context(Worker(databases.small)) for _ in range(PROCESSES)]
        saleor = [
            stack.enter_context(Worker(databases.saleor, without_plugin=True))
            for _ in range(PROCESSES)
        ]

        def complete(workers: list[Worker], channel: str) -> Sample:
            batches = [
                sum(_make_carts(worker, carts, 5, channel), []) for worker in workers
            ]
            started = time.perf_counter()
            call_all(
                workers, [{"call": "complete", "carts": batch} for batch in batches]
            )
            return {"ms": (time.perf_counter() - started) * 1000}

        samples = interleave(
            {
                "saleor": lambda number: complete(saleor, INACTIVE_CHANNEL),
                "ours": lambda number: complete(ours, ACTIVE_CHANNEL),
            },
            rounds,
            warm_up=1,
        )

    def per_second(name: str) -> float:
        milliseconds = statistics.median(sample["ms"] for sample in samples[name])
        return round(PROCESSES * carts / milliseconds * 1000, 1)

    # Of throughputs: the time that Saleor takes over the time that we take.
    yield compare(
        f"throughput of {PROCESSES} processes, 5 sellers ÷ Saleor's one order",
        samples["saleor"],
        samples["ours"],
        at_least=0.7,
        ours_per_second=per_second("ours"),
        saleor_per_second=per_second("saleor"),
    )


def measure_memory(databases: Databases, completions: int) -> Iterator[Figure]:
    """Complete many carts in one process; return by how much its memory has grown."""
    step = max(completions // 10, 1)
    growths: dict[str, list[float]] = {}
    for name, url, without_plugin, channel in (
        ("ours", databases.small, False, ACTIVE_CHANNEL),
        ("saleor", databases.saleor, True, INACTIVE_CHANNEL),
    ):
        with Worker(url, without_plugin=without_plugin) as worker:
            memory = []
            # The first tenth is the warm-up.
            for _ in range(0, completions + step, step):
                for cart in _make_carts(worker, step, 5, channel):
                    worker("complete", carts=cart)
                memory.append(round(worker("get_memory"), 1))
        growths[name] = memory
    grown = growths["ours"][-1] - growths["ours"][0]
    yield state(
        f"memory of a process, grown by {completions:,} completions",
        grown,
        "MB",
        # What Saleor's own completion leaves behind is not ours to judge.
        at_most=max(growths["saleor"][-1] - growths["saleor"][0], 0) + 2,
        **growths,
    )


# ----------------------------------------------------------------------- reads


def _query(worker: Worker, document: str, *variables: dict[str, Any]) -> Sample:
    return worker(
        "query", document=document, variables=list(variables), email=STAFF_EMAIL
    )


def _count(worker: Worker, document: str, *variables: dict[str, Any]) -> int:
    return worker(
        "query",
        document=document,
        variables=list(variables),
        email=STAFF_EMAIL,
        count=True,
    )["statements"]


def _get(worker: Worker, document: str, **variables: Any) -> Any:
    return worker("get", document=document, variables=variables, email=STAFF_EMAIL)


def compare_reads(small: Worker, rounds: int) -> Iterator[Figure]:
    """Read a page of groups, and a group; next to Saleor's queries for their orders."""
    groups = {"first": PAGE, "sortBy": NEWEST}
    data = _get(small, GROUPS, **groups)["orderGroups"]
    nodes = [edge["node"] for edge in data["edges"]]
    of_groups = {order["id"] for node in nodes for order in node["orders"]}
    same = {"first": len(of_groups), "sortBy": NEWEST}
    data = _get(small, ORDERS, **same)["orders"]
    assert {edge["node"]["id"] for edge in data["edges"]} == of_groups
    samples = interleave(
        {
            "groups": lambda number: _query(small, GROUPS, groups),
            "orders": lambda number: _query(small, ORDERS, same),
        },
        rounds,
    )
    many = _count(small, GROUPS, groups)
    yield compare(
        f"orderGroups(first: {PAGE}) ÷ `orders` of the same orders",
        samples["groups"],
        samples["orders"],
        at_most=1.05,
        statements=many,
        statements_of_saleor=_count(small, ORDERS, same),
    )
    yield state(
        f"SQL statements of a page of {PAGE} groups more than of one",
        many - _count(small, GROUPS, {**groups, "first": 1}),
        "statements",
        at_most=0,
    )

    [cart] = _make_carts(small, 1, 5, ACTIVE_CHANNEL)
    small("complete", carts=cart)
    data = _get(small, GROUPS, first=1, sortBy=NEWEST)["orderGroups"]
    group = data["edges"][0]["node"]
    orders = [{"id": order["id"]} for order in group["orders"]]
    assert len(orders) == 5
    samples = interleave(
        {
            "group": lambda number: _query(small, GROUP, {"id": group["id"]}),
            "orders": lambda number: _query(small, ORDER, *orders),
        },
        rounds,
    )
    yield compare(
        "orderGroup of 5 orders ÷ `order` for each of them",
        samples["group"],
        samples["orders"],
        at_most=0.6,
        statements=_count(small, GROUP, {"id": group["id"]}),
        statements_of_saleor=_count(small, ORDER, *orders),
    )


def compare_pages(
    small: Worker, large: Worker, groups: int, rounds: int, rounds_of_slow: int
) -> Iterator[Figure]:
    """Read the same page of many groups and of a thousand, by each filter and sort."""
    pages = {
        "small": dict(_list_pages(small, SMALL_GROUPS)),
        "large": dict(_list_pages(large, groups)),
    }
    workers = {"small": small, "large": large}
    for name, variables in pages["small"].items():
        only_reported = is_only_reported(name)
        data = _get(small, GROUPS, first=PAGE, **variables)["orderGroups"]
        # A thousand groups may have less than a page of what is asked for.
        size = max(len(data["edges"]), 1)
        samples = interleave(
            {
                database: lambda number, database=database, size=size: _query(
                    workers[database], GROUPS, {"first": size, **pages[database][name]}
                )
                for database in ("large", "small")
            },
            rounds_of_slow if only_reported else rounds,
            warm_up=1,
        )
        yield compare(
            f"page, {name}, {groups:,} groups ÷ {SMALL_GROUPS:,}",
            samples["large"],
            samples["small"],
            at_most=find_target(name),
            groups_on_page=size,
        )


def compare_searches(large: Worker, groups: int, rounds: int) -> Iterator[Figure]:
    """Search groups; next to Saleor's search of orders for the same words."""
    data = _get(large, _CUSTOMER, where={"number": {"eq": groups // 2}})
    [edge] = data["orderGroups"]["edges"]
    for name, words in list_searches(edge["node"]):
        for what, page in (("page", PAGE_FOUND), ("count", "totalCount")):
            documents = {
                field: FOUND.format(field=field, page=page)
                for field in ("orderGroups", "orders")
            }
            samples = interleave(
                {
                    field: lambda number, document=document, words=words: _query(
                        large, document, {"search": words}
                    )
                    for field, document in documents.items()
                },
                rounds,
                warm_up=1,
            )
            yield compare(
                f"search, {name}, {what}, {groups:,} groups ÷ `orders`",
                samples["orderGroups"],
                samples["orders"],
                at_most=2 if len(words.split()) > 1 else None,
                words=words,
            )


_CUSTOMER = """
    query ($where: OrderGroupWhereInput) {
      orderGroups(first: 1, where: $where) {
        edges { node {
          number userEmail user { firstName lastName } orders { number }
        } }
      }
    }
"""
_SAMPLE = """
    query ($where: OrderGroupWhereInput, $sortBy: OrderGroupSortingInput) {
      orderGroups(first: 1, where: $where, sortBy: $sortBy) {
        edges { node {
          id number createdAt userEmail checkoutId
          user { id } channel { id } sellers { id } orders { id number }
        } }
        pageInfo { endCursor }
      }
    }
"""


def _list_pages(worker: Worker, groups: int) -> Iterator[tuple]:
    in_the_middle = {"number": {"eq": groups // 2}}
    # Groups next to each other by total have as many orders and lines in any database.
    beyond_total = {
        direction: {"totalGross": {"amount": {"range": {limit: 800}}}}
        for direction, limit in (("ASC", "gte"), ("DESC", "lte"))
    }
    cursors: dict[Any, str] = {}
    for field in ("NUMBER", "CREATED_AT", "UPDATED_AT", "TOTAL"):
        for direction in ("ASC", "DESC"):
            sort = {"field": field, "direction": direction}
            where = beyond_total[direction] if field == "TOTAL" else in_the_middle
            data = _get(worker, _SAMPLE, where=where, sortBy=sort)["orderGroups"]
            cursors[field, direction] = data["pageInfo"]["endCursor"]
    data = _get(worker, _SAMPLE, where=in_the_middle)["orderGroups"]
    yield from list_pages(data["edges"][0]["node"], cursors)
