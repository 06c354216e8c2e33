from django.db import migrations
from django.utils import timezone

from saleor_order_groups.delete_rules import set_delete_rules
from saleor_order_groups.lifecycle.records import record_present
from saleor_order_groups.recovery.beat import remove_beat_entry

BATCH_SIZE = 10_000


def record_present_states(apps, _schema_editor):
    """Record the state of each group without an event.

    The time comes first: the first sweep looks at all changes since.
    """
    recovery = apps.get_model("saleor_order_groups", "Recovery")
    recovery.objects.get_or_create(pk=1, defaults={"looked_until": timezone.now()})
    state = apps.get_model("saleor_order_groups", "OrderGroupState")
    groups = apps.get_model("saleor_order_groups", "OrderGroup").objects.order_by("pk")
    keys = groups.values_list("pk", flat=True)
    batch = list(keys[:BATCH_SIZE])
    while batch:
        record_present(batch, state)
        batch = list(keys.filter(pk__gt=batch[-1])[:BATCH_SIZE])


def set_rules(_apps, schema_editor):
    for _ in set_delete_rules(schema_editor.connection.alias):
        pass


def take_beat_entry_away(_apps, schema_editor):
    remove_beat_entry(schema_editor.connection.alias)


class Migration(migrations.Migration):
    # Each batch and each rule is a transaction of its own. It may be stopped at any
    # time; running it again continues.
    atomic = False

    dependencies = [
        ("saleor_order_groups", "0024_unannounced_orders"),
    ]

    operations = [
        migrations.RunPython(record_present_states, migrations.RunPython.noop),
        migrations.RunPython(set_rules, migrations.RunPython.noop),
        # In reverse only: beat has no sweep to send any more.
        migrations.RunPython(migrations.RunPython.noop, take_beat_entry_away),
    ]
