import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import saleor.core.utils.json_serializer
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0022_remove_email_trigrams"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="OrderGroupState",
            fields=[
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="saleor_order_groups.ordergroup",
                    ),
                ),
                ("last_sequence", models.PositiveIntegerField(default=0)),
                ("status", models.CharField(max_length=32)),
                ("fulfillment_status", models.CharField(max_length=32)),
                ("charge_status", models.CharField(max_length=32)),
                ("authorize_status", models.CharField(max_length=32)),
                ("is_confirmed", models.BooleanField(default=False)),
                ("was_paid", models.BooleanField(default=False)),
                (
                    "charged_amount",
                    models.DecimalField(decimal_places=3, default=0, max_digits=20),
                ),
                (
                    "refunded_amount",
                    models.DecimalField(decimal_places=3, default=0, max_digits=20),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="OrderGroupEvent",
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
                ("sequence", models.PositiveIntegerField()),
                ("type_sequence", models.PositiveIntegerField()),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("updated", "Updated"),
                            ("confirmed", "Confirmed"),
                            ("fully_paid", "Fully Paid"),
                            ("fulfilled", "Fulfilled"),
                            ("refunded", "Refunded"),
                            ("fully_refunded", "Fully Refunded"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "parameters",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=saleor.core.utils.json_serializer.CustomJsonEncoder,
                    ),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("announced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="saleor_order_groups.ordergroup",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="order.order",
                    ),
                ),
            ],
            options={
                "ordering": ("group", "sequence"),
            },
        ),
        migrations.AddIndex(
            model_name="ordergroupevent",
            index=django.contrib.postgres.indexes.BTreeIndex(
                condition=models.Q(("announced_at__isnull", True)),
                fields=["created_at"],
                name="ordergroupevent_unannounced",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordergroupevent",
            constraint=models.UniqueConstraint(
                fields=("group", "sequence"), name="unique_ordergroupevent_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="ordergroupevent",
            constraint=models.UniqueConstraint(
                fields=("group", "type", "type_sequence"),
                name="unique_ordergroupevent_type",
            ),
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("looked_until", models.DateTimeField()),
                ("transaction_event_id", models.BigIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        # The default is for the rows that exist: their orders were announced long ago.
        # PostgreSQL keeps it in its catalogue, and rewrites no row.
        migrations.AddField(
            model_name="ordergrouporder",
            name="announced_at",
            field=models.DateTimeField(
                blank=True, default=django.utils.timezone.now, null=True
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="ordergrouporder",
            name="announced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
