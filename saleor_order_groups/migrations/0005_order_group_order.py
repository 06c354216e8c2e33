import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0004_order_group"),
        ("order", "0207_merge_20251211_1339"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="OrderGroupOrder",
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
                ("position", models.PositiveIntegerField()),
                (
                    "placed_total_net_amount",
                    models.DecimalField(decimal_places=3, max_digits=20),
                ),
                (
                    "placed_total_gross_amount",
                    models.DecimalField(decimal_places=3, max_digits=20),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="order_links",
                        to="saleor_order_groups.ordergroup",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="order_group_link",
                        to="order.order",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_links",
                        to="saleor_order_groups.seller",
                    ),
                ),
            ],
            options={
                "ordering": ("group", "position"),
            },
        ),
        migrations.AddConstraint(
            model_name="ordergrouporder",
            constraint=models.UniqueConstraint(
                fields=("group", "position"), name="unique_ordergrouporder_position"
            ),
        ),
    ]
