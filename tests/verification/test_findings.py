"""`manage.py verify_order_groups` finds violations, and nothing else."""

import datetime
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from saleor.order.models import Order
from saleor.order.tasks import delete_expired_orders_task
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment, TransactionItem

from saleor_order_groups.models import (
    OrderGroup,
    OrderGroupOrder,
    PaymentEventShare,
    PaymentShare,
    Seller,
)
from saleor_order_groups.payments.split import AMOUNTS
from saleor_order_groups.recovery.sweep import sweep
from saleor_order_groups.verification.runner import verify
from tests.helpers.dummy_gateway import get_dummy_gateway

CART = [("beta", "40.00"), ("alpha", "60.00"), (None, "10.00")]


def run(**options):
    """Return the lines on stdout and stderr, and whether the command failed."""
    stdout, stderr = StringIO(), StringIO()
    try:
        call_command("verify_order_groups", stdout=stdout, stderr=stderr, **options)
    except CommandError:
        failed = True
    else:
        failed = False
    return stdout.getvalue().splitlines(), stderr.getvalue().splitlines(), failed


def find():
    return [(finding.number, finding.invariant) for finding in verify()]


@pytest.fixture
def place(make_cart, pay, complete):
    """Return a function that places a group, paid in two transactions."""

    def _place(lines=CART, **fields):
        checkout = make_cart(lines, **fields)
        pay(checkout, charged_value=Decimal("30.01"))
        pay(checkout, authorized_value=Decimal(1000))
        assert not complete(checkout)["errors"]
        return OrderGroup.objects.order_by("number").last()

    return _place


@pytest.fixture
def place_unpaid(make_cart, complete, channel_USD):
    """Return a function that places a group that nothing was paid for."""

    def _place(lines=CART):
        channel_USD.allow_unpaid_orders = True
        channel_USD.save()
        assert not complete(make_cart(lines))["errors"]
        return OrderGroup.objects.order_by("number").last()

    return _place


def test_clean_database(place, place_unpaid, make_cart, pay, complete, gift_card):
    # given: groups of several orders and of one, paid and not
    place()
    place(gift_cards=[gift_card])
    place([("alpha", "10.00")])
    place_unpaid()

    # when
    lines, progress, failed = run()

    # then
    assert (lines, failed) == ([], False)
    assert progress == ["4 of 4 groups verified", "No violations found."]


def test_empty_database(db):
    assert run() == ([], ["No violations found."], False)


def test_what_is_off_is_printed_one_line_each(place):
    # given
    place()
    group = place()
    Order.objects.filter(order_group_link__group=group).update(checkout_token="other")
    numbers = sorted(
        Order.objects.filter(order_group_link__group=group).values_list(
            "number", flat=True
        )
    )

    # when
    lines, progress, failed = run(batch_size=1)

    # then
    assert failed
    assert progress == ["1 of 2 groups verified", "2 of 2 groups verified"]
    assert sorted(lines) == [
        f"Group #{group.number}: checkout: order #{number} has another checkout than the"
        " group"
        for number in numbers
    ]


def test_batch_size_is_a_positive_number():
    with pytest.raises(CommandError):
        call_command("verify_order_groups", "--batch-size", "0")


def test_checks_change_nothing_and_their_number_does_not_grow(place):
    # given
    place()

    # when
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            run()
        assert all(query["sql"].startswith("SELECT") for query in queries)
        counts.append(len(queries))
        place()
        place()

    # then
    assert counts[0] == counts[1]


# ------------------------------------------------------------------ groups and orders


def corrupt_channel(group):
    other = group.channel
    other.pk, other.slug, other.name = None, "other", "Other"
    other.save()
    OrderGroup.objects.filter(pk=group.pk).update(channel=other)


@pytest.mark.parametrize(
    ("corrupt", "found"),
    [
        (
            lambda group: OrderGroup.objects.filter(pk=group.pk).update(
                checkout_token=uuid4()
            ),
            ["checkout"] * 3,
        ),
        (
            lambda group: group.order_links.filter(position=1).update(position=7),
            ["positions"],
        ),
        (
            lambda group: group.order_links.filter(position=0).delete(),
            ["placed total", "positions", "share", "share"],
        ),
        (
            lambda group: group.order_links.update(
                seller=Seller.objects.get(slug="beta")
            ),
            ["sellers"],
        ),
        (
            lambda group: group.order_links.update(seller=None),
            ["sellers"],
        ),
        (corrupt_channel, ["channel"] * 3),
        (
            lambda group: Order.objects.filter(
                order_group_link__group=group, order_group_link__position=2
            ).update(currency="JPY"),
            ["currency"],
        ),
        (
            lambda group: OrderGroup.objects.filter(pk=group.pk).update(
                placed_total_gross_amount=F("placed_total_gross_amount") + 1
            ),
            ["placed total"],
        ),
        (
            lambda group: OrderGroup.objects.filter(pk=group.pk).update(
                placed_total_net_amount=F("placed_total_net_amount") - 1
            ),
            ["placed total"],
        ),
        (
            lambda group: group.order_links.filter(position=2).update(
                placed_total_gross_amount=0
            ),
            ["placed total"],
        ),
    ],
)
def test_wrong_links_and_totals_are_found(place, corrupt, found):
    # given: old enough for expired orders to be deleted, but paid
    place()
    group = place()
    OrderGroup.objects.update(created_at="2020-01-01T00:00:00Z")

    # when
    corrupt(group)

    # then
    assert sorted(find()) == [(group.number, invariant) for invariant in found]


def test_group_without_orders(place_unpaid):
    # given: too young for an order to have expired and been deleted
    group = place_unpaid()

    # when
    OrderGroupOrder.objects.all().delete()

    # then
    assert find() == [(group.number, "orders")]


@pytest.mark.parametrize("deleted", [{0, 1, 2}, {0}, {2}])
def test_deleted_expired_orders_are_not_missed(place_unpaid, deleted):
    # given
    group = place_unpaid()
    long_ago = timezone.now() - datetime.timedelta(days=100)
    OrderGroup.objects.update(created_at=long_ago)
    orders = Order.objects.filter(order_group_link__position__in=deleted)
    orders.update(status="expired", expired_at=long_ago)

    # when
    delete_expired_orders_task()

    # then: only that no hook has seen the orders expire
    assert group.order_links.count() == 3 - len(deleted)
    list(sweep(everything=True))
    assert find() == []

    # and what cannot come from a deletion is found
    OrderGroup.objects.update(placed_total_gross_amount=Decimal(1))
    assert find() == ([(group.number, "placed total")] if len(deleted) < 3 else [])


# ------------------------------------------------------------------ payments


@pytest.mark.parametrize("name", AMOUNTS)
def test_shares_that_do_not_sum_to_the_payment_are_found(place, name):
    # given
    place()
    group = place()
    payment = group.payments.order_by("transaction").first()

    # when
    TransactionItem.objects.filter(group_payment=payment).update(**{name: F(name) + 1})

    # then
    [finding] = verify()
    assert (finding.number, finding.invariant) == (group.number, name)
    assert str(payment.transaction.token) in finding.detail


def test_negative_share_is_found(place):
    # given
    group = place()
    payment = group.payments.order_by("transaction").first()
    first, second, _ = TransactionItem.objects.filter(payment_share__payment=payment)

    # when
    for share, amount in ((first, -1), (second, 1)):
        TransactionItem.objects.filter(pk=share.pk).update(cancel_pending_value=amount)

    # then
    assert find() == [(group.number, "cancel_pending_value")]


def test_payment_bound_to_an_order_is_found(place):
    # given
    group = place()
    first = group.order_links.first().order

    # when
    TransactionItem.objects.filter(group_payment__group=group).update(order=first)

    # then: the order counts the money twice
    assert sorted(find()) == [
        (group.number, "payment"),
        (group.number, "payment"),
        (group.number, "total_authorized_amount"),
        (group.number, "total_charged_amount"),
    ]


def test_payment_bound_to_a_checkout_is_found(place, make_cart):
    # given
    group = place()
    checkout = make_cart([])

    # when
    TransactionItem.objects.filter(group_payment__group=group).update(checkout=checkout)

    # then
    assert find() == [(group.number, "payment")] * 2


@pytest.mark.parametrize("is_bound_to_sibling", [True, False])
def test_share_bound_to_another_order_is_found(place, is_bound_to_sibling):
    # given
    group = place()
    first, second, _ = (link.order for link in group.order_links.all())
    share = PaymentShare.objects.filter(order=first).order_by("transaction").first()

    # when
    TransactionItem.objects.filter(pk=share.transaction_id).update(
        order=second if is_bound_to_sibling else None, charged_value=0
    )

    # then
    found = {invariant for _, invariant in find()}
    assert found == {"share", "charged_value", "total_charged_amount"}


def test_share_of_another_groups_order_is_found(place):
    # given
    group, other = place(), place()
    share = PaymentShare.objects.filter(payment__group=group).first()

    # when
    PaymentShare.objects.filter(pk=share.pk).update(
        order=other.order_links.first().order
    )

    # then: bound to its own order still, and that has no share now
    assert sorted(find()) == [
        (group.number, "payment"),
        (group.number, "share"),
        (group.number, "share"),
    ]


def test_missing_share_is_found(place):
    # given
    group = place()
    payment = group.payments.order_by("transaction").first()

    # when
    PaymentShare.objects.filter(payment=payment).delete()

    # then
    found = set(find())
    assert (group.number, "payment") in found
    assert (group.number, "charged_value") in found


def test_payment_of_another_currency_is_found(place):
    # given
    group = place()
    payment = group.payments.first()

    # when
    TransactionItem.objects.filter(group_payment=payment).update(currency="EUR")

    # then
    assert find() == [(group.number, "currency")] * 3


def test_event_of_another_share_is_found(place):
    # given
    group = place()
    row = PaymentEventShare.objects.first()
    other = PaymentShare.objects.exclude(payment=row.share.payment).first()

    # when
    PaymentEventShare.objects.filter(pk=row.pk).update(share=other)

    # then
    assert find() == [(group.number, "event")]


@pytest.mark.parametrize("is_of_an_earlier_version", [False, True])
def test_parts_that_do_not_sum_to_their_event_are_found(
    place, is_of_an_earlier_version
):
    # given
    group = place()
    if is_of_an_earlier_version:
        PaymentEventShare.objects.update(amount_value=None)
    assert find() == []
    row = PaymentEventShare.objects.select_related("share_event").first()

    # when
    amount = row.share_event.amount_value + 1
    PaymentEventShare.objects.filter(pk=row.pk).update(amount_value=amount)

    # then
    assert find() == [(group.number, "unsettled")]

    # and settling puts it right, with a new key
    assert list(sweep(everything=True))
    assert find() == []
    row.refresh_from_db()
    assert row.ended_at


def test_legacy_payments_are_counted(make_cart, get_total, complete, settings):
    # given
    settings.PLUGINS = [*settings.PLUGINS, get_dummy_gateway()]
    checkout = make_cart(CART)
    Payment.objects.create(
        gateway="mirumee.payments.dummy",
        checkout=checkout,
        is_active=True,
        total=get_total(checkout).gross.amount,
        currency="USD",
        token=ChargeStatus.FULLY_CHARGED,
    )
    assert not complete(checkout)["errors"]
    group = OrderGroup.objects.get()
    assert find() == []

    # when
    payment = Payment.objects.filter(order__order_group_link__position=1)
    payment.update(captured_amount=F("captured_amount") - 1)

    # then
    assert find() == [(group.number, "total_charged_amount")]


@pytest.mark.parametrize("name", ["total_charged_amount", "total_authorized_amount"])
def test_order_that_differs_from_its_payments_is_found(place, name):
    # given
    place()
    group = place()
    order = group.order_links.first().order

    # when
    Order.objects.filter(pk=order.pk).update(**{name: F(name) + 1})

    # then
    [finding] = verify()
    assert (finding.number, finding.invariant) == (group.number, name)
    assert f"order #{order.number} has" in finding.detail
