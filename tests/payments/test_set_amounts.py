"""Amounts that an app sets, as apps did before events, go to the orders they are of."""

import pytest

from tests.helpers.payments import (
    assert_shares_sum_to,
    get_amounts,
    get_orders,
    get_share,
)


@pytest.mark.parametrize(
    ("charged", "refunded", "expected_charged", "expected_refunded"),
    [(0, 105, [0, 0], [63, 42]), (85, 20, [51, 34], [12, 8])],
)
def test_refund_that_is_set_as_amounts_is_of_the_orders_that_were_charged(
    paid_group, update, charged, refunded, expected_charged, expected_refunded
):
    # given
    update(paid_group, authorized=0, charged=105)
    assert get_amounts("charged_value") == [105, [63, 42]]

    # when
    update(paid_group, charged=charged, refunded=refunded)

    # then
    assert get_amounts("charged_value") == [charged, expected_charged]
    assert get_amounts("refunded_value") == [refunded, expected_refunded]
    assert_shares_sum_to(paid_group)


@pytest.mark.parametrize(
    "steps",
    [
        [{"charged": 0, "refunded": 63}],
        [{"refunded": 63}, {"charged": 0}],
        [{"charged": 0}, {"refunded": 63}],
    ],
)
def test_refund_that_is_set_as_amounts_is_not_of_an_order_that_was_not_charged(
    paid_group, update, report, steps
):
    # given
    report(get_share(get_orders()[0]), "CHARGE_SUCCESS", "63.00", "charge-a")

    # when
    for amounts in steps:
        update(paid_group, **amounts)

    # then
    assert get_amounts("charged_value") == [0, [0, 0]]
    assert get_amounts("refunded_value") == [63, [63, 0]]
    assert_shares_sum_to(paid_group)


def test_authorization_that_is_set_as_canceled_is_of_who_was_authorized(
    paid_group, update, report
):
    # given
    report(get_share(get_orders()[0]), "CHARGE_SUCCESS", "63.00", "charge-a")

    # when
    update(paid_group, authorized=0, canceled=42)

    # then
    assert get_amounts("authorized_value") == [0, [0, 0]]
    assert get_amounts("canceled_value") == [42, [0, 42]]
    assert_shares_sum_to(paid_group)
