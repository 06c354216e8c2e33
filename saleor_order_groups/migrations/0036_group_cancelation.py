import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0035_seller_order_claim"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="GroupCancelation",
            fields=[
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="cancelation",
                        serialize=False,
                        to="saleor_order_groups.ordergroup",
                    ),
                ),
                (
                    "order_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("user_id", models.IntegerField(blank=True, null=True)),
                ("app_id", models.IntegerField(blank=True, null=True)),
                (
                    "requested_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ("pk",)},
        ),
    ]
