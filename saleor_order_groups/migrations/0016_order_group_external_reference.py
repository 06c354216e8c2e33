from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    # A column of nulls is added without a look at the rows. What makes it unique comes
    # next: its index is built while groups are written.
    dependencies = [
        ("saleor_order_groups", "0015_share_announcement"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="ordergroup",
            name="external_reference",
            field=models.CharField(blank=True, max_length=250, null=True),
        ),
    ]
