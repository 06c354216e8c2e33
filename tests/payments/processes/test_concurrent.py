"""What happens at once, in a real server: never more than there is, and all in line."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from saleor.payment.models import TransactionEvent
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.models import GroupPayment
from saleor_order_groups.payments.settlement import settle
from tests.apps.provider import Report
from tests.helpers.purchases import assert_in_line_with, get_amounts, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("processes"),
]

# Orders of 63.00 and 42.00.
CART = [("alpha", "60.00"), ("beta", "40.00")]

GROUP_REFUND = """
    mutation Refund($id: ID!) {
      orderGroupRefund(id: $id) { errors { code } results { errors { code } } }
    }
"""


def at_once(*calls):
    """Run the calls at the same time; return what they return."""
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(call) for call in calls]
    return [future.result() for future in futures]


@pytest.fixture
def charged(provider, buy):
    """Buy, and let the app capture the whole."""
    purchase = buy(CART)
    provider.send(provider.capture(purchase.reference, Decimal(105)))
    assert get_amounts(purchase, "charged") == [105, 63, 42]
    return purchase


def get_asked(provider, event):
    """Return the amounts that the app was asked for, by the order's number."""
    asked = {}
    for name, payload in provider.received:
        if name == event:
            number = payload["transaction"]["order"]["number"]
            amount = Decimal(str(payload["action"]["amount"]))
            asked[number] = asked.get(number, 0) + amount
    return asked


def test_refunds_of_one_order_never_exceed_what_was_charged(provider, charged, ask):
    # given: none is answered before all have been asked for
    provider.mode = "later"
    share = charged.share_ids[0]

    # when
    errors = at_once(*[lambda: ask(share, "REFUND", "20.00")] * 6)
    refused = sum(bool(error) for error in errors)
    provider.saleor.wait_for_webhooks(provider, 1 + 6 - refused)

    # then
    asked = get_asked(provider, "transaction_refund_requested")
    # Three whole ones fit, and one of what is left.
    assert refused >= 2
    assert Decimal(20) <= asked[charged.numbers[0]] <= Decimal(63)
    assert len(provider.reports) == 6 - refused
    # and when they are reported
    for report in provider.reports:
        provider.send(report)
    assert get_amounts(charged, "refunded")[2] == 0
    assert_in_line_with(charged, provider.intents[charged.reference])


def test_refunds_of_two_orders_never_exceed_what_was_charged(provider, charged, ask):
    # given
    first, second = charged.share_ids

    # when: the whole of each, asked for three times, and the group's
    at_once(
        *[lambda: ask(first, "REFUND"), lambda: ask(second, "REFUND")] * 3,
        lambda: provider.saleor.post(GROUP_REFUND, provider.token, id=charged.group_id),
    )

    # then: the provider's books fail the test where more is refunded than was charged
    wait_for(charged, "refunded", [105, 63, 42])
    assert sum(get_asked(provider, "transaction_refund_requested").values()) == 105
    assert_in_line_with(charged, provider.intents[charged.reference])


def test_same_report_on_payment_and_share_counts_once(provider, buy):
    # given
    purchase = buy(CART)
    provider.capture(purchase.reference, Decimal(63))
    reports = [
        Report(id, "CHARGE_SUCCESS", "charge-1", "63.00")
        for id in (purchase.payment_id, purchase.share_ids[0])
    ]

    # when
    at_once(*[lambda report=report: provider.send(report) for report in reports * 3])

    # then
    assert get_amounts(purchase, "charged")[0] == 63
    assert_in_line_with(purchase, provider.intents[purchase.reference])
    events = TransactionEvent.objects.filter(type="charge_success")
    payment = GroupPayment.objects.get()
    assert events.filter(transaction=payment.transaction).count() == 1
    # and nothing is left to settle
    rows = list(TransactionEvent.objects.order_by("pk").values())
    settle(payment, get_plugins_manager(allow_replica=False))
    assert list(TransactionEvent.objects.order_by("pk").values()) == rows


def test_reports_on_payment_and_shares_at_once_all_count(provider, buy):
    # given
    purchase = buy(CART)
    targets = [purchase.payment_id, *purchase.share_ids]
    reports = [
        Report(targets[number % 3], "CHARGE_SUCCESS", f"charge-{number}", "10.00")
        for number in range(9)
    ]
    intent = provider.intents[purchase.reference]
    intent.book("CHARGE", Decimal(90))

    # when
    at_once(*[lambda report=report: provider.send(report) for report in reports])

    # then
    charged = get_amounts(purchase, "charged")
    assert charged[0] == 90
    assert_in_line_with(purchase, intent)
