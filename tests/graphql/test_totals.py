from decimal import Decimal

import pytest
from saleor.order.models import Order

from saleor_order_groups.totals import get_totals


@pytest.fixture
def totals_of(create_group, orders_of):
    """Return the totals of a group whose orders have these fields."""

    def totals_of(*orders_fields):
        group = create_group([None] * len(orders_fields))
        for order, fields in zip(orders_of(group), orders_fields, strict=True):
            Order.objects.filter(pk=order.pk).update(**fields)
        return get_totals([group], "default")[group.pk]

    return totals_of


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
def test_status(order_statuses, status, fulfillment_status, totals_of):
    # when
    totals = totals_of(*[{"status": order_status} for order_status in order_statuses])

    # then
    assert totals.status == status
    assert totals.fulfillment_status == fulfillment_status


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
def test_charge_status(_case, orders, status, totals_of):
    # when
    totals = totals_of(
        *[
            {"charge_status": charge_status, **fields}
            for charge_status, fields in orders
        ]
    )

    # then
    assert totals.charge_status == status


@pytest.mark.parametrize(
    ("_case", "orders", "status"),
    [
        ("no orders", [], "none"),
        ("all the same", [("full", {}), ("full", {})], "full"),
        ("none and full", [("none", {}), ("full", {})], "partial"),
        ("partial and full", [("partial", {}), ("full", {})], "partial"),
        ("zero does not count", [("none", {}), ("full", ZERO)], "none"),
        ("canceled does not count", [("full", {}), ("none", CANCELED)], "full"),
    ],
)
def test_authorize_status(_case, orders, status, totals_of):
    # when
    totals = totals_of(
        *[{"authorize_status": authorized, **fields} for authorized, fields in orders]
    )

    # then
    assert totals.authorize_status == status


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
