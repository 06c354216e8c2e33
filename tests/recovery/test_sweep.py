"""The sweep finds and does what no process has done."""

import datetime
from concurrent.futures import ThreadPoolExecutor, wait
from decimal import Decimal
from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from saleor.account.models import CustomerEvent
from saleor.celeryconf import app
from saleor.core.notify import NotifyEventType
from saleor.order.models import Order, OrderEvent
from saleor.plugins.manager import PluginsManager, get_plugins_manager
from saleor.schedulers.schedulers import DatabaseScheduler

from saleor_order_groups.completion import after_commit
from saleor_order_groups.lifecycle import look as look_module
from saleor_order_groups.lifecycle import recorded_totals
from saleor_order_groups.lifecycle.records import record_present
from saleor_order_groups.models import (
    OrderGroup,
    OrderGroupEvent,
    OrderGroupOrder,
    OrderGroupState,
    Recovery,
)
from saleor_order_groups.recovery import lost_work
from saleor_order_groups.recovery import sweep as sweep_module
from saleor_order_groups.recovery.beat import BEAT_ENTRY, remove_beat_entry
from saleor_order_groups.recovery.sweep import SweepRunningError, get_recovery, sweep
from saleor_order_groups.recovery.tasks import recover_order_groups_task
from saleor_order_groups.verification.runner import verify
from tests.helpers.crash import dying
from tests.helpers.database import run_hooks
from tests.helpers.events import get_event_types
from tests.helpers.payments import get_orders
from tests.helpers.recovery import LONG_AGO, make_old

D = Decimal
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")]


@pytest.fixture
def place(make_cart, pay, complete):
    """Return a function that places a paid purchase of three sellers."""

    def _place(cart=CART):
        checkout = make_cart(cart)
        pay(checkout, charged_value=sum(D(price) for _, price in cart) + 5)
        assert not complete(checkout)["errors"]
        return OrderGroup.objects.order_by("-number")[0]

    return _place


@pytest.fixture
def told(monkeypatch):
    """Record the webhook hooks and mails of orders, as (name, order's number)."""
    told = []

    def watch(name):
        original = getattr(PluginsManager, name)

        def call(self, order, *args, **kwargs):
            told.append((name, order.number))
            return original(self, order, *args, **kwargs)

        monkeypatch.setattr(PluginsManager, name, call)

    for name in ("order_created", "order_confirmed", "order_paid", "order_fully_paid"):
        watch(name)
    notify = PluginsManager.notify

    def mail(self, event, payload_func, *args, **kwargs):
        order = payload_func().get("order")
        if order and event in (
            NotifyEventType.ORDER_CONFIRMATION,
            NotifyEventType.ORDER_PAYMENT_CONFIRMATION,
        ):
            told.append((str(event), int(order["number"])))
        return notify(self, event, payload_func, *args, **kwargs)

    monkeypatch.setattr(PluginsManager, "notify", mail)
    return told


def recover(**options):
    """Run the command; return what it prints."""
    # The client of the tests leaves the hooks that it has run.
    connection.run_on_commit.clear()
    out = StringIO()
    call_command("recover_order_groups", stdout=out, stderr=StringIO(), **options)
    run_hooks()
    return out.getvalue().splitlines()


def test_change_that_no_look_has_seen(place):
    # given
    group = place()
    Order.objects.update(status="fulfilled", updated_at=timezone.now())
    assert get_event_types(group)[-1] == "fully_paid"

    # when / then
    assert recover() == [
        f"Recorded fulfilled of group #{group.number}",
        f"Announced fulfilled of group #{group.number}",
    ]
    event = OrderGroupEvent.objects.get(type="fulfilled")
    assert event.order_id is None
    assert event.announced_at
    assert recover() == []


def test_expired_orders_whose_updated_at_saleor_leaves_alone(place):
    # given
    group = place()
    Order.objects.update(
        status="expired", updated_at=timezone.now() - 2 * LONG_AGO * 10
    )
    OrderEvent.objects.filter(type="expired").delete()
    assert recover() == []

    # when
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, type="expired") for order in get_orders()
    )

    # then
    assert recover()[0] == f"Recorded expired of group #{group.number}"


def test_old_change_is_found_by_looking_at_everything(place):
    # given: a transaction was open for two hours
    group = place()
    Order.objects.update(
        status="fulfilled", updated_at=timezone.now() - datetime.timedelta(hours=2)
    )

    # when / then
    assert recover() == []
    assert recover(all=True)[0] == f"Recorded fulfilled of group #{group.number}"


def test_events_that_wait_are_announced(place):
    # given
    group = place()
    OrderGroupEvent.objects.update(announced_at=None)

    # when / then: whoever has recorded them may announce them still
    assert recover() == []
    make_old(group)
    assert recover() == [
        f"Announced created, confirmed, fully_paid of group #{group.number}"
    ]
    assert recover() == []


def test_failed_announcement_is_tried_again(place):
    # given
    group = place()
    OrderGroupEvent.objects.update(announced_at=None)
    make_old(group)

    # when
    with mock.patch(
        "saleor_order_groups.lifecycle.announcing.trigger_order_group_event",
        side_effect=ConnectionError("no broker"),
    ):
        assert recover() == []

    # then
    assert OrderGroupEvent.objects.filter(announced_at=None).count() == 3
    assert len(recover()) == 1
    assert not OrderGroupEvent.objects.filter(announced_at=None).exists()


def test_two_sweeps_do_not_run_at_once(db):
    # given
    get_recovery()
    Recovery.objects.update(claimed_at=timezone.now())

    # when / then
    with pytest.raises(SweepRunningError):
        list(sweep())
    with pytest.raises(CommandError, match="Another sweep is running"):
        recover()
    recover_order_groups_task()  # logs it
    # and one that has died is taken over
    Recovery.objects.update(claimed_at=timezone.now() - LONG_AGO)
    assert recover() == []
    assert Recovery.objects.get().claimed_at is None


def test_one_failure_keeps_nothing_from_the_others(place):
    # given
    first, second = place(), place()
    Order.objects.update(status="fulfilled", updated_at=timezone.now())
    look = look_module.look

    def fail(key):
        if key == first.pk:
            raise RuntimeError
        return look(key)

    # when
    with mock.patch.object(sweep_module, "look", fail):
        recover()

    # then
    assert get_event_types(first)[-1] == "fully_paid"
    assert get_event_types(second)[-1] == "fulfilled"
    recover()
    assert get_event_types(first)[-1] == "fulfilled"


def test_failure_is_looked_at_again_however_late(place):
    # given: it fails for two hours
    place()
    Order.objects.update(status="fulfilled", updated_at=timezone.now())
    before = get_recovery().looked_until
    with mock.patch.object(sweep_module, "look", side_effect=RuntimeError):
        recover()
    assert get_recovery().looked_until == before

    # when
    recover()

    # then
    assert get_event_types()[-1] == "fulfilled"
    assert get_recovery().looked_until > before

    # and when it fails for more than a day
    Order.objects.update(status="unfulfilled", updated_at=timezone.now())
    Recovery.objects.update(looked_until=timezone.now() - datetime.timedelta(days=2))
    with mock.patch.object(sweep_module, "look", side_effect=RuntimeError):
        recover()
    assert get_recovery().looked_until > before


def test_sweep_that_was_taken_for_dead_stops(place, monkeypatch):
    # given
    place()
    monkeypatch.setattr(sweep_module, "SIGN_OF_LIFE", datetime.timedelta())
    theirs = timezone.now()

    # when
    with pytest.raises(SweepRunningError):
        for _ in sweep(
            report_progress=lambda *_: Recovery.objects.update(claimed_at=theirs)
        ):
            pass

    # then
    assert Recovery.objects.get().claimed_at == theirs


def test_group_that_an_earlier_version_has_placed(place, told):
    # given: it knows of no state, event or announcement
    group = place()
    OrderGroupState.objects.all().delete()
    OrderGroupEvent.objects.all().delete()
    OrderGroupOrder.objects.update(announced_at=None)
    make_old(group)
    told.clear()

    # when / then
    assert recover() == []
    assert told == []
    group = OrderGroup.objects.get()
    assert not OrderGroupEvent.objects.exists()
    Order.objects.update(status="fulfilled", updated_at=timezone.now())
    recover()
    assert get_event_types(group) == ["fulfilled"]


# ------------------------------------------------------------------ lost work

# After the commit: before the first order, between two, before the group.
DEATHS = {
    "before the first order": (after_commit, "order_created", 0),
    "before the first mail": (after_commit, "send_order_confirmation", 0),
    "between two orders": (after_commit, "order_created", 1),
    "before the last mail": (after_commit, "send_order_confirmation", 2),
    "before it is noted": (after_commit, "mark_announced", 0),
    "before the look": (look_module, "_look_or_log", 0),
    "before it is announced": (look_module, "request_announcement", 0),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("death", DEATHS)
def test_work_that_a_crash_cut_off(
    make_cart, pay, complete, told, customer_user, death
):
    # given
    before = customer_user.number_of_orders
    checkout = make_cart(CART)
    pay(checkout, charged_value=D(105))
    with dying(*DEATHS[death]) as crash:
        complete(checkout)
    assert crash.has_happened
    group = OrderGroup.objects.get()
    assert recover() == [] or get_event_types(group)[1:] == ["confirmed", "fully_paid"]
    make_old(group)

    # when
    recover()
    recover()

    # then: rows once
    orders = list(get_orders())
    for order in orders:
        types = list(order.events.values_list("type", flat=True))
        for once in ("placed", "confirmed", "order_fully_paid"):
            assert types.count(once) == 1
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == before + 3
    # webhooks and mails at least once
    names = {
        "order_created",
        "order_confirmed",
        "order_paid",
        "order_fully_paid",
        "order_confirmation",
        "order_payment_confirmation",
    }
    assert {(name, order.number) for order in orders for name in names} <= set(told)
    assert get_event_types(group) == ["created", "confirmed", "fully_paid"]
    assert not OrderGroupEvent.objects.filter(announced_at=None).exists()
    assert not OrderGroupOrder.objects.filter(announced_at=None).exists()
    told.clear()
    assert recover(all=True) == []
    assert told == []
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("replica_of_threads")
@pytest.mark.parametrize("is_guest", [True, False])
@pytest.mark.parametrize("order_number", [0, 1, 2])
def test_process_that_was_taken_for_dead_counts_no_order_again(
    order_number,
    is_guest,
    make_cart,
    pay,
    complete,
    customer_user,
    api_client,
    user_api_client,
):
    # given: a process that pauses in its work on one of the orders
    before = customer_user.number_of_orders
    client = api_client if is_guest else user_api_client
    checkout = make_cart(CART, user=None if is_guest else customer_user)
    pay(checkout, charged_value=D(105))
    order_created = after_commit.order_created
    paused = []

    def sweep_in_thread():
        try:
            make_old(OrderGroup.objects.get())
            list(sweep())
        finally:
            connections.close_all()

    def pause(**kwargs):
        paused.append(kwargs["order_info"].order)
        if len(paused) == order_number + 1:
            # when a sweep takes it for dead. Of a customer who has an account, it waits
            # for the process, or one of them gives up.
            thread = pool.submit(sweep_in_thread)
            wait([thread], timeout=2)
        return order_created(**kwargs)

    with (
        ThreadPoolExecutor() as pool,
        mock.patch.object(after_commit, "order_created", pause),
        mock.patch.object(after_commit, "LATE", datetime.timedelta(0)),
    ):
        assert not complete(checkout, client)["errors"]
    list(sweep())

    # then
    assert len(paused) == 3
    for order in get_orders():
        assert order.events.filter(type="placed").count() == 1
        assert CustomerEvent.objects.filter(order=order).count() == (not is_guest)
    assert not OrderGroupOrder.objects.filter(announced_at=None).exists()
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == before + (0 if is_guest else 3)


def test_work_that_fails_again_is_not_tried_a_third_time(place, told):
    # given
    group = place()
    OrderGroupOrder.objects.update(announced_at=None)
    make_old(group)
    told.clear()

    # when
    with mock.patch.object(lost_work, "fetch_order_info", side_effect=RuntimeError):
        recover()

    # then
    assert recover() == []
    assert told == []


def test_purchases_that_are_not_mailed_or_counted_again(
    place, order_list, customer_user, told, order_groups_plugin, channel_USD
):
    # given: a purchase of one seller, and orders that get their groups now
    group = place([("alpha", "60.00")])
    make_old(group)
    call_command("create_order_groups", stdout=StringIO(), stderr=StringIO())
    assert OrderGroup.objects.count() == 1 + len(order_list)
    OrderGroup.objects.update(created_at=timezone.now() - LONG_AGO)
    customer_user.refresh_from_db()
    count = customer_user.number_of_orders
    told.clear()

    # when
    for _ in range(3):
        recover()
    recover(all=True)

    # then
    assert told == []
    assert OrderGroupEvent.objects.exclude(group=group).count() == 0
    assert OrderGroupState.objects.count() == OrderGroup.objects.count()
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == count


def test_totals_that_an_earlier_version_has_not_recorded(create_group, monkeypatch):
    # given
    groups = [create_group((None, None)) for _ in range(3)]
    Order.objects.update(status="unfulfilled", updated_at=timezone.now() - LONG_AGO)
    record_present(group.pk for group in groups)
    OrderGroupState.objects.update(total_gross=None)
    monkeypatch.setattr(recorded_totals, "_BATCH_SIZE", 1)
    monkeypatch.setattr(sweep_module, "MOST_TOTALS", 2)
    missing = OrderGroupState.objects.filter(total_gross=None)
    recorded = OrderGroupState.objects.filter(total_gross=D("24.60"))

    # when / then each sweep records as many as it may
    assert recover() == ["Recorded missing totals: 2"]
    assert (missing.count(), recorded.count()) == (1, 2)
    assert recover() == ["Recorded missing totals: 1"]
    assert recover() == []
    assert (missing.count(), recorded.count()) == (0, 3)

    # and a sweep of everything records all
    OrderGroupState.objects.update(total_gross=None)
    assert recover(all=True) == ["Recorded missing totals: 3"]


def test_order_of_one_seller_without_its_timeline_is_named(place):
    # given
    group = place([("alpha", "60.00")])
    make_old(group)
    Order.objects.update(updated_at=timezone.now() - LONG_AGO)
    order = Order.objects.get()
    order.events.filter(type="placed").delete()

    # when / then
    assert [str(finding) for finding in verify()] == [
        f"Group #{group.number}: placed: order #{order.number} was placed, and Saleor's"
        " timeline, webhooks and mails of that are missing"
    ]


# ------------------------------------------------------------------ what verify tells


def test_verify_tells_what_is_wrong_with_events(place):
    # given
    group = place()
    hours_ago = timezone.now() - datetime.timedelta(hours=3)
    OrderGroup.objects.update(created_at=hours_ago)
    Order.objects.update(status="fulfilled", updated_at=hours_ago)
    Recovery.objects.update_or_create(
        pk=1, defaults={"looked_until": hours_ago - LONG_AGO}
    )
    event = OrderGroupEvent.objects.get(sequence=2)
    OrderGroupEvent.objects.filter(sequence=3).update(
        announced_at=None, created_at=hours_ago
    )
    event.delete()

    # when
    found = [(each.number, each.invariant) for each in verify()]

    # then
    assert found == [
        (None, "sweep"),
        (group.number, "state"),
        (group.number, "sequence"),
        (group.number, "event"),
    ]


def test_verify_tells_of_a_wrong_total_but_not_of_a_missing_one(place):
    # given
    group = place()
    hours_ago = timezone.now() - datetime.timedelta(hours=3)
    OrderGroup.objects.update(created_at=hours_ago)
    Order.objects.update(status="unfulfilled", updated_at=hours_ago)
    recover(all=True)
    state = OrderGroupState.objects.filter(pk=group.pk)
    total = state.get().total_gross
    assert total

    # when / then
    state.update(total_gross=total + 1)
    assert [(each.number, each.invariant) for each in verify()] == [
        (group.number, "state")
    ]
    state.update(total_gross=None)
    assert list(verify()) == []
    recover()
    assert state.get().total_gross == total


# ------------------------------------------------------------------ beat, and cost


@pytest.mark.django_db(transaction=True)
def test_beat_sends_the_sweep_and_migrating_away_takes_it_back():
    # given
    app.finalize()
    scheduler = DatabaseScheduler(app=app)

    # when
    scheduler.setup_schedule()

    # then
    entry = PeriodicTask.objects.get(name=BEAT_ENTRY)
    assert entry.task == recover_order_groups_task.name
    assert str(entry.interval) == "every minute" or entry.interval.every in (1, 60)

    # when
    remove_beat_entry()

    # then
    assert not PeriodicTask.objects.filter(name=BEAT_ENTRY).exists()


def test_cost_of_an_idle_sweep_does_not_grow(place):
    # given
    def count():
        get_plugins_manager(allow_replica=False)
        with CaptureQueriesContext(connection) as queries:
            assert list(sweep()) == []
        return len(queries)

    place()
    Order.objects.update(updated_at=timezone.now() - 10 * LONG_AGO)
    connection.cursor().execute(
        "UPDATE payment_transactionevent SET created_at = now() - interval '2 hours'"
    )
    list(sweep())
    one = count()

    # when
    for _ in range(4):
        place()
    Order.objects.update(updated_at=timezone.now() - 10 * LONG_AGO)
    connection.cursor().execute(
        "UPDATE payment_transactionevent SET created_at = now() - interval '2 hours'"
    )
    list(sweep())

    # then
    assert count() == one
