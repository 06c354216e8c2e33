import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

TABLE = "saleor_order_groups_ordergrouporder"
UNIQUE = "unique_ordergrouporder_reference"
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {UNIQUE}"


class Migration(migrations.Migration):
    # Concurrently: checkouts complete meanwhile.
    atomic = False

    dependencies = [
        ("saleor_order_groups", "0032_seller_access"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="ordergrouporder",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["seller", "order_created_at", "id"],
                name="ordergrouporder_seller_created",
            ),
        ),
        AddIndexConcurrently(
            model_name="ordergrouporder",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["seller", "order_number", "id"],
                name="ordergrouporder_seller_number",
            ),
        ),
        AddIndexConcurrently(
            model_name="ordergrouporder",
            index=django.contrib.postgres.indexes.BTreeIndex(
                condition=models.Q(("order_created_at__isnull", True)),
                fields=["seller"],
                name="ordergrouporder_no_copies",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        DROP,
                        f"CREATE UNIQUE INDEX CONCURRENTLY {UNIQUE} ON {TABLE}"
                        " (seller_id, seller_reference)"
                        " WHERE seller_reference IS NOT NULL",
                    ],
                    DROP,
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="ordergrouporder",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("seller_reference__isnull", False)),
                        fields=("seller", "seller_reference"),
                        name=UNIQUE,
                    ),
                )
            ],
        ),
    ]
