"""A channel that is deleted does not stop at its groups, and takes none with orders."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.channel.models import Channel
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.order.tasks import delete_expired_orders_task

from saleor_order_groups.models import OrderGroup
from saleor_order_groups.verification.runner import verify

CART = [("alpha", "60.00"), ("beta", "40.00")]
CHANNEL_DELETE = """
    mutation Delete($id: ID!, $input: ChannelDeleteInput) {
      channelDelete(id: $id, input: $input) {
        channel { slug }
        errors { field code message }
      }
    }
"""


@pytest.fixture
def delete_channel(staff_api_client, permission_manage_channels):
    """Return a function that deletes a channel through the API."""

    def _delete(channel, target=None):
        variables = {"id": Node.to_global_id("Channel", channel.pk)}
        if target:
            variables["input"] = {"channelId": Node.to_global_id("Channel", target.pk)}
        response = staff_api_client.post_graphql(
            CHANNEL_DELETE, variables, permissions=[permission_manage_channels]
        )
        return get_graphql_content(response)["data"]["channelDelete"]

    return _delete


def test_groups_move_to_the_target_channel_with_their_orders(
    make_cart, pay, complete, delete_channel, channel_USD, other_channel_USD
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    assert not complete(checkout)["errors"]

    # when
    data = delete_channel(channel_USD, target=other_channel_USD)

    # then
    assert data == {"channel": {"slug": channel_USD.slug}, "errors": []}
    group = OrderGroup.objects.get()
    assert group.channel == other_channel_USD
    assert group.placed_total_gross_amount == Decimal(105)
    assert [order.channel for order in Order.objects.all()] == [other_channel_USD] * 2
    assert list(verify()) == []


def test_channel_with_orders_of_a_group_is_refused_by_saleor(
    make_cart, pay, complete, delete_channel, channel_USD
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    complete(checkout)

    # when
    data = delete_channel(channel_USD)

    # then
    [error] = data["errors"]
    assert (error["field"], error["code"]) == ("id", "CHANNEL_WITH_ORDERS")
    assert OrderGroup.objects.get().channel == channel_USD


def test_groups_whose_orders_are_gone_go_with_their_channel(
    make_cart, complete, delete_channel, channel_USD, channel_PLN
):
    # given: an unpaid group that expired, and one of another channel
    channel_USD.allow_unpaid_orders = True
    channel_USD.save()
    assert not complete(make_cart(CART))["errors"]
    other = OrderGroup.objects.create(
        channel=channel_PLN,
        currency="PLN",
        placed_total_net_amount=1,
        placed_total_gross_amount=1,
    )
    past = timezone.now() - datetime.timedelta(days=100)
    Order.objects.update(status="expired", expired_at=past)
    delete_expired_orders_task()
    assert OrderGroup.objects.filter(channel=channel_USD, order_links=None).exists()

    # when
    data = delete_channel(channel_USD)

    # then
    assert not data["errors"]
    assert list(Channel.objects.all()) == [channel_PLN]
    assert OrderGroup.objects.get() == other
