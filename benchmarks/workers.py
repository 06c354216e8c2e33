"""Start Saleor processes on the benchmarks' databases, and ask them."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def get_environment(
    database_url: str, *, without_plugin: bool = False
) -> dict[str, str]:
    """Return the environment of a Saleor process."""
    env = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "SECRET_KEY": "for the benchmarks alone",
        "ALLOWED_HOSTS": "testserver,localhost",
        "ALLOWED_CLIENT_HOSTS": "localhost",
        "EMAIL_URL": "dummy://",
        "SEND_USAGE_TELEMETRY": "False",
        "DEBUG": "False",
        "RSA_PRIVATE_KEY": _make_private_key(),
        "BENCH_WITHOUT_PLUGIN": "1" if without_plugin else "",
    }
    # They would reach other databases and brokers than the benchmarks' own.
    for name in (
        "CELERY_BROKER_URL",
        "CLOUDAMQP_URL",
        "REDIS_URL",
        "CACHE_URL",
        "DATABASE_URL_REPLICA",
    ):
        env.pop(name, None)
    # What is installed has its bytecode: else every start would compile the plugin again,
    # and of Saleor nothing.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


@functools.cache
def _make_private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        encoding=serialization.Encoding.PEM,
        format=serialization.PrivateFormat.PKCS8,
        encryption_algorithm=serialization.NoEncryption(),
    ).decode()


class Worker:
    """A Saleor process on a database; it lives as long as the `with` block."""

    def __init__(self, database_url: str, *, without_plugin: bool = False) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            env=get_environment(database_url, without_plugin=without_plugin),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *exception: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def __call__(self, call: str, **arguments: Any) -> Any:
        """Let the process do something; return its result."""
        self.start(call, **arguments)
        return self.finish()

    def start(self, call: str, **arguments: Any) -> None:
        """Let the process do something, without waiting for it."""
        assert self._process.stdin
        print(
            json.dumps({"call": call, **arguments}),
            file=self._process.stdin,
            flush=True,
        )

    def finish(self) -> Any:
        """Wait for what the process does; return its result."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The process ended; its errors are above.")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]


def call_all(workers: Sequence[Worker], arguments: Sequence[dict[str, Any]]) -> list:
    """Let each of the processes do something at the same time."""
    for worker, each in zip(workers, arguments, strict=True):
        worker.start(**each)
    return [worker.finish() for worker in workers]
