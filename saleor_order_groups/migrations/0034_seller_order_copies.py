from django.db import migrations

from saleor_order_groups.delete_rules import set_delete_rules
from saleor_order_groups.groups.copies import copy_orders_of_earlier_versions


def copy_orders(_apps, schema_editor):
    for _ in copy_orders_of_earlier_versions(schema_editor.connection.alias):
        pass


def set_rules(_apps, schema_editor):
    for _ in set_delete_rules(schema_editor.connection.alias):
        pass


class Migration(migrations.Migration):
    # Each batch and each rule is a transaction of its own. It may be stopped at any
    # time; running it again continues.
    atomic = False

    dependencies = [
        ("saleor_order_groups", "0033_seller_order_indexes"),
    ]

    operations = [
        migrations.RunPython(copy_orders, migrations.RunPython.noop),
        migrations.RunPython(set_rules, migrations.RunPython.noop),
    ]
