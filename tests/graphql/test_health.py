"""What `orderGroupsHealth` tells operators."""

import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from saleor.app.models import App
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.payment.models import TransactionEvent

from saleor_order_groups.models import OrderGroup, OrderGroupEvent, Recovery
from saleor_order_groups.recovery.sweep import get_recovery, sweep
from tests.helpers.payments import CART, get_orders

HEALTH = """
    query {
      orderGroupsHealth {
        lastSweepAt unsettledPayments unannouncedEvents
        findings { code message number }
      }
    }
"""


@pytest.fixture
def read(staff_api_client, permission_manage_plugins, order_groups_plugin):
    staff_api_client.user.user_permissions.add(permission_manage_plugins)

    def _read():
        content = get_graphql_content(staff_api_client.post_graphql(HEALTH))
        return content["data"]["orderGroupsHealth"]

    return _read


def test_nothing_is_wrong(read, paid_group):
    # given
    list(sweep())
    recovery = Recovery.objects.get()

    # when
    health = read()

    # then
    assert health == {
        "lastSweepAt": recovery.looked_until.isoformat(),
        "unsettledPayments": 0,
        "unannouncedEvents": 0,
        "findings": [],
    }


def test_unsettled_payment(read, paid_group):
    # given a process that died between Saleor's saving of a report and its settling
    TransactionEvent.objects.create(
        transaction=paid_group,
        type="charge_success",
        psp_reference="charge-1",
        amount_value=Decimal(105),
        currency="USD",
        include_in_calculations=True,
    )
    group = OrderGroup.objects.get()

    # when
    health = read()

    # then
    assert health["unsettledPayments"] == 1
    assert health["findings"] == [
        {
            "code": "UNSETTLED_PAYMENT",
            "message": "A report on a payment has not reached the orders yet.",
            "number": str(group.number),
        }
    ]

    # when
    list(sweep())

    # then
    assert read()["unsettledPayments"] == 0
    assert read()["findings"] == []


def test_unannounced_event(read, paid_group):
    # given
    events = OrderGroupEvent.objects.all()
    events.update(announced_at=None)

    # when, then a process may be announcing it right now
    assert read()["unannouncedEvents"] == 0

    # when
    events.update(created_at=timezone.now() - datetime.timedelta(minutes=2))
    health = read()

    # then
    assert health["unannouncedEvents"] == events.count() == 2
    [finding] = health["findings"]
    assert finding == {
        "code": "UNANNOUNCED_EVENT",
        "message": "Webhooks were not told of an event of the purchase yet.",
        "number": str(OrderGroup.objects.get().number),
    }


def test_missing_sweep(read, paid_group):
    # given
    long_ago = timezone.now() - datetime.timedelta(hours=3)
    get_recovery()
    Recovery.objects.update(looked_until=long_ago)
    order = get_orders()[0]
    type(order).objects.filter(pk=order.pk).update(
        updated_at=long_ago + datetime.timedelta(hours=1)
    )

    # when
    health = read()

    # then
    assert health["lastSweepAt"] == long_ago.isoformat()
    [finding] = health["findings"]
    assert finding["code"] == "SWEEP"
    assert finding["number"] is None
    assert "run Celery beat" in finding["message"]


def test_wrong_settings(read, order_groups_plugin, channel_USD, settings):
    # given
    order_groups_plugin(
        channel_USD, **{"seller-source": "ATTRIBUTE:vendor", "confirmation": "GROUP"}
    )

    # when
    findings = {each["code"]: each["message"] for each in read()["findings"]}

    # then
    assert set(findings) == {"SELLER_SOURCE", "CONFIRMATION"}
    assert "there is no product attribute vendor" in findings["SELLER_SOURCE"]
    assert f"in channel {channel_USD.slug}" in findings["CONFIRMATION"]


def test_stale_app_of_the_dashboard(read, settings):
    # given
    settings.PUBLIC_URL = "https://old.example.com"
    call_command("install_dashboard_app")
    assert read()["findings"] == []

    # when
    settings.PUBLIC_URL = "https://new.example.com"
    [finding] = read()["findings"]

    # then
    assert finding["code"] == "DASHBOARD_APP"
    assert "https://new.example.com" in finding["message"]
    assert finding["message"].endswith(": run manage.py install_dashboard_app.")

    # when, then
    App.objects.all().delete()
    assert read()["findings"] == []


def test_statements_do_not_grow_with_groups(read, make_cart, pay, complete):
    # given
    counts = []
    for number in (1, 4):
        for _ in range(number):
            checkout = make_cart(CART)
            pay(checkout)
            assert not complete(checkout)["errors"]
        list(sweep())

        # when
        with CaptureQueriesContext(connection) as context:
            read()
        counts.append(len(context))

    # then
    assert counts[0] == counts[1]


def test_health_needs_manage_plugins(
    api_client,
    user_api_client,
    staff_api_client,
    app_api_client,
    permission_group_manage_orders,
    permission_manage_plugins,
    order_groups_plugin,
):
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    for client in (api_client, user_api_client, staff_api_client, app_api_client):
        assert_no_permission(client.post_graphql(HEALTH))
    app_api_client.app.permissions.add(permission_manage_plugins)
    content = get_graphql_content(app_api_client.post_graphql(HEALTH))
    assert content["data"]["orderGroupsHealth"]["findings"] == []
