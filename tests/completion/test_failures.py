"""A failure at any write, or at the commit, leaves nothing; completing again succeeds.

Between two writes the database is what the first of them made it: a failure before each
write is a failure after the one before it, and before or after everything that lies
between them. The failure after the last one is that of the commit.
"""

import datetime
from contextlib import contextmanager
from functools import cache
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from graphene import Node
from saleor.checkout import complete_checkout as saleor_completion
from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode
from saleor.giftcard.models import GiftCard
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order, OrderEvent
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment
from saleor.warehouse.models import Allocation, Reservation, Stock

from saleor_order_groups.models import OrderGroup
from saleor_order_groups.verification.runner import verify
from saleor_order_groups.webhooks import sending
from tests.helpers.checkouts import CHECKOUT_COMPLETE

# Real transactions: what is rolled back is rolled back by PostgreSQL.
pytestmark = pytest.mark.django_db(transaction=True)

CART = [(None, "60.00"), ("alpha", "40.00")]


class PowerCutError(Exception):
    pass


# ------------------------------------------------------------------ what is there


# Saleor notes that it is completing the checkout, and takes the note back; it notes until
# when its prices are kept.
NOTED = (
    "completing_started_at",
    "last_change",
    "price_expiration",
    "discount_expiration",
)


def read_database():
    """Return a digest of the rows of every table that has any."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in get_all_tables()
            )
        )
        tables = [table for (table,) in cursor.fetchall()]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', md5(string_agg(row, '|' ORDER BY row)) FROM"
                f" (SELECT (to_jsonb(t) - %s::text[])::text AS row FROM {table} t) rows"
                for table in tables
            ),
            [list(NOTED)] * len(tables),
        )
        return dict(cursor.fetchall())


@cache
def get_all_tables():
    return connection.introspection.django_table_names(only_existing=True)


def find_changes(before, after):
    return {table for table, _ in before.items() ^ after.items()}


# ------------------------------------------------------------------ failures


class Writes:
    """Count the statements that write, and fail before one of them."""

    def __init__(self, fail_before, error):
        self.fail_before = fail_before
        self.error = error
        self.count = 0
        self.failed = None

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) or "nextval" in sql:
            if self.count == self.fail_before:
                self.failed = sql
                self.count += 1
                raise self.error
            self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def failing_at_the_commit_of(table):
    """Let PostgreSQL refuse to commit a transaction that has inserted into the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE 'power cut' USING ERRCODE = '57P01'; END $$"
        )
        cursor.execute(
            f"CREATE CONSTRAINT TRIGGER fail_at_commit AFTER INSERT ON {table}"
            " DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION fail_at_commit()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER fail_at_commit ON {table}")
            cursor.execute("DROP FUNCTION fail_at_commit")


@pytest.fixture
def make_rich_cart(
    make_cart,
    use_voucher,
    voucher_single_use,
    gift_card,
    site_settings_with_reservations,
):
    """Return a function that makes a cart that writes to every table of completion.

    A voucher that is used once, a gift card of 10.00, reserved stock, and a new address.
    """

    def _make(*, save_addresses):
        checkout = make_cart(
            CART,
            gift_cards=[gift_card],
            save_shipping_address=save_addresses,
            save_billing_address=save_addresses,
        )
        address = checkout.billing_address
        address.first_name = "Other"
        address.save()
        storage = checkout.metadata_storage
        storage.metadata = {"key": "value"}
        storage.save()
        use_voucher(checkout, voucher_single_use)
        # Else Saleor reads the methods again, and notes it, before it completes.
        Checkout.objects.update(
            delivery_methods_stale_at=timezone.now() + datetime.timedelta(hours=1)
        )
        checkout.refresh_from_db()
        for line in checkout.lines.all():
            Reservation.objects.create(
                checkout_line=line,
                stock=line.variant.stocks.get(),
                quantity_reserved=1,
                reserved_until=timezone.now() + datetime.timedelta(minutes=30),
            )
        return checkout

    return _make


@pytest.fixture
def ask_to_complete(user_api_client):
    """Return a function that completes a checkout and returns the whole answer."""

    def _ask(checkout):
        variables = {"id": Node.to_global_id("Checkout", checkout.token)}
        response = user_api_client.post_graphql(CHECKOUT_COMPLETE, variables)
        return get_graphql_content(response, ignore_errors=True)

    return _ask


def get_failure(answer):
    [error] = answer["errors"]
    return error["extensions"]["exception"]["code"]


def assert_is_placed(checkout):
    assert not list(verify())
    assert OrderGroup.objects.get().checkout_token == checkout.token
    assert Order.objects.count() == 2
    assert VoucherCode.objects.filter(is_active=False).count() == 1
    assert GiftCard.objects.get().current_balance_amount == 0
    assert list(Stock.objects.values_list("quantity_allocated", flat=True)) == [1, 1]
    assert Allocation.objects.count() == 2
    assert not Reservation.objects.exists()


# ------------------------------------------------------------------ transactions


def get_tables(statements):
    return {sql.split('"')[1] for sql in statements if '"' in sql}


@pytest.fixture
def listen_to_all(listen, permission_manage_payments, monkeypatch):
    """Return a function that makes a webhook that Saleor delivers nothing to."""

    def _listen():
        webhook = listen("order_group_created", "transaction_shares_updated")
        webhook.app.permissions.add(permission_manage_payments)
        monkeypatch.setattr(sending, "trigger_webhooks_async", mock.Mock())

    return _listen


def test_failure_at_any_write(
    make_rich_cart, pay, ask_to_complete, complete, listen_to_all
):
    # given
    listen_to_all()
    checkout = make_rich_cart(save_addresses=True)
    pay(checkout)
    before = read_database()

    # when: every write fails once, up to the first one after the commit
    failed = []
    while not OrderGroup.objects.exists():
        writes = Writes(len(failed), PowerCutError("power cut"))
        with connection.execute_wrapper(writes):
            answer = ask_to_complete(checkout)
        assert writes.failed
        failed.append(writes.failed)

        # then
        if not OrderGroup.objects.exists():
            assert get_failure(answer) == "PowerCutError", writes.failed
            assert find_changes(before, read_database()) == set(), writes.failed

    # then: nothing that Saleor or this project writes was left out
    assert get_tables(failed) >= {
        "account_address",
        "account_user_addresses",
        "checkout_checkout",
        "discount_orderdiscount",
        "discount_vouchercode",
        "giftcard_giftcard",
        "giftcard_giftcardevent",
        "order_order",
        "order_order_gift_cards",
        "order_orderline",
        "payment_transactionevent",
        "payment_transactionitem",
        "saleor_order_groups_grouppayment",
        "saleor_order_groups_ordergroup",
        "saleor_order_groups_ordergrouporder",
        "saleor_order_groups_paymenteventshare",
        "saleor_order_groups_paymentshare",
        "saleor_order_groups_sellercustomer",
        "saleor_order_groups_sharesupdate",
        "warehouse_allocation",
        "warehouse_reservation",
        "warehouse_stock",
    }
    # and what failed last is after the commit: the orders are there, as one of Saleor's,
    # and other checkouts with the gift card are not marked to be priced again
    assert get_tables(failed[-1:]) == {"checkout_checkout"}
    assert "price_expiration" in failed[-1]
    assert_is_placed(checkout)
    assert not complete(checkout)["errors"]
    assert Order.objects.count() == 2


def test_failure_at_the_commit(make_rich_cart, pay, ask_to_complete, complete):
    # given
    checkout = make_rich_cart(save_addresses=True)
    pay(checkout)
    before = read_database()

    # when: twice, and nothing is different the second time
    for _ in range(2):
        with failing_at_the_commit_of("saleor_order_groups_ordergroup"):
            answer = ask_to_complete(checkout)

        # then
        assert get_failure(answer) == "OperationalError"
        assert find_changes(before, read_database()) == set()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert len(data["orderGroup"]["orders"]) == 2
    assert_is_placed(checkout)
    assert OrderEvent.objects.filter(type="placed").count() == 2


# ------------------------------------------------------------------ after the commit


@pytest.fixture
def record_after_commit(monkeypatch):
    """Return what is written by what waits for a commit: (statement, table)."""
    written = set()
    run_hooks = connection.run_and_clear_commit_hooks

    def record(execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            written.add((sql.split()[0], sql.split('"')[1]))
        return execute(sql, params, many, context)

    def run():
        with connection.execute_wrapper(record):
            run_hooks()

    monkeypatch.setattr(connection, "run_and_clear_commit_hooks", run)
    return written


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_crash_after_the_commit_loses_only_what_the_sweep_does_again(
    is_heard,
    make_cart,
    pay,
    complete,
    order_groups_plugin_with_webhooks,
    channel_USD,
    record_after_commit,
    listen_to_all,
):
    # given: orders that are paid and confirmed at once
    channel_USD.automatically_confirm_all_new_orders = True
    channel_USD.save()
    order_groups_plugin_with_webhooks(channel_USD, active=False)
    plain = make_cart(CART)
    pay(plain, charged_value=105)
    record_after_commit.clear()
    assert not complete(plain)["errors"]
    of_saleor = set(record_after_commit)
    # and webhooks that listen; Saleor's deliveries are left out
    if is_heard:
        listen_to_all()

    # when
    order_groups_plugin_with_webhooks(channel_USD)
    checkout = make_cart(CART)
    pay(checkout, charged_value=105)
    record_after_commit.clear()
    data = complete(checkout)

    # then: every row of the orders, their group and their payments is there before
    assert len(data["orderGroup"]["orders"]) == 2
    of_shares = {
        # The worker announces the shares of the payment.
        ("UPDATE", "saleor_order_groups_sharesupdate"),
        ("DELETE", "saleor_order_groups_sharesupdate"),
    }
    assert record_after_commit == of_saleor | (of_shares if is_heard else set()) | {
        ("UPDATE", "saleor_order_groups_ordergroupevent"),
        ("UPDATE", "saleor_order_groups_ordergrouporder"),
    }
    assert of_saleor == {
        ("INSERT", "account_customerevent"),
        ("INSERT", "order_orderevent"),
        ("UPDATE", "account_user"),
    }


# ------------------------------------------------------------------ legacy payments


@pytest.fixture
def fail_order_creation(monkeypatch):
    """Return a function that counts and fails writes from the order's creation on.

    What comes before it, the payment's processing included, is Saleor's own.
    """
    create_order = saleor_completion._create_order

    def _arm(writes):
        def create(**kwargs):
            with connection.execute_wrapper(writes):
                return create_order(**kwargs)

        monkeypatch.setattr(saleor_completion, "_create_order", create)

    return _arm


def test_failure_at_any_write_after_the_money_was_taken(
    make_rich_cart,
    pay_legacy,
    ask_to_complete,
    fail_order_creation,
    get_total,
):
    # given
    checkout = make_rich_cart(save_addresses=False)
    get_total(checkout)
    before = read_database()
    # Saleor reserves what it has not reserved, and keeps the payments that failed.
    of_saleor = {"payment_payment", "payment_transaction", "warehouse_reservation"}

    # when: every write fails once, by a mistake or in the database
    failed = []
    while True:
        payment = pay_legacy(checkout)
        error = (PowerCutError, OperationalError)[len(failed) % 2]
        writes = Writes(len(failed), error("power cut"))
        fail_order_creation(writes)
        answer = ask_to_complete(checkout)
        if not writes.failed:
            break
        failed.append(writes.failed)

        # then: what the fail handler itself needs has not failed
        if error is PowerCutError:
            assert get_failure(answer) == "PowerCutError", writes.failed
        else:
            [refusal] = answer["data"]["checkoutComplete"]["errors"]
            assert refusal["code"] == "PAYMENT_ERROR", writes.failed
        assert find_changes(before, read_database()) <= of_saleor, writes.failed
        payment.refresh_from_db()
        assert payment.checkout_id == checkout.pk
        assert payment.charge_status == ChargeStatus.FULLY_REFUNDED
        assert payment.captured_amount == 0
        payment.is_active = False
        payment.save()

    # then
    assert get_tables(failed) >= {
        "account_address",
        "discount_orderdiscount",
        "giftcard_giftcard",
        "order_order",
        "order_orderline",
        "payment_payment",
        "payment_transaction",
        "saleor_order_groups_legacypaymentshare",
        "saleor_order_groups_ordergroup",
        "saleor_order_groups_ordergrouporder",
        "saleor_order_groups_sellercustomer",
        "warehouse_allocation",
        "warehouse_stock",
    }
    assert not answer["data"]["checkoutComplete"]["errors"]
    assert_is_placed(checkout)
    live = Payment.objects.filter(is_active=True)
    assert sum(part.captured_amount for part in live) == payment.total
    assert {order.charge_status for order in Order.objects.all()} == {"full"}


@pytest.mark.parametrize("active_case", [True, False])
def test_failure_at_the_commit_after_the_money_was_taken(
    make_cart,
    pay_legacy,
    ask_to_complete,
    complete,
    order_groups_plugin,
    channel_USD,
    active_case,
):
    # given
    checkout = make_cart(CART)
    order_groups_plugin(channel_USD, active=active_case)
    payment = pay_legacy(checkout)

    # when
    with failing_at_the_commit_of("order_order"):
        answer = ask_to_complete(checkout)

    # then: with one order of Saleor's too, the payment is charged and the checkout's
    assert get_failure(answer) == "OperationalError"
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    assert not Allocation.objects.exists()
    payment.refresh_from_db()
    assert payment.charge_status == ChargeStatus.FULLY_CHARGED
    assert payment.checkout_id == checkout.pk

    # when
    data = complete(checkout)

    # then: Saleor has its gateway process the payment once more, and counts both
    assert not data["errors"]
    orders = Order.objects.all()
    assert len(orders) == (2 if active_case else 1)
    assert sum(order.total_charged_amount for order in orders) == 2 * payment.total
