"""The benchmarks' own databases, in the server of DATABASE_URL.

One is migrated and gets the shop; the others are copies of it, filled to their sizes.
They are dropped at the end, but for the migrated one, which takes longest to make.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from .workers import Worker, get_environment

PREFIX = "saleor_order_groups_bench"
MIGRATED = f"{PREFIX}_migrated"
SMALL_GROUPS = 1000


@dataclass(frozen=True)
class Databases:
    """The URLs of the databases.

    `small` and `large` have the plugin's tables, and the groups; `saleor` has what
    `small` has, as far as Saleor knows it: the same orders, without the plugin's tables.
    """

    saleor: str
    small: str
    large: str
    seconds_to_fill: float


@contextmanager
def make_databases(given_url: str, groups: int) -> Iterator[Databases]:
    """Make the databases; drop them at the end of the `with` block."""
    with _connect(_find_maintenance_url(given_url)) as server:
        urls = {
            name: _replace_name(given_url, f"{PREFIX}_{name}")
            for name in ("shop", "saleor", "small", "large")
        }
        try:
            _ensure_migrated(server, given_url)
            _copy(server, MIGRATED, f"{PREFIX}_shop")
            with Worker(urls["shop"]) as worker:
                worker("make_shop")
            _copy(server, f"{PREFIX}_shop", f"{PREFIX}_small")
            _copy(server, f"{PREFIX}_shop", f"{PREFIX}_large")
            with Worker(urls["small"]) as worker:
                worker("fill", groups=SMALL_GROUPS)
            started = time.monotonic()
            with Worker(urls["large"]) as worker:
                worker("fill", groups=groups)
            seconds = time.monotonic() - started
            _copy(server, f"{PREFIX}_small", f"{PREFIX}_saleor")
            _migrate(urls["saleor"], "saleor_order_groups", "zero")
            with _connect(urls["saleor"]) as saleor:
                saleor.execute("VACUUM ANALYZE")
            yield Databases(urls["saleor"], urls["small"], urls["large"], seconds)
        finally:
            for name in urls:
                _drop(server, f"{PREFIX}_{name}")


def _ensure_migrated(server: psycopg.Connection, given_url: str) -> None:
    """Bring the migrated database up to date; the first time takes some minutes."""
    if not server.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]
    ).fetchone():
        print("Making the database: Saleor's migrations take some minutes.", flush=True)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(MIGRATED)))
    _migrate(_replace_name(given_url, MIGRATED))


def _migrate(url: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0", *arguments],
        env=get_environment(url),
        cwd=Path(__file__).parent.parent,
        check=True,
    )


def _copy(server: psycopg.Connection, original: str, copy: str) -> None:
    _drop(server, copy)
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(copy), sql.Identifier(original)
        )
    )


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def _replace_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _connect(url: str) -> psycopg.Connection:
    # libpq does not know Django's options and variants of the scheme.
    parts = urlsplit(url)._replace(scheme="postgresql", query="")
    return psycopg.connect(urlunsplit(parts), autocommit=True)


def _find_maintenance_url(given_url: str) -> str:
    """Return the URL of a database to make others from: the given one may be absent."""
    for url in (given_url, _replace_name(given_url, "postgres")):
        try:
            _connect(url).close()
        except psycopg.OperationalError:
            continue
        return url
    raise SystemExit("PostgreSQL at DATABASE_URL cannot be used.")


def get_given_url() -> str:
    """Return the URL of a database of the server to use."""
    return os.environ["DATABASE_URL"]
