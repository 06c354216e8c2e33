import uuid

import django.db.models.deletion
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0011_seller_shipping_method"),
        ("checkout", "0080_merge_20250527_1210"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="SellerDeliveryChoice",
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
                    "checkout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seller_delivery_choices",
                        to="checkout.checkout",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delivery_choices",
                        to="saleor_order_groups.seller",
                    ),
                ),
                (
                    "shipping_method",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seller_delivery_choices",
                        to="shipping.shippingmethod",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkout", "seller"),
                        name="unique_sellerdeliverychoice_seller",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
