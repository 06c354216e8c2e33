from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0034_seller_order_copies"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="ordergrouporder",
            name="seller_claimed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
