"""Purchases with a payment app, over HTTP: real server, real worker, real webhooks."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from saleor.order import OrderChargeStatus, OrderStatus
from saleor.order.models import Order
from saleor.payment.models import TransactionEvent

from tests.apps.provider import Report
from tests.helpers.purchases import (
    CART,
    ORDER_CANCEL,
    assert_in_line_with,
    get_amounts,
    wait_for,
)
from tests.helpers.waiting import WAIT_SECONDS, until

# The processes see what is committed; one start of them is for all of these tests.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("processes"),
]


def test_capture_seller_by_seller_refund_in_part_and_cancel_the_rest(
    provider,
    buy,
    ask,
):
    # given
    purchase = buy(CART)
    intent = provider.intents[purchase.reference]
    alpha, beta, gamma = purchase.share_ids
    assert get_amounts(purchase, "authorized") == [
        105,
        63,
        Decimal("31.5"),
        Decimal("10.5"),
    ]

    # when: captured seller by seller
    assert ask(alpha, "CHARGE") == []
    wait_for(purchase, "charged", [63, 63, 0, 0])
    assert ask(beta, "CHARGE", "31.50") == []
    wait_for(purchase, "charged", ["94.5", 63, "31.5", 0])

    # then
    assert [
        (event, payload["action"]["amount"], payload["transaction"]["order"]["number"])
        for event, payload in provider.received[1:]
    ] == [
        ("transaction_charge_requested", 63.0, purchase.numbers[0]),
        ("transaction_charge_requested", 31.5, purchase.numbers[1]),
    ]
    assert_in_line_with(purchase, intent)

    # when: a part goes back
    assert ask(beta, "REFUND", "11.11") == []
    wait_for(purchase, "refunded", ["11.11", 0, "11.11", 0])

    # then
    assert get_amounts(purchase, "charged") == [
        Decimal(amount) for amount in ("83.39", "63", "20.39", "0")
    ]
    assert_in_line_with(purchase, intent)

    # when: the last order is canceled, and its authorization
    data = provider.saleor.post(ORDER_CANCEL, provider.token, id=purchase.order_ids[2])
    assert data["orderCancel"] == {"order": {"status": "CANCELED"}, "errors": []}
    assert ask(gamma, "CANCEL") == []
    wait_for(purchase, "canceled", ["10.5", 0, 0, "10.5"])

    # then
    assert_in_line_with(purchase, intent)
    statuses = Order.objects.order_by("number").values_list("status", "charge_status")
    assert list(statuses) == [
        (OrderStatus.UNFULFILLED, OrderChargeStatus.FULL),
        (OrderStatus.UNFULFILLED, OrderChargeStatus.PARTIAL),
        (OrderStatus.CANCELED, OrderChargeStatus.NONE),
    ]


def test_last_canceled_order_cancels_what_is_left(
    provider,
    buy,
    ask,
):
    # given
    purchase = buy(CART)
    assert ask(purchase.share_ids[0], "CHARGE") == []
    wait_for(purchase, "charged", [63, 63, 0, 0])
    # Saleor makes an order UNFULFILLED when it hears that it is paid, a canceled one
    # too: the order must hear it before it is canceled.
    provider.saleor.wait_until_idle()

    # when
    answers = [
        provider.saleor.post(ORDER_CANCEL, provider.token, id=order_id)["orderCancel"]
        for order_id in purchase.order_ids
    ]
    assert answers == [{"order": {"status": "CANCELED"}, "errors": []}] * 3

    # then: once, and nothing is refunded
    wait_for(purchase, "canceled", [42, 0, "31.5", "10.5"])
    provider.saleor.wait_until_idle()
    assert [
        (event, payload["action"]["amount"]) for event, payload in provider.received[1:]
    ] == [
        ("transaction_charge_requested", 63.0),
        ("transaction_cancelation_requested", 42.0),
    ]
    assert_in_line_with(purchase, provider.intents[purchase.reference])


def test_app_that_captures_the_whole_when_asked_for_a_part(
    provider,
    buy,
    ask,
):
    # given
    purchase = buy(CART)
    provider.mode = "whole"

    # when
    assert ask(purchase.share_ids[1], "CHARGE") == []

    # then
    wait_for(purchase, "charged", [105, 63, "31.5", "10.5"])
    assert_in_line_with(purchase, provider.intents[purchase.reference])
    statuses = set(Order.objects.values_list("charge_status", flat=True))
    assert statuses == {OrderChargeStatus.FULL}


def test_reports_delayed_reordered_and_repeated(
    provider,
    buy,
    ask,
):
    # given: everything is asked for before anything is reported
    purchase = buy(CART)
    provider.mode = "later"
    for share_id in purchase.share_ids:
        assert ask(share_id, "CHARGE") == []
    wait_for(purchase, "charge_pending", [105, 63, "31.5", "10.5"])
    assert get_amounts(purchase, "authorized") == [0, 0, 0, 0]

    # when: the last first, each twice, on the payment
    for report in [*reversed(provider.reports), *provider.reports]:
        provider.send(report)

    # then
    assert get_amounts(purchase, "charged") == [
        Decimal(amount) for amount in ("105", "63", "31.5", "10.5")
    ]
    assert get_amounts(purchase, "charge_pending") == [0, 0, 0, 0]
    assert_in_line_with(purchase, provider.intents[purchase.reference])
    for order in Order.objects.all():
        assert order.events.filter(type="order_fully_paid").count() == 1
    # and when a refund is reported long after
    provider.reports.clear()
    assert ask(purchase.share_ids[2], "REFUND", "5.00") == []
    wait_for(purchase, "refund_pending", [5, 0, 0, 5])
    for report in provider.reports * 2:
        provider.send(report)
    assert get_amounts(purchase, "refunded") == [5, 0, 0, 5]
    assert_in_line_with(purchase, provider.intents[purchase.reference])


def test_app_that_is_down_for_a_while(
    provider,
    buy,
    ask,
):
    # given: nobody listens
    purchase = buy(CART)
    share = purchase.share_ids[0]
    provider.stop()

    # when
    assert ask(share, "CHARGE") == []
    provider.saleor.wait_until_idle()

    # then: nothing is charged, and Saleor tries no more
    assert get_amounts(purchase, "charged") == [0, 0, 0, 0]

    # when
    provider.start()
    assert ask(share, "CHARGE") == []

    # then
    wait_for(purchase, "charged", [63, 63, 0, 0])
    assert_in_line_with(purchase, provider.intents[purchase.reference])


def test_amount_is_reserved_until_saleor_gives_a_request_up(
    provider,
    buy,
    ask,
):
    # given: the worker tries again after ten seconds
    purchase = buy(CART)
    share = purchase.share_ids[0]
    provider.mode = "down"
    assert ask(share, "CHARGE") == []
    provider.saleor.wait_for_webhooks(provider, 2)

    # when
    [error] = ask(share, "CHARGE", "0.01")

    # then
    assert error["code"] == "INVALID"
    # and when the second try has failed (Saleor sends it without a body)
    events = TransactionEvent.objects.filter(type="charge_failure")
    until(events.exists, WAIT_SECONDS, lambda: "No failure was recorded.")
    provider.mode = "now"
    assert ask(share, "CHARGE") == []
    wait_for(purchase, "charged", [63, 63, 0, 0])
    assert_in_line_with(purchase, provider.intents[purchase.reference])


def test_report_overtakes_the_answer(
    provider,
    buy,
    ask,
):
    # given: the app has been asked, and has not answered yet
    purchase = buy(CART)
    _, beta, _ = purchase.share_ids
    provider.gate.clear()
    assert ask(beta, "CHARGE") == []
    until(lambda: len(provider.received) == 2, WAIT_SECONDS, lambda: "Nothing came.")
    [error] = ask(beta, "CHARGE", "0.01")
    assert error["code"] == "INVALID"

    # when
    provider.send(Report(purchase.payment_id, "CHARGE_SUCCESS", "charge-2", "31.50"))

    # then: only beta's request can be meant
    expected = [Decimal(amount) for amount in ("31.5", "0", "31.5", "0")]
    assert get_amounts(purchase, "charged") == expected
    # and the answer tells nothing new
    provider.gate.set()
    provider.saleor.wait_until_idle()
    assert get_amounts(purchase, "charged") == expected
    assert_in_line_with(purchase, provider.intents[purchase.reference])


def test_failure_without_a_known_reference_frees_an_open_request(
    provider,
    buy,
    ask,
):
    # given
    purchase = buy(CART)
    _, beta, _ = purchase.share_ids
    provider.gate.clear()
    provider.mode = "refuse"
    assert ask(beta, "CHARGE") == []
    until(lambda: len(provider.received) == 2, WAIT_SECONDS, lambda: "Nothing came.")
    assert ask(beta, "CHARGE")

    # when
    provider.send(Report(purchase.payment_id, "CHARGE_FAILURE", "other", "31.50"))

    # then
    assert ask(beta, "CHARGE") == []
    # and the answers come late
    provider.gate.set()
    provider.saleor.wait_for_webhooks(provider, 3)
    until(lambda: len(provider.answers) == 3, WAIT_SECONDS, lambda: "No answer.")
    provider.saleor.wait_until_idle()
    assert get_amounts(purchase, "charged") == [0, 0, 0, 0]
    assert_in_line_with(purchase, provider.intents[purchase.reference])


@pytest.mark.parametrize("rival", ["report", "completion"])
def test_report_races_the_completion(
    make_cart,
    provider,
    authorize,
    complete_purchase,
    rival,
):
    # given
    checkout = make_cart(CART, user=None)
    transaction = authorize(checkout)
    report = provider.capture(transaction["pspReference"], Decimal(105))
    calls = [
        lambda: provider.send(report),
        lambda: complete_purchase(checkout, transaction),
    ]

    # when
    with ThreadPoolExecutor(2) as pool:
        first, second = calls if rival == "report" else reversed(calls)
        answers = [pool.submit(call) for call in (first, second)]
    results = [answer.result() for answer in answers]

    # then
    [purchase] = [result for result in results if not isinstance(result, dict)]
    assert get_amounts(purchase, "charged") == [
        Decimal(amount) for amount in ("105", "63", "31.5", "10.5")
    ]
    assert_in_line_with(purchase, provider.intents[purchase.reference])


def test_gift_card_pays_a_part(
    provider,
    buy,
    ask,
    gift_card,
):
    # given: 105.00, of which the gift card pays 10.00
    purchase = buy(CART, amount="95.00", gift_cards=[gift_card])
    intent = provider.intents[purchase.reference]
    totals = [order.total_gross_amount for order in Order.objects.order_by("number")]
    assert sum(totals) == intent.authorized == 95

    # when
    for share_id in purchase.share_ids:
        assert ask(share_id, "CHARGE") == []

    # then
    wait_for(purchase, "charged", [95, *totals])
    assert_in_line_with(purchase, intent)
    gift_card.refresh_from_db()
    assert gift_card.current_balance_amount == 0
    statuses = set(Order.objects.values_list("charge_status", flat=True))
    assert statuses == {OrderChargeStatus.FULL}
    # and nobody is charged beyond
    [error] = ask(purchase.share_ids[0], "CHARGE", "10.00")
    assert error["code"] == "INVALID"
