from decimal import Decimal

import pytest
from saleor.discount.models import OrderDiscount, OrderLineDiscount
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order, OrderLine
from saleor.order.search import update_order_search_vector
from saleor.payment.models import TransactionEvent, TransactionItem

from saleor_order_groups.models import (
    GroupPayment,
    OrderGroup,
    OrderGroupOrder,
    ProductSeller,
    Seller,
)


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
def create_full_group(channel_USD, customer_user, address):
    """Create a group with so many orders, each with one of everything."""

    def create_full_group(count):
        money = {"currency": "USD"}
        group = OrderGroup.objects.create(
            user=customer_user,
            user_email=customer_user.email,
            channel=channel_USD,
            currency="USD",
            placed_total_net_amount=0,
            placed_total_gross_amount=0,
        )
        sellers = Seller.objects.bulk_create(
            Seller(name=f"Seller {group.number}-{n}", slug=f"seller-{group.number}-{n}")
            for n in range(count)
        )
        orders = Order.objects.bulk_create(
            Order(
                channel=channel_USD,
                user=customer_user,
                user_email=customer_user.email,
                shipping_address=address,
                billing_address=address,
                lines_count=1,
                total_net_amount=10,
                total_gross_amount=10,
                undiscounted_total_net_amount=10,
                undiscounted_total_gross_amount=10,
                status="unfulfilled",
                **money,
            )
            for _ in range(count)
        )
        OrderGroupOrder.objects.bulk_create(
            OrderGroupOrder(
                group=group,
                order=order,
                seller=seller,
                position=position,
                placed_total_net_amount=10,
                placed_total_gross_amount=10,
            )
            for position, (order, seller) in enumerate(
                zip(orders, sellers, strict=True)
            )
        )
        lines = OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                product_name="Mug",
                quantity=1,
                is_shipping_required=True,
                is_gift_card=False,
                unit_price_net_amount=10,
                unit_price_gross_amount=10,
                total_price_net_amount=10,
                total_price_gross_amount=10,
                tax_rate=Decimal("0.1"),
                **money,
            )
            for order in orders
        )
        OrderDiscount.objects.bulk_create(
            OrderDiscount(order=order, name="A", amount_value=1, **money)
            for order in orders
        )
        OrderLineDiscount.objects.bulk_create(
            OrderLineDiscount(line=line, name="B", amount_value=1, **money)
            for line in lines
        )
        cards = GiftCard.objects.bulk_create(
            GiftCard(
                code=f"CARD-{order.number}",
                initial_balance_amount=1,
                current_balance_amount=1,
                **money,
            )
            for order in orders
        )
        for order, card in zip(orders, cards, strict=True):
            order.gift_cards.add(card)
        # For each order a later payment of its own, and one of the group.
        transactions = TransactionItem.objects.bulk_create(
            TransactionItem(
                order=order, charged_value=5, app_identifier="app", name="x", **money
            )
            for order in [*orders, *[None] * count]
        )
        GroupPayment.objects.bulk_create(
            GroupPayment(group=group, transaction=transaction)
            for transaction in transactions[count:]
        )
        TransactionEvent.objects.bulk_create(
            TransactionEvent(
                transaction=transaction,
                type="charge_success",
                amount_value=5,
                psp_reference=f"psp-{transaction.pk}",
                **money,
            )
            for transaction in transactions
        )
        return group

    return create_full_group
