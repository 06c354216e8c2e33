import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0005_order_group_order"),
        ("payment", "0064_merge_20250716_0709"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="GroupPayment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="group_payment",
                        to="payment.transactionitem",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payments",
                        to="saleor_order_groups.ordergroup",
                    ),
                ),
            ],
            options={
                "ordering": ("group", "transaction"),
            },
        ),
    ]
