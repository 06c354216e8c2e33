"""What is asked of one order's part of a legacy payment after completion."""

from decimal import Decimal

import pytest
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus
from saleor.payment import ChargeStatus, PaymentError, TransactionKind
from saleor.payment.model_helpers import get_total_authorized
from saleor.payment.models import Transaction
from saleor.payment.utils import gateway_postprocess
from saleor.plugins.manager import get_plugins_manager

from saleor_order_groups.payments.legacy.capture import capture_together, get_capturable
from saleor_order_groups.verification.runner import verify
from tests.helpers.legacy_gateway import RECORDER, EventRecorder
from tests.helpers.legacy_payments import CART, get_parts


@pytest.fixture
def fired(monkeypatch, settings):
    """Return the list of what Saleor fires for orders."""
    fired = []
    monkeypatch.setattr(EventRecorder, "fired", fired)
    settings.PLUGINS = [*settings.PLUGINS, RECORDER]
    return fired


@pytest.fixture
def plain(place, order_groups_plugin, channel_USD):
    """Return a function that places one order while the plugin is not active."""

    def _place(*args, **fields):
        order_groups_plugin(channel_USD, active=False)
        [order] = place(*args, **fields)
        order_groups_plugin(channel_USD)
        return order

    return _place


LIVES = {
    "captured, refunded in parts, then as products": [
        ("capture", Decimal(63)),
        ("refund", Decimal(10)),
        ("payment_refund", Decimal(5)),
        ("refund_products", None),
        ("refund", Decimal(1)),
    ],
    "fulfilled when it is paid, and returned": [
        ("fulfill", None),
        ("capture", Decimal(63)),
        ("fulfill", None),
        ("return_products", None),
    ],
    "captured too much, in part, and again": [
        ("capture", Decimal("63.01")),
        ("payment_capture", Decimal("63.01")),
        ("capture", Decimal(20)),
        ("capture", Decimal(43)),
        ("fulfill", None),
        ("refund", Decimal("20.01")),
        ("refund", Decimal(20)),
    ],
    "voided, and nothing after it": [
        ("refund", Decimal(1)),
        ("mark_as_paid", None),
        ("void", None),
        ("void", None),
        ("capture", Decimal(63)),
        ("cancel", None),
    ],
    "canceled, and captured all the same": [
        ("cancel", None),
        ("payment_capture", Decimal(63)),
        ("refund", Decimal(63)),
    ],
}


@pytest.mark.parametrize("_case", LIVES)
def test_life_of_an_order_is_that_of_a_plain_one(
    place, plain, ask, fired, site_settings, _case
):
    # given
    site_settings.fulfillment_allow_unpaid = False
    site_settings.save()
    order, sibling, _ = place()
    other = plain(cart=[("alpha", "60.00")], shipping="3.00")
    assert order.total_gross_amount == other.total_gross_amount == Decimal(63)
    if _case.startswith("voided"):
        assert not ask("cancel", sibling)["errors"]
    before = snapshot(sibling)
    fired.clear()

    # when / then
    for name, amount in LIVES[_case]:
        answer = ask(name, order, amount)
        assert answer == ask(name, other, amount)
        assert [event for event, number in fired if number == order.number] == [
            event for event, number in fired if number == other.number
        ]
    order.refresh_from_db()
    other.refresh_from_db()
    assert snapshot(order) == snapshot(other)
    if not _case.startswith("voided"):
        assert snapshot(sibling) == before
        assert sibling.number not in {number for _, number in fired}
    assert list(verify()) == []


def snapshot(order):
    order.refresh_from_db()
    return (
        order.status,
        order.charge_status,
        order.total_charged_amount,
        order.authorize_status,
        order.total_authorized_amount,
        get_total_authorized(order.payments.all(), order.currency),
        (order.can_capture(), order.can_refund(), order.can_void()),
        [
            (
                part.is_active,
                part.charge_status,
                part.total,
                part.captured_amount,
                [
                    (row.kind, row.amount, row.is_success)
                    for row in part.transactions.order_by("pk")
                ],
            )
            for part in order.payments.order_by("pk")
        ],
    )


@pytest.mark.parametrize("name", ["void", "payment_void"])
def test_void_is_refused_while_a_live_sibling_has_money_authorized(
    place, ask, provider, name
):
    # given
    alpha, beta, gamma = place()
    before = get_parts([alpha, beta, gamma])

    # when
    answer = ask(name, alpha)

    # then
    [error] = answer["errors"]
    assert error["code"] == "PAYMENT_ERROR"
    # not #gamma: it was free
    assert error["message"] == (
        "A void would take the authorization from other orders that were paid with it:"
        f" #{beta.number}. Capture their parts or cancel them first."
    )
    assert provider.asked == []
    assert get_parts([alpha, beta, gamma]) == before


def test_void_of_the_last_live_order_voids_the_parts_of_the_canceled_ones(
    place, ask, provider, fired
):
    # given
    alpha, beta, _ = place()
    assert not ask("cancel", alpha)["errors"]
    fired.clear()

    # when
    answer = ask("void", beta)

    # then
    assert not answer["errors"]
    assert provider.asked == [("void", Decimal(42))]
    assert get_parts([alpha, beta]) == [
        (ChargeStatus.NOT_CHARGED, Decimal(63), Decimal(0), False),
        (ChargeStatus.NOT_CHARGED, Decimal(42), Decimal(0), False),
    ]
    for order, amount in ((alpha, 63), (beta, 42)):
        voids = Transaction.objects.filter(payment__order=order, kind="void")
        assert [(row.amount, row.is_success) for row in voids] == [(amount, True)]
        assert order.events.filter(type="payment_voided").count() == 1
        # Saleor leaves what it stores, and reads what it shows from the payment.
        order.refresh_from_db()
        assert order.total_authorized_amount == amount
        assert get_total_authorized(order.payments.all(), "USD").amount == 0
    assert sorted(fired) == [
        ("order_updated", alpha.number),
        ("order_updated", beta.number),
    ]
    # when: what is voided is gone
    for name, order in (("payment_void", alpha), ("payment_capture", alpha)):
        assert ask(name, order, Decimal(63))["errors"]
    assert provider.asked == [("void", Decimal(42))]


def test_void_of_a_captured_part_is_refused(place, ask, provider):
    # given: the void would take what a canceled order still has authorized
    alpha, beta, _ = place()
    assert not ask("capture", alpha, Decimal(63))["errors"]
    assert not ask("cancel", beta)["errors"]
    before = get_parts([alpha, beta])

    # when
    answer = ask("void", alpha)

    # then
    assert [error["message"] for error in answer["errors"]] == [
        "Nothing is authorized on this payment."
    ]
    assert provider.asked == [("capture", Decimal(63))]
    assert get_parts([alpha, beta]) == before


def test_canceling_the_last_order_does_not_void(place, ask, provider):
    # given
    orders = place()

    # when
    for order in orders:
        assert not ask("cancel", order)["errors"]

    # then: as Saleor's orderCancel; the last order can be voided by hand
    assert provider.asked == []
    assert not ask("void", orders[0])["errors"]
    assert provider.asked == [("void", Decimal(63))]


def test_declined_requests_are_recorded_on_the_part_alone(place, ask, provider):
    # given
    alpha, beta, _ = place()
    provider.declines = True

    # when
    answers = [ask("capture", alpha, Decimal(63)), ask("payment_capture", beta, "42")]

    # then
    assert [error["message"] for answer in answers for error in answer["errors"]] == [
        "Declined.",
        "Declined.",
    ]
    for order, amount in ((alpha, 63), (beta, 42)):
        attempt = order.get_last_payment().get_last_transaction()
        assert (attempt.kind, attempt.is_success) == (TransactionKind.CAPTURE, False)
        assert attempt.amount == amount
        order.refresh_from_db()
        assert order.total_charged_amount == 0
        assert order.total_authorized_amount == amount


@pytest.fixture
def charge_group(order_groups_plugin, channel_USD):
    """Configure that orders are charged with their group."""
    order_groups_plugin(channel_USD, **{"charge-policy": "GROUP"})


@pytest.mark.parametrize("name", ["capture", "payment_capture"])
def test_capture_of_a_part_is_refused_where_the_group_is_charged(
    charge_group, place, ask, provider, name
):
    # given
    alpha, beta, _ = place()
    before = get_parts([alpha, beta])

    # when
    answer = ask(name, alpha, Decimal(10))

    # then
    [error] = answer["errors"]
    assert error["code"] == "PAYMENT_ERROR"
    assert error["message"] == (
        "The payment can be captured once, and other orders were paid with it:"
        f" #{beta.number}. Charge the whole group."
    )
    assert provider.asked == []
    assert get_parts([alpha, beta]) == before

    # when: it is the last one
    assert not ask("cancel", beta)["errors"]
    answer = ask(name, alpha, Decimal(10))

    # then
    assert not answer["errors"]
    assert provider.asked == [("capture", Decimal(10))]


def test_group_is_captured_with_one_request(
    charge_group,
    place,
    ask,
    provider,
    fired,
    staff_user,
    django_capture_on_commit_callbacks,
):
    # given
    alpha, beta, delta, gamma = place(cart=[*CART, ("delta", "5.00")])
    assert not ask("cancel", delta)["errors"]
    fired.clear()
    manager = get_plugins_manager(allow_replica=False)

    # when
    payment = gamma.get_last_payment()
    capturable = get_capturable(payment)
    with django_capture_on_commit_callbacks(execute=True):
        captured = capture_together(
            payment, capturable, manager, "main", user=staff_user
        )

    # then: neither the canceled order nor the free one
    assert captured == capturable
    assert captured == {
        alpha.pk: alpha.total_gross_amount,
        beta.pk: beta.total_gross_amount,
    }
    total = alpha.total_gross_amount + beta.total_gross_amount
    assert provider.asked == [("capture", total)]
    for order in (alpha, beta):
        order.refresh_from_db()
        assert order.charge_status == OrderChargeStatus.FULL
        assert order.total_charged_amount == order.total_gross_amount
        assert order.total_authorized_amount == 0
        event = order.events.get(type="payment_captured")
        assert Decimal(event.parameters["amount"]) == order.total_gross_amount
        assert event.user == staff_user
        part = order.get_last_payment()
        assert part.charge_status == ChargeStatus.FULLY_CHARGED
        assert part.total == part.captured_amount == order.total_gross_amount
    delta.refresh_from_db()
    assert delta.total_charged_amount == 0
    assert fired.count(("order_fully_paid", alpha.number)) == 1
    assert fired.count(("order_fully_paid", beta.number)) == 1
    assert {number for _, number in fired} == {alpha.number, beta.number}
    assert list(verify()) == []


@pytest.mark.parametrize(
    ("_case", "answer", "alpha_has", "beta_has"),
    [
        ("as asked", None, "10.01", "5.00"),
        ("less", "10.00", "6.67", "3.33"),
        ("all that is authorized", "105.00", "63.00", "42.00"),
        ("more than that", "105.02", "63.02", "42.00"),
    ],
)
def test_answer_to_a_capture_of_the_group_is_divided(
    charge_group, place, provider, _case, answer, alpha_has, beta_has
):
    # given
    alpha, beta, gamma = place()
    provider.captures = answer and Decimal(answer)
    manager = get_plugins_manager(allow_replica=False)
    amounts = {beta.pk: Decimal("5.00"), alpha.pk: Decimal("10.01")}

    # when
    captured = capture_together(beta.get_last_payment(), amounts, manager, "main")

    # then
    assert provider.asked == [("capture", Decimal("15.01"))]
    assert captured == {alpha.pk: Decimal(alpha_has), beta.pk: Decimal(beta_has)}
    for order in (alpha, beta):
        order.refresh_from_db()
        part = order.get_last_payment()
        assert part.captured_amount == order.total_charged_amount == captured[order.pk]
        assert part.total == order.total_gross_amount
        is_full = part.captured_amount >= part.total
        assert part.charge_status == (
            ChargeStatus.FULLY_CHARGED if is_full else ChargeStatus.PARTIALLY_CHARGED
        )
        [row] = part.transactions.filter(kind=TransactionKind.CAPTURE)
        assert row.amount == captured[order.pk]
    assert gamma.get_last_payment().captured_amount == 0


def test_capture_of_the_group_is_bounded_by_each_part(charge_group, place, provider):
    # given
    alpha, beta, gamma = place()
    before = get_parts([alpha, beta, gamma])
    manager = get_plugins_manager(allow_replica=False)
    payment = alpha.get_last_payment()

    # when / then
    for amounts in (
        {},
        {alpha.pk: Decimal("63.01")},
        {alpha.pk: Decimal(1), beta.pk: Decimal(0)},
        {alpha.pk: Decimal(1), gamma.pk: Decimal(1)},
    ):
        with pytest.raises(PaymentError):
            capture_together(payment, amounts, manager, "main")
    assert provider.asked == []
    provider.declines = True
    with pytest.raises(PaymentError, match="Declined"):
        capture_together(payment, get_capturable(payment), manager, "main")
    assert get_parts([alpha, beta, gamma]) == before
    attempts = Transaction.objects.filter(kind=TransactionKind.CAPTURE)
    assert [(row.amount, row.is_success) for row in attempts] == [(Decimal(105), False)]


def test_capture_of_more_than_was_asked_goes_to_the_siblings(
    place, ask, provider, fired
):
    # given: a provider that captures the whole authorization at once
    alpha, beta, gamma = place()
    provider.captures = Decimal("105.50")
    fired.clear()

    # when
    answer = ask("capture", alpha, Decimal(20))

    # then: what exceeds all parts stays where it was asked for
    assert not answer["errors"]
    assert provider.asked == [("capture", Decimal(20))]
    assert get_parts([alpha, beta, gamma]) == [
        (ChargeStatus.FULLY_CHARGED, Decimal(63), Decimal("63.50"), True),
        (ChargeStatus.FULLY_CHARGED, Decimal(42), Decimal(42), True),
        (ChargeStatus.FULLY_CHARGED, Decimal(0), Decimal(0), True),
    ]
    for order in (alpha, beta):
        order.refresh_from_db()
    assert (alpha.charge_status, alpha.total_charged_amount) == (
        OrderChargeStatus.OVERCHARGED,
        Decimal("63.50"),
    )
    assert (beta.charge_status, beta.total_charged_amount) == (
        OrderChargeStatus.FULL,
        Decimal(42),
    )
    assert beta.authorize_status == OrderAuthorizeStatus.FULL
    captures = Transaction.objects.filter(kind=TransactionKind.CAPTURE)
    assert sum(captures.values_list("amount", flat=True)) == Decimal("105.50")
    assert beta.events.filter(type="payment_captured").count() == 1
    assert ("order_fully_paid", alpha.number) in fired
    assert ("order_fully_paid", beta.number) in fired

    # when: each is refunded on its own
    for order, amount in ((alpha, "63.50"), (beta, "42.00")):
        assert ask("refund", order, Decimal(amount) + 1)["errors"]
        assert not ask("refund", order, Decimal(amount))["errors"]
    assert provider.asked[1:] == [
        ("refund", Decimal("63.50")),
        ("refund", Decimal("42.00")),
    ]


@pytest.mark.parametrize("policy", ["PER_ORDER", "GROUP"])
def test_confirming_captures_the_order_s_part(
    place, ask, provider, order_groups_plugin, channel_USD, policy
):
    # given
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.save()
    order_groups_plugin(channel_USD, **{"charge-policy": policy})
    alpha, beta, gamma = place()

    # when: the free order too
    for order in (alpha, gamma):
        assert not ask("confirm", order)["errors"]

    # then
    is_captured = policy == "PER_ORDER"
    assert provider.asked == ([("capture", Decimal(63))] if is_captured else [])
    for order in (alpha, beta, gamma):
        order.refresh_from_db()
    assert [order.status for order in (alpha, beta, gamma)] == [
        OrderStatus.UNFULFILLED,
        OrderStatus.UNCONFIRMED,
        OrderStatus.UNFULFILLED,
    ]
    assert [order.total_charged_amount for order in (alpha, beta, gamma)] == [
        Decimal(63) if is_captured else Decimal(0),
        Decimal(0),
        Decimal(0),
    ]
    for order in (alpha, gamma):
        assert order.events.filter(type="confirmed").count() == 1
    assert alpha.events.filter(type="payment_captured").exists() == is_captured

    # when: the last that has money authorized is confirmed
    if not is_captured:
        assert not ask("cancel", alpha)["errors"]
    assert not ask("confirm", beta)["errors"]
    assert provider.asked[-1] == ("capture", Decimal(42))


def test_free_order_is_like_one_without_a_payment(place, ask):
    # given
    *_, gamma = place()

    # then
    assert gamma.total_gross_amount == 0
    assert gamma.authorize_status == OrderAuthorizeStatus.FULL
    assert gamma.charge_status == OrderChargeStatus.FULL
    part = gamma.get_last_payment()
    assert not part.transactions.exists()
    assert (gamma.can_capture(), gamma.can_void()) == (False, False)
    assert not ask("fulfill", gamma)["errors"]


def test_refunds_in_progress_are_counted(place, ask, provider):
    # given: a provider that refunds later, and does not know of parts
    alpha, beta, _ = place(token=ChargeStatus.FULLY_CHARGED)
    provider.refunds_later = True
    assert not ask("refund", alpha, Decimal(40))["errors"]
    part = alpha.get_last_payment()
    assert part.captured_amount == 63

    # when
    answers = [
        ask("refund", alpha, Decimal("23.01")),
        ask("payment_refund", alpha, Decimal("23.01")),
    ]
    products = ask("refund_products", alpha)

    # then
    assert [error["message"] for answer in answers for error in answer["errors"]] == [
        "Cannot refund more than captured, and refunds of 40.00 USD are in progress."
    ] * 2
    assert [error["code"] for error in products["errors"]] == ["CANNOT_REFUND"]
    assert provider.asked == [("refund", Decimal(40))]
    assert not ask("refund", alpha, Decimal(23))["errors"]
    assert not ask("refund", beta, Decimal(42))["errors"]

    # when: one is reported as done, another as failed
    ongoing = part.transactions.filter(kind=TransactionKind.REFUND_ONGOING)
    failed, done = ongoing.order_by("pk")
    report(failed, TransactionKind.REFUND_FAILED)
    report(done, TransactionKind.REFUND)

    # then
    part.refresh_from_db()
    assert part.captured_amount == 40
    assert ask("payment_refund", alpha, Decimal("40.01"))["errors"]
    assert not ask("payment_refund", alpha, Decimal(40))["errors"]
    assert ask("payment_refund", alpha, Decimal("0.01"))["errors"]
    assert [amount for _, amount in provider.asked] == [40, 23, 42, 40]


def report(refund, kind):
    """Record what a gateway reports of a refund that it has begun."""
    row = Transaction.objects.create(
        payment=refund.payment,
        kind=kind,
        token=refund.token,
        amount=refund.amount,
        currency=refund.currency,
        is_success=kind == TransactionKind.REFUND,
        gateway_response={},
    )
    gateway_postprocess(row, refund.payment)


def test_gift_card_and_legacy_payment_together(place, ask, provider, gift_card):
    # given: the gift card of 10.00 is spent first
    alpha, beta, _ = place(token=ChargeStatus.FULLY_CHARGED, gift_cards=[gift_card])
    assert gift_card.current_balance_amount == 10
    parts = get_parts([alpha, beta])
    assert [part[1] for part in parts] == [Decimal(57), Decimal(38)]
    assert [part[2] for part in parts] == [Decimal(57), Decimal(38)]

    # when: more than the payment's part is never given back by it
    assert ask("refund", alpha, Decimal("57.01"))["errors"]
    assert not ask("refund_products", alpha)["errors"]

    # then
    assert provider.asked == [("refund", Decimal(57))]
    assert get_parts([alpha, beta]) == [
        (ChargeStatus.FULLY_REFUNDED, Decimal(57), Decimal(0), False),
        parts[1],
    ]
    beta.refresh_from_db()
    assert beta.charge_status == OrderChargeStatus.FULL
    assert list(verify()) == []
