import uuid

import django.db.models.deletion
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0008_payment_event_share"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="LegacyPaymentShare",
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
                ("divided_payment_id", models.PositiveIntegerField()),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="legacy_payment_shares",
                        to="saleor_order_groups.ordergroup",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="legacy_payment_shares",
                        to="order.order",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="legacy_payment_share",
                        to="payment.payment",
                    ),
                ),
            ],
            options={
                "ordering": ("divided_payment_id", "payment"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("divided_payment_id", "order"),
                        name="unique_legacypaymentshare_order",
                    )
                ],
            },
        ),
    ]
