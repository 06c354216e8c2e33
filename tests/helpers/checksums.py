"""Compare all rows that an act could change, before and after."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model
from saleor.account.models import Address, User
from saleor.core.models import EventDelivery
from saleor.giftcard.models import GiftCard
from saleor.order import models as order_models
from saleor.payment import models as payment_models
from saleor.warehouse.models import Allocation, Stock, Warehouse

_PLUGIN = "saleor_order_groups"
_MODELS: tuple[type[Model], ...] = (
    order_models.Order,
    order_models.OrderLine,
    order_models.OrderEvent,
    order_models.Fulfillment,
    order_models.FulfillmentLine,
    order_models.OrderGrantedRefund,
    order_models.OrderGrantedRefundLine,
    payment_models.Payment,
    payment_models.Transaction,
    payment_models.TransactionItem,
    payment_models.TransactionEvent,
    Address,
    Allocation,
    EventDelivery,
    GiftCard,
    Stock,
    Warehouse,
)


def checksum_rows() -> dict[str, tuple[int, str | None]]:
    """Return count and checksum of the rows of each table.

    The tables are all of the plugin's, and those of orders, goods and payments.
    """
    with connection.cursor() as cursor:
        found = {}
        for table, columns in _find_tables():
            cursor.execute(
                "SELECT count(*), md5(string_agg(each, ',' ORDER BY each))"
                f" FROM (SELECT ROW({columns})::text AS each FROM {table}) AS rows"
            )
            found[table] = cursor.fetchone()
    return found


def _find_tables() -> Iterator[tuple[str, str]]:
    """Yield each table with its columns."""
    for model in (*apps.get_app_config(_PLUGIN).get_models(), *_MODELS):
        yield model._meta.db_table, _name(model._meta.concrete_fields)
    # Each request changes when its account was last seen.
    fields = [each for each in User._meta.concrete_fields if each.name != "last_login"]
    yield User._meta.db_table, _name(fields)


def _name(fields: Iterable[Field]) -> str:
    return ", ".join(f'"{each.column}"' for each in fields)
