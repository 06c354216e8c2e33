"""What the demo prints fits on a screen, and a second demo keeps away."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from demo import __main__ as story
from demo import by_hand, server, shop, vendors
from demo.client import DemoError
from demo.report import Progress, money, show_json, step, table

GROUP_ID = "T3JkZXJHcm91cDpkYzI3MDMzNS03YzgxLTQ1MmYtODU0YS0zOWUyMWRhYzViNmI="
PORTAL_URL = "http://127.0.0.1:65534/"
URL = "http://127.0.0.1:65535"


def too_long(text):
    return [line for line in text.splitlines() if len(line) > 80]


def test_a_table_that_fits_is_aligned(capsys):
    # when
    table(["sold by", "sum"], [["Anna's Apiary", money("9")]])

    # then
    assert capsys.readouterr().out == (
        "  sold by             sum\n"
        "  ─────────────  ────────\n"
        "  Anna's Apiary  9.00 EUR\n"
    )


def test_a_table_that_is_too_wide_goes_on_in_the_next_line(capsys):
    # given
    offers = "Parcel 7.49 EUR, Bicycle courier 3.90 EUR, Night train 12.00 EUR"

    # when
    table(["sold by", "by", "chosen"], [["Anna's Apiary", offers, "Night"]], left=3)

    # then
    out = capsys.readouterr().out
    assert out == (
        f"  sold by        by{' ' * 55}chosen\n"
        f"  {'─' * 13}  {'─' * 55}  {'─' * 6}\n"
        "  Anna's Apiary  Parcel 7.49 EUR, Bicycle courier 3.90 EUR, Night train   Night\n"
        "                 12.00 EUR\n"
    )
    assert too_long(out) == []


def test_json_fits(capsys):
    # when
    show_json({"orderGroup": {"id": GROUP_ID, "orders": [{"number": "1"}] * 20}})

    # then
    out = capsys.readouterr().out
    assert f'"id": "{GROUP_ID}",\n' in out
    assert too_long(out) == []


@pytest.mark.parametrize("name", ["short", "a_migration_" + "of_a_long_name_" * 6])
def test_progress_on_a_terminal_stays_on_its_line(name, capsys, monkeypatch):
    # given
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    progress = Progress(2)

    # when
    progress.show("order.0001_" + "long_" * 20)
    progress.show(name)

    # then
    _, first, second = capsys.readouterr().out.split("\r")
    assert first.startswith("  migrating 1/2 order.0001_long_")
    assert second.startswith(f"  migrating 2/2 {name[:20]}")
    assert len(first) == 79
    # The second one covers the first one to its end.
    assert len(second.removesuffix("\n")) == 79
    assert second.endswith("\n")


def test_progress_elsewhere_is_a_line_for_each_hundred(capsys):
    # given
    progress = Progress(250)

    # when
    for number in range(250):
        progress.show(f"order.{number}")

    # then
    assert capsys.readouterr().out == (
        "  migrating 100/250 order.99\n"
        "  migrating 200/250 order.199\n"
        "  migrating 250/250 order.249\n"
    )


def test_what_is_to_be_done_by_hand_fits(capsys):
    # when
    by_hand.show_curl_lines(URL, GROUP_ID)
    by_hand.show_accounts(URL, "a" * 30, PORTAL_URL)

    # then
    out = capsys.readouterr().out
    assert too_long(out) == []
    assert out.splitlines()[-8:] == [
        "  GraphQL    http://127.0.0.1:65535/graphql/ (open it in a browser)",
        "  Dashboard  let its API_URL be http://127.0.0.1:65535/graphql/",
        f"  staff      {server.STAFF_EMAIL} / {server.STAFF_PASSWORD}",
        f"  customer   {shop.CUSTOMER_EMAIL} / {shop.CUSTOMER_PASSWORD}",
        f"  portal     {PORTAL_URL}",
        f"  seller     {vendors.MEMBER_EMAIL} / {vendors.MEMBER_PASSWORD}",
        f"  app token  {'a' * 30}",
        f"  logs       {Path('.cache/demo')}",
    ]


def test_the_accounts_stay_the_last_thing_on_the_screen(capsys, monkeypatch):
    # given
    deliveries = ["of the demo itself", "first", "second"]

    class Receiver:
        def count(self):
            return 1

        def get(self, index, timeout):
            if index < len(deliveries):
                return deliveries[index]
            raise KeyboardInterrupt

    monkeypatch.setattr(story, "show_delivery", lambda delivery, url: step(delivery))
    monkeypatch.setattr(vendors, "start_portal", lambda url: PORTAL_URL)
    access = shop.AppAccess(token="a" * 30, webhook_id="1")

    # when
    story.serve(URL, access, {"id": GROUP_ID}, Receiver())

    # then
    out = capsys.readouterr().out.removesuffix("\nEnded.\n")
    by_hand.show_accounts(URL, access.token, PORTAL_URL)
    accounts = capsys.readouterr().out
    assert out.endswith(f"second\n{accounts}")
    assert out.count(accounts) == 3


@pytest.fixture
def free_database(scratch_url, monkeypatch):
    """Let the scratch database be the demo's; return its URL."""
    monkeypatch.setattr(server, "DATABASE", urlsplit(scratch_url).path[1:])
    monkeypatch.setattr(server, "_connections", [])
    return scratch_url


def test_a_second_demo_is_told_of_the_first(free_database):
    # given
    server.hold_database(free_database)

    # when
    with pytest.raises(DemoError) as error:
        server.hold_database(free_database)

    # then
    assert str(error.value) == (
        "Another demo uses this database; its webhooks would come here.\n"
        "End it with Ctrl-C, or set DATABASE_URL to another server."
    )
    assert len(server._connections) == 1


def test_a_demo_starts_after_one_that_was_killed(free_database):
    # given
    code = (
        "import os, sys\n"
        "from demo import server\n"
        "server.DATABASE = sys.argv[1].rpartition('/')[2]\n"
        "server.hold_database(sys.argv[1])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, free_database], check=False)
    assert killed.returncode == -9

    # when
    server.hold_database(free_database)

    # then
    with psycopg.connect(free_database) as connection:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        in_this_one = " AND database = (SELECT oid FROM pg_database WHERE datname = %s)"
        row = connection.execute(held + in_this_one, [server.DATABASE]).fetchone()
    assert row == (1,)


def test_the_demos_processes_have_its_page():
    # when
    env = server.environment("postgres://saleor@127.0.0.1/demo", 65535, None)
    code = (
        "import django; django.setup()\n"
        "from django.template.loader import get_template\n"
        "print(get_template('graphql/playground.html').origin.name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        cwd=os.sep,
        capture_output=True,
        text=True,
        check=True,
    )

    # then
    page = server.ROOT / "demo" / "templates" / "graphql" / "playground.html"
    assert done.stdout.strip() == str(page)


@pytest.mark.parametrize(
    ("_case", "code", "seconds", "what"),
    [
        ("slow", "import time; time.sleep(60)", 0, "took over 0 s"),
        ("broken", "raise SystemExit(1)", 600, "ended at its start"),
    ],
)
def test_a_server_that_does_not_start_is_told(
    _case, code, seconds, what, tmp_path, monkeypatch
):
    # given
    monkeypatch.setattr(server, "STATE", tmp_path)
    monkeypatch.setattr(server, "START_SECONDS", seconds)
    child = server._spawn("server", [sys.executable, "-c", code], os.environ)

    # when
    with pytest.raises(DemoError) as error:
        server._wait_until("server", child, lambda: False)
    child.kill()
    child.wait()

    # then
    assert str(error.value) == f"The server {what}:\n"
