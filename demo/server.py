"""Saleor's processes on this machine: each started, watched and ended here.

One private Redis, one web server, one Celery worker; all with the same environment, as
a deployment has it, against a database of the demo's own.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from psycopg import sql

from .client import DemoError
from .report import Progress

DATABASE = "saleor_order_groups_demo"
ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".cache" / "demo"
# The first start compiles all of Saleor, maybe on a busy machine.
START_SECONDS = 600
STAFF_EMAIL = "staff@example.com"
STAFF_PASSWORD = "staff-of-the-demo"

_children: list[subprocess.Popen] = []
_connections: list[psycopg.Connection] = []


def keep_apart(name: str) -> None:
    """Use a database and a directory of this name instead of the demo's own."""
    global DATABASE, STATE
    DATABASE = f"saleor_order_groups_{name}"
    STATE = ROOT / ".cache" / name


# ------------------------------------------------------------------ database


def ensure_database(given_url: str) -> str:
    """Return the URL of the demo's own database, made if absent, in the given server."""
    with _maintenance_connection(given_url) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
            )
    return urlunsplit(urlsplit(given_url)._replace(path=f"/{DATABASE}"))


def hold_database(database_url: str) -> None:
    """Keep other demos away from this database while this process lives.

    The shop's one webhook leads to one receiver: a second demo would take it over.
    """
    connection = psycopg.connect(
        _libpq_url(database_url, f"/{DATABASE}"), autocommit=True
    )
    held = connection.execute(
        "SELECT pg_try_advisory_lock(%s)", [zlib.crc32(DATABASE.encode())]
    ).fetchone()
    if held != (True,):
        connection.close()
        raise DemoError(
            "Another demo uses this database; its webhooks would come here.\n"
            "End it with Ctrl-C, or set DATABASE_URL to another server."
        )
    _connections.append(connection)


def drop_database(given_url: str) -> None:
    """Drop the demo's database, so that the next run starts from nothing."""
    with _maintenance_connection(given_url) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(DATABASE)
            )
        )


def _maintenance_connection(given_url: str) -> psycopg.Connection:
    """Connect to any database but the demo's own: none can drop itself."""
    path_given = urlsplit(given_url).path
    last_error: Exception | None = None
    for path in (path_given, "/postgres", "/template1"):
        if path == f"/{DATABASE}":
            continue
        try:
            return psycopg.connect(_libpq_url(given_url, path), autocommit=True)
        except psycopg.OperationalError as error:
            last_error = error
    raise DemoError(f"PostgreSQL at DATABASE_URL cannot be used: {last_error}")


def _libpq_url(url: str, path: str) -> str:
    """Leave out what libpq does not know: Django's options, variants of the scheme."""
    parts = urlsplit(url)._replace(scheme="postgresql", query="", path=path)
    return urlunsplit(parts)


# --------------------------------------------------------------- environment


def environment(database_url: str, port: int, broker_url: str | None) -> dict[str, str]:
    """Return what every Saleor process of the demo has in its environment."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "demo.settings",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "for the demo alone",
        # One key for all processes: the worker signs what the web server's JWKS shows.
        "RSA_PRIVATE_KEY": _private_key(),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "ALLOWED_CLIENT_HOSTS": "localhost,127.0.0.1",
        # The receiver is on this machine, which Saleor refuses to call otherwise.
        "HTTP_IP_FILTER_ENABLED": "False",
        "SEND_USAGE_TELEMETRY": "False",
        "EMAIL_URL": "dummy://",
        "JWT_TTL_ACCESS": "12 hours",
        "DJANGO_SUPERUSER_EMAIL": STAFF_EMAIL,
        "DJANGO_SUPERUSER_PASSWORD": STAFF_PASSWORD,
        "PYTHONUNBUFFERED": "1",
    }
    # The environment's own would reach other databases and brokers than the demo's.
    for name in ("CELERY_BROKER_URL", "CLOUDAMQP_URL", "REDIS_URL", "CACHE_URL"):
        env.pop(name, None)
    env.pop("DATABASE_URL_REPLICA", None)
    if broker_url:
        env["CELERY_BROKER_URL"] = f"{broker_url}/0"
        env["CACHE_URL"] = f"{broker_url}/1"
    return env


def _private_key() -> str:
    path = STATE / "rsa_private_key.pem"
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            encoding=serialization.Encoding.PEM,
            format=serialization.PrivateFormat.PKCS8,
            encryption_algorithm=serialization.NoEncryption(),
        )
        STATE.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(pem)
    return path.read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ------------------------------------------------------------------ processes


def migrate(env: Mapping[str, str]) -> int:
    """Bring the database up to date, showing progress; return the number applied."""
    done = STATE / "migrated"
    state = _migration_state(env["DATABASE_URL"])
    if done.exists() and done.read_text() == state:
        return 0
    child = subprocess.Popen(
        [sys.executable, "-m", "demo.prepare"],
        env=dict(env),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    _children.append(child)
    lines: list[str] = []
    progress = Progress()
    assert child.stdout is not None
    for line in child.stdout:
        lines.append(line.rstrip())
        if line.startswith("pending "):
            progress.total = int(line.split()[1])
        elif line.startswith("  Applying "):
            progress.show(line.split()[1].removesuffix("..."))
    if child.wait() != 0:
        raise DemoError("The migrations failed:\n" + "\n".join(lines[-25:]))
    done.write_text(state)
    return progress.done


def _migration_state(database_url: str) -> str:
    """Name this very database and all that migrates it, to see that nothing is new."""
    with psycopg.connect(_libpq_url(database_url, f"/{DATABASE}")) as connection:
        row = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    migrations = (ROOT / "saleor_order_groups" / "migrations").glob("0*.py")
    ours = [f"{path.name}:{zlib.crc32(path.read_bytes())}" for path in migrations]
    return "\n".join([str(row), version("saleor"), *sorted(ours)])


def install_dashboard_app(env: Mapping[str, str]) -> None:
    """Run the command that an operator runs; the address is another in each run."""
    done = subprocess.run(
        [sys.executable, "-m", "django", "install_dashboard_app"],
        env=dict(env),
        cwd=STATE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoError(f"install_dashboard_app failed:\n{done.stdout}")


def start_redis() -> str | None:
    """Start a private Redis and return its URL, or None where there can be none."""
    binary = shutil.which("redis-server") or _install_redis()
    if not binary:
        return None
    port = free_port()
    redis = _spawn(
        "redis",
        [binary, "--port", str(port), "--bind", "127.0.0.1"]
        + ["--save", "", "--appendonly", "no", "--dir", str(STATE)],
        os.environ,
    )
    _wait_until("redis", redis, lambda: _port_is_open(port))
    return f"redis://127.0.0.1:{port}"


def _install_redis() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("  installing redis-server with apt-get", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for arguments in (["update"], ["install", "-y", "redis-server"]):
        done = subprocess.run(
            ["apt-get", "-q", *arguments], env=env, capture_output=True, check=False
        )
        if done.returncode != 0:
            return None
    return shutil.which("redis-server")


def start(env: Mapping[str, str], port: int) -> str:
    """Start web server and worker side by side; return the URL once both are ready."""
    # Without usage telemetry Saleor's application has no lifespan handler.
    web = _spawn(
        "server",
        [sys.executable, "-m", "uvicorn", "saleor.asgi:application"]
        + ["--host", "127.0.0.1", "--port", str(port), "--lifespan", "off"]
        + ["--log-level", "warning"],
        env,
    )
    url = f"http://127.0.0.1:{port}"
    worker = None
    if "CELERY_BROKER_URL" in env:
        # One process with threads: quick to start and to end.
        worker = _spawn(
            "worker",
            [sys.executable, "-m", "celery", "--app", "saleor.celeryconf:app"]
            + ["worker", "--pool", "threads", "--concurrency", "2"]
            + ["--loglevel", "info", "--without-gossip", "--without-mingle"],
            env,
        )
    _wait_until("server", web, lambda: _answers(f"{url}/health/"))
    if worker:
        log = STATE / "worker.log"
        _wait_until("worker", worker, lambda: b" ready." in log.read_bytes())
    return url


def worker_ran(task: str) -> bool:
    """Tell whether the worker finishes a task of this name within ten seconds.

    The receiver has the webhook a moment before the worker logs that it was sent.
    """
    deadline = time.monotonic() + 10
    while True:
        log = (STATE / "worker.log").read_text(errors="replace")
        if any(task in line and " succeeded " in line for line in log.splitlines()):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)


def _spawn(name: str, command: list[str], env: Mapping[str, str]) -> subprocess.Popen:
    """Start a child whose output goes to its log in .cache/demo."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(
            command,
            env=dict(env),
            cwd=STATE,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Its own group: it ends when we end it, not by the terminal's Ctrl-C.
            start_new_session=True,
        )
    _children.append(child)
    return child


def _wait_until(name: str, child: subprocess.Popen, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        ended = child.poll() is not None
        if ended or time.monotonic() > deadline:
            log = STATE / f"{name}.log"
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            what = "ended at its start" if ended else f"took over {START_SECONDS} s"
            raise DemoError(f"The {name} {what}:\n{tail}")
        time.sleep(0.1)


def _port_is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    session = requests.Session()
    session.trust_env = False
    try:
        return session.get(url, timeout=5).ok
    except requests.RequestException:
        return False


@atexit.register
def stop_all() -> None:
    """End every child, the last started first."""
    while _children:
        child = _children.pop()
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            if child.poll() is not None:
                break
            try:
                os.killpg(child.pid, signal_number)
                child.wait(timeout=10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
