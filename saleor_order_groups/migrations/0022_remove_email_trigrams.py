from django.db import migrations

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    # Groups are found by what Saleor finds their orders by.
    dependencies = [
        ("saleor_order_groups", "0021_delete_rules"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.RemoveIndex(
            model_name="ordergroup", name="ordergroup_email_search_gin"
        ),
    ]
