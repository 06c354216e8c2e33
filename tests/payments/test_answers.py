"""What the app answers: odd amounts, and of one order of several."""

from decimal import Decimal

import pytest

from tests.apps.payment import accept, succeed
from tests.helpers.payments import (
    assert_shares_sum_to,
    get_amounts,
    get_errors,
    get_orders,
    get_share,
)


def test_answer_below_the_minor_unit_is_settled(
    paid_group,
    payment_app,
    operate,
):
    # given
    payment_app.answer = succeed("charge-1", "0.004")

    # when
    data = operate("Charge")

    # then
    assert get_errors(data) == [[], []]
    charged = Decimal("0.004")
    assert get_amounts("charged_value") == [charged, [charged, 0]]
    assert_shares_sum_to(paid_group)


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_answer_that_is_no_amount_is_a_failure(
    paid_group, payment_app, request_action, amount
):
    # given
    share = get_share(get_orders()[0])
    payment_app.answer = succeed("charge-a", amount)

    # when
    errors = request_action(share, "CHARGE")

    # then
    assert errors == []
    assert share.events.filter(type="charge_failure").count() == 1
    assert get_amounts("charged_value") == [0, [0, 0]]
    # and it can be asked again
    payment_app.answer = succeed("charge-a")
    assert request_action(share, "CHARGE") == []
    assert get_amounts("charged_value") == [63, [63, 0]]


@pytest.mark.parametrize(
    ("type", "charged", "authorized"),
    [("CHARGE_FAILURE", [0, 0], [63, 0]), ("CHARGE_SUCCESS", [63, 0], [0, 0])],
)
def test_answer_about_one_order_of_a_charge_of_all_leaves_the_other_its_part(
    paid_group,
    payment_app,
    operate,
    report,
    type,
    charged,
    authorized,
):
    # given
    payment_app.answer = accept("charge-1")
    assert get_errors(operate("Charge")) == [[], []]

    # when
    report(get_share(get_orders()[0]), type, "63.00", "charge-1")

    # then
    assert get_amounts("charged_value") == [sum(charged), charged]
    assert get_amounts("authorized_value") == [sum(authorized), authorized]
    assert_shares_sum_to(paid_group)


def test_failure_of_one_order_after_a_charge_of_all_gives_it_its_authorization_back(
    paid_group, report
):
    # given
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")

    # when
    report(get_share(get_orders()[0]), "CHARGE_FAILURE", "63.00", "charge-1")

    # then: the other order's charge has not failed
    assert get_amounts("charged_value") == [42, [0, 42]]
    assert get_amounts("authorized_value") == [63, [63, 0]]
    assert_shares_sum_to(paid_group)
