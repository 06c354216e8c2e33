"""The database's own rules for deletions: put in place, compared and put right."""

import time
from copy import copy
from io import StringIO

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from saleor_order_groups import delete_rules
from saleor_order_groups.delete_rules import (
    APP,
    DELETE_RULES,
    NO_ACTION,
    find_wrong_rules,
    set_delete_rules,
)
from saleor_order_groups.migration_locks import LimitLockWaits
from saleor_order_groups.models import OrderGroupOrder, Seller
from saleor_order_groups.verification.runner import verify

TABLE = "saleor_order_groups_ordergrouporder"
FINDING = (
    "delete rule: saleor_order_groups_ordergrouporder.order_id has {} in the"
    " database, not CASCADE; run manage.py verify_order_groups --repair"
)
REPAIR = (
    "Database: set saleor_order_groups_ordergrouporder.order_id to ON DELETE CASCADE"
)


def read_catalogue():
    """Return rule, deferrability and validity of the keys of our tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid), convalidated"
            " FROM pg_constraint WHERE contype = 'f'"
            " AND conrelid::regclass::text LIKE 'saleor_order_groups_%'"
        )
        return sorted(cursor.fetchall())


def iterate_keys():
    for model in apps.get_app_config(APP).get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.db_constraint:
                yield model, field


def define(field):
    """Return the definition that a key's constraint must have."""
    rule = DELETE_RULES.get(field.model.__name__, {}).get(field.name, NO_ACTION)
    on_delete = "" if rule == NO_ACTION else f" ON DELETE {rule}"
    target = field.target_field
    return (
        f"FOREIGN KEY ({field.column})"
        f" REFERENCES {target.model._meta.db_table}({target.column}){on_delete}"
        " DEFERRABLE INITIALLY DEFERRED"
    )


def make_key_as_django_does(name="made_by_django"):
    """Return the statement that leaves an order's link without its rule."""
    return (
        f"ALTER TABLE {TABLE} DROP CONSTRAINT order_id_on_delete_cascade;"
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} FOREIGN KEY (order_id)"
        " REFERENCES order_order (id) DEFERRABLE INITIALLY DEFERRED"
    )


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def run(**options):
    stdout, stderr = StringIO(), StringIO()
    try:
        call_command("verify_order_groups", stdout=stdout, stderr=stderr, **options)
    except CommandError:
        pass
    return stdout.getvalue().splitlines(), stderr.getvalue().splitlines()


def test_every_key_but_those_to_sellers_has_a_rule():
    # when
    keys = {
        (model.__name__, field.name)
        for model, field in iterate_keys()
        if field.related_model is not Seller
    }

    # then
    assert keys == {
        (name, field) for name, rules in DELETE_RULES.items() for field in rules
    }
    assert DELETE_RULES["OrderGroup"] == {"user": "SET NULL", "channel": "SET NULL"}
    others = [rules for name, rules in DELETE_RULES.items() if name != "OrderGroup"]
    assert {
        (field, rule)
        for rules in others
        for field, rule in rules.items()
        if rule != "CASCADE"
    } == {("request", "SET NULL")}


def test_database_has_exactly_these_rules(db):
    # when
    catalogue = read_catalogue()

    # then
    assert catalogue == sorted(
        (model._meta.db_table, define(field), True) for model, field in iterate_keys()
    )
    assert list(find_wrong_rules()) == []


def test_key_that_django_made_again_is_found_and_repaired(db):
    # given: what Django does where Saleor changes the column that the key refers to
    before = read_catalogue()
    old = OrderGroupOrder._meta.get_field("order")
    new = copy(old)
    new.null = True
    with connection.schema_editor() as editor:
        editor.alter_field(OrderGroupOrder, old, new)
    with connection.schema_editor() as editor:
        editor.alter_field(OrderGroupOrder, new, old)

    # when
    lines, progress = run()

    # then
    assert lines == [FINDING.format("NO ACTION")]
    assert progress[0] == f"--repair would: {REPAIR}"
    assert read_catalogue() != before

    # when
    lines, progress = run(repair=True)

    # then
    assert lines == []
    assert progress == [f"Repair: {REPAIR}", "No violations found."]
    assert read_catalogue() == before
    assert list(verify()) == []


@pytest.mark.parametrize(
    ("_case", "sql", "found"),
    [
        ("none", f"ALTER TABLE {TABLE} DROP CONSTRAINT order_id_on_delete_cascade", ""),
        (
            "two",
            f"ALTER TABLE {TABLE} ADD CONSTRAINT second FOREIGN KEY (order_id)"
            " REFERENCES order_order (id) DEFERRABLE INITIALLY DEFERRED",
            "CASCADE, NO ACTION",
        ),
        (
            "not validated",
            f"ALTER TABLE {TABLE} DROP CONSTRAINT order_id_on_delete_cascade;"
            f"ALTER TABLE {TABLE} ADD CONSTRAINT other FOREIGN KEY (order_id)"
            " REFERENCES order_order (id) ON DELETE CASCADE"
            " DEFERRABLE INITIALLY DEFERRED NOT VALID",
            "CASCADE (not validated)",
        ),
    ],
)
def test_any_other_state_is_found_and_repaired(_case, sql, found, db):
    # given
    before = read_catalogue()
    execute(sql)

    # when
    lines, _ = run()

    # then
    assert lines == [FINDING.format(found or "no foreign key")]

    # when
    run(repair=True)

    # then
    assert read_catalogue() == before


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_interrupted_anywhere_and_run_again(steps, db, monkeypatch):
    # given
    before = read_catalogue()
    execute(make_key_as_django_does())
    original, done = delete_rules._run, []

    def run_until_it_is_stopped(using, *statements):
        if len(done) == steps:
            raise KeyboardInterrupt
        original(using, *statements)
        done.append(statements)

    monkeypatch.setattr(delete_rules, "_run", run_until_it_is_stopped)
    with pytest.raises(KeyboardInterrupt):
        list(set_delete_rules())
    assert len(list(find_wrong_rules())) == 1
    monkeypatch.undo()

    # when
    changed = list(set_delete_rules())

    # then
    assert [(row.table, row.column) for row in changed] == [(TABLE, "order_id")]
    assert read_catalogue() == before
    assert list(set_delete_rules()) == []


@pytest.fixture
def writer(transactional_db):
    """Return the connection of another process, which writes orders."""
    settings = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: settings[name] for name in names}) as other:
        yield other


def write_order(writer):
    """Hold what the process holds that has written an order and has not committed."""
    writer.execute("LOCK TABLE order_order IN ROW EXCLUSIVE MODE")


def test_table_in_use_is_not_waited_for(writer):
    # given
    before = read_catalogue()
    execute(make_key_as_django_does())
    write_order(writer)
    try:
        # when
        start = time.monotonic()
        with pytest.raises(CommandError, match="900ms.*try again"):
            list(set_delete_rules())

        # then
        assert 0.9 <= time.monotonic() - start < 10
        assert [str(row) for row in find_wrong_rules()] == [
            f"{TABLE}.order_id has NO ACTION in the database, not CASCADE"
        ]

        # when
        writer.rollback()
        changed = list(set_delete_rules())

        # then
        assert len(changed) == 1
    finally:
        writer.rollback()
        list(set_delete_rules())
    assert read_catalogue() == before


def test_migration_does_not_wait_for_a_table_in_use(writer):
    # given
    write_order(writer)

    def migrate():
        with connection.schema_editor() as editor:
            LimitLockWaits().database_forwards(APP, editor, None, None)
            editor.execute("CREATE TABLE half_done (number integer)")
            editor.execute(
                "ALTER TABLE half_done ADD FOREIGN KEY (number)"
                " REFERENCES order_order (number)"
            )

    # when
    with pytest.raises(CommandError, match="900ms.*try again"):
        migrate()

    # then: nothing is left, and the next statement may wait
    assert "half_done" not in connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_every_migration_limits_how_long_it_waits_first():
    # given
    loader = MigrationLoader(connection)
    ours = {
        name: migration
        for (app, name), migration in loader.disk_migrations.items()
        if app == APP
    }

    # when
    without = [
        name
        for name, migration in ours.items()
        if not isinstance(migration.operations[0], LimitLockWaits)
    ]

    # then: these limit each of their own transactions, or lock no table of Saleor's
    assert sorted(without) == [
        "0017_order_group_external_reference_unique",
        "0021_delete_rules",
        "0024_unannounced_orders",
        "0025_present_states",
        "0028_payment_event_share_parts",
        "0031_shares_update_delete_rule",
        "0033_seller_order_indexes",
        "0034_seller_order_copies",
        "0037_group_cancelation_delete_rule",
        "0038_recorded_status_index",
        "0040_recorded_total_index",
    ]
    assert not any(ours[name].atomic for name in without)
    assert len(ours) > 14
