import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits

# A share's event that is older than the payment's was reported on the share.
MARK_REPORTS_ON_SHARES = """
    UPDATE saleor_order_groups_paymenteventshare
    SET reported_on_share = TRUE
    WHERE share_event_id < event_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0014_payment_event_share_request"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.RunSQL(MARK_REPORTS_ON_SHARES, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ShareAnnouncement",
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
                    "created_at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now
                    ),
                ),
                ("claimed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "authorized_before",
                    models.DecimalField(decimal_places=3, max_digits=20),
                ),
                (
                    "charged_before",
                    models.DecimalField(decimal_places=3, max_digits=20),
                ),
                (
                    "refunded_before",
                    models.DecimalField(decimal_places=3, max_digits=20),
                ),
                ("is_correction", models.BooleanField(default=False)),
                ("user_id", models.IntegerField(blank=True, null=True)),
                ("app_id", models.IntegerField(blank=True, null=True)),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="announcements",
                        to="saleor_order_groups.paymentshare",
                    ),
                ),
            ],
            options={
                "ordering": ("created_at", "pk"),
            },
        ),
    ]
