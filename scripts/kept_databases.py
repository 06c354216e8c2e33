"""Keep the test database and its copies, one for each worker of pytest-xdist.

python scripts/kept_databases.py made-of           print what the database was made of
python scripts/kept_databases.py mark MADE_OF      write that into the database
python scripts/kept_databases.py drop-copies       drop the copies of an older one
python scripts/kept_databases.py copy WORKERS      give each worker a copy
python scripts/kept_databases.py copy-to NAME MADE_OF
                                                   copy it, if it was made of that and
                                                   there is no database of that name

Copying takes a second; each worker's own run of Saleor's migrations takes minutes. The
mark is the database's own comment: it goes with the database, whatever the server's port.
"""

import os
import sys

import psycopg
from dj_database_url import parse
from psycopg import sql

type Connection = psycopg.Connection


def read_mark(connection: Connection, source: str) -> str:
    """Return what the database was made of; nothing if there is none, or no mark."""
    comment = (
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
        "WHERE datname = %s"
    )
    row = connection.execute(comment, [source]).fetchone()
    return (row and row[0]) or ""


def mark(connection: Connection, source: str, made_of: str) -> None:
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    connection.execute(comment.format(sql.Identifier(source), sql.Literal(made_of)))


def drop_copies(connection: Connection, source: str) -> None:
    copies = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
    for (copy,) in connection.execute(copies, [f"{source}_gw"]).fetchall():
        drop = sql.SQL("DROP DATABASE IF EXISTS {}")
        connection.execute(drop.format(sql.Identifier(copy)))


def copy_for_each(connection: Connection, source: str, workers: int) -> None:
    for number in range(workers):
        copy_once(connection, source, f"{source}_gw{number}")


def copy_once(connection: Connection, source: str, copy: str) -> None:
    exists = "SELECT 1 FROM pg_database WHERE datname = %s"
    if not connection.execute(exists, [copy]).fetchone():
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(copy), sql.Identifier(source)))


def copy_if_made_of(
    connection: Connection, source: str, copy: str, made_of: str
) -> None:
    if read_mark(connection, source) == made_of:
        copy_once(connection, source, copy)


def main(arguments: list[str]) -> None:
    database_url = os.environ["DATABASE_URL"]
    # The names that pytest-django gives.
    source = f"test_{parse(database_url)['NAME']}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        match arguments:
            case ["made-of"]:
                print(read_mark(connection, source))
            case ["mark", made_of]:
                mark(connection, source, made_of)
            case ["drop-copies"]:
                drop_copies(connection, source)
            case ["copy", workers]:
                copy_for_each(connection, source, int(workers))
            case ["copy-to", name, made_of]:
                copy_if_made_of(connection, source, name, made_of)
            case _:
                sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
