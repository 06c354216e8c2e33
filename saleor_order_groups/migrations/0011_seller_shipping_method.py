import uuid

import django.db.models.deletion
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0010_order_group_indexes"),
        ("shipping", "0037_merge_20250630_1332"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="SellerShippingMethod",
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
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seller_shipping_methods",
                        to="saleor_order_groups.seller",
                    ),
                ),
                (
                    "shipping_method",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seller_shipping_methods",
                        to="shipping.shippingmethod",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "shipping_method"),
                        name="unique_sellershippingmethod",
                    )
                ],
            },
        ),
    ]
