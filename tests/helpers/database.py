"""What tests do to the database."""

import time
from contextlib import contextmanager

import pytest
from django.db import connection, transaction


@contextmanager
def rolled_back():
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)
        # Otherwise it would hold its locks until the end of the test.
        transaction.savepoint_commit(savepoint)


def run_hooks():
    """Run what waits for the commit: the test's transaction is never committed."""
    while connection.run_on_commit:
        _, hook, _ = connection.run_on_commit.pop(0)
        hook()


def wait_for_a_blocked_statement():
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            # What a transaction has read of the statistics it keeps, until told.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    pytest.fail("The completion did not come to the stocks.")
