"""A web server and a Celery worker of Saleor on the test database."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.helpers.waiting import WAIT_SECONDS, until

START_SECONDS = 180

# What Celery's worker logs of a task: that it has come, and how it ended.
TASK = re.compile(r"Task [\w.]+\[([\w-]+)\] (received|succeeded|raised|retry|ignored)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Saleor:
    """A web server and a Celery worker on the test database."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/graphql/"
        self.directory = directory
        self.broker = directory / "broker"
        for path in (self.broker, directory / "broker-control"):
            path.mkdir()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        database = connection.settings_dict
        self._env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.helpers.process_settings",
            "BROKER_DIRECTORY": str(self.broker),
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
                **database
            ),
            "SECRET_KEY": "test",
            "RSA_PRIVATE_KEY": settings.RSA_PRIVATE_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_CLIENT_HOSTS": "127.0.0.1",
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "HTTP_IP_FILTER_ENABLED": "False",
            "SEND_USAGE_TELEMETRY": "False",
        }
        for key in ("CELERY_BROKER_URL", "REDIS_URL", "CACHE_URL"):
            self._env.pop(key, None)
        self._processes = [
            self._spawn(
                "server",
                ["uvicorn", "saleor.asgi:application", "--lifespan", "off"]
                + ["--host", "127.0.0.1", "--port", str(self.port)],
            ),
            self._spawn(
                "worker",
                ["celery", "--app", "saleor.celeryconf:app", "worker"]
                + ["--pool", "threads", "--concurrency", "4", "--loglevel", "info"]
                + ["--without-gossip", "--without-mingle", "--without-heartbeat"],
            ),
        ]

    def _spawn(self, name: str, arguments: list[str]) -> subprocess.Popen:
        with (self.directory / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=self._env,
                cwd=Path(__file__).parents[2],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Return when both processes are ready."""
        until(self._is_ready, START_SECONDS, self._get_logs)

    def _is_ready(self) -> bool:
        assert all(process.poll() is None for process in self._processes), (
            self._get_logs()
        )
        if b" ready." not in (self.directory / "worker.log").read_bytes():
            return False
        try:
            self.post("{ shop { name } }")
        except OSError:
            return False
        return True

    def _get_logs(self) -> str:
        return "\n".join(
            (self.directory / f"{name}.log").read_text()[-2000:]
            for name in ("server", "worker")
        )

    def post(self, query: str, token: str | None = None, **variables) -> dict:
        """Return the data of the answer; top-level errors fail the test."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, headers)
        with self._opener.open(request, timeout=120) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def wait_for_webhooks(self, provider, number: int) -> None:
        """Return when the provider has received so many, each answered."""
        until(
            lambda: len(provider.received) >= number and self._is_idle(),
            WAIT_SECONDS,
            self._get_logs,
        )

    def wait_until_idle(self, count_held: Callable[[], int] = lambda: 0) -> None:
        """Return when no task waits or runs, so that the tables can be emptied.

        :param count_held: tells how many tasks wait for the answer of an app that the
            test holds back.
        """
        for _ in range(10):
            # The worker takes a message away before it logs the task.
            until(lambda: self._is_idle(count_held()), WAIT_SECONDS, self._get_logs)
            time.sleep(0.05)

    def _is_idle(self, held: int = 0) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname ="
                " current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone()[0]:
                return False
        waits = any(self.broker.glob("*.msg"))
        return not waits and len(self._find_running_tasks()) <= held

    def _find_running_tasks(self) -> set[str]:
        """Return the IDs of the tasks that have come to the worker and not ended.

        A task that waits until it is tried again does not run.
        """
        running, waiting = set(), set()
        log = (self.directory / "worker.log").read_text(errors="replace")
        for id, event in TASK.findall(log):
            if event != "received":
                running.discard(id)
            elif id not in waiting:
                running.add(id)
            if event == "retry":
                waiting.add(id)
        return running

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(timeout=30)
