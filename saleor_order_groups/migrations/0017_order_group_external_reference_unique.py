from django.db import migrations, models

from saleor_order_groups.migration_locks import LOCK_TIMEOUT

TABLE = "saleor_order_groups_ordergroup"
NAME = "unique_ordergroup_external_reference"
DROP = [
    f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}",
    f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}",
]


class Migration(migrations.Migration):
    # Each statement on its own, as an index that is built concurrently needs it. Run
    # again after it was stopped anywhere, it starts from the beginning.
    atomic = False
    dependencies = [
        ("saleor_order_groups", "0016_order_group_external_reference"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        *DROP,
                        f"CREATE UNIQUE INDEX CONCURRENTLY {NAME}"
                        f" ON {TABLE} (external_reference)",
                        f"SET lock_timeout = '{LOCK_TIMEOUT}'",
                        f"ALTER TABLE {TABLE}"
                        f" ADD CONSTRAINT {NAME} UNIQUE USING INDEX {NAME}",
                        "RESET lock_timeout",
                    ],
                    DROP,
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="ordergroup",
                    name="external_reference",
                    field=models.CharField(
                        blank=True, max_length=250, null=True, unique=True
                    ),
                )
            ],
        ),
    ]
