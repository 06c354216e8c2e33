"""How many SQL statements a completion and a page take; `make bench` takes the times.

The numbers are those of Saleor 3.23.28. What makes one lower is to be welcomed here;
what makes one higher needs a reason.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups.lifecycle import look
from saleor_order_groups.models import OrderGroup, PaymentShare
from saleor_order_groups.payments import shares_updates
from tests.helpers.payments import OPERATION

SELLERS = [None, "alpha", "beta", "gamma", "delta"]
LINES = 10
TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
# Commit hooks that are registered in a commit hook run when it ends only if the test has
# no transaction around it.
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def count_statements(make_cart, pay, complete, monkeypatch):
    """Return a function that completes ten lines of N sellers and counts statements.

    A worker announces the shares.
    """
    monkeypatch.setattr(shares_updates, "_request_announcement", lambda _id: None)

    def _count(
        sellers, *, is_charged, condition=bool, names=SELLERS, others=TRANSACTIONS
    ):
        lines = [(names[n % sellers], f"{n + 1}.50") for n in range(LINES)]
        checkout = make_cart(lines)
        if is_charged:
            transaction = pay(checkout)
            transaction.charged_value = transaction.authorized_value
            transaction.authorized_value = 0
            transaction.save()
            transaction.events.create(
                type="charge_success",
                amount_value=transaction.charged_value,
                currency=transaction.currency,
                psp_reference="psp",
                include_in_calculations=True,
            )
        else:
            pay(checkout)
        with CaptureQueriesContext(connection) as queries:
            assert not complete(checkout)["errors"]
        return len(
            [
                query
                for query in queries
                if not query["sql"].startswith(others) and condition(query)
            ]
        )

    return _count


@committing
def test_statements_for_each_further_seller_of_a_paid_cart(count_statements):
    # given: what the first completion reads once in a process is read
    count_statements(2, is_charged=True)

    # when
    counts = [count_statements(n, is_charged=True) for n in (2, 3, 5)]

    # then: all of them after the commit, in what Saleor does for each order
    assert [count - counts[0] for count in counts] == [0, 1, 3]


@committing
def test_statements_for_each_further_seller_of_an_authorized_cart(count_statements):
    # given
    count_statements(2, is_charged=False)

    # when
    counts = [count_statements(n, is_charged=False) for n in (2, 3, 5)]

    # then
    assert [count - counts[0] for count in counts] == [0, 1, 3]


def test_who_listens_is_looked_up_once_for_all_orders(
    count_statements, order_groups_plugin_with_webhooks
):
    # given
    def is_lookup(statement):
        return 'FROM "webhook_webhook' in statement["sql"]

    count_statements(2, is_charged=True)

    # when
    two, five = (
        count_statements(n, is_charged=True, condition=is_lookup) for n in (2, 5)
    )

    # then
    assert two == five > 0


@committing
def test_statements_for_each_further_seller_of_webhooks_that_listen(
    count_statements, order_groups_plugin_with_webhooks, listen, webhook_tasks
):
    # given
    listen("order_created", "order_paid", "order_fully_paid", is_deferred=True)
    count_statements(2, is_charged=True)
    webhook_tasks.clear()

    # when
    counts = [count_statements(n, is_charged=True) for n in (2, 3, 5)]

    # then: all orders' deliveries are stored, and committed, together
    assert [count - counts[0] for count in counts] == [0, 1, 3]
    assert len(webhook_tasks) == 3 * (2 + 3 + 5)
    two, five = (
        count_statements(n, is_charged=True, condition=is_commit, others=())
        for n in (2, 5)
    )
    assert two == five == 4 + 3


def is_commit(query):
    return query["sql"] == "COMMIT"


@committing
def test_statements_of_a_completion_next_to_one_order_of_saleor(
    count_statements, order_groups_plugin, channel_USD, monkeypatch
):
    # given: a worker announces the events
    monkeypatch.setattr(look, "request_announcement", lambda group_id: None)
    count_statements(2, is_charged=True)

    # when: one of two, because Saleor reads some rows anew now and then
    split = min(count_statements(2, is_charged=True) for _ in range(2))
    order_groups_plugin(channel_USD, active=False)
    single = min(count_statements(2, is_charged=True) for _ in range(2))

    # then
    # 1 of the second order. What the group, its links, shares and sellers take is but 1
    # more than what Saleor reads of its one order again after it has made it, and what
    # it takes to write that order's events one by one. 2 write the group's state and
    # first event, 1 asks who hears of changed shares, 1 notes that the orders were
    # announced, 3 are the look that records that they are confirmed and paid. 1 asks
    # which of the sellers have apps.
    assert split - single == 3 + 1 + 1 + 1 + 3 + 1


@committing
def test_statements_of_a_cart_of_one_seller_next_to_saleor(
    count_statements, order_groups_plugin, channel_USD, monkeypatch
):
    # given: a worker announces the events
    monkeypatch.setattr(look, "request_announcement", lambda group_id: None)
    count_statements(1, is_charged=True, names=["alpha"])

    # when: one of two, because Saleor reads some rows anew now and then
    def count():
        return count_statements(1, is_charged=True, names=["alpha"])

    ours = min(count() for _ in range(2))
    order_groups_plugin(channel_USD, active=False)
    single = min(count() for _ in range(2))

    # then: 15 for the group, its seller, first event and look. Four fewer for what
    # Saleor writes one by one and reads again.
    assert ours - single == 11


@committing
@pytest.mark.parametrize("sellers", [1, 2])
def test_a_completion_looks_at_its_group_once(count_statements, monkeypatch, sellers):
    # given: a worker announces the events
    monkeypatch.setattr(look, "request_announcement", lambda group_id: None)

    def is_look(statement):
        return (
            "FOR NO KEY UPDATE" in statement["sql"] and "groupstate" in statement["sql"]
        )

    # when
    looks = count_statements(sellers, is_charged=True, condition=is_look)

    # then
    assert looks == 1
    events = OrderGroup.objects.get().events.order_by("sequence")
    assert list(events.values_list("type", flat=True)) == [
        "created", "confirmed", "fully_paid",
    ]  # fmt: skip


def test_statements_of_a_page_do_not_depend_on_what_is_on_it(
    count_statements, staff_api_client, permission_group_manage_orders
):
    # given
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    count_statements(2, is_charged=True)
    query = """{
      orderGroups(first: 50) {
        edges { node {
          number status fulfillmentStatus chargeStatus authorizeStatus
          total { gross { amount } }
          sellers { slug }
          orders { number seller { slug } lines { productName } }
        } }
      }
    }"""

    def read():
        with CaptureQueriesContext(connection) as queries:
            data = get_graphql_content(staff_api_client.post_graphql(query))["data"]
        return len(data["orderGroups"]["edges"]), len(queries)

    read()

    # when
    groups, statements = read()
    for sellers in (2, 3, 5):
        count_statements(sellers, is_charged=True)
    more_groups, more_statements = read()

    # then
    assert (groups, more_groups) == (1, 4)
    assert more_statements == statements


def test_who_listens_is_looked_up_once_for_all_orders_of_a_report(
    make_cart, pay, complete, report, order_groups_plugin_with_webhooks
):
    # given
    def count_lookups(sellers):
        checkout = make_cart([(seller, "10.00") for seller in sellers])
        transaction = pay(checkout)
        assert not complete(checkout)["errors"]
        amount = str(transaction.authorized_value)
        with CaptureQueriesContext(connection) as queries:
            report(transaction, "CHARGE_SUCCESS", amount, f"charge-{len(sellers)}")
        return sum('FROM "webhook_webhook' in query["sql"] for query in queries)

    # when
    two, four = count_lookups(SELLERS[:2]), count_lookups(SELLERS[1:])

    # then
    assert two == four > 0


def test_statements_of_a_report_on_one_order_do_not_depend_on_its_siblings(
    make_cart, pay, complete, report
):
    # given
    counts = []
    for count in (2, 12):
        checkout = make_cart([(f"of-{count}-{n}", "10.00") for n in range(count)])
        transaction = pay(checkout)
        assert not complete(checkout)["errors"]
        amount = str(transaction.authorized_value)
        report(transaction, "CHARGE_SUCCESS", amount, f"charge-{count}")
        share = PaymentShare.objects.filter(payment__transaction=transaction).first()

        # when
        with CaptureQueriesContext(connection) as queries:
            report(share.transaction, "REFUND_SUCCESS", "1.00", f"refund-{count}")
        counts.append(len(queries))

    # then
    assert counts[0] == counts[1]


@committing
def test_statements_of_a_report_for_each_further_order(
    make_cart, pay, complete, report
):
    # given
    counts = []
    for count in (5, 15):
        checkout = make_cart([(f"of-{count}-{n}", "10.00") for n in range(count)])
        transaction = pay(checkout)
        assert not complete(checkout)["errors"]
        amount = str(transaction.authorized_value)

        # when
        with CaptureQueriesContext(connection) as queries:
            report(transaction, "CHARGE_SUCCESS", amount, f"charge-{count}")
        counts.append(len(queries))

    # then: each order is paid in full, of which Saleor records an event and a status
    assert (counts[1] - counts[0]) / 10 == 8


@pytest.fixture
def cancel(app_api_client, permission_manage_orders):
    """Return a function that cancels every order of a group."""
    app_api_client.app.permissions.add(permission_manage_orders)
    query = OPERATION % ("", "Cancel", "")

    def _cancel(group):
        response = app_api_client.post_graphql(
            query, {"id": Node.to_global_id("OrderGroup", group.pk)}
        )
        data = get_graphql_content(response)["data"]["orderGroupCancel"]
        assert data["errors"] == []
        assert {each["order"]["status"] for each in data["results"]} == {"CANCELED"}

    return _cancel


@committing
# In the request itself, and in a task, which reads twenty orders at once.
@pytest.mark.parametrize(
    ("sizes", "without_transactions", "all_statements"),
    [((5, 10), 18, 24), ((11, 20), 15, 21)],
)
def test_statements_of_a_cancelation_for_each_further_order(
    make_cart, pay, complete, cancel, sizes, without_transactions, all_statements
):
    # given
    counts = []
    for count in sizes:
        checkout = make_cart([(f"of-{count}-{n}", "10.00") for n in range(count)])
        pay(checkout)
        assert not complete(checkout)["errors"]

        # when
        with CaptureQueriesContext(connection) as queries:
            cancel(OrderGroup.objects.latest("number"))
        others = [each for each in queries if not each["sql"].startswith(TRANSACTIONS)]
        counts.append((len(others), len(queries)))

    # then: most of them are those of Saleor's cancelation of one order
    fewer, more = counts
    orders = sizes[1] - sizes[0]
    assert (more[0] - fewer[0]) / orders == without_transactions
    assert (more[1] - fewer[1]) / orders == all_statements
