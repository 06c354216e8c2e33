"""Operations on a group that was paid with a legacy payment."""

from decimal import Decimal

import pytest
from graphene import Node
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderChargeStatus
from saleor.order.models import Order
from saleor.payment import ChargeStatus

from saleor_order_groups.models import OrderGroup
from tests.helpers.legacy_gateway import PROVIDER
from tests.helpers.payments import CART, get_orders

OPERATION = """
    mutation Operate($id: ID!, $amount: PositiveDecimal) {
      orderGroup%s(id: $id, amount: $amount) {
        results { order { id } errors { code message } }
        errors { field code message }
      }
    }
"""


@pytest.fixture
def authorized_group(provider, make_cart, pay_legacy, complete):
    """Two orders of 63.00 and 42.00, authorized with one payment of the provider."""
    checkout = make_cart(CART)
    pay_legacy(checkout, token=ChargeStatus.NOT_CHARGED, plugin=PROVIDER)
    assert not complete(checkout)["errors"]
    return OrderGroup.objects.get()


@pytest.fixture
def operate(app_api_client, permission_manage_payments, permission_manage_orders):
    app_api_client.app.permissions.add(
        permission_manage_payments, permission_manage_orders
    )

    def _operate(name, amount=None):
        group = OrderGroup.objects.get()
        response = app_api_client.post_graphql(
            OPERATION % name,
            {"id": Node.to_global_id("OrderGroup", group.pk), "amount": amount},
        )
        return get_graphql_content(response)["data"][f"orderGroup{name}"]

    return _operate


@pytest.mark.parametrize("policy", ["PER_ORDER", "GROUP"])
def test_charge_is_one_capture(
    authorized_group,
    provider,
    operate,
    order_groups_plugin,
    channel_USD,
    policy,
):
    # given
    order_groups_plugin(channel_USD, **{"charge-policy": policy})

    # when
    data = operate("Charge")

    # then
    assert data["errors"] == []
    assert [row["errors"] for row in data["results"]] == [[], []]
    assert provider.asked == [("capture", Decimal(105))]
    assert [order.total_charged_amount for order in get_orders()] == [63, 42]
    assert {order.charge_status for order in get_orders()} == {OrderChargeStatus.FULL}


def test_named_amount_is_refunded_of_every_order(authorized_group, provider, operate):
    # given
    operate("Charge")

    # when
    data = operate("Refund", "50.00")

    # then
    assert [row["errors"] for row in data["results"]] == [[], []]
    assert provider.asked[1:] == [("refund", Decimal(30)), ("refund", Decimal(20))]
    assert [order.total_charged_amount for order in get_orders()] == [33, 22]


def test_declined_capture_is_reported_for_every_order(
    authorized_group,
    provider,
    operate,
):
    # given
    provider.declines = True

    # when
    data = operate("Charge")

    # then
    assert [[error["code"] for error in row["errors"]] for row in data["results"]] == [
        ["PAYMENT_ERROR"],
        ["PAYMENT_ERROR"],
    ]
    assert [order.total_charged_amount for order in Order.objects.all()] == [0, 0]


def test_legacy_payment_needs_the_permission_that_saleor_asks_for(
    authorized_group,
    provider,
    operate,
    app_api_client,
    permission_manage_orders,
):
    # given
    app_api_client.app.permissions.remove(permission_manage_orders)

    # when
    data = operate("Charge")

    # then
    for row in data["results"]:
        assert row["errors"] == [
            {
                "code": "PAYMENT_ERROR",
                "message": (
                    "The payment of this order needs the permission MANAGE_ORDERS."
                ),
            }
        ]
    assert provider.asked == []
