"""What scripts/postgres.py says of a database that cannot be used."""

import os
import socket
from urllib.parse import urlsplit

import pytest

from scripts import postgres

PRIVATE = "or unset it for a private one."


def fail(function, *arguments):
    """Run a function that must fail; return its message on one line."""
    with pytest.raises(SystemExit) as error:
        function(*arguments)
    lines = error.value.code.splitlines()
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []
    return " ".join(lines)


@pytest.fixture
def set_url(monkeypatch):
    def set_url(url):
        monkeypatch.setenv("DATABASE_URL", url)

    return set_url


@pytest.mark.parametrize("function", [postgres.require, postgres.start])
@pytest.mark.parametrize(
    ("_case", "url", "what"),
    [
        ("MySQL", "mysql://saleor:secret@127.0.0.1/shop", "starts with mysql://"),
        ("SQLite", "sqlite:///shop.sqlite3", "starts with sqlite://"),
        ("no URL", "secret", "has no scheme"),
    ],
)
def test_another_database_gets_one_sentence(_case, url, what, function, set_url):
    # given
    set_url(url)

    # when
    message = fail(function)

    # then
    assert message == (
        f"postgres: DATABASE_URL {what}, and Saleor needs PostgreSQL. Set DATABASE_URL "
        f"to postgres://user:password@host:port/database, {PRIVATE}"
    )


def test_a_server_that_does_not_answer_is_said_before_anything_is_installed(set_url):
    # given
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    set_url(f"postgres://saleor:secret@127.0.0.1:{port}/saleor")

    # when
    message = fail(postgres.require)

    # then
    assert message.startswith("postgres: nothing answers at DATABASE_URL: ")
    assert message.endswith(PRIVATE)
    assert "secret" not in message


def test_a_server_that_answers_is_enough_before_the_installation(set_url, monkeypatch):
    # given
    set_url(os.environ["DATABASE_URL"])
    monkeypatch.setattr(
        postgres, "programs", lambda: pytest.fail("looked for programs")
    )

    # when
    postgres.require()


def test_a_wrong_account_is_told_of_the_private_one(set_url):
    # given
    given = urlsplit(os.environ["DATABASE_URL"])
    address = given.netloc.rpartition("@")[2]
    set_url(given._replace(netloc=f"nobody:wrong@{address}").geturl())

    # when
    message = fail(postgres.start)

    # then
    assert message.startswith("postgres: cannot connect to DATABASE_URL: ")
    assert message.endswith(PRIVATE)


def test_no_programs_are_said_before_anything_is_installed(monkeypatch):
    # given
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setattr(postgres, "load_state", lambda: None)
    monkeypatch.setattr(postgres, "candidates", list)
    monkeypatch.setattr(postgres, "install_programs", lambda: None)

    # when
    message = fail(postgres.require)

    # then
    assert message == (
        "postgres: no PostgreSQL 14 or newer with its contrib extensions (btree_gin, "
        "hstore, pg_trgm, pgcrypto) was found or could be installed. Install one "
        "(Debian: postgresql and postgresql-contrib; Homebrew: postgresql@16) or set "
        "DATABASE_URL."
    )


def test_a_private_cluster_that_is_there_needs_no_search(monkeypatch):
    # given
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setattr(postgres, "load_state", lambda: {"port": 0})
    monkeypatch.setattr(
        postgres, "programs", lambda: pytest.fail("looked for programs")
    )

    # when
    postgres.require()
