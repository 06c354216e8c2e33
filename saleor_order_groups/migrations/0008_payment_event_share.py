import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0007_payment_share"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="PaymentEventShare",
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
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="event_shares",
                        to="payment.transactionevent",
                    ),
                ),
                (
                    "share_event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payment_event_share",
                        to="payment.transactionevent",
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="event_shares",
                        to="saleor_order_groups.paymentshare",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.AddConstraint(
            model_name="paymenteventshare",
            constraint=models.UniqueConstraint(
                fields=("event", "share"), name="unique_paymenteventshare_share"
            ),
        ),
    ]
