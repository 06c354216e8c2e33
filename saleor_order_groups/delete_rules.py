"""Delete rules of the plugin's foreign keys in the database.

While the plugin is installed, Django itself deletes the rows that refer to deleted
rows. Without the plugin, for example after an image was rolled back, Saleor's deletions
would fail at these foreign keys. The database therefore has delete rules of its own.
Django does not know of them: whenever it changes a foreign key, it creates the key
again without its rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

from .migration_locks import SET_LOCK_TIMEOUT, explain_lock_timeout

APP = "saleor_order_groups"
CASCADE = "CASCADE"
SET_NULL = "SET NULL"
NO_ACTION = "NO ACTION"

# All foreign keys to Saleor's tables and between the plugin's own. Keys to sellers are
# missing, because Saleor never deletes sellers.
DELETE_RULES: Mapping[str, Mapping[str, str]] = {
    "ProductSeller": {"product": CASCADE},
    "SellerCustomer": {"user": CASCADE},
    "SellerMember": {"user": CASCADE},
    "SellerApp": {"app": CASCADE},
    # A group exists as long as its orders. `groups.channels` handles groups without a
    # channel.
    "OrderGroup": {"user": SET_NULL, "channel": SET_NULL},
    "OrderGroupOrder": {"group": CASCADE, "order": CASCADE},
    "SellerAct": {"link": CASCADE},
    "OrderGroupState": {"group": CASCADE},
    "OrderGroupEvent": {"group": CASCADE},
    "GroupCancelation": {"group": CASCADE},
    "GroupPayment": {"group": CASCADE, "transaction": CASCADE},
    "PaymentShare": {"payment": CASCADE, "order": CASCADE, "transaction": CASCADE},
    "PaymentEventShare": {
        "event": CASCADE,
        "share": CASCADE,
        "share_event": CASCADE,
        "request": SET_NULL,
    },
    "ShareAnnouncement": {"share": CASCADE},
    "SharesUpdate": {"transaction": CASCADE},
    "LegacyPaymentShare": {"group": CASCADE, "order": CASCADE, "payment": CASCADE},
    "SellerShippingMethod": {"shipping_method": CASCADE},
    "SellerDeliveryChoice": {"checkout": CASCADE, "shipping_method": CASCADE},
}

# The codes in PostgreSQL's catalogue (`pg_constraint.confdeltype`).
_RULES = {"a": NO_ACTION, "c": CASCADE, "n": SET_NULL, "r": "RESTRICT", "d": "DEFAULT"}


@dataclass(frozen=True)
class Constraint:
    """A foreign key constraint of a column, as stored in the database."""

    name: str
    rule: str
    is_validated: bool


@dataclass(frozen=True)
class WrongRule:
    """A column that lacks its foreign key with the delete rule, or has another one."""

    table: str
    column: str
    referenced_table: str
    referenced_column: str
    rule: str
    constraints: tuple[Constraint, ...]

    def __str__(self) -> str:
        found = ", ".join(
            row.rule if row.is_validated else f"{row.rule} (not validated)"
            for row in self.constraints
        )
        return (
            f"{self.table}.{self.column} has {found or 'no foreign key'}"
            f" in the database, not {self.rule}"
        )


def find_wrong_rules(using: str = DEFAULT_DB_ALIAS) -> Iterator[WrongRule]:
    """Yield columns whose foreign keys differ from `DELETE_RULES`, in one statement.

    Columns that do not exist yet are skipped: their migrations will create them.
    """
    found = _read_constraints(using)
    for name, rules in DELETE_RULES.items():
        model = apps.get_model(APP, name)
        for field_name, rule in rules.items():
            field = model._meta.get_field(field_name)
            assert isinstance(field, models.ForeignKey)
            key = (model._meta.db_table, field.column)
            constraints = found.get(key)
            if constraints is None:
                continue
            if [(row.rule, row.is_validated) for row in constraints] == [(rule, True)]:
                continue
            target = field.target_field
            yield WrongRule(
                *key, target.model._meta.db_table, target.column, rule, constraints
            )


def set_delete_rules(using: str = DEFAULT_DB_ALIAS) -> Iterator[WrongRule]:
    """Give every foreign key its delete rule; yield the columns that were changed.

    Each step is its own transaction and locks Saleor's table only for a moment. Only
    the validation reads all rows, and no other transaction waits for it. The function
    may be stopped at any time; running it again continues.

    :raises CommandError: a table was in use for too long.
    """
    for wrong in find_wrong_rules(using):
        with explain_lock_timeout():
            _set_delete_rule(wrong, using)
        yield wrong


def repair_delete_rules(apply: bool) -> Iterator[str]:
    """Give every foreign key its delete rule; yield a message for each change.

    :param apply: False to change nothing and only yield the messages.
    """
    for wrong in set_delete_rules() if apply else find_wrong_rules():
        yield f"Database: set {wrong.table}.{wrong.column} to ON DELETE {wrong.rule}"


def _set_delete_rule(wrong: WrongRule, using: str) -> None:
    quote = connections[using].ops.quote_name
    # Lock order: the referenced table first, as transactions do that insert rows into
    # both tables. The opposite order could deadlock with them.
    table, referenced = quote(wrong.table), quote(wrong.referenced_table)
    right = [row for row in wrong.constraints if row.rule == wrong.rule]
    if right:
        kept, is_validated = right[0].name, right[0].is_validated
    else:
        # The name only has to be unique within the table.
        kept = f"{wrong.column}_on_delete_{wrong.rule.lower().replace(' ', '_')}"
        is_validated = False
        _run(
            using,
            f"LOCK TABLE {referenced} IN SHARE ROW EXCLUSIVE MODE",
            f"ALTER TABLE {table} ADD CONSTRAINT {quote(kept)}"
            f" FOREIGN KEY ({quote(wrong.column)})"
            f" REFERENCES {referenced} ({quote(wrong.referenced_column)})"
            f" ON DELETE {wrong.rule} DEFERRABLE INITIALLY DEFERRED NOT VALID",
        )
    if not is_validated:
        _run(using, f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote(kept)}")
    for row in wrong.constraints:
        if row.name != kept:
            _run(
                using,
                f"LOCK TABLE {referenced} IN ACCESS EXCLUSIVE MODE",
                f"ALTER TABLE {table} DROP CONSTRAINT {quote(row.name)}",
            )


def _run(using: str, *statements: str) -> None:
    with transaction.atomic(using), connections[using].cursor() as cursor:
        for statement in (SET_LOCK_TIMEOUT, *statements):
            cursor.execute(statement)


def _read_constraints(using: str) -> dict[tuple[str, str], tuple[Constraint, ...]]:
    """Return the foreign keys of the plugin's tables, by table and column."""
    tables = [model._meta.db_table for model in apps.get_app_config(APP).get_models()]
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT class.relname, attribute.attname, con.conname, con.confdeltype,"
            " con.convalidated"
            " FROM unnest(%s::text[]) AS name"
            " JOIN pg_class class ON class.oid = to_regclass(name)"
            " JOIN pg_attribute attribute ON attribute.attrelid = class.oid"
            " AND attribute.attnum > 0 AND NOT attribute.attisdropped"
            " LEFT JOIN pg_constraint con ON con.conrelid = class.oid"
            " AND con.contype = 'f' AND con.conkey = ARRAY[attribute.attnum]"
            " ORDER BY class.relname, attribute.attnum, con.oid",
            [tables],
        )
        rows = cursor.fetchall()
    found: dict[tuple[str, str], list[Constraint]] = {}
    for table, column, name, rule, is_validated in rows:
        constraints = found.setdefault((table, column), [])
        if name is not None:
            constraints.append(Constraint(name, _RULES[rule], is_validated))
    return {key: tuple(constraints) for key, constraints in found.items()}
