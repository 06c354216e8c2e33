import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Concurrently: checkouts complete meanwhile.
    atomic = False

    dependencies = [
        ("saleor_order_groups", "0023_order_group_event"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="ordergrouporder",
            index=django.contrib.postgres.indexes.BTreeIndex(
                condition=models.Q(("announced_at__isnull", True)),
                fields=["group"],
                name="ordergrouporder_unannounced",
            ),
        ),
    ]
