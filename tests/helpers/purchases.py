"""A purchase by way of real processes, and what must hold of it."""

from dataclasses import dataclass
from decimal import Decimal

from graphene import Node
from saleor.order.models import Order
from saleor.order.utils import updates_amounts_for_order
from saleor.payment.models import TransactionItem

from saleor_order_groups.payments.split import AMOUNTS
from tests.apps.provider import Intent
from tests.helpers.waiting import WAIT_SECONDS, until

# Orders of 63.00, 31.50 and 10.50, delivered for 5.00.
CART = [("alpha", "60.00"), ("beta", "30.00"), ("gamma", "10.00")]
ORDER_CANCEL = """
    mutation Cancel($id: ID!) {
      orderCancel(id: $id) { order { status } errors { field message code } }
    }
"""


@dataclass
class Purchase:
    """A completed purchase: its payment's reference, the orders and their shares."""

    reference: str
    payment_id: str
    group_id: str
    order_ids: list[str]
    numbers: list[str]
    share_ids: list[str]


def get_transactions(purchase: Purchase) -> list[TransactionItem]:
    """Return the payment and the shares of a purchase."""
    ids = [purchase.payment_id, *purchase.share_ids]
    return [TransactionItem.objects.get(token=Node.from_global_id(id)[1]) for id in ids]


def get_amounts(purchase: Purchase, name: str) -> list[Decimal]:
    """Return an amount of the payment and of each share."""
    return [getattr(item, f"{name}_value") for item in get_transactions(purchase)]


def wait_for(purchase: Purchase, name: str, expected: list) -> None:
    """Wait until the worker has brought an amount of payment and shares there."""
    expected = [Decimal(amount) for amount in expected]
    until(
        lambda: get_amounts(purchase, name) == expected,
        WAIT_SECONDS,
        lambda: (name, get_amounts(purchase, name), expected),
    )


def assert_in_line_with(purchase: Purchase, intent: Intent) -> None:
    """Check that shares, payment, the provider's books and the orders agree."""
    payment, *shares = get_transactions(purchase)
    for name in AMOUNTS:
        parts = [getattr(share, name) for share in shares]
        assert sum(parts) == getattr(payment, name), name
        assert min(parts) >= 0, name
    for name in ("authorized", "charged", "refunded", "canceled"):
        assert getattr(payment, f"{name}_value") == getattr(intent, name), name
    for share in shares:
        order = share.order
        derived = Order.objects.get(pk=order.pk)
        updates_amounts_for_order(derived, save=False)
        for name in ("total_charged_amount", "charge_status", "authorize_status"):
            assert getattr(order, name) == getattr(derived, name), name
