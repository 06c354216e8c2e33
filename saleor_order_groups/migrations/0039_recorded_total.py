from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0038_recorded_status_index"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="ordergroupstate",
            name="total_gross",
            field=models.DecimalField(
                blank=True, decimal_places=3, max_digits=20, null=True
            ),
        ),
    ]
