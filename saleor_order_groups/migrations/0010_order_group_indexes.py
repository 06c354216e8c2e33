from django.contrib.postgres.indexes import BTreeIndex, GinIndex
from django.db import migrations

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    # Not concurrently: the table was made a moment ago, and is empty.
    dependencies = [
        ("saleor_order_groups", "0009_legacy_payment_share"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddIndex(
            model_name="ordergroup",
            index=BTreeIndex(
                fields=["updated_at", "id"], name="ordergroup_updated_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="ordergroup",
            index=GinIndex(
                fields=["user_email"],
                opclasses=["gin_trgm_ops"],
                name="ordergroup_email_search_gin",
            ),
        ),
    ]
