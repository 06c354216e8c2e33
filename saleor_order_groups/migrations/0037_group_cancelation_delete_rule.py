from django.db import migrations

from saleor_order_groups.delete_rules import set_delete_rules


def set_rules(_apps, schema_editor):
    for _ in set_delete_rules(schema_editor.connection.alias):
        pass


class Migration(migrations.Migration):
    # Each step is a transaction of its own, short where it locks tables of Saleor's.
    atomic = False

    dependencies = [
        ("saleor_order_groups", "0036_group_cancelation"),
    ]

    operations = [
        migrations.RunPython(set_rules, migrations.RunPython.noop),
    ]
