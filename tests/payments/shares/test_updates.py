"""TRANSACTION_SHARES_UPDATED: what it tells, and that none is lost."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.webhook.models import Webhook

from saleor_order_groups.models import SharesUpdate
from saleor_order_groups.payments import shares_updates
from saleor_order_groups.recovery import sweep
from saleor_order_groups.verification.runner import verify
from tests.apps.payment import succeed
from tests.apps.receiver import Receiver
from tests.apps.server import serve
from tests.helpers.payments import CART

SUBSCRIPTION = """
    subscription {
      event {
        ... on TransactionSharesUpdated {
          transaction { id }
          events { id type pspReference shares { id amount { amount } } }
        }
      }
    }
"""


@pytest.fixture
def receiver(app_api_client, order_groups_plugin_with_webhooks):
    receiver = Receiver()
    with serve(receiver.respond) as receiver.url:
        webhook = app_api_client.app.webhooks.create(
            name="Shares",
            target_url=receiver.url,
            subscription_query=SUBSCRIPTION,
            is_active=True,
        )
        webhook.events.create(event_type="transaction_shares_updated")
        yield receiver


@pytest.fixture
def payment(make_cart, transaction_item_generator, app_api_client, report):
    """Authorize 105.00 for a checkout, and return the transaction."""
    checkout = make_cart(CART)
    payment = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(payment, "AUTHORIZATION_SUCCESS", "105.00", "auth-1")
    return payment


def get_updates(receiver):
    """Return [{type: [amounts]}] of what was received."""
    return [
        {
            event["type"]: [share["amount"]["amount"] for share in event["shares"]]
            for event in request.json["events"]
        }
        for request in receiver.requests
    ]


def test_nothing_is_recorded_while_nobody_listens(
    receiver, payment, complete, report, monkeypatch
):
    # given
    requested = []
    monkeypatch.setattr(shares_updates, "_request_announcement", requested.append)
    Webhook.objects.update(is_active=False)

    # when
    assert not complete(payment.checkout)["errors"]
    report(payment, "CHARGE_SUCCESS", "105.00", "charge")

    # then
    assert requested == []
    assert not SharesUpdate.objects.exists()

    # when: the next change is told to who listens by then
    Webhook.objects.update(is_active=True)
    report(payment, "REFUND_SUCCESS", "105.00", "refund")

    # then
    assert requested == [payment.pk]
    [update] = SharesUpdate.objects.all()
    assert update.event_ids == [payment.events.get(type="refund_success").pk]


def test_completion_and_reports_are_told(receiver, payment, complete, report):
    # when
    assert not complete(payment.checkout)["errors"]
    report(payment, "CHARGE_SUCCESS", "105.00", "charge")
    report(payment, "CHARGE_SUCCESS", "105.00", "charge")
    report(payment, "INFO", "1.00", "note")

    # then: nothing is told twice, or that changes no share
    assert get_updates(receiver) == [
        {"AUTHORIZATION_SUCCESS": [63, 42]},
        {"CHARGE_SUCCESS": [63, 42]},
    ]
    id = Node.to_global_id("TransactionItem", payment.token)
    assert {request.json["transaction"]["id"] for request in receiver.requests} == {id}
    assert not SharesUpdate.objects.exists()


def test_cart_of_one_seller(
    receiver, make_cart, transaction_item_generator, app_api_client, report, complete
):
    # given
    checkout = make_cart([("alpha", "60.00")])
    transaction = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(transaction, "CHARGE_SUCCESS", "65.00", "charge")

    # when
    assert not complete(checkout)["errors"]

    # then
    assert get_updates(receiver) == [{"CHARGE_SUCCESS": [65]}]

    # and later reports are told, also one that a crash may have cut off
    report(transaction, "REFUND_SUCCESS", "5.00", "refund")
    assert get_updates(receiver)[1:] == [{"REFUND_SUCCESS": [5]}]
    report(transaction, "REFUND_SUCCESS", "5.00", "refund")
    assert get_updates(receiver)[2:] == [{"REFUND_SUCCESS": [5]}]


def test_answer_to_a_request_of_one_order(
    receiver,
    payment_app,
    make_cart,
    transaction_item_generator,
    app_api_client,
    report,
    complete,
    request_action,
):
    # given
    checkout = make_cart([("alpha", "60.00")])
    transaction = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(transaction, "CHARGE_SUCCESS", "65.00", "charge")
    assert not complete(checkout)["errors"]
    payment_app.answer = succeed("refund")

    # when
    assert request_action(transaction, "REFUND", "5.00") == []

    # then
    assert get_updates(receiver) == [
        {"CHARGE_SUCCESS": [65]},
        {"REFUND_SUCCESS": [5]},
    ]


def test_amounts_that_are_set_are_told_together(
    receiver,
    make_cart,
    transaction_item_generator,
    app_api_client,
    complete,
    update,
    report,
):
    # given
    checkout = make_cart([("alpha", "60.00")])
    transaction = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    report(transaction, "AUTHORIZATION_SUCCESS", "65.00", "authorization")
    assert not complete(checkout)["errors"]

    # when
    update(transaction, charged="60.00", refunded="5.00")

    # then
    assert get_updates(receiver)[1:] == [
        {"CHARGE_SUCCESS": [60], "REFUND_SUCCESS": [5]}
    ]


def test_order_of_no_group_is_not_told_of(
    receiver, order, transaction_item_generator, app_api_client, report
):
    # given
    transaction = transaction_item_generator(order_id=order.pk, app=app_api_client.app)

    # when
    report(transaction, "CHARGE_SUCCESS", "65.00", "charge")

    # then
    assert receiver.requests == []


def test_update_that_is_cut_off_is_sent_by_the_sweep(
    receiver, payment, complete, monkeypatch, caplog
):
    # given
    def fail(_update):
        raise ConnectionError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(shares_updates, "trigger_shares_updated", fail)
        assert not complete(payment.checkout)["errors"]
    assert receiver.requests == []
    old = timezone.now() - timedelta(hours=2)
    SharesUpdate.objects.update(created_at=old)
    [finding] = [str(each) for each in verify() if "announced" in str(each)]
    assert str(payment.token) in finding

    # when
    lines = list(sweep.sweep())

    # then
    assert f"Announced the shares of transaction {payment.pk}" in lines
    assert get_updates(receiver) == [{"AUTHORIZATION_SUCCESS": [63, 42]}]
    assert not SharesUpdate.objects.exists()
    assert list(sweep.sweep()) == []


def test_update_that_another_process_sends_is_left_to_it(
    receiver, payment, complete, monkeypatch
):
    # given
    with monkeypatch.context() as patch:
        patch.setattr(shares_updates, "_request_announcement", lambda _id: None)
        assert not complete(payment.checkout)["errors"]
    SharesUpdate.objects.update(claimed_at=timezone.now())

    # when
    assert list(shares_updates.announce_updates(payment.pk)) == []

    # then: unless it has died
    assert receiver.requests == []
    SharesUpdate.objects.update(claimed_at=timezone.now() - shares_updates.PATIENCE)
    assert len(list(shares_updates.announce_updates(payment.pk))) == 1
    assert len(receiver.requests) == 1


def test_payload_without_a_subscription_query(receiver, payment, complete):
    # given
    Webhook.objects.update(subscription_query=None)

    # when
    assert not complete(payment.checkout)["errors"]

    # then
    [request] = receiver.requests
    [event] = payment.events.all()
    data = request.json
    assert data.pop("meta")
    assert data == {
        "id": Node.to_global_id("TransactionItem", payment.token),
        "events": [Node.to_global_id("TransactionEvent", event.pk)],
    }


def test_dry_run(receiver, payment, complete, superuser_api_client):
    # given
    assert not complete(payment.checkout)["errors"]
    query = """
        mutation Run($id: ID!, $query: String!) {
          webhookDryRun(objectId: $id, query: $query) {
            payload
            errors { field message }
          }
        }
    """

    # when
    response = superuser_api_client.post_graphql(
        query,
        {
            "id": Node.to_global_id("TransactionItem", payment.token),
            "query": SUBSCRIPTION,
        },
    )

    # then
    data = get_graphql_content(response)["data"]["webhookDryRun"]
    assert data["errors"] == []
    [event] = json.loads(data["payload"])["events"]
    assert event["type"] == "AUTHORIZATION_SUCCESS"


def test_sample_payload_is_made_up(payment, complete, superuser_api_client):
    # given
    assert not complete(payment.checkout)["errors"]

    # when
    response = superuser_api_client.post_graphql(
        "{ webhookSamplePayload(eventType: TRANSACTION_SHARES_UPDATED) }"
    )

    # then
    sample = json.loads(get_graphql_content(response)["data"]["webhookSamplePayload"])
    assert sample["id"] != Node.to_global_id("TransactionItem", payment.token)
    assert len(sample["events"]) == 1
