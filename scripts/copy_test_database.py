"""Give each worker of pytest-xdist a copy of the test database, unless it has one.

Copying takes a second; each worker's own run of Saleor's migrations takes minutes.

python scripts/copy_test_database.py NUMBER_OF_WORKERS [--anew]
"""

import os
import sys

import psycopg
from dj_database_url import parse
from psycopg import sql


def main(workers: int, *, anew: bool) -> None:
    database_url = os.environ["DATABASE_URL"]
    # The names that pytest-django gives.
    source = f"test_{parse(database_url)['NAME']}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        for number in range(workers):
            copy = f"{source}_gw{number}"
            if anew:
                drop = sql.SQL("DROP DATABASE IF EXISTS {}")
                connection.execute(drop.format(sql.Identifier(copy)))
            exists = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(exists, [copy]).fetchone():
                continue
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(
                create.format(sql.Identifier(copy), sql.Identifier(source))
            )


if __name__ == "__main__":
    main(int(sys.argv[1]), anew="--anew" in sys.argv)
