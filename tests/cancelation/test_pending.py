"""The orders of a large group are canceled in a task: each once, with an end to it."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest import mock
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from saleor.account.models import User
from saleor.giftcard import GiftCardEvents
from saleor.giftcard.models import GiftCardEvent
from saleor.order.models import Order, OrderEvent
from saleor.webhook.transport.synchronous.transport import (
    handle_transaction_request_task,
)

from saleor_order_groups.cancelation import pending
from saleor_order_groups.cancelation.pending import cancel_pending
from saleor_order_groups.cancelation.tasks import cancel_orders_task
from saleor_order_groups.graphql.groups.mutations import order_group_cancel
from saleor_order_groups.lifecycle.look import find_changed
from saleor_order_groups.models import GroupCancelation, OrderGroup
from saleor_order_groups.recovery.sweep import sweep
from saleor_order_groups.verification.runner import verify
from tests.apps.payment import succeed
from tests.helpers.crash import dying
from tests.helpers.events import get_event_types
from tests.helpers.payments import get_amounts, get_orders
from tests.helpers.recovery import LONG_AGO

D = Decimal
CART = [("alpha", "40.00"), ("beta", "30.00"), ("gamma", "20.00"), ("delta", "10.00")]
# Commit hooks that are registered in a commit hook run when it ends only if the test has
# no transaction around it.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(
    make_cart,
    transaction_item_generator,
    report,
    complete,
    app_api_client,
    listening_app,
):
    """Return a function that places an authorized purchase; its value is the group."""

    def _place(cart=CART):
        checkout = make_cart(cart)
        payment = transaction_item_generator(
            checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
        )
        amount = sum(D(price) for _, price in cart) + 5
        report(payment, "AUTHORIZATION_SUCCESS", str(amount), f"auth-{payment.pk}")
        assert not complete(checkout)["errors"]
        listening_app.answer = succeed(f"cancel-{payment.pk}")
        return OrderGroup.objects.latest("number")

    return _place


@pytest.fixture
def few_at_once(monkeypatch):
    """Cancel more than three orders in a task."""
    monkeypatch.setattr(order_group_cancel, "MAX_AT_ONCE", 3)


@pytest.fixture
def no_worker(monkeypatch, few_at_once):
    """Record the groups for which a worker is asked; none does anything."""
    asked = mock.Mock()
    monkeypatch.setattr(cancel_orders_task, "delay", asked)
    return asked


def get_statuses():
    return [order.status for order in get_orders()]


def get_timeline(group):
    """Return what the timelines say of a group's orders, by position."""
    return [
        list(link.order.events.order_by("pk").values_list("type", "user", "app"))
        for link in group.order_links.order_by("position")
    ]


def get_notes():
    return [
        (event.order.number, event.parameters["message"])
        for event in OrderEvent.objects.filter(type="note_added")
    ]


def sweep_later():
    """Sweep when nobody can be at work any more; return what was done."""
    then = timezone.now() - LONG_AGO
    GroupCancelation.objects.update(requested_at=then)
    GroupCancelation.objects.filter(claimed_at__isnull=False).update(claimed_at=then)
    return list(sweep())


def test_ten_orders_are_canceled_by_the_request(place, operate):
    # given
    place([(f"seller-{number}", "10.00") for number in range(10)])

    # when
    data = operate("Cancel")

    # then
    assert {each["isPending"] for each in data["results"]} == {False}
    assert {each["order"]["status"] for each in data["results"]} == {"CANCELED"}
    assert not GroupCancelation.objects.exists()


def test_eleven_orders_are_canceled_in_a_task(
    place, operate, monkeypatch, listening_app, app_api_client
):
    # given
    group = place([(f"seller-{number}", "10.00") for number in range(11)])
    asked = mock.Mock()
    monkeypatch.setattr(cancel_orders_task, "delay", asked)

    # when
    data = operate("Cancel")

    # then: nothing is canceled yet
    assert data["errors"] == []
    assert [each["errors"] for each in data["results"]] == [[]] * 11
    assert {each["isPending"] for each in data["results"]} == {True}
    assert {each["order"]["status"] for each in data["results"]} == {"UNFULFILLED"}
    asked.assert_called_once_with(str(group.pk))
    events = get_event_types(group)

    # when
    cancel_orders_task(str(group.pk))

    # then
    assert get_statuses() == ["canceled"] * 11
    assert [
        (event.user, event.app)
        for event in OrderEvent.objects.filter(type="canceled").select_related("app")
    ] == [(None, app_api_client.app)] * 11
    assert get_event_types(group) == [*events, "cancelled"]
    assert not GroupCancelation.objects.exists()
    # and what was authorized is canceled in one request
    [request] = listening_app.requests
    assert (request.event, request.amount) == ("transaction_cancelation_requested", 115)
    assert get_amounts("authorized_value") == [0, [0] * 11]
    assert list(verify()) == []


@pytest.mark.parametrize("client", ["app_api_client", "staff_api_client"])
def test_task_leaves_what_the_request_leaves(
    place,
    operate,
    monkeypatch,
    permission_group_manage_orders,
    staff_api_client,
    order_life,
    client,
    request,
):
    # given
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    client = request.getfixturevalue(client)
    left = []
    for limit in (10, 3):
        monkeypatch.setattr(order_group_cancel, "MAX_AT_ONCE", limit)
        group = place([*CART, ("epsilon", "5.00")])
        first = group.order_links.get(position=1).order
        order_life.fulfill(first)

        # when
        data = operate("Cancel", client)

        # then
        assert [
            [error["code"] for error in each["errors"]] for each in data["results"]
        ] == [[], ["CANNOT_CANCEL_ORDER"], [], [], []]
        left.append((get_timeline(group), get_event_types(group)))
        assert find_changed([group.pk]) == []
    assert left[0] == left[1]
    assert list(verify()) == []


def test_order_that_is_shipped_before_its_turn(place, operate, no_worker, order_life):
    # given
    group = place()
    operate("Cancel")
    shipped = group.order_links.get(position=2).order
    order_life.fulfill(shipped)
    events = get_event_types(group)

    # when
    assert cancel_pending(group.pk) == 3

    # then
    assert get_statuses() == ["canceled", "canceled", "fulfilled", "canceled"]
    assert get_notes() == [
        (
            shipped.number,
            "The order was not canceled with its purchase:"
            " This order can't be canceled.",
        )
    ]
    assert get_event_types(group) == [*events, "fulfilled"]
    assert not GroupCancelation.objects.exists()


def test_orders_that_are_shipped_and_deleted_after_they_were_read(
    place, operate, no_worker, order_life, monkeypatch
):
    # given
    group = place()
    operate("Cancel")
    first, second, third, fourth = get_orders()
    cancel = pending.order_actions.cancel_order

    def cancel_while_others_act(order, *args):
        if order.pk == first.pk:
            order_life.fulfill(second)
            third.payment_transactions.update(order=None)
            third.delete()
        return cancel(order, *args)

    monkeypatch.setattr(pending.order_actions, "cancel_order", cancel_while_others_act)

    # when / then
    assert cancel_pending(group.pk) == 2
    assert get_statuses() == ["canceled", "fulfilled", "canceled"]
    assert [number for number, _ in get_notes()] == [second.number]
    assert not GroupCancelation.objects.exists()


def test_gift_cards_that_an_order_has_sold(
    place, operate, no_worker, app_api_client, gift_card, gift_card_used
):
    # given
    group = place()
    operate("Cancel")
    GiftCardEvent.objects.create(
        gift_card=gift_card, type=GiftCardEvents.BOUGHT, order=get_orders()[1]
    )

    # when
    assert cancel_pending(group.pk) == 4

    # then: they are worth nothing any more, as after Saleor's cancelation
    gift_card.refresh_from_db()
    gift_card_used.refresh_from_db()
    assert (gift_card.is_active, gift_card_used.is_active) == (False, True)
    event = GiftCardEvent.objects.get(type=GiftCardEvents.DEACTIVATED)
    assert (event.gift_card, event.app) == (gift_card, app_api_client.app)


def test_end_without_a_transition(place, operate, no_worker, order_life):
    # given: staff and sellers were faster
    group = place()
    operate("Cancel")
    for order in get_orders():
        order_life.fulfill(order)
    events = get_event_types(group)

    # when
    assert cancel_pending(group.pk) == 0

    # then
    assert get_event_types(group) == [*events, "updated"]
    assert len(get_notes()) == 4


def test_orders_that_others_have_canceled_or_deleted(
    place, operate, no_worker, order_life
):
    # given
    group = place()
    operate("Cancel")
    first, *others = get_orders()
    order_life.cancel(first)
    deleted = uuid4()
    GroupCancelation.objects.update(
        order_ids=[first.pk, deleted, *(order.pk for order in others)]
    )

    # when / then
    assert cancel_pending(group.pk) == 3
    assert get_statuses() == ["canceled"] * 4
    assert OrderEvent.objects.filter(type="canceled").count() == 4
    assert get_notes() == []


def test_second_request(place, operate, no_worker, monkeypatch):
    # given
    group = place()
    operate("Cancel")
    with dying(pending._Work, "_take", 1) as crash:
        cancel_pending(group.pk)
    assert crash.has_happened
    GroupCancelation.objects.update(claimed_at=None)
    monkeypatch.setattr(order_group_cancel, "MAX_AT_ONCE", 2)

    # when
    data = operate("Cancel")

    # then
    assert [each["isPending"] for each in data["results"]] == [False, True, True, True]
    assert cancel_pending(group.pk) == 3
    assert OrderEvent.objects.filter(type="canceled").count() == 4


def test_request_of_few_that_are_left_waits_for_the_task_too(
    place, operate, no_worker, order_life
):
    # given: the task has died, and a seller was faster
    group = place()
    operate("Cancel")
    with dying(pending._Work, "_take", 1):
        cancel_pending(group.pk)
    shipped = group.order_links.get(position=3).order
    order_life.fulfill(shipped)

    # when
    data = operate("Cancel")

    # then
    assert [
        (each["order"]["status"], each["isPending"], len(each["errors"]))
        for each in data["results"]
    ] == [
        ("CANCELED", False, 1),
        ("UNFULFILLED", True, 0),
        ("UNFULFILLED", True, 0),
        ("FULFILLED", False, 1),
    ]

    # when: what was shipped comes back
    order_life.cancel_fulfillment(shipped)
    sweep_later()

    # then: it is not canceled, as the answer was
    assert get_statuses() == ["canceled", "canceled", "canceled", "unfulfilled"]
    assert OrderEvent.objects.filter(type="canceled").count() == 3
    assert get_notes() == []
    assert not GroupCancelation.objects.exists()


def test_orders_that_others_cancel_at_the_same_time(
    place, operate, no_worker, monkeypatch
):
    # given: each is canceled between its reading and its lock
    group = place()
    operate("Cancel")

    def cancel_first(order):
        Order.objects.filter(pk=order.pk).update(status="canceled")
        connections.close_all()

    def refuse(order, *args):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(cancel_first, order).result()
        raise ValidationError("This order can't be canceled.")

    monkeypatch.setattr(pending.order_actions, "cancel_order", refuse)

    # when / then
    assert cancel_pending(group.pk) == 0
    assert get_notes() == []
    assert not GroupCancelation.objects.exists()


def test_process_that_was_taken_for_dead(place, operate, no_worker):
    # given: another process takes over after the first order
    group = place()
    operate("Cancel")
    now = timezone.now()

    def be_late():
        if "canceled" in get_statuses():
            GroupCancelation.objects.update(claimed_at=now)

    # when / then: the first one leaves the rest to it
    assert cancel_pending(group.pk, be_late) == 1
    assert get_statuses().count("canceled") == 1
    assert GroupCancelation.objects.get().claimed_at == now
    sweep_later()
    assert OrderEvent.objects.filter(type="canceled").count() == 4


def test_broker_that_is_away_for_a_while(place, operate, no_worker, monkeypatch):
    # given
    group = place()
    operate("Cancel")
    cancel = pending.order_actions.cancel_order

    def cancel_without_broker(*args):
        transaction.on_commit(mock.Mock(side_effect=OperationalError("No broker.")))
        cancel(*args)

    # when
    with monkeypatch.context() as patch:
        patch.setattr(pending.order_actions, "cancel_order", cancel_without_broker)
        with pytest.raises(OperationalError):
            cancel_pending(group.pk)

    # then: the webhooks of one order are lost, as in Saleor, and not those of all
    assert get_statuses().count("canceled") == 1
    sweep_later()
    assert get_statuses() == ["canceled"] * 4
    assert get_event_types(group)[-1] == "cancelled"


@pytest.mark.parametrize("orders", range(5))
def test_process_that_dies_between_two_orders(place, operate, no_worker, orders):
    # given
    group = place()
    operate("Cancel")
    where = (pending._Work, "_cancel" if orders < 4 else "_end", orders % 4)
    with dying(*where) as crash:
        cancel_pending(group.pk)
    assert crash.has_happened
    assert get_statuses().count("canceled") == orders
    # and while its claim lasts, nobody else begins
    assert cancel_pending(group.pk) == 0

    # when
    done = sweep_later()

    # then
    assert (f"Canceled {4 - orders} orders of group #{group.number}" in done) == (
        orders < 4
    )
    assert get_statuses() == ["canceled"] * 4
    assert get_event_types(group)[-1] == "cancelled"
    assert get_amounts("authorized_value") == [0, [0] * 4]
    assert not GroupCancelation.objects.exists()
    assert list(verify()) == []


def test_no_broker(place, operate, few_at_once, monkeypatch, caplog):
    # given
    group = place()
    delay = mock.Mock(side_effect=OperationalError("No broker."))
    monkeypatch.setattr(cancel_orders_task, "delay", delay)

    # when
    data = operate("Cancel")

    # then
    assert {each["isPending"] for each in data["results"]} == {True}
    assert "waits for the next sweep" in caplog.text
    assert f"Canceled 4 orders of group #{group.number}" in sweep_later()


def test_rest_that_was_not_requested_for_lack_of_a_broker(
    place, operate, no_worker, monkeypatch, listening_app
):
    # given
    group = place()
    operate("Cancel")
    delay = mock.Mock(side_effect=OperationalError("No broker."))
    with monkeypatch.context() as patch:
        patch.setattr(handle_transaction_request_task, "delay", delay)
        with pytest.raises(OperationalError):
            cancel_pending(group.pk)
    assert get_amounts("authorized_value") == [105, [42, 31.5, 10.5, 21]]

    # when
    sweep_later()

    # then
    [request] = listening_app.requests
    assert request.amount == 105
    assert get_amounts("authorized_value") == [0, [0] * 4]
    assert list(verify()) == []


def test_order_whose_cancelation_fails(place, operate, no_worker, monkeypatch, caplog):
    # given
    group = place()
    operate("Cancel")
    broken = get_orders()[1]
    cancel = pending.order_actions.cancel_order

    def fail(order, *args):
        if order.pk == broken.pk:
            raise RuntimeError("Out of order.")
        return cancel(order, *args)

    monkeypatch.setattr(pending.order_actions, "cancel_order", fail)

    # when
    assert cancel_pending(group.pk) == 3

    # then: the others are canceled, and it is tried again
    assert f"Canceling order {broken.pk} failed." in caplog.text
    assert GroupCancelation.objects.get().order_ids == [broken.pk]
    assert get_event_types(group)[-1] != "cancelled"
    assert sweep_later() == []

    # when: the cause is gone
    monkeypatch.setattr(pending.order_actions, "cancel_order", cancel)
    sweep_later()

    # then
    assert get_statuses() == ["canceled"] * 4
    assert get_event_types(group)[-1] == "cancelled"
    assert not GroupCancelation.objects.exists()


def test_canceled_for_somebody_who_was_deleted(
    place, operate, no_worker, staff_api_client, permission_group_manage_orders
):
    # given
    group = place()
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    operate("Cancel", staff_api_client)
    User.objects.filter(pk=staff_api_client.user.pk).delete()

    # when / then
    assert cancel_pending(group.pk) == 4
    assert not Order.objects.exclude(status="canceled").exists()


def test_cancelation_that_waits_for_an_hour_is_found(place, operate, no_worker):
    # given
    group = place()
    operate("Cancel")
    assert list(verify()) == []
    then = timezone.now() - datetime.timedelta(hours=2)
    GroupCancelation.objects.update(requested_at=then)

    # when
    [finding] = verify()

    # then
    assert (finding.number, finding.invariant) == (group.number, "cancelation")
    assert finding.detail == (
        "a cancelation has not ended, orders that wait: 4;"
        " run manage.py recover_order_groups --all"
    )
