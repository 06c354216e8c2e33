"""A group to announce and a receiver of webhooks."""

from decimal import Decimal

import graphene
import pytest
from saleor.graphql.tests.utils import get_graphql_content
from saleor.webhook.models import Webhook

from saleor_order_groups.models import OrderGroup, OrderGroupOrder, Seller
from tests.apps.receiver import Receiver
from tests.apps.server import serve
from tests.helpers.subscriptions import WEBHOOK_CREATE_MUTATION


@pytest.fixture
def receiver():
    """Return a receiver of webhooks on a free local port."""
    receiver = Receiver()
    with serve(receiver.respond) as receiver.url:
        yield receiver


@pytest.fixture
def group_orders():
    """Return a function that makes a group of orders, the first the shop's own."""

    def create(orders):
        first = orders[0]
        group = OrderGroup.objects.create(
            user=first.user,
            user_email=first.user_email,
            channel=first.channel,
            currency=first.currency,
            placed_total_net_amount=Decimal(0),
            placed_total_gross_amount=Decimal(0),
        )
        for position, order in enumerate(orders):
            seller = None
            if position:
                seller, _ = Seller.objects.get_or_create(
                    slug=f"seller-{position}", name=f"Seller {position}"
                )
            OrderGroupOrder.objects.create(
                group=group,
                order=order,
                seller=seller,
                position=position,
                placed_total_net_amount=order.total_net_amount,
                placed_total_gross_amount=order.total_gross_amount,
            )
        return group

    return create


@pytest.fixture
def order_group(group_orders, order_list):
    """Return a group of three orders in `channel_USD`."""
    return group_orders(order_list)


@pytest.fixture
def order_group_id(order_group):
    return graphene.Node.to_global_id("OrderGroup", order_group.pk)


@pytest.fixture
def orders_app(app, permission_manage_orders):
    """Return an app with MANAGE_ORDERS."""
    app.permissions.add(permission_manage_orders)
    return app


@pytest.fixture
def create_webhook(superuser_api_client, receiver):
    """Return a function that makes a webhook of an app through the API."""

    def create(app, **input):
        variables = {
            "input": {
                "app": graphene.Node.to_global_id("App", app.pk),
                "name": "Order groups",
                "targetUrl": f"{receiver.url}/hook",
                **input,
            }
        }
        response = superuser_api_client.post_graphql(WEBHOOK_CREATE_MUTATION, variables)
        data = get_graphql_content(response)["data"]["webhookCreate"]
        assert data["errors"] == []
        _, pk = graphene.Node.from_global_id(data["webhook"]["id"])
        return Webhook.objects.get(pk=pk)

    return create
