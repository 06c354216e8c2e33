import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0001_seller"),
        ("product", "0199_alter_productvariantchannellisting_prior_price_amount"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="ProductSeller",
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
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="product_seller",
                        to="product.product",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_sellers",
                        to="saleor_order_groups.seller",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
    ]
