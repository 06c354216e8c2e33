from decimal import Decimal

import graphene
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.account.models import Group
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order
from saleor.order.search import update_order_search_vector

from saleor_order_groups.models import (
    OrderGroup,
    OrderGroupOrder,
    ProductSeller,
    Seller,
)
from tests.completion.conftest import (  # noqa: F401
    complete,
    get_seller,
    get_total,
    make_cart,
    make_variant,
    pay,
    use_voucher,
)


@pytest.fixture
def to_id():
    """Return the global ID of one of our models."""

    def to_id(instance):
        return graphene.Node.to_global_id(type(instance).__name__, instance.pk)

    return to_id


@pytest.fixture
def create_seller(db):
    def create_seller(slug="acme", **fields):
        fields.setdefault("name", slug.capitalize())
        return Seller.objects.create(slug=slug, **fields)

    return create_seller


@pytest.fixture
def seller(create_seller):
    return create_seller()


@pytest.fixture
def other_seller(create_seller):
    return create_seller("bolt")


@pytest.fixture
def index_orders():
    """Let Saleor write what orders are searched by."""

    def index_orders():
        for order in Order.objects.all():
            update_order_search_vector(order)

    return index_orders


@pytest.fixture
def create_group(order_generator, customer_user, channel_USD):
    """Create a group with one order for each seller; None is the shop itself.

    Each order costs 10.00 net and 12.30 gross unless `amounts` tells its totals.
    """

    def create_group(
        sellers=(None,),
        *,
        user=customer_user,
        channel=channel_USD,
        amounts=None,
        **data,
    ):
        email = user.email if user else "guest@example.com"
        amounts = amounts or [("10.00", "12.30")] * len(sellers)
        totals = [(Decimal(net), Decimal(gross)) for net, gross in amounts]
        email = data.setdefault("user_email", email)
        group = OrderGroup.objects.create(
            user=user,
            channel=channel,
            currency=channel.currency_code,
            placed_total_net_amount=sum(net for net, _ in totals),
            placed_total_gross_amount=sum(gross for _, gross in totals),
            **data,
        )
        for position, (seller, (net, gross)) in enumerate(
            zip(sellers, totals, strict=True)
        ):
            order = order_generator(
                user=user,
                user_email=email,
                channel=channel,
                currency=channel.currency_code,
            )
            Order.objects.filter(pk=order.pk).update(
                total_net_amount=net,
                total_gross_amount=gross,
                undiscounted_total_net_amount=net + 1,
                undiscounted_total_gross_amount=gross + 1,
                subtotal_net_amount=net - 2,
                subtotal_gross_amount=gross - 2,
                shipping_price_net_amount=2,
                shipping_price_gross_amount=2,
            )
            OrderGroupOrder.objects.create(
                group=group,
                order=order,
                seller=seller,
                position=position,
                placed_total_net_amount=net,
                placed_total_gross_amount=gross,
            )
        return group

    return create_group


@pytest.fixture
def orders_of():
    """Return a group's orders, first to last."""

    def orders_of(group):
        return [link.order for link in group.order_links.select_related("order")]

    return orders_of


@pytest.fixture
def assign(db):
    def assign(seller, *products):
        for product in products:
            ProductSeller.objects.create(product=product, seller=seller)

    return assign


@pytest.fixture
def staff_of_channel(permission_manage_orders):
    """Let a user manage the orders of one channel alone."""

    def staff_of_channel(user, channel):
        group = Group.objects.create(
            name=f"Orders of {channel.slug}.", restricted_access_to_channels=True
        )
        group.permissions.add(permission_manage_orders)
        group.channels.add(channel)
        group.user_set.add(user)

    return staff_of_channel


@pytest.fixture
def manage_products(permission_manage_products):
    """Give a client's user or app the permission MANAGE_PRODUCTS."""

    def manage_products(client):
        owner = client.app or client.user
        (owner.permissions if client.app else owner.user_permissions).add(
            permission_manage_products
        )
        return client

    return manage_products


@pytest.fixture
def count_statements():
    """Run a query and return its data and the number of its SQL statements.

    Saleor's test settings send both connections through one, which counts them all.
    """

    def count_statements(client, query, variables=None):
        with CaptureQueriesContext(connection) as context:
            response = client.post_graphql(query, variables)
        return get_graphql_content(response)["data"], len(context)

    return count_statements


@pytest.fixture
def client_of(
    api_client,
    user_api_client,
    user2_api_client,
    staff_api_client,
    app_api_client,
    permission_group_manage_orders,
    permission_manage_orders,
    staff_of_channel,
    channel_PLN,
):
    """Return the API client of somebody with a name in the access matrix."""

    def client_of(who):
        if who == "staff with permission":
            permission_group_manage_orders.user_set.add(staff_api_client.user)
        elif who == "staff of another channel":
            staff_of_channel(staff_api_client.user, channel_PLN)
        elif who == "app with permission":
            app_api_client.app.permissions.add(permission_manage_orders)
        return {
            "anonymous": api_client,
            "customer": user_api_client,
            "other customer": user2_api_client,
            "staff": staff_api_client,
            "app": app_api_client,
        }[who.split(" w")[0].split(" of")[0]]

    return client_of
