"""Turn off Saleor's automatic fixtures that need Saleor's database."""

import os
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql


@pytest.fixture(autouse=True)
def site_settings():
    return None


@pytest.fixture(autouse=True)
def default_customer_type():
    return None


@pytest.fixture(autouse=True)
def default_tax_class():
    return None


@pytest.fixture
def scratch_url():
    """Make a database in the tests' server; return its URL."""
    given = urlsplit(os.environ["DATABASE_URL"])
    name = f"scratch_{uuid4().hex}"
    with psycopg.connect(given.geturl(), autocommit=True) as connection:
        connection.execute(_statement("CREATE DATABASE {}", name))
        yield given._replace(path=f"/{name}").geturl()
        connection.execute(_statement("DROP DATABASE {} WITH (FORCE)", name))


def _statement(text, name):
    return sql.SQL(text).format(sql.Identifier(name))
