"""A process is killed by SIGKILL at any statement: nothing of a purchase's life is lost.

Each child process is forked, and kills itself before its n-th SQL statement. Tasks run in
the process that asks for them, so that their statements count too. STEP sets how
many statements lie between two kills; 1 kills at each.
"""

import datetime
import json
import os
import signal

import pytest
from django.db import connection, connections
from django.utils import timezone
from graphene import Node
from saleor.order.models import Order
from saleor.order.tasks import expire_orders_task

from saleor_order_groups.graphql.groups.mutations import order_group_cancel
from saleor_order_groups.lifecycle.look import find_changed
from saleor_order_groups.models import (
    GroupCancelation,
    OrderGroup,
    OrderGroupEvent,
    OrderGroupOrder,
    PaymentEventShare,
    SharesUpdate,
)
from saleor_order_groups.recovery.sweep import sweep
from saleor_order_groups.verification.runner import verify
from tests.apps.receiver import Receiver
from tests.apps.server import serve
from tests.helpers.events import get_event_types
from tests.helpers.payments import OPERATION
from tests.helpers.recovery import make_old

# How many statements lie between two kills: each act takes another number of them.
STEPS = {
    "placement": 45,
    "charge": 45,
    "charge of one order": 45,
    "refund": 45,
    "fulfillment": 30,
    "return": 30,
    "cancelation": 20,
    "cancelation of a group": 45,
    "expiry": 20,
}
SUBSCRIPTION = "subscription { event { ... on OrderCreated { order { id } } } }"
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(
    app,
    permission_manage_orders,
    permission_manage_payments,
    order_groups_plugin_with_webhooks,
):
    """Return what receives all events of groups, of changed shares and of new orders."""
    app.permissions.add(permission_manage_orders, permission_manage_payments)
    receiver = Receiver()
    with serve(receiver.respond) as url:
        webhook = app.webhooks.create(name="Events", target_url=url)
        for each in ("created", "updated", "confirmed", "fully_paid", "fulfilled") + (
            "refunded",
            "fully_refunded",
            "cancelled",
            "expired",
        ):
            webhook.events.create(event_type=f"order_group_{each}")
        webhook.events.create(event_type="transaction_shares_updated")
        orders = app.webhooks.create(
            name="Orders", target_url=url, subscription_query=SUBSCRIPTION
        )
        orders.events.create(event_type="order_created")
        yield receiver


@pytest.fixture(autouse=True)
def lasting_tokens(settings):
    """Let tokens outlive a long run: by default they expire after five minutes."""
    settings.JWT_TTL_ACCESS = datetime.timedelta(days=1)


class Kill:
    """Let the process die before a statement."""

    def __init__(self, number):
        self.left = number

    def __call__(self, execute, *args):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return execute(*args)


def is_killed(number, act):
    """Run `act` in a process that dies before a statement; tell whether it did."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with connection.execute_wrapper(Kill(number)):
                act()
        finally:
            # Whatever happened: the child is no test.
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.fixture
def acts(
    make_cart,
    pay,
    complete,
    order_life,
    report,
    app_api_client,
    transaction_item_generator,
    channel_USD,
    monkeypatch,
):
    """Return the acts by name: what comes before, and what the process dies in."""

    def fill():
        checkout = make_cart(CART)
        payment = transaction_item_generator(
            checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
        )
        report(payment, "CHARGE_SUCCESS", "105.00", f"ch-{payment.pk}")
        return checkout, payment

    def place():
        checkout, payment = fill()
        assert not complete(checkout)["errors"]
        return payment

    def first_order():
        links = OrderGroupOrder.objects.order_by("-group__number", "position")
        return links[0].order

    def place_authorized():
        checkout = make_cart(CART)
        payment = transaction_item_generator(
            checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
        )
        report(payment, "AUTHORIZATION_SUCCESS", "105.00", f"au-{payment.pk}")
        assert not complete(checkout)["errors"]
        return payment

    def place_authorized_share():
        place_authorized()
        return first_order().payment_transactions.get()

    def place_unpaid():
        channel_USD.allow_unpaid_orders = True
        channel_USD.automatically_confirm_all_new_orders = False
        channel_USD.expire_orders_after = 1
        channel_USD.save()
        assert not complete(make_cart(CART))["errors"]
        Order.objects.update(created_at=timezone.now() - timezone.timedelta(hours=1))

    def place_fulfilled():
        place()
        order_life.fulfill(first_order())

    def cancel_group():
        # As a large one: in a task.
        monkeypatch.setattr(order_group_cancel, "MAX_AT_ONCE", 0)
        group = OrderGroup.objects.latest("number")
        query = OPERATION % ("", "Cancel", "")
        order_life.post(query, id=Node.to_global_id("OrderGroup", group.pk))

    return {
        "placement": (lambda: fill()[0], lambda checkout: complete(checkout)),
        "charge": (
            place_authorized,
            lambda payment: report(
                payment, "CHARGE_SUCCESS", "105.00", f"ch-{payment.pk}"
            ),
        ),
        "charge of one order": (
            place_authorized_share,
            lambda share: report(share, "CHARGE_SUCCESS", "63.00", f"ch-{share.pk}"),
        ),
        "refund": (
            place,
            lambda payment: report(
                payment, "REFUND_SUCCESS", "105.00", f"re-{payment.pk}"
            ),
        ),
        "fulfillment": (place, lambda _: order_life.fulfill(first_order())),
        "return": (place_fulfilled, lambda _: order_life.return_goods(first_order())),
        "cancelation": (place, lambda _: order_life.cancel(first_order())),
        "cancelation of a group": (place_authorized, lambda _: cancel_group()),
        "expiry": (place_unpaid, lambda _: expire_orders_task()),
    }


# What each order has in the end, when the app or staff have repeated what they did: the status, and
# how often its timeline has an entry.
ENDS = {
    "charge": [("full", {"order_fully_paid": 1})] * 3,
    "charge of one order": [
        ("full", {"order_fully_paid": 1}),
        ("none", {"order_fully_paid": 0}),
        ("none", {"order_fully_paid": 0}),
    ],
    "refund": [("none", {"order_fully_paid": 1})] * 3,
    "cancelation of a group": [("none", {"canceled": 1, "note_added": 0})] * 3,
}


@pytest.mark.parametrize("name", STEPS)
def test_killed_at_any_statement(acts, receiver, name, customer_user):
    prepare, act = acts[name]
    number, kills = 0, 0
    step = int(os.environ.get("STEP", STEPS[name]))
    while True:
        # given
        customer_user.refresh_from_db()
        ordered = customer_user.number_of_orders
        groups = set(OrderGroup.objects.values_list("pk", flat=True))
        prepared = prepare()

        # when
        was_killed = is_killed(number, lambda prepared=prepared: act(prepared))
        kills += was_killed
        if name in ENDS and number % 2:
            # Before any sweep. Otherwise the sweep comes first.
            act(prepared)
        for group in OrderGroup.objects.all():
            make_old(group)
        list(sweep())
        list(sweep())

        if name in ENDS:
            act(prepared)
            newest = OrderGroup.objects.order_by("-number")[0]
            orders = [link.order for link in newest.order_links.order_by("position")]
            assert [
                (
                    order.charge_status,
                    {each: order.events.filter(type=each).count() for each in counts},
                )
                for order, (_, counts) in zip(orders, ENDS[name], strict=True)
            ] == ENDS[name], number

        # then: each event is recorded once, and announced
        new = OrderGroup.objects.exclude(pk__in=groups)
        for group in new:
            types = get_event_types(group)
            assert types[0] == "created"
            assert find_changed([group.pk]) == []
            received = {
                event["sequence"]
                for request in receiver.requests
                for body in [json.loads(request.body)]
                if body.get("id") == get_id(group)
                for event in [body["event"]]
            }
            assert received == set(range(1, len(types) + 1)), (number, types)
            # and Saleor's rows are there once, and apps have heard of each order
            heard = {
                order["id"]
                for request in receiver.requests
                for order in [json.loads(request.body).get("order")]
                if order
            }
            for link in group.order_links.all():
                assert Node.to_global_id("Order", link.order_id) in heard, number
                assert link.announced_at
                assert link.order.events.filter(type="placed").count() == 1
        assert not OrderGroupEvent.objects.filter(announced_at=None).exists()
        # and apps have heard of all shares
        told = {
            event
            for request in receiver.requests
            for event in json.loads(request.body).get("events", ())
        }
        divided = PaymentEventShare.objects.filter(amount_value__gt=0, ended_at=None)
        assert told >= {
            Node.to_global_id("TransactionEvent", pk)
            for pk in divided.values_list("event_id", flat=True)
        }
        assert not SharesUpdate.objects.exists()
        assert not GroupCancelation.objects.exists()
        customer_user.refresh_from_db()
        assert customer_user.number_of_orders == ordered + 3 * new.count()
        assert list(verify()) == []
        if not was_killed:
            break
        number += step
    assert kills > 2
    print(f"{name}: {kills} kills at {number} statements")  # noqa: T201


def get_id(group):
    return Node.to_global_id("OrderGroup", group.pk)
