import django.db.models.deletion
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits

# A group whose orders are gone too had nothing else to tell its channel by.
FIND_CHANNELS = """
    UPDATE saleor_order_groups_ordergroup lost
    SET channel_id = (
      SELECT "order".channel_id
      FROM saleor_order_groups_ordergrouporder link
      JOIN order_order "order" ON "order".id = link.order_id
      WHERE link.group_id = lost.id
      ORDER BY link.position
      LIMIT 1
    )
    WHERE channel_id IS NULL;
    DELETE FROM saleor_order_groups_ordergroup WHERE channel_id IS NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_order_groups", "0018_order_group_adoption"),
    ]

    operations = [
        LimitLockWaits(),
        # By SQL: Django would make the foreign key again, and read all rows for it.
        migrations.RunSQL(
            "ALTER TABLE saleor_order_groups_ordergroup"
            " ALTER COLUMN channel_id DROP NOT NULL",
            FIND_CHANNELS + "ALTER TABLE saleor_order_groups_ordergroup"
            " ALTER COLUMN channel_id SET NOT NULL",
            state_operations=[
                migrations.AlterField(
                    model_name="ordergroup",
                    name="channel",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_groups",
                        to="channel.channel",
                    ),
                ),
            ],
        ),
    ]
