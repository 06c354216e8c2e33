from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


def amount():
    return models.DecimalField(blank=True, decimal_places=3, max_digits=20, null=True)


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0025_present_states"),
    ]

    operations = [
        LimitLockWaits(),
        *(
            migrations.AddField(
                model_name="shareannouncement", name=name, field=amount()
            )
            for name in ("authorized_after", "charged_after", "refunded_after")
        ),
    ]
