"""Limit the time that a migration waits for a lock on a table of Saleor.

Changing a foreign key locks Saleor's table as well as the plugin's. While the migration
waits for this lock, all later statements on the table wait behind it. The migration
therefore gives up after a short time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import OperationalError
from django.db.migrations.operations.base import Operation
from psycopg.errors import LockNotAvailable

# Less than PostgreSQL's `deadlock_timeout` of one second: in a deadlock the migration
# gives up, never the statement of a customer.
LOCK_TIMEOUT = "900ms"
SET_LOCK_TIMEOUT = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"


@contextmanager
def explain_lock_timeout() -> Iterator[None]:
    """Explain a lock timeout to the person who runs the command.

    :raises CommandError: instead of the database's error.
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
    """Limit the lock waits of a migration's statements; this is its first operation."""

    reversible = True

    def state_forwards(self, app_label, state):
        """Do not change Django's state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(SET_LOCK_TIMEOUT)
        execute = schema_editor.execute

        # Replace the method of this editor, which belongs to one migration. Django adds
        # foreign keys when it closes the editor, after the last operation.
        def execute_or_explain(*args, **kwargs):
            with explain_lock_timeout():
                return execute(*args, **kwargs)

        schema_editor.execute = execute_or_explain

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Do nothing: in a reversed migration this is the last operation."""

    def describe(self):
        return f"Wait at most {LOCK_TIMEOUT} for a lock"
