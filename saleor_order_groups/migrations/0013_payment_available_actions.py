import django.contrib.postgres.fields
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0012_seller_delivery_choice"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="grouppayment",
            name="available_actions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=128),
                blank=True,
                default=list,
                size=None,
            ),
        ),
    ]
