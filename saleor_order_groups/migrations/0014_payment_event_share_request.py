import django.db.models.deletion
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0013_payment_available_actions"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="paymenteventshare",
            name="request",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="payment_event_answers",
                to="payment.transactionevent",
            ),
        ),
        migrations.AddField(
            model_name="paymenteventshare",
            name="reported_on_share",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="grouppayment",
            name="divided_anew_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
