from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits

TABLE = "saleor_order_groups_paymenteventshare"


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0026_share_announcement_after"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="paymenteventshare",
            name="amount_value",
            field=models.DecimalField(
                blank=True, decimal_places=3, max_digits=20, null=True
            ),
        ),
        migrations.AddField(
            model_name="paymenteventshare",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        # Django would drop the foreign key and create it again, without its delete rule.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE {TABLE} ALTER COLUMN share_event_id DROP NOT NULL",
                    [
                        f"DELETE FROM {TABLE} WHERE share_event_id IS NULL",
                        # PostgreSQL does not alter a table with pending triggers.
                        "SET CONSTRAINTS ALL IMMEDIATE",
                        f"ALTER TABLE {TABLE} ALTER COLUMN share_event_id SET NOT NULL",
                    ],
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="paymenteventshare",
                    name="share_event",
                    field=models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=models.deletion.CASCADE,
                        related_name="payment_event_share",
                        to="payment.transactionevent",
                    ),
                )
            ],
        ),
    ]
