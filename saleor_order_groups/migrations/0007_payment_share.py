import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0006_group_payment"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="PaymentShare",
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payment_shares",
                        to="order.order",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="saleor_order_groups.grouppayment",
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payment_share",
                        to="payment.transactionitem",
                    ),
                ),
            ],
            options={
                "ordering": ("payment", "transaction"),
            },
        ),
        migrations.AddConstraint(
            model_name="paymentshare",
            constraint=models.UniqueConstraint(
                fields=("payment", "order"), name="unique_paymentshare_order"
            ),
        ),
    ]
