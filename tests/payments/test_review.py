"""What an operator meets after years: odd answers, old ways to report, stuck requests."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.payment.models import TransactionEvent

from saleor_order_groups.payments.recovery import settle_unsettled
from tests.apps.payment import accept, succeed
from tests.helpers.payments import (
    REQUEST,
    assert_shares_sum_to,
    get_amounts,
    get_errors,
    get_orders,
    get_share,
)

REPORT_CARD = """
    mutation Report($id: ID!) {
      transactionEventReport(
        id: $id, type: CHARGE_SUCCESS, amount: 105.00, pspReference: "charge-1"
        paymentMethodDetails: {
          giftCard: { name: "Voucher", brand: "Shoppers", lastChars: "1a2b" }
        }
      ) {
        errors { field message code }
      }
    }
"""


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


def test_failure_left_unsettled_by_a_crash_is_found(
    paid_group, payment_app, request_action
):
    # given
    payment_app.answer = accept("charge-a")
    assert request_action(get_share(get_orders()[0]), "CHARGE") == []
    assert get_amounts("charge_pending_value") == [63, [63, 0]]
    TransactionEvent.objects.create(
        transaction=paid_group,
        type="charge_failure",
        psp_reference="charge-a",
        amount_value=Decimal(63),
        currency="USD",
        include_in_calculations=True,
    )

    # when
    settled = list(settle_unsettled())

    # then
    assert [payment.transaction_id for payment in settled] == [paid_group.pk]
    assert get_amounts("charge_pending_value") == [0, [0, 0]]
    assert get_amounts("authorized_value") == [105, [63, 42]]
    assert list(settle_unsettled()) == []


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


def test_cancel_is_refused_while_the_charge_of_a_sibling_is_pending(
    paid_group, payment_app, request_action
):
    # given
    first, second = get_orders()
    payment_app.answer = accept("charge-a")
    assert request_action(get_share(first), "CHARGE") == []

    # when
    [error] = request_action(get_share(second), "CANCEL")

    # then
    assert error["message"] == (
        "Canceling would take the authorization from other orders that were paid with"
        f" it: #{first.number}."
    )
    assert [request.event for request in payment_app.requests] == [
        "transaction_charge_requested"
    ]


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


def test_refusal_tells_staff_of_other_channels_nothing_of_siblings(
    paid_group, staff_api_client, permission_group_all_perms_without_any_channel
):
    # given
    permission_group_all_perms_without_any_channel.user_set.add(staff_api_client.user)
    share = get_share(get_orders()[0])

    # when
    response = staff_api_client.post_graphql(
        REQUEST,
        {"id": Node.to_global_id("TransactionItem", share.token), "action": "CANCEL"},
    )

    # then
    assert_no_permission(response)


def test_refund_of_a_group_does_not_go_round_the_reason_that_staff_must_give(
    paid_group,
    report,
    payment_app,
    operate,
    staff_api_client,
    permission_group_handle_payments,
    site_settings,
    page_type,
):
    # given
    report(paid_group, "CHARGE_SUCCESS", "105.00", "charge-1")
    site_settings.refund_reason_reference_type = page_type
    site_settings.save(update_fields=["refund_reason_reference_type"])
    permission_group_handle_payments.user_set.add(staff_api_client.user)
    payment_app.answer = succeed("refund-1")

    # when
    data = operate("Refund", client=staff_api_client)

    # then
    [error] = data["errors"]
    assert error["code"] == "REQUIRED"
    assert error["message"].startswith("Reason reference is required")
    assert payment_app.requests == []
    # and apps need none, as in Saleor
    assert get_errors(operate("Refund")) == [[], []]
    assert get_amounts("refunded_value") == [105, [63, 42]]


def test_gift_card_details_that_are_reported_follow_to_the_orders(
    paid_group, app_api_client
):
    # when
    response = app_api_client.post_graphql(
        REPORT_CARD, {"id": Node.to_global_id("TransactionItem", paid_group.token)}
    )

    # then
    data = get_graphql_content(response)["data"]["transactionEventReport"]
    assert data["errors"] == []
    for order in get_orders():
        share = get_share(order)
        assert share.payment_method_name == "Voucher"
        assert share.gift_card_brand == "Shoppers"
        assert share.gift_card_last_chars == "1a2b"
