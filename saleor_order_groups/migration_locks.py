"""How long a migration waits for a table of Saleor's that is in use.

A change of a foreign key locks Saleor's table as well as ours. While it waits for its
turn, everybody who comes later waits behind it: hence it gives up soon.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import OperationalError
from django.db.migrations.operations.base import Operation
from psycopg.errors import LockNotAvailable

# Less than PostgreSQL's `deadlock_timeout`, a second: of two that wait for each other, it
# is the migration that gives up, never a customer's statement.
LOCK_TIMEOUT = "900ms"
SET_LOCK_TIMEOUT = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"


@contextmanager
def explain_lock_timeout() -> Iterator[None]:
    """Tell what to do when a lock was not to be had.

    :raises CommandError: in place of the database's error.
    """
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise CommandError(
            f"A table was in use for longer than {LOCK_TIMEOUT}: this gave up rather"
            " than keep Saleor waiting. Nothing is half done: try again, and the command"
            " goes on from here."
        ) from error


class LimitLockWaits(Operation):
    """Let no statement of the migration wait long for a lock: its first operation."""

    reversible = True

    def state_forwards(self, app_label, state):
        """Change nothing in Django's state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(SET_LOCK_TIMEOUT)
        execute = schema_editor.execute

        # The editor's own, which it has for one migration: Django adds foreign keys
        # when it closes the editor, after all operations.
        def execute_or_explain(*args, **kwargs):
            with explain_lock_timeout():
                return execute(*args, **kwargs)

        schema_editor.execute = execute_or_explain

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Change nothing: in reverse it is the last operation."""

    def describe(self):
        return f"Wait at most {LOCK_TIMEOUT} for a lock"
