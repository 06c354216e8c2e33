"""Copy number and creation time of orders to their links.

The copies are written with each link. Links that a process of an earlier version has
written lack them: a migration and the sweep fill them in.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

BATCH_SIZE = 5_000

_COPY = """
    UPDATE saleor_order_groups_ordergrouporder link
    SET order_number = "order".number, order_created_at = "order".created_at
        {and_mark}
    FROM order_order "order"
    WHERE "order".id = link.order_id AND link.id = ANY(%s)
"""


def copy_orders_of_earlier_versions(using: str = DEFAULT_DB_ALIAS) -> Iterator[int]:
    """Fill in the copies of all links, and mark their sellers as told; yield batches.

    The number of links in each batch is yielded. Each batch is a transaction of its own.
    """
    # The sellers' apps are not told of orders from before the upgrade.
    mark = ", seller_told_at = coalesce(seller_told_at, now())"
    after = UUID(int=0)
    while keys := _find_without_copies(using, after):
        _copy(using, keys, mark)
        yield len(keys)
        after = keys[-1]


def copy_orders(using: str = DEFAULT_DB_ALIAS) -> int:
    """Fill in the copies of at most one batch of links; return how many there were."""
    keys = _find_without_copies(using, None)
    _copy(using, keys)
    return len(keys)


def _find_without_copies(using: str, after: UUID | None) -> list[UUID]:
    """Return keys of links without copies.

    :param after: read the table in the order of its key, from here on; without it, the
        index of links without copies is read.
    """
    place = "" if after is None else "AND id > %s ORDER BY id"
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT id FROM saleor_order_groups_ordergrouporder"
            f" WHERE order_created_at IS NULL {place} LIMIT {BATCH_SIZE}",
            [] if after is None else [after],
        )
        return [key for (key,) in cursor.fetchall()]


def _copy(using: str, keys: list[UUID], and_mark: str = "") -> None:
    if not keys:
        return
    with connections[using].cursor() as cursor:
        cursor.execute(_COPY.format(and_mark=and_mark), [keys])
