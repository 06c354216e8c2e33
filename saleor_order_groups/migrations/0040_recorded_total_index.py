import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # Concurrently: checkouts complete meanwhile.
    atomic = False

    dependencies = [
        ("saleor_order_groups", "0039_recorded_total"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="ordergroupstate",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["total_gross", "group"], name="ordergroupstate_total"
            ),
        ),
    ]
