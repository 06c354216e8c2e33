"""The number of SQL statements of a read, with one and with fifty of everything."""

from decimal import Decimal

import pytest
from saleor.discount.models import OrderDiscount, OrderLineDiscount
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order, OrderLine
from saleor.payment.models import TransactionEvent, TransactionItem

from saleor_order_groups.models import GroupPayment, OrderGroup, OrderGroupOrder, Seller

GROUP = """
fragment Group on OrderGroup {
  id number externalReference createdAt updatedAt canceledAt userEmail checkoutId sellerCount
  status chargeStatus authorizeStatus fulfillmentStatus
  user { id email }
  channel { id slug }
  sellers { id slug }
  shippingAddress { city }
  billingAddress { city }
  total { gross { amount } }
  subtotal { gross { amount } }
  placedTotal { gross { amount } }
  totalDiscount { amount }
  totalTax { amount }
  totalRefunded { amount }
  totalBalance { amount }
  taxes { rate gross { amount } }
  discounts {
    type reason createdAt startDate valueType value
    amount { amount } shares { order { id } amount { amount } }
  }
  giftCards { id }
  transactions { id chargedAmount { amount } events { id } order { id } }
  lines(first: 100) { totalCount edges { node { id productName order { id } seller { id } } } }
  orders {
    id number seller { id } orderGroup { id }
    total { gross { amount } }
    lines { id discounts { id } }
    transactions { id }
  }
  privateMetadata { key }
}
"""
ONE = "query($id: ID) { orderGroup(id: $id) { ...Group } }" + GROUP
LIST = (
    "query($where: OrderGroupWhereInput) { orderGroups(first: 100, where: $where)"
    " { totalCount edges { node { ...Group } } } }" + GROUP
)
OF_USER = (
    "query($id: ID!) { user(id: $id) { orderGroups(first: 100)"
    " { totalCount edges { node { ...Group } } } } }" + GROUP
)
ORDERS = (
    """
{ orders(first: 100) { edges { node { id seller { id } orderGroup { ...Group } } } } }
"""
    + GROUP
)


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


@pytest.fixture
def manager(app_api_client, permission_manage_orders, permission_manage_users):
    app_api_client.app.permissions.add(
        permission_manage_orders, permission_manage_users
    )
    return app_api_client


def test_one_group_with_one_and_with_fifty_of_everything(
    manager, create_full_group, count_statements, to_id
):
    # given
    small, large = create_full_group(1), create_full_group(50)
    count_statements(manager, ONE, {"id": to_id(small)})

    # when
    few, count_of_few = count_statements(manager, ONE, {"id": to_id(small)})
    many, count_of_many = count_statements(manager, ONE, {"id": to_id(large)})

    # then
    for data, count in ((few["orderGroup"], 1), (many["orderGroup"], 50)):
        assert len(data["orders"]) == data["sellerCount"] == count
        assert data["lines"]["totalCount"] == len(data["giftCards"]) == count
        assert len(data["transactions"]) == 2 * count
        assert [len(row["shares"]) for row in data["discounts"]] == [count, count]
        assert data["totalDiscount"]["amount"] == 2 * count
    assert count_of_many == count_of_few


def test_pages_of_one_and_of_fifty_groups(
    manager, create_full_group, customer_user, count_statements, to_id
):
    # given
    first = create_full_group(1)
    where = {"where": {"ids": [to_id(first)]}}
    of_user = {"id": to_id(customer_user)}
    for query, variables in ((LIST, where), (OF_USER, of_user), (ORDERS, {})):
        count_statements(manager, query, variables)
    page, count_of_page = count_statements(manager, LIST, where)
    _, count_of_user = count_statements(manager, OF_USER, of_user)
    orders, count_of_orders = count_statements(manager, ORDERS)
    assert len(page["orderGroups"]["edges"]) == len(orders["orders"]["edges"]) == 1
    groups = [first, *[create_full_group(1) for _ in range(49)]]

    # when
    where = {"where": {"ids": [to_id(group) for group in groups]}}
    pages, count_of_pages = count_statements(manager, LIST, where)
    users, count_of_users = count_statements(manager, OF_USER, of_user)
    many, count_of_many = count_statements(manager, ORDERS)

    # then
    assert pages["orderGroups"]["totalCount"] == 50
    assert len(pages["orderGroups"]["edges"]) == 50
    assert users["user"]["orderGroups"]["totalCount"] == 50
    assert len(many["orders"]["edges"]) == 50
    assert count_of_pages == count_of_page
    assert count_of_users == count_of_user
    assert count_of_many == count_of_orders
