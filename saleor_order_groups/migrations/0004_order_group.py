import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import saleor.core.utils.json_serializer
from django.db import migrations, models

import saleor_order_groups.models
from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0003_seller_customer"),
        ("channel", "0022_merge_20250708_1220"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.RunSQL(
            "CREATE SEQUENCE saleor_order_groups_ordergroup_number_seq AS integer",
            "DROP SEQUENCE IF EXISTS saleor_order_groups_ordergroup_number_seq",
        ),
        migrations.CreateModel(
            name="OrderGroup",
            fields=[
                (
                    "private_metadata",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=saleor.core.utils.json_serializer.CustomJsonEncoder,
                    ),
                ),
                (
                    "metadata",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=saleor.core.utils.json_serializer.CustomJsonEncoder,
                    ),
                ),
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
                    "number",
                    models.IntegerField(
                        default=saleor_order_groups.models.get_order_group_number,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user_email",
                    models.EmailField(blank=True, default="", max_length=254),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "checkout_token",
                    models.UUIDField(blank=True, null=True, unique=True),
                ),
                (
                    "placed_total_net_amount",
                    models.DecimalField(decimal_places=3, max_digits=20),
                ),
                (
                    "placed_total_gross_amount",
                    models.DecimalField(decimal_places=3, max_digits=20),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_groups",
                        to="channel.channel",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="order_groups",
                        to="account.user",
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.AddIndex(
            model_name="ordergroup",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["created_at", "id"], name="ordergroup_created_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="ordergroup",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["user", "created_at", "id"], name="ordergroup_user_created_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="ordergroup",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["channel", "created_at", "id"],
                name="ordergroup_channel_created_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="ordergroup",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["user_email"], name="ordergroup_user_email_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="ordergroup",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["metadata"], name="ordergroup_meta_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="ordergroup",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["private_metadata"], name="ordergroup_p_meta_idx"
            ),
        ),
        migrations.RunSQL(
            "ALTER SEQUENCE saleor_order_groups_ordergroup_number_seq"
            " OWNED BY saleor_order_groups_ordergroup.number",
            "ALTER SEQUENCE saleor_order_groups_ordergroup_number_seq OWNED BY NONE",
        ),
    ]
