from decimal import Decimal

import pytest
from saleor.graphql.order.enums import OrderAuthorizeStatusEnum, OrderChargeStatusEnum
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.order.utils import update_order_charge_data
from saleor.payment.models import TransactionItem

from saleor_order_groups.graphql.groups.enums import (
    OrderGroupFulfillmentStatusEnum,
    OrderGroupStatusEnum,
)
from saleor_order_groups.groups.totals import get_settlements, get_totals
from saleor_order_groups.lifecycle.records import record_present

STATUSES = {
    "status": OrderGroupStatusEnum,
    "fulfillmentStatus": OrderGroupFulfillmentStatusEnum,
    "chargeStatus": OrderChargeStatusEnum,
    "authorizeStatus": OrderAuthorizeStatusEnum,
}


def list_names(enum):
    return [value.name for value in enum._meta.enum]


def make_query(fields):
    """Ask what the group tells, and for each value whether its filter finds it."""
    found = [
        f"{field}_{name}: orderGroups(where: {{{field}: {{eq: {name}}}}}) {{totalCount}}"
        for field in fields
        for name in list_names(STATUSES[field])
    ]
    return f"""
        query Statuses($id: ID) {{
          orderGroup(id: $id) {{ {" ".join(fields)} }}
          {" ".join(found)}
        }}
    """


@pytest.fixture
def create_group_of(create_group, orders_of):
    """Return a group whose orders have these fields."""

    def create_group_of(*orders_fields):
        group = create_group([None] * len(orders_fields))
        for order, fields in zip(orders_of(group), orders_fields, strict=True):
            Order.objects.filter(pk=order.pk).update(**fields)
        return group

    return create_group_of


@pytest.fixture
def totals_of(create_group_of):
    """Return the totals of a group whose orders have these fields."""

    def totals_of(*orders_fields):
        group = create_group_of(*orders_fields)
        return get_totals([group], "default")[group.pk]

    return totals_of


@pytest.fixture
def statuses_of(create_group_of, user_api_client, to_id):
    """Return the statuses of a group, found by the filters of these alone."""

    def statuses_of(fields, *orders_fields):
        group = create_group_of(*orders_fields)
        # Orders that are deleted have left their status behind.
        record_present([group.pk])
        response = user_api_client.post_graphql(
            make_query(fields), {"id": to_id(group)}
        )
        data = get_graphql_content(response)["data"]
        statuses = data.pop("orderGroup")
        found = [name for name, page in data.items() if page["totalCount"]]
        assert found == [f"{field}_{name}" for field, name in statuses.items()]
        return list(statuses.values())

    return statuses_of


@pytest.mark.parametrize(
    ("order_statuses", "status", "fulfillment_status"),
    [
        ([], "expired", "canceled"),
        (["canceled", "expired"], "canceled", "canceled"),
        (["canceled"], "canceled", "canceled"),
        (["expired", "expired"], "expired", "canceled"),
        (["unconfirmed", "unconfirmed"], "unconfirmed", "not_fulfilled"),
        (["unconfirmed", "canceled"], "unconfirmed", "not_fulfilled"),
        (["unfulfilled", "unconfirmed"], "unfulfilled", "not_fulfilled"),
        (["unfulfilled", "expired"], "unfulfilled", "not_fulfilled"),
        (["fulfilled", "fulfilled"], "fulfilled", "fulfilled"),
        (["fulfilled", "canceled"], "fulfilled", "fulfilled"),
        (["returned", "returned"], "returned", "returned"),
        (["returned", "unfulfilled"], "partially_returned", "partially_returned"),
        (["partially_returned"], "partially_returned", "partially_returned"),
        (["fulfilled", "partially_returned"], "partially_returned", "partially_returned"),
        (["fulfilled", "unfulfilled"], "partially_fulfilled", "partially_fulfilled"),
        (["partially fulfilled"], "partially_fulfilled", "partially_fulfilled"),
        (["fulfilled", "unconfirmed"], "partially_fulfilled", "partially_fulfilled"),
    ],
)  # fmt: skip
def test_status(order_statuses, status, fulfillment_status, statuses_of):
    # when
    statuses = statuses_of(
        ["status", "fulfillmentStatus"],
        *[{"status": order_status} for order_status in order_statuses],
    )

    # then
    assert statuses == [status.upper(), fulfillment_status.upper()]


ZERO = {"total_net_amount": 0, "total_gross_amount": 0}
CANCELED = {"status": "canceled"}


@pytest.mark.parametrize(
    ("_case", "orders", "status"),
    [
        ("no orders", [], "none"),
        ("all the same", [("full", {}), ("full", {})], "full"),
        ("none", [("none", {}), ("none", {})], "none"),
        ("full and overcharged", [("full", {}), ("overcharged", {})], "overcharged"),
        ("overcharged", [("overcharged", {}), ("overcharged", {})], "overcharged"),
        ("none and full", [("none", {}), ("full", {})], "partial"),
        ("partial and full", [("partial", {}), ("full", {})], "partial"),
        ("canceled does not count", [("none", {}), ("full", CANCELED)], "none"),
        ("only canceled", [("none", CANCELED), ("full", CANCELED)], "partial"),
        ("zero does not count", [("none", {}), ("full", ZERO)], "none"),
        ("only zero", [("full", ZERO), ("full", ZERO)], "full"),
        ("live zero counts before canceled", [("full", ZERO), ("none", CANCELED)], "full"),
    ],
)  # fmt: skip
def test_charge_status(_case, orders, status, statuses_of):
    # when
    statuses = statuses_of(
        ["chargeStatus"],
        *[
            {"charge_status": charge_status, **fields}
            for charge_status, fields in orders
        ],
    )

    # then
    assert statuses == [status.upper()]


@pytest.mark.parametrize(
    ("_case", "orders", "status"),
    [
        ("no orders", [], "none"),
        ("all the same", [("full", {}), ("full", {})], "full"),
        ("none and full", [("none", {}), ("full", {})], "partial"),
        ("partial and full", [("partial", {}), ("full", {})], "partial"),
        ("zero does not count", [("none", {}), ("full", ZERO)], "none"),
        ("only zero", [("full", ZERO), ("full", ZERO)], "full"),
        ("canceled does not count", [("full", {}), ("none", CANCELED)], "full"),
        ("only canceled", [("full", CANCELED), ("none", CANCELED)], "partial"),
    ],
)
def test_authorize_status(_case, orders, status, statuses_of):
    # when
    statuses = statuses_of(
        ["authorizeStatus"],
        *[{"authorize_status": authorized, **fields} for authorized, fields in orders],
    )

    # then
    assert statuses == [status.upper()]


@pytest.mark.parametrize(
    ("_case", "statuses", "gross"),
    [
        ("all live", ["unfulfilled", "fulfilled"], "24.60"),
        ("one canceled", ["unfulfilled", "canceled"], "12.30"),
        ("one expired", ["expired", "unfulfilled"], "12.30"),
        ("none live", ["canceled", "expired"], "24.60"),
    ],
)
def test_amounts_are_of_the_counted_orders(_case, statuses, gross, totals_of):
    # when
    totals = totals_of(*[{"status": status} for status in statuses])

    # then
    count = Decimal(gross) / Decimal("12.30")
    assert totals.total.gross.amount == Decimal(gross)
    assert totals.total.net.amount == 10 * count
    assert totals.undiscounted_total.gross.amount == Decimal("13.30") * count
    assert totals.subtotal.gross.amount == Decimal("10.30") * count
    assert totals.shipping_price.gross.amount == 2 * count
    assert totals.total.currency == "USD"


def test_money_of_canceled_orders_stays_visible(totals_of):
    # when
    totals = totals_of(
        {"total_charged_amount": Decimal("12.30")},
        {"status": "canceled", "total_charged_amount": 1, "total_authorized_amount": 3},
    )

    # then
    assert totals.total_charged.amount == Decimal("13.30")
    assert totals.total_authorized.amount == Decimal("3.00")


def test_one_statement_for_all_groups(create_group, django_assert_num_queries):
    # given
    groups = [create_group(amounts=[("1.00", f"{n}.50")]) for n in range(1, 4)]

    # when
    with django_assert_num_queries(1):
        totals = get_totals(groups, "default")

    # then
    assert [totals[group.pk].total.gross.amount for group in groups] == [
        Decimal("1.50"),
        Decimal("2.50"),
        Decimal("3.50"),
    ]


AMOUNTS = """
query Amounts($id: ID) {
  orderGroup(id: $id) {
    totalRefunded { amount }
    totalBalance { amount }
    orders { totalRefunded { amount } totalBalance { amount } }
  }
}
"""


@pytest.fixture
def read_amounts(user_api_client, to_id):
    """Return what the group tells, and what Saleor tells of its orders, summed."""

    def read_amounts(group):
        response = user_api_client.post_graphql(AMOUNTS, {"id": to_id(group)})
        data = get_graphql_content(response)["data"]["orderGroup"]
        orders = data.pop("orders")
        sums = [
            sum(Decimal(str(order[name]["amount"])) for order in orders)
            for name in data
        ]
        return [Decimal(str(value["amount"])) for value in data.values()], sums

    return read_amounts


def test_refunds_and_balance_of_transactions(
    create_group, orders_of, transaction_item_generator, read_amounts
):
    # given two orders of 12.30
    group = create_group([None, None])
    first, second = orders_of(group)
    for order, amounts in [
        (first, {"charged_value": 5, "charge_pending_value": 2, "refunded_value": 1}),
        (first, {"charged_value": Decimal("0.30"), "refunded_value": 0}),
        (second, {"charged_value": 8, "refunded_value": 4, "refund_pending_value": 1}),
    ]:
        transaction = transaction_item_generator(order_id=order.pk)
        TransactionItem.objects.filter(pk=transaction.pk).update(**amounts)
    second.granted_refunds.create(amount_value=Decimal("2.00"), currency="USD")
    second.granted_refunds.create(amount_value=Decimal("0.50"), currency="USD")
    for order in (first, second):
        update_order_charge_data(order)

    # when
    amounts, sums_of_orders = read_amounts(group)

    # then 13.30 charged, 2.00 on its way, 24.60 due less 2.50
    assert amounts == [Decimal(5), Decimal("-6.80")]
    assert sums_of_orders == amounts


def test_canceled_orders_owe_nothing(
    create_group, orders_of, transaction_item_generator, read_amounts
):
    # given one of two orders, 4.00 of it paid, is canceled; then the other one
    group = create_group([None, None])
    first, second = orders_of(group)
    transaction_item_generator(order_id=first.pk, charged_value=4)
    update_order_charge_data(first)
    Order.objects.filter(pk=first.pk).update(status="canceled")

    # when
    one_canceled, _ = read_amounts(group)
    Order.objects.filter(pk=second.pk).update(status="expired")
    none_live, _ = read_amounts(group)

    # then what was taken for it stays visible
    assert one_canceled == [0, Decimal("-8.30")]
    assert none_live == [0, 4]


@pytest.mark.parametrize(
    ("_case", "is_active", "charge_status", "refunded"),
    [
        ("active", True, "partially-refunded", "3.00"),
        ("fully refunded", False, "fully-refunded", "3.00"),
        ("not active", False, "fully-charged", "7.00"),
    ],
)
def test_refunds_of_legacy_payments(
    _case,
    is_active,
    charge_status,
    refunded,
    create_group,
    orders_of,
    transaction_item_generator,
    read_amounts,
):
    # given an order with two payments, of which Saleor goes by the last, and a
    # transaction of which it tells where the payment has no say
    group = create_group([None, None])
    order, _ = orders_of(group)
    earlier, last = [
        order.payments.create(
            gateway="mirumee.payments.dummy",
            is_active=active,
            charge_status=status,
            total=Decimal("12.30"),
            captured_amount=captured,
            currency="USD",
        )
        for active, status, captured in [
            (False, "fully-refunded", 0),
            (is_active, charge_status, Decimal("9.30")),
        ]
    ]
    for payment, kind, is_success, amount in [
        (earlier, "refund", True, "9.00"),
        (last, "refund", True, "1.00"),
        (last, "refund", True, "2.00"),
        (last, "refund", False, "4.00"),
        (last, "capture", True, "12.30"),
    ]:
        payment.transactions.create(
            kind=kind,
            is_success=is_success,
            amount=Decimal(amount),
            currency="USD",
            gateway_response={},
        )
    transaction_item_generator(order_id=order.pk, refunded_value=7)
    update_order_charge_data(order)

    # when
    (total_refunded, balance), (refunds_of_orders, _) = read_amounts(group)

    # then
    assert total_refunded == refunds_of_orders == Decimal(refunded)
    assert balance == Decimal("9.30") - Decimal("24.60")


def test_one_statement_for_all_settlements(create_group, django_assert_num_queries):
    # given
    groups = [create_group(amounts=[("1.00", f"{n}.50")]) for n in range(1, 4)]

    # when
    with django_assert_num_queries(1):
        settlements = get_settlements(groups, "default")

    # then
    assert [settlements[group.pk].total_balance.amount for group in groups] == [
        Decimal("-1.50"),
        Decimal("-2.50"),
        Decimal("-3.50"),
    ]
