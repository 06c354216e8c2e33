"""The test database is made anew when it is out of date, and only then."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from scripts import kept_databases

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """\
#!/usr/bin/env bash
echo "$*" >>calls
case "$*" in
  "scripts/kept_databases.py made-of") cat mark ;;
  "scripts/kept_databases.py mark"*) echo "${*:3}" >mark ;;
esac
"""


@pytest.fixture
def kept(scratch_url):
    """Return a function that reads the databases whose names begin as the scratch's."""
    source = urlsplit(scratch_url).path[1:]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:

        def names():
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) "
                "ORDER BY datname",
                [source],
            )
            return [name.removeprefix(source) for (name,) in rows]

        yield connection, source, names
        kept_databases.drop_copies(connection, source)


def test_the_mark_is_the_databases_own(kept):
    # given
    connection, source, _ = kept
    assert kept_databases.read_mark(connection, source) == ""

    # when
    kept_databases.mark(connection, source, "it's 100% new")
    kept_databases.copy_for_each(connection, source, 1)

    # then
    assert kept_databases.read_mark(connection, source) == "it's 100% new"
    assert kept_databases.read_mark(connection, f"{source}_gw0") == ""
    assert kept_databases.read_mark(connection, f"{source}_gw1") == ""


def test_each_worker_gets_a_copy_once(kept):
    # given
    connection, source, names = kept

    # when
    kept_databases.copy_for_each(connection, source, 1)
    kept_databases.copy_for_each(connection, source, 2)

    # then
    assert names() == ["", "_gw0", "_gw1"]


def test_older_copies_are_dropped_all(kept):
    # given
    connection, source, names = kept
    kept_databases.copy_for_each(connection, source, 2)

    # when
    kept_databases.drop_copies(connection, source)

    # then
    assert names() == [""]


def test_another_program_gets_a_copy_of_what_is_up_to_date(kept):
    # given
    connection, source, names = kept
    copy = f"{source}_gw_of_a_shop"
    kept_databases.copy_if_made_of(connection, source, copy, "new")
    assert names() == [""]
    kept_databases.mark(connection, source, "new")

    # when
    kept_databases.copy_if_made_of(connection, source, copy, "newer")
    of_older = names()
    kept_databases.copy_if_made_of(connection, source, copy, "new")
    kept_databases.copy_if_made_of(connection, source, copy, "new")

    # then
    assert of_older == [""]
    assert names() == ["", "_gw_of_a_shop"]


@pytest.fixture
def run_tests(tmp_path):
    """Return a function that runs run_tests.sh and returns what it called."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "setup-stamp").write_text("Saleor")
    migrations = tmp_path / "saleor_order_groups" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_initial.py").write_text("tables")
    (tmp_path / "scripts").mkdir()
    for name in ("made_of.sh", "run_tests.sh"):
        script = tmp_path / "scripts" / name
        script.write_text((ROOT / "scripts" / name).read_text())
        script.chmod(0o755)
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    (tmp_path / "mark").write_text("")

    def run_tests(port):
        (tmp_path / "calls").unlink(missing_ok=True)
        env = os.environ | {
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "DATABASE_URL": f"postgres://saleor:secret@127.0.0.1:{port}/saleor",
            "WORKERS": "2",
        }
        subprocess.run([script, "-x"], env=env, check=True, capture_output=True)
        return (tmp_path / "calls").read_text().splitlines()

    return run_tests


def test_another_port_does_not_make_the_database_anew(run_tests, tmp_path):
    # when
    first, second = run_tests(port=40001), run_tests(port=40002)
    (tmp_path / "saleor_order_groups" / "migrations" / "0002_more.py").write_text(
        "more"
    )
    third = run_tests(port=40002)

    # then
    mark = (tmp_path / "mark").read_text().strip()
    use = ["scripts/kept_databases.py copy 2", "-m pytest --reuse-db -n 2 -x"]
    assert second == ["scripts/kept_databases.py made-of", *use]
    assert third == [
        "scripts/kept_databases.py made-of",
        "-m pytest -q -n 0 --disable-warnings -p tests.migration_progress "
        "--create-db --reuse-db tests/test_loaded.py",
        "scripts/kept_databases.py drop-copies",
        f"scripts/kept_databases.py mark {mark}",
        *use,
    ]
    assert first[:3] == third[:3]
    assert first[4:] == use


MIGRATE = """\
from django.core.management.commands.migrate import Command
from django.db.migrations.migration import Migration
from django.db.models.signals import pre_migrate


def test_migrate():
    pre_migrate.send(None, plan=[None] * 150)
    command = Command()
    for number in range(150):
        print("what Saleor logs")
        migration = Migration(f"{number:04}_step", "order")
        command.migration_progress_callback("apply_start", migration)
        command.migration_progress_callback("apply_success", migration)
"""


def test_making_the_database_shows_progress_and_no_more(tmp_path):
    # given
    (tmp_path / "test_migrate.py").write_text(MIGRATE)
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull]
    command += ["-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist"]

    # when
    done = subprocess.run(
        [*command, "-p", "tests.migration_progress", tmp_path / "test_migrate.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    # then
    assert done.stdout.startswith(
        "  migrating 100/150 order.0099_step\n  migrating 150/150 order.0149_step\n."
    )
    assert "what Saleor logs" not in done.stdout
