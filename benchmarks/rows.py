"""Fill a database with groups in SQL: the database makes the rows out of their numbers.

Groups of one, one, two, two and four orders in turn, hence two in the mean; orders of one,
two and three lines; 19 in 20 groups fulfilled and the others of every status, a third of
those with one order so; 99 in 100 orders paid in full by a transaction each; 200 sellers
and, in one group of fifty, the shop itself. Indexes are dropped and made anew afterwards.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

START = "timestamptz '2020-01-01'"
# Of one group after the other. The newest fifty groups are a hundred orders, which is
# as many as one page of Saleor's `orders` may have.
SIZES = (1, 1, 2, 2, 4)
STATUSES = (
    "unconfirmed",
    "unfulfilled",
    "partially fulfilled",
    "partially_returned",
    "returned",
    "canceled",
    "expired",
)
CUSTOMERS_PER_GROUP = 5
STATES_AT_ONCE = 10_000


def fill(groups: int) -> None:
    """Fill the database of a shop with so many groups, and analyze it."""
    from django.db import connection
    from saleor.account.models import Address, User
    from saleor.order.models import Order, OrderEvent, OrderLine
    from saleor.payment.models import TransactionEvent, TransactionItem

    from saleor_order_groups.models import (
        OrderGroup,
        OrderGroupEvent,
        OrderGroupOrder,
        OrderGroupState,
        SellerCustomer,
    )

    models = (
        Address,
        User,
        Order,
        OrderLine,
        OrderEvent,
        TransactionItem,
        TransactionEvent,
        OrderGroup,
        OrderGroupEvent,
        OrderGroupOrder,
        OrderGroupState,
        SellerCustomer,
    )
    with connection.cursor() as cursor:
        # The rows refer to each other rightly as they are made.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        indexes = _drop_indexes(cursor, [model._meta.db_table for model in models])
        _make_numbers(cursor, groups)
        _fill_customers(cursor, groups)
        _fill_groups(cursor)
        _fill_orders(cursor)
        _fill_payments(cursor)
        _advance_sequences(cursor, models)
        cursor.execute("SET session_replication_role = DEFAULT")
    _make_indexes(indexes)
    _record_states()
    _record_sweep()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _insert(cursor, model, source: str, **expressions: str) -> None:
    """Insert a row of the model for each row of the source.

    What has no expression is what Django would save by default.
    """
    from django.db import connection

    instance = model()
    columns, values = [], []
    parameters: list[Any] = []
    for field in model._meta.concrete_fields:
        expression = expressions.pop(field.attname, None)
        if expression is None:
            default = field.get_db_prep_save(
                getattr(instance, field.attname), connection
            )
            if default is None or field.primary_key:
                continue
            expression = "%s"
            parameters.append(default)
        columns.append(connection.ops.quote_name(field.column))
        values.append(expression)
    assert not expressions, expressions
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
        f" SELECT {', '.join(values)} FROM {source}",
        parameters,
    )


def _make_numbers(cursor, groups: int) -> None:
    """Make tables of numbers: `g` of groups, `o` of orders, `p` and `s` of the shop."""
    statuses = ", ".join(f"'{status}'" for status in STATUSES)
    sizes = ", ".join(map(str, SIZES))
    customers = _count_customers(groups)
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE g AS SELECT
          n, md5('group' || n)::uuid AS id,
          {START} + n * interval '2 minutes' AS created_at,
          1 + (n::bigint * 7919 %% {customers})::int AS customer,
          (ARRAY[{sizes}])[1 + n %% {len(SIZES)}] AS size
        FROM generate_series(0, %s - 1) n
        """,
        [groups],
    )
    per_cycle = sum(SIZES)
    firsts = ", ".join(str(sum(SIZES[:n])) for n in range(len(SIZES)))
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE o AS SELECT
          k, md5('order' || k)::uuid AS id, g.id AS group_id, g.n AS n, position,
          g.created_at, g.customer,
          1 + k %% 3 AS lines,
          CASE WHEN g.n * 31 %% 100 < 95 OR position > 0 AND g.n %% 3 = 0
               THEN 'fulfilled'
               ELSE (ARRAY[{statuses}])[
                 1 + (g.n * 31 %% 100 + g.n / 100) %% {len(STATUSES)}
               ] END AS status,
          k * 31 %% 100 < 99 AS is_paid,
          CASE WHEN position = 0 AND g.n %% 50 = 0 THEN NULL
               ELSE (k * 37 %% %s)::int END AS seller,
          (5 + k %% 400)::numeric AS goods,
          CASE WHEN position = 0 THEN 4.99 ELSE 0 END AS shipping
        FROM g, generate_series(0, g.size - 1) position,
          LATERAL (SELECT
            (g.n / {len(SIZES)} * {per_cycle}
             + (ARRAY[{firsts}])[1 + g.n %% {len(SIZES)}] + position)::bigint AS k
          ) numbered
        """,
        [_count_sellers()],
    )
    cursor.execute(
        """
        CREATE TEMPORARY TABLE p AS SELECT
          row_number() OVER (ORDER BY seller.slug, product.id) AS n,
          variant.id AS variant, product.name, variant.sku
        FROM product_productvariant variant
        JOIN product_product product ON product.id = variant.product_id
        LEFT JOIN saleor_order_groups_productseller link
          ON link.product_id = product.id
        LEFT JOIN saleor_order_groups_seller seller ON seller.id = link.seller_id
        """
    )
    cursor.execute(
        """
        CREATE TEMPORARY TABLE s AS SELECT
          row_number() OVER (ORDER BY slug) - 1 AS n, id
        FROM saleor_order_groups_seller
        """
    )
    cursor.execute(
        "SELECT setval('order_order_number_seq', max(k) + 1) FROM o"
        " UNION ALL SELECT setval('saleor_order_groups_ordergroup_number_seq',"
        " max(n) + 1) FROM g"
    )
    cursor.execute("ANALYZE g, o, p, s")


def _count_customers(groups: int) -> int:
    return max(groups // CUSTOMERS_PER_GROUP, 1)


def _count_sellers() -> int:
    from saleor_order_groups.models import Seller

    return Seller.objects.count()


# Beyond the keys of the shop's own customers.
_FIRST_KEY = 10_000_000
_NAMES = "(ARRAY['Anna','Bela','Chandra','Dagmar','Emeka','Fatima','Goran','Hana'])"
_SURNAMES = "(ARRAY['Novak','Okafor','Larsen','Haddad','Silva','Kowalski','Meyer'])"


def _get_name(customer: str) -> str:
    return f"{_NAMES}[1 + {customer} %% 8]"


def _get_surname(customer: str) -> str:
    return f"{_SURNAMES}[1 + {customer} %% 7] || {customer}"


def _fill_customers(cursor, groups: int) -> None:
    from saleor.account.models import Address, User

    source = f"generate_series(1, {_count_customers(groups)}) c"
    name, surname = _get_name("c"), _get_surname("c")
    _insert(
        cursor,
        Address,
        source,
        id=f"{_FIRST_KEY} + c",
        first_name=name,
        last_name=surname,
        street_address_1="(1 + c %% 99) || ' Market Street'",
        city="'SPRINGFIELD'",
        country="'US'",
    )
    _insert(
        cursor,
        User,
        source,
        id=f"{_FIRST_KEY} + c",
        uuid="md5('user' || c)::uuid",
        email="'customer' || c || '@example.com'",
        first_name=name,
        last_name=surname,
        default_billing_address_id=f"{_FIRST_KEY} + c",
        default_shipping_address_id=f"{_FIRST_KEY} + c",
        date_joined=START,
        updated_at=START,
    )


def _get_channel_id() -> str:
    from saleor.channel.models import Channel

    from .shop import ACTIVE_CHANNEL

    return str(Channel.objects.get(slug=ACTIVE_CHANNEL).pk)


def _fill_groups(cursor) -> None:
    from saleor_order_groups.models import (
        OrderGroup,
        OrderGroupEvent,
        OrderGroupOrder,
        SellerCustomer,
    )

    _insert(
        cursor,
        OrderGroupOrder,
        "o LEFT JOIN s ON s.n = o.seller",
        id="md5('link' || k)::uuid",
        group_id="o.group_id",
        order_id="o.id",
        seller_id="s.id",
        position="position",
        placed_total_net_amount="goods + shipping",
        placed_total_gross_amount="goods + shipping",
        announced_at="o.created_at",
        order_number="(k + 1)::int",
        order_created_at="o.created_at",
        seller_told_at="o.created_at",
    )
    sums = "(SELECT group_id, sum(goods + shipping) AS total FROM o GROUP BY group_id) sums"
    # Taken here, not by Django's default: it takes a number for the model itself.
    _insert(
        cursor,
        OrderGroup,
        f"g JOIN {sums} ON sums.group_id = g.id",
        id="g.id",
        number="g.n + 1",
        created_at="g.created_at",
        updated_at="g.created_at",
        user_id=f"{_FIRST_KEY} + customer",
        user_email="'customer' || customer || '@example.com'",
        channel_id=_get_channel_id(),
        currency="'USD'",
        checkout_token="md5('checkout' || g.n)::uuid",
        placed_total_net_amount="total",
        placed_total_gross_amount="total",
        metadata="""CASE WHEN g.n %% 20 = 0 THEN '{"source": "fair"}'::jsonb
          ELSE '{}'::jsonb END""",
    )

    _insert(
        cursor,
        SellerCustomer,
        "(SELECT DISTINCT s.id AS seller_id, customer FROM o JOIN s ON s.n = o.seller)"
        " c",
        id="gen_random_uuid()",
        seller_id="seller_id",
        user_id=f"{_FIRST_KEY} + customer",
    )
    _insert(
        cursor,
        OrderGroupEvent,
        "g",
        id="md5('event' || g.n)::uuid",
        group_id="g.id",
        sequence="1",
        type_sequence="1",
        type="'created'",
        created_at="g.created_at",
        announced_at="g.created_at",
    )


def _record_states() -> None:
    """Record the groups' states, as the migration does that brings events."""
    from saleor_order_groups.lifecycle.records import record_present
    from saleor_order_groups.models import OrderGroup, OrderGroupState

    keys = OrderGroup.objects.order_by("pk").values_list("pk", flat=True)
    batch = list(keys[:STATES_AT_ONCE])
    while batch:
        record_present(batch)
        batch = list(keys.filter(pk__gt=batch[-1])[:STATES_AT_ONCE])
    OrderGroupState.objects.update(last_sequence=1)


def _record_sweep() -> None:
    """Let the sweep have looked at all of it, as in a shop that has run for a while."""
    from django.db.models import Max
    from django.utils import timezone
    from saleor.payment.models import TransactionEvent

    from saleor_order_groups.models import Recovery

    last = TransactionEvent.objects.aggregate(last=Max("pk"))["last"] or 0
    Recovery.objects.update_or_create(
        pk=1,
        defaults={"looked_until": timezone.now(), "transaction_event_id": last},
    )


def _fill_orders(cursor) -> None:
    from saleor.order.models import Order, OrderEvent, OrderLine

    total = "goods + shipping"
    status = "CASE WHEN is_paid THEN 'full' ELSE 'none' END"
    _insert(
        cursor,
        Order,
        "o",
        id="o.id",
        number="(k + 1)::int",
        created_at="created_at",
        updated_at="created_at",
        status="status",
        origin="'checkout'",
        channel_id=_get_channel_id(),
        currency="'USD'",
        user_id=f"{_FIRST_KEY} + customer",
        user_email="'customer' || customer || '@example.com'",
        billing_address_id=f"{_FIRST_KEY} + customer",
        shipping_address_id=f"{_FIRST_KEY} + customer",
        checkout_token="md5('checkout' || n)::uuid::text",
        total_net_amount=total,
        total_gross_amount=total,
        undiscounted_total_net_amount=total,
        undiscounted_total_gross_amount=total,
        subtotal_net_amount="goods",
        subtotal_gross_amount="goods",
        shipping_price_net_amount="shipping",
        shipping_price_gross_amount="shipping",
        base_shipping_price_amount="shipping",
        undiscounted_base_shipping_price_amount="shipping",
        shipping_method_name="CASE WHEN position = 0 THEN 'Parcel' END",
        charge_status=status,
        authorize_status=status,
        total_charged_amount=f"CASE WHEN is_paid THEN {total} ELSE 0 END",
        weight="0",
        lines_count="lines",
        should_refresh_prices="false",
        search_vector=f"""setweight(to_tsvector('simple', (k + 1)::text), 'A')
          || to_tsvector('simple', 'customer' || customer || '@example.com '
               || {_get_name("customer")} || ' ' || {_get_surname("customer")}
               || ' SKU-' || k %% 4000)""",
    )
    unit = "(goods / lines)::numeric(20, 2)"
    # The last line has what the division leaves.
    amount = f"CASE WHEN line = lines - 1 THEN goods - {unit} * line ELSE {unit} END"
    _insert(
        cursor,
        OrderLine,
        """o CROSS JOIN LATERAL generate_series(0, o.lines - 1) line
           JOIN p ON p.n = 1 + (o.k * 13 + line) %% 4000""",
        id="md5('line' || k || '-' || line)::uuid",
        order_id="o.id",
        created_at="created_at",
        variant_id="p.variant",
        product_name="p.name",
        product_sku="p.sku",
        variant_name="'One size'",
        quantity="1",
        quantity_fulfilled="CASE WHEN status = 'fulfilled' THEN 1 ELSE 0 END",
        is_shipping_required="true",
        is_gift_card="false",
        currency="'USD'",
        tax_rate="0",
        **{
            f"{prefix}_{kind}_amount": amount
            for prefix in (
                "unit_price",
                "total_price",
                "undiscounted_unit_price",
                "undiscounted_total_price",
            )
            for kind in ("net", "gross")
        },
        base_unit_price_amount=amount,
        undiscounted_base_unit_price_amount=amount,
    )
    _insert(
        cursor,
        OrderEvent,
        "o",
        id=f"{_FIRST_KEY} + k",
        order_id="o.id",
        date="created_at",
        type="'placed'",
        user_id=f"{_FIRST_KEY} + customer",
        parameters="'{}'::jsonb",
    )


def _fill_payments(cursor) -> None:
    from saleor.payment.models import TransactionEvent, TransactionItem

    paid = "(SELECT *, goods + shipping AS total FROM o WHERE is_paid) paid"
    _insert(
        cursor,
        TransactionItem,
        paid,
        id=f"{_FIRST_KEY} + k",
        token="md5('payment' || k)::uuid",
        order_id="id",
        created_at="created_at",
        modified_at="created_at",
        currency="'USD'",
        name="'Card'",
        psp_reference="'psp-' || k",
        charged_value="total",
    )
    _insert(
        cursor,
        TransactionEvent,
        paid,
        id=f"{_FIRST_KEY} + k",
        transaction_id=f"{_FIRST_KEY} + k",
        created_at="created_at",
        type="'charge_success'",
        psp_reference="'psp-' || k",
        currency="'USD'",
        amount_value="total",
        include_in_calculations="true",
    )


# ------------------------------------------------------------------ indexes, sequences


def _drop_indexes(cursor, tables: list[str]) -> list[str]:
    """Drop the indexes that no constraint needs; return how to make them anew."""
    cursor.execute(
        """
        SELECT index.relname, pg_get_indexdef(index.oid)
        FROM pg_index
        JOIN pg_class index ON index.oid = indexrelid
        JOIN pg_class heap ON heap.oid = indrelid
        LEFT JOIN pg_constraint ON conindid = indexrelid
        WHERE heap.relname = ANY(%s) AND pg_constraint.oid IS NULL
        """,
        [tables],
    )
    rows = cursor.fetchall()
    for name, _ in rows:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in rows]


def _make_indexes(definitions: Iterable[str]) -> None:
    from django.db import connection

    def make(definition: str) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET maintenance_work_mem = '512MB'")
                cursor.execute(definition)
        finally:
            connection.close()

    # One connection for each thread: the database makes them beside each other.
    with ThreadPoolExecutor(min(os.cpu_count() or 2, 4)) as pool:
        list(pool.map(make, definitions))


def _advance_sequences(cursor, models: Iterable[type]) -> None:
    for model in models:
        table, column = model._meta.db_table, model._meta.pk.column
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
        [sequence] = cursor.fetchone()
        if sequence:
            cursor.execute(f"SELECT setval(%s, max({column})) FROM {table}", [sequence])
