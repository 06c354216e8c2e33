"""Saleor as it runs in a shop: web servers and a Celery worker, with a Redis.

Everything is on this machine, and ends with the `with` block.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import redis
import requests

from .workers import get_environment

WEB_SERVERS = 2
START_SECONDS = 300
_TICKS = os.sysconf("SC_CLK_TCK")


def find_redis() -> str | None:
    """Return the path of Redis's server, None if this machine has none."""
    return shutil.which("redis-server")


class Processes:
    """The processes of one shop, on a database and a number in the Redis of all."""

    def __init__(
        self, database_url: str, redis_url: str, *, without_plugin: bool = False
    ) -> None:
        self._database_url = database_url
        self._redis_url = redis_url
        self._without_plugin = without_plugin
        self._stack = ExitStack()
        self.ports = [free_port() for _ in range(WEB_SERVERS)]

    def __enter__(self) -> "Processes":
        with ExitStack() as stack:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            env = get_environment(
                self._database_url, without_plugin=self._without_plugin
            )
            env |= {
                "BENCH_BROKER_URL": self._redis_url,
                "ALLOWED_HOSTS": "127.0.0.1",
                "PUBLIC_URL": f"http://127.0.0.1:{self.ports[0]}",
                # The receiver is on this machine, which Saleor refuses to call otherwise.
                "HTTP_IP_FILTER_ENABLED": "False",
            }
            self._web = [
                stack.enter_context(
                    spawn(
                        [sys.executable, "-m", "uvicorn", "saleor.asgi:application"]
                        + ["--host", "127.0.0.1", "--port", str(port)]
                        + ["--lifespan", "off", "--log-level", "warning"],
                        env,
                        directory / f"web-{port}.log",
                    )
                )
                for port in self.ports
            ]
            self._worker = stack.enter_context(
                spawn(
                    [sys.executable, "-m", "celery", "--app", "saleor.celeryconf:app"]
                    # With threads instead, Celery waits seconds for Redis now and then.
                    + ["worker", "--pool", "prefork", "--concurrency", "2"]
                    + ["--loglevel", "info", "--without-gossip", "--without-mingle"],
                    env,
                    directory / "worker.log",
                )
            )
            for port, process in zip(self.ports, self._web, strict=True):
                wait_until(process, lambda port=port: _answers(port))
            log = directory / "worker.log"
            wait_until(self._worker, lambda: b" ready." in log.read_bytes())
            self._broker = stack.enter_context(redis.from_url(self._redis_url))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def get_web_seconds(self) -> float:
        """Return the processor time that the web servers have used, in seconds."""
        return sum(_get_cpu_seconds(process.pid) for process in self._web)

    def get_worker_seconds(self) -> float:
        """Return the processor time that the worker has used, in seconds."""
        return _get_cpu_seconds(self._worker.pid)

    def wait_for_queue(self) -> float:
        """Wait until the worker has done everything; return the seconds that it took."""
        started = time.monotonic()
        while self._broker.llen("celery") or self._broker.hlen("unacked"):
            time.sleep(0.05)
        return time.monotonic() - started


class Redis:
    """A Redis of its own, with a number for each shop."""

    def __init__(self, binary: str) -> None:
        self._binary = binary
        self._stack = ExitStack()

    def __enter__(self) -> "Redis":
        port = free_port()
        with ExitStack() as stack:
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            process = stack.enter_context(
                spawn(
                    [self._binary, "--port", str(port), "--bind", "127.0.0.1"]
                    + ["--save", "", "--appendonly", "no", "--dir", directory],
                    dict(os.environ),
                    Path(directory) / "redis.log",
                )
            )
            wait_until(process, lambda: _is_open(port))
            self._url = f"redis://127.0.0.1:{port}"
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def get_url(self, number: int) -> str:
        """Return the URL of one of its databases."""
        return f"{self._url}/{number}"


class spawn:
    """A process that lives as long as the `with` block, and writes to a file."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self._command, self._env, self._log = command, env, log

    def __enter__(self) -> subprocess.Popen:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._env,
                cwd=Path(__file__).parent.parent,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._process.log = self._log  # type: ignore[attr-defined]
        return self._process

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def wait_until(process: subprocess.Popen, is_ready: Callable[[], bool]) -> None:
    """Wait for a process; show the end of its log if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            log = process.log.read_text(errors="replace")  # type: ignore[attr-defined]
            raise RuntimeError(f"A process did not start:\n{log[-3000:]}")
        time.sleep(0.1)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    with suppress(requests.RequestException), requests.Session() as session:
        session.trust_env = False
        return session.get(f"http://127.0.0.1:{port}/health/", timeout=5).ok
    return False


def _get_cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and of its children, in seconds."""
    process = Path(f"/proc/{pid}")
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    # In user and kernel mode, of the process and of its children that have ended.
    seconds = sum(map(int, fields[11:15])) / _TICKS
    children = (process / f"task/{pid}/children").read_text().split()
    return seconds + sum(_get_cpu_seconds(int(child)) for child in children)
