"""Migrate the demo's database and make the first superuser; run as a child process.

The very first account is all that no API can make; everything else is.
"""

import os
import sys

import django


def main() -> None:
    django.setup()

    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from saleor.account.models import User

    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    print(f"pending {pending}", flush=True)
    if pending:
        call_command("migrate", interactive=False)
    email = os.environ["DJANGO_SUPERUSER_EMAIL"]
    if not User.objects.filter(email=email).exists():
        call_command("createsuperuser", interactive=False)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
