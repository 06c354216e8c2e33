"""A payment and its shares: mutations, rows and what must hold of them."""

from decimal import Decimal

from saleor.order.models import Order
from saleor.payment.models import TransactionItem

from saleor_order_groups.payments.split import AMOUNTS

REPORT = """
    mutation Report(
      $id: ID, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal
      $reference: String!, $time: DateTime, $actions: [TransactionActionEnum!]
    ) {
      transactionEventReport(
        id: $id, type: $type, amount: $amount, pspReference: $reference, time: $time
        availableActions: $actions
      ) {
        alreadyProcessed
        transaction { chargedAmount { amount } }
        errors { field message code }
      }
    }
"""
REQUEST = """
    mutation Request(
      $id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal
    ) {
      transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
        transaction { id }
        errors { field message code }
      }
    }
"""
CART = [("alpha", "60.00"), ("beta", "40.00")]

OPERATION = """
    mutation Operate($id: ID!%s) {
      orderGroup%s(id: $id%s) {
        orderGroup { id number }
        results {
          order { id number status chargeStatus }
          errors { field code message }
          isPending
        }
        errors { field code message }
      }
    }
"""


def get_orders():
    """Return the group's orders in its order."""
    return list(Order.objects.order_by("number"))


def get_share(order):
    """Return the order's transaction."""
    return order.payment_transactions.get()


def get_amounts(name):
    """Return an amount of the payment and of each share."""
    payment = TransactionItem.objects.get(order=None)
    return [
        getattr(payment, name),
        [getattr(get_share(order), name) for order in get_orders()],
    ]


def assert_shares_sum_to(payment, below_zero=()):
    """Check that the shares sum to the payment in every amount, none below zero.

    :param below_zero: the amounts of which an order has less than nothing, by itself.
    """
    payment.refresh_from_db()
    shares = TransactionItem.objects.filter(payment_share__payment__transaction=payment)
    for name in AMOUNTS:
        values = [getattr(share, name) for share in shares]
        assert sum(values) == getattr(payment, name), name
        if name in below_zero:
            assert min(values) < 0, name
        else:
            assert min(values) >= min(getattr(payment, name), Decimal(0)), name


def get_errors(data):
    """Return each result's errors' codes."""
    return [[error["code"] for error in row["errors"]] for row in data["results"]]
