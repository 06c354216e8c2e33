from django.db import migrations, models

from saleor_order_groups.migration_locks import LOCK_TIMEOUT

TABLE = "saleor_order_groups_paymenteventshare"
OLD, NEW = "unique_paymenteventshare_share", "unique_paymenteventshare_part"


class Migration(migrations.Migration):
    # Each statement on its own, as an index that is built concurrently needs it. Run
    # again after it was stopped anywhere, it starts from the beginning.
    atomic = False
    dependencies = [
        ("saleor_order_groups", "0027_payment_event_share_amount"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        f"DROP INDEX CONCURRENTLY IF EXISTS {NEW}",
                        f"CREATE UNIQUE INDEX CONCURRENTLY {NEW}"
                        f" ON {TABLE} (event_id, share_id) WHERE ended_at IS NULL",
                        f"SET lock_timeout = '{LOCK_TIMEOUT}'",
                        f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {OLD}",
                        "RESET lock_timeout",
                    ],
                    [
                        # An earlier version knows of no parts that have ended.
                        f"DELETE FROM {TABLE} WHERE ended_at IS NOT NULL",
                        f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {OLD}",
                        f"DROP INDEX CONCURRENTLY IF EXISTS {OLD}",
                        f"CREATE UNIQUE INDEX CONCURRENTLY {OLD}"
                        f" ON {TABLE} (event_id, share_id)",
                        f"ALTER TABLE {TABLE}"
                        f" ADD CONSTRAINT {OLD} UNIQUE USING INDEX {OLD}",
                        f"DROP INDEX CONCURRENTLY IF EXISTS {NEW}",
                    ],
                )
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="paymenteventshare", name=OLD),
                migrations.AddConstraint(
                    model_name="paymenteventshare",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("event", "share"),
                        name=NEW,
                    ),
                ),
            ],
        ),
    ]
