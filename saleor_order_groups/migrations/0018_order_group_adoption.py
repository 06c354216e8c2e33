from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0017_order_group_external_reference_unique")
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="ordergroup",
            name="adoption",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
    ]
