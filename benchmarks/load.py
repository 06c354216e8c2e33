"""Complete checkouts over HTTP, from many clients at once, while a worker follows.

Web servers, a worker, Redis, webhooks, and a PostgreSQL that waits for its disk: what a
shop runs on. Clients load one shop at a time, in slices of some seconds by turns; the
queue of each slice is empty before the next one begins.
"""

import itertools
import queue
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import requests

from .databases import Databases
from .measure import Figure, Sample, compare, state
from .processes import Processes, Redis, find_redis
from .shop import (
    ACTIVE_CHANNEL,
    CUSTOMERS,
    INACTIVE_CHANNEL,
    get_customer_email,
)
from .worker import COMPLETE
from .workers import Worker

CLIENTS = (8, 32)
SELLERS = (1, 5, 10)
# Two minutes with each number of clients and of sellers.
SECONDS = 30
SLICES = 4
# More than any machine completes in the first slice; in a later one, twice as many as
# were completed in the one before.
CARTS_A_SECOND = 40
# Orders of ours for each of Saleor's, by the number of sellers.
AT_LEAST = {1: None, 5: 4.5, 10: 8.0}
PERCENTILES = {50: None, 95: None, 99: 1.3}
HOT_SELLERS = 5

# Carts, each with the access token of its customer.
type Carts = queue.SimpleQueue[tuple[str, str]]


@dataclass
class Slice:
    """What clients got in one slice, and what it took."""

    seconds: float
    milliseconds: list[float]
    web_seconds: float
    worker_seconds: float
    seconds_to_empty: float


@dataclass
class Loaded:
    """A shop under load."""

    processes: Processes
    worker: Worker
    channel: str
    tokens: list[str]
    slices: list[Slice] = field(default_factory=list)
    carts_a_second: float = CARTS_A_SECOND

    def load(self, numbers: Iterator[int], seconds: float, clients: int, **cart: Any):
        """Complete carts from so many clients for some seconds."""
        number = max(round(self.carts_a_second * seconds), 2 * clients)
        wanted = [next(numbers) for _ in range(number)]
        customers = len(self.tokens)
        made = self.worker(
            "make_carts",
            numbers=wanted,
            channel=self.channel,
            customers=customers,
            **cart,
        )
        carts: Carts = queue.SimpleQueue()
        for key, [each] in zip(wanted, made, strict=True):
            carts.put((each, self.tokens[key % customers]))
        web, worker = self._get_cpu()
        started = time.perf_counter()
        milliseconds = _complete_all(
            carts, self.processes.ports, clients, started + seconds
        )
        elapsed = time.perf_counter() - started
        assert carts.qsize(), "All carts were completed: too few were made."
        web = self.processes.get_web_seconds() - web
        to_empty = self.processes.wait_for_queue()
        worker = self.processes.get_worker_seconds() - worker
        self.carts_a_second = 2 * len(milliseconds) / elapsed
        self.slices.append(Slice(elapsed, milliseconds, web, worker, to_empty))

    def _get_cpu(self) -> tuple[float, float]:
        processes = self.processes
        return processes.get_web_seconds(), processes.get_worker_seconds()


def measure_load(databases: Databases, *, is_quick: bool = False) -> Iterator[Figure]:
    """Load both shops with 8 and 32 clients and carts of 1, 5 and 10 sellers.

    :param is_quick: load them for a few seconds, with one number of each.
    """
    seconds, slices = (3, 1) if is_quick else (SECONDS, SLICES)
    loads = [(5, CLIENTS[0])] if is_quick else itertools.product(SELLERS, CLIENTS)
    binary = find_redis()
    if binary is None:
        raise SystemExit("The part `load` needs redis-server, which is not installed.")
    numbers = itertools.count(1)
    with ExitStack() as stack:
        for url in (databases.small, databases.saleor):
            stack.enter_context(_waiting_for_the_disk(url))
        redis = stack.enter_context(Redis(binary))
        receiver = stack.enter_context(_receiving())
        ours, saleor = (
            _start(stack, url, redis.get_url(number), receiver, is_saleor=is_saleor)
            for number, (url, is_saleor) in enumerate(
                [(databases.small, False), (databases.saleor, True)]
            )
        )
        for sellers, clients in loads:
            _take_turns(
                [ours, saleor], numbers, seconds, slices, clients, sellers=sellers
            )
            name = f"{sellers} sellers, {clients} clients"
            yield from _compare_slices(name, sellers, ours.slices, saleor.slices)
        _take_turns(
            [ours, saleor],
            numbers,
            seconds,
            slices,
            CLIENTS[-1],
            sellers=HOT_SELLERS,
            is_hot=True,
        )
        yield _compare_speed(
            f"{HOT_SELLERS} sellers, {CLIENTS[-1]} clients, one stock row for all",
            ours.slices,
            saleor.slices,
        )
        for shop in (ours, saleor):
            shop.worker("check_hot_stock")


def _take_turns(
    shops: list[Loaded],
    numbers: Iterator[int],
    seconds: float,
    slices: int,
    clients: int,
    **cart: Any,
) -> None:
    for shop in shops:
        # The first slice warms up.
        shop.carts_a_second = CARTS_A_SECOND
        shop.load(numbers, min(seconds, 3), clients, **cart)
        shop.slices.clear()
    for number in range(slices):
        for shop in shops if number % 2 else reversed(shops):
            shop.load(numbers, seconds, clients, **cart)


def _compare_slices(
    name: str, sellers: int, ours: list[Slice], saleor: list[Slice]
) -> Iterator[Figure]:
    def web(slices: list[Slice], orders: int) -> list[Sample]:
        return [
            {"ms": 1000 * each.web_seconds / len(each.milliseconds) / orders}
            for each in slices
        ]

    # Of orders for each second of the web servers: the seconds of an order, the other
    # way round.
    yield compare(
        f"load, {name}: orders a web second ÷ Saleor's",
        web(saleor, 1),
        web(ours, sellers),
        at_least=AT_LEAST[sellers],
        ours_per_second=_per_second(ours) * sellers,
        saleor_per_second=_per_second(saleor),
    )
    for percent, at_most in PERCENTILES.items():
        yield state(
            f"load, {name}: p{percent} of checkoutComplete ÷ Saleor's",
            _percentile(ours, percent) / _percentile(saleor, percent),
            "ratio",
            at_most=at_most,
            ours_ms=round(_percentile(ours, percent), 1),
            saleor_ms=round(_percentile(saleor, percent), 1),
        )

    def worker(slices: list[Slice], orders: int) -> list[Sample]:
        return [
            {"ms": 1000 * each.worker_seconds / len(each.milliseconds) / orders}
            for each in slices
        ]

    yield compare(
        f"load, {name}: the worker's seconds of an order ÷ Saleor's",
        worker(ours, sellers),
        worker(saleor, 1),
        at_most=1.1,
    )
    yield state(
        f"load, {name}: until the worker's queue is empty",
        max(each.seconds_to_empty for each in ours),
        "s",
        at_most=60,
        saleor=max(each.seconds_to_empty for each in saleor),
    )


def _compare_speed(name: str, ours: list[Slice], saleor: list[Slice]) -> Figure:
    def times(slices: list[Slice]) -> list[Sample]:
        return [{"ms": 1000 * each.seconds / len(each.milliseconds)} for each in slices]

    return compare(
        f"load, {name}: completions a second ÷ Saleor's",
        times(saleor),
        times(ours),
        at_least=0.8,
        ours_per_second=_per_second(ours),
        saleor_per_second=_per_second(saleor),
    )


def _per_second(slices: list[Slice]) -> float:
    done = sum(len(each.milliseconds) for each in slices)
    return round(done / sum(each.seconds for each in slices), 2)


def _percentile(slices: list[Slice], percent: int) -> float:
    times = [each for one in slices for each in one.milliseconds]
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def _complete_all(
    carts: Carts, ports: list[int], clients: int, end: float
) -> list[float]:
    """Complete carts until the end; return the milliseconds of each completion."""
    times: list[float] = []
    failures: list[object] = []

    def complete(client: int) -> None:
        url = f"http://127.0.0.1:{ports[client % len(ports)]}/graphql/"
        with requests.Session() as session:
            session.trust_env = False
            while not failures and time.perf_counter() < end:
                try:
                    cart, token = carts.get_nowait()
                except queue.Empty:
                    return
                started = time.perf_counter()
                body = {"query": COMPLETE, "variables": {"id": cart}}
                headers = {"Authorization-Bearer": token}
                answer = session.post(url, json=body, headers=headers, timeout=120)
                answer = answer.json()
                times.append((time.perf_counter() - started) * 1000)
                data = answer.get("data") or {}
                if "errors" in answer or data["checkoutComplete"]["errors"]:
                    failures.append(answer)

    threads = [
        threading.Thread(target=complete, args=(client,)) for client in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"A completion failed: {failures[0]}")
    return times


def _start(
    stack: ExitStack, url: str, redis_url: str, receiver: str, *, is_saleor: bool
) -> Loaded:
    worker = stack.enter_context(Worker(url, without_plugin=is_saleor))
    worker("install_receiver", url=receiver)
    return Loaded(
        processes=stack.enter_context(
            Processes(url, redis_url, without_plugin=is_saleor)
        ),
        worker=worker,
        channel=INACTIVE_CHANNEL if is_saleor else ACTIVE_CHANNEL,
        tokens=[
            worker("get_token", email=get_customer_email(number))
            for number in range(CUSTOMERS)
        ],
    )


@contextmanager
def _waiting_for_the_disk(url: str) -> Iterator[None]:
    """Let PostgreSQL wait for its disk at each commit, as a shop's does."""
    settings = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    connection = psycopg.connect(
        url.replace("postgres://", "postgresql://", 1), autocommit=True
    )
    with connection:
        for name, value in settings.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            for name in settings:
                connection.execute(f"ALTER SYSTEM RESET {name}")
            connection.execute("SELECT pg_reload_conf()")


@contextmanager
def _receiving() -> Iterator[str]:
    """Answer webhooks; the value is the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
