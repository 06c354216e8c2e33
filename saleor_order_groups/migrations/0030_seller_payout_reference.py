from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0029_shares_update"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="seller",
            name="payout_reference",
            field=models.CharField(blank=True, max_length=250, null=True),
        ),
    ]
