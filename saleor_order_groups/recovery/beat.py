"""The entry of the sweep in Celery beat's table."""

from django.db import DEFAULT_DB_ALIAS, connections, transaction

# Beat stores its entries by name.
BEAT_ENTRY = "recover-order-groups"
_TABLE = "django_celery_beat_periodictask"
# Saleor's scheduler has a row for each entry there.
_CHILD = "schedulers_customperiodictask"


def remove_beat_entry(using: str = DEFAULT_DB_ALIAS) -> None:
    """Remove the sweep from the table that Saleor's beat reads its schedule from.

    Not by the models: the tables may be gone, and other apps' migrations own them.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    of_entry = f"SELECT id FROM {_TABLE} WHERE name = %s"
    if _TABLE not in tables:
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        if _CHILD in tables:
            cursor.execute(
                f"DELETE FROM {_CHILD} WHERE periodictask_ptr_id IN ({of_entry})",
                [BEAT_ENTRY],
            )
        cursor.execute(f"DELETE FROM {_TABLE} WHERE name = %s", [BEAT_ENTRY])
