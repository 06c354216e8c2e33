"""A group's payments, which are bound to no order, as Saleor shows transactions."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.payment.models import TransactionItem

from saleor_order_groups.models import OrderGroup

FRAGMENT = """
fragment Transaction on TransactionItem {
  id
  token
  createdAt
  modifiedAt
  actions
  name
  message
  pspReference
  externalUrl
  reason
  reasonReference { id }
  order { id }
  checkout { id }
  createdBy { __typename }
  paymentMethodDetails { name }
  metadata { key }
  privateMetadata { key }
  events {
    id createdAt type pspReference message externalUrl idempotencyKey
    amount { amount } createdBy { __typename }
  }
  authorizedAmount { amount }
  authorizePendingAmount { amount }
  chargedAmount { amount }
  chargePendingAmount { amount }
  refundedAmount { amount }
  refundPendingAmount { amount }
  canceledAmount { amount }
  cancelPendingAmount { amount }
}
"""
OF_GROUP = (
    "query($id: ID) { orderGroup(id: $id) { transactions { ...Transaction } } }"
    + FRAGMENT
)
ONE = "query($id: ID) { transaction(id: $id) { ...Transaction } }" + FRAGMENT
LIST = """
query($where: TransactionWhereInput) {
  transactions(first: 20, where: $where) { edges { node { id } } }
}
"""


@pytest.fixture
def payment(make_cart, pay, complete):
    """Pay for two sellers' orders with one transaction."""
    checkout = make_cart([("alpha", "60.00"), ("beta", "40.00")])
    payment = pay(checkout)
    assert complete(checkout)["errors"] == []
    return payment


@pytest.fixture
def manager(
    staff_api_client, permission_group_manage_orders, permission_manage_payments
):
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    staff_api_client.user.user_permissions.add(permission_manage_payments)
    return staff_api_client


@pytest.fixture
def to_transaction_id():
    return lambda transaction: Node.to_global_id("TransactionItem", transaction.token)


def listed(response):
    data = get_graphql_content(response)["data"]["transactions"]
    return {edge["node"]["id"] for edge in data["edges"]}


def test_transactions_are_payments_and_those_of_single_orders(
    payment, manager, transaction_item_generator, to_id, to_transaction_id
):
    # given a payment made later for the second order
    group = OrderGroup.objects.get()
    first, second = [link.order for link in group.order_links.all()]
    later = transaction_item_generator(order_id=second.pk, charged_value=Decimal(3))

    # when
    response = manager.post_graphql(OF_GROUP, {"id": to_id(group)})

    # then the shares of the payment are not among them
    data = get_graphql_content(response)["data"]["orderGroup"]["transactions"]
    assert [
        (row["id"], row["authorizedAmount"]["amount"], row["chargedAmount"]["amount"])
        for row in data
    ] == [
        (to_transaction_id(payment), 105.0, 0.0),
        (to_transaction_id(later), 0.0, 3.0),
    ]
    assert [(row["order"], row["checkout"]) for row in data] == [
        (None, None),
        ({"id": to_id(second)}, None),
    ]
    assert TransactionItem.objects.filter(order=first).count() == 1


def test_transaction_of_a_group_of_one_order(
    make_cart, pay, complete, manager, to_id, to_transaction_id
):
    # given a payment that moved to the one order
    checkout = make_cart([("alpha", "60.00")])
    payment = pay(checkout)
    complete(checkout)
    group = OrderGroup.objects.get()

    # when
    response = manager.post_graphql(OF_GROUP, {"id": to_id(group)})

    # then
    [data] = get_graphql_content(response)["data"]["orderGroup"]["transactions"]
    assert data["id"] == to_transaction_id(payment)
    assert data["order"] == {"id": to_id(group.order_links.get().order)}


def test_payment_is_read_as_any_transaction(payment, manager, to_id, to_transaction_id):
    # when
    response = manager.post_graphql(ONE, {"id": to_transaction_id(payment)})
    of_group = manager.post_graphql(OF_GROUP, {"id": to_id(OrderGroup.objects.get())})

    # then
    data = get_graphql_content(response)["data"]["transaction"]
    assert data["authorizedAmount"] == {"amount": 105.0}
    assert data["order"] is None
    group = get_graphql_content(of_group)["data"]["orderGroup"]
    assert group["transactions"] == [data]


@pytest.mark.parametrize(
    ("who", "is_seen"),
    [
        ("anonymous", False),
        ("customer", False),
        ("staff without permission", None),
        ("staff with permission", True),
        ("staff of another channel", None),
        ("app without permission", False),
        ("app with permission", True),
        ("staff who handles payments", True),
        ("app which handles payments", True),
    ],
)
def test_who_reads_the_transactions_of_a_group(
    who,
    is_seen,
    client_of,
    create_group,
    permission_manage_payments,
    permission_group_handle_payments,
    to_id,
):
    # given a guest's group: whoever holds its ID reads it, but for staff without its
    # channel
    group = create_group(user=None)
    client = client_of(who)
    if who.startswith("staff who"):
        permission_group_handle_payments.user_set.add(client.user)
    elif who.startswith("app which"):
        client.app.permissions.add(permission_manage_payments)

    # when
    response = client.post_graphql(OF_GROUP, {"id": to_id(group)})

    # then
    if is_seen:
        data = get_graphql_content(response)["data"]
        assert data == {"orderGroup": {"transactions": []}}
    elif is_seen is None:
        assert get_graphql_content(response)["data"] == {"orderGroup": None}
    else:
        assert_no_permission(response)


def test_staff_list_payments_of_their_channels(
    payment,
    manager,
    staff_api_client,
    staff_of_channel,
    channel_USD,
    channel_PLN,
    to_transaction_id,
):
    # given
    shares = TransactionItem.objects.exclude(order=None)
    expected = {to_transaction_id(row) for row in (payment, *shares)}
    assert len(expected) == 3

    # when
    everywhere = listed(manager.post_graphql(LIST))
    manager.user.groups.clear()
    staff_of_channel(staff_api_client.user, channel_PLN)
    elsewhere = listed(staff_api_client.post_graphql(LIST))
    staff_of_channel(staff_api_client.user, channel_USD)
    in_the_channel = listed(staff_api_client.post_graphql(LIST))

    # then
    assert (everywhere, elsewhere, in_the_channel) == (expected, set(), expected)


def test_staff_find_a_payment(payment, manager, to_transaction_id):
    # given
    TransactionItem.objects.filter(pk=payment.pk).update(psp_reference="psp-7")
    variables = {"where": {"pspReference": {"eq": "psp-7"}}}

    # when
    response = manager.post_graphql(LIST, variables)

    # then
    assert listed(response) == {to_transaction_id(payment)}


def test_app_lists_what_saleor_lists(
    payment, app_api_client, permission_manage_payments, permission_manage_orders,
    to_transaction_id,
):  # fmt: skip
    # given an app that did not make the payment
    app_api_client.app.permissions.add(permission_manage_payments)

    # when
    of_others = listed(app_api_client.post_graphql(LIST))
    app_api_client.app.permissions.add(permission_manage_orders)
    everything = listed(app_api_client.post_graphql(LIST))

    # then
    assert of_others == set()
    assert everything == {
        to_transaction_id(row) for row in TransactionItem.objects.all()
    }
