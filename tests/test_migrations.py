"""Migrations apply, reverse and apply again on a database that has orders."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroup, OrderGroupEvent
from saleor_order_groups.recovery.sweep import sweep
from tests.helpers.events import get_event_types

APP = "saleor_order_groups"


def tables():
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        sequences = cursor.execute(
            "SELECT sequencename FROM pg_sequences WHERE sequencename LIKE %s",
            [f"{APP}%"],
        ).fetchall()
    return {name for name in names if name.startswith(APP)} | {n for (n,) in sequences}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", APP, check=True, dry_run=True, verbosity=0)


# Outside a transaction: indexes are built concurrently.
@pytest.mark.django_db(transaction=True)
def test_migrations_reverse_and_apply_again(order_with_lines, channel_USD):
    # given
    group = OrderGroup.objects.create(
        channel=channel_USD,
        currency="USD",
        placed_total_net_amount=0,
        placed_total_gross_amount=0,
    )
    group.order_links.create(
        order=order_with_lines,
        position=0,
        placed_total_net_amount=0,
        placed_total_gross_amount=0,
    )
    all_tables = tables()
    assert len(all_tables) == 22

    # when
    executor = MigrationExecutor(connection)
    executor.migrate([(APP, None)])

    # then
    assert tables() == set()
    assert Order.objects.filter(pk=order_with_lines.pk).exists()

    # when
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes(APP))

    # then
    assert tables() == all_tables
    first, second = (
        OrderGroup.objects.create(
            channel=channel_USD,
            currency="USD",
            placed_total_net_amount=0,
            placed_total_gross_amount=0,
        )
        for _ in range(2)
    )
    assert second.number == first.number + 1


@pytest.mark.django_db(transaction=True)
def test_upgrade_makes_no_events_and_the_next_transition_makes_one(
    make_cart, pay, complete, order_groups_plugin
):
    # given: a database of the version before events
    checkout = make_cart([("alpha", "60.00"), ("beta", "30.00")])
    pay(checkout, charged_value=95)
    assert not complete(checkout)["errors"]
    MigrationExecutor(connection).migrate([(APP, "0022_remove_email_trigrams")])

    # when
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes(APP))

    # then
    group = OrderGroup.objects.get()
    assert group.state.status == "unfulfilled"
    assert group.state.charged_amount == 95
    assert group.state.is_confirmed
    assert group.state.was_paid
    assert not OrderGroupEvent.objects.exists()
    assert not group.order_links.filter(announced_at=None).exists()
    assert list(sweep()) == ["Recorded missing totals: 1"]

    # when
    Order.objects.update(status="fulfilled", updated_at=timezone.now())
    list(sweep())

    # then
    assert get_event_types(group) == ["fulfilled"]


def test_migrations_depend_on_what_every_supported_saleor_has():
    # given: nodes that Saleor 3.23.0 has
    loader = MigrationLoader(connection)

    # when
    foreign = {
        dependency
        for (app, _), migration in loader.disk_migrations.items()
        if app == APP
        for dependency in migration.dependencies
        if dependency[0] != APP
    }

    # then
    assert foreign == {
        ("account", "0086_auto_20240805_0851"),
        ("app", "0029_alter_app_identifier"),
        ("channel", "0022_merge_20250708_1220"),
        ("checkout", "0080_merge_20250527_1210"),
        ("order", "0207_merge_20251211_1339"),
        ("payment", "0064_merge_20250716_0709"),
        ("product", "0199_alter_productvariantchannellisting_prior_price_amount"),
        ("shipping", "0037_merge_20250630_1332"),
    }
