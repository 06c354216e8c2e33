"""The checkout's payments and the orders' shares of them.

A transaction that paid for several orders becomes the group's payment, bound to no order
and no checkout; each order gets a share, a transaction of its own with the order's part
of every event, so that Saleor derives each order's amounts and statuses as for any order.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment import TransactionAction
from saleor.payment.models import TransactionItem

from ..host.locks import lock_transaction_items_of_checkout
from ..host.prefetched import forget, remember
from ..models import GroupPayment, OrderGroup, PaymentShare
from ..money.minor_units import to_minor
from .amounts import AMOUNTS, Book
from .attribution import attribute_reports
from .divided_amounts import share_amounts, sums_hold
from .legacy.split import share_legacy_payments
from .locked import Entry, LockedPayment, LockedShare
from .records import get_covered

# Their webhooks look a payment up by its token, which the parts would share.
UNSUPPORTED_GATEWAYS = frozenset({"saleor.payments.stripe"})

# Not carried to a share: idempotency_key, token and use_old_id identify the payment.
_SHARE_FIELDS = (
    "name",
    "message",
    "psp_reference",
    "currency",
    "external_url",
    "user_id",
    "app_id",
    "app_identifier",
    "last_refund_success",
    "cc_first_digits",
    "cc_last_digits",
    "cc_brand",
    "cc_exp_month",
    "cc_exp_year",
    "payment_method_type",
    "payment_method_name",
    "gift_card_last_chars",
    "gift_card_brand",
    "gift_card_id",
    "metadata",
    "private_metadata",
)


def refuse_unsupported_transactions(checkout: Checkout) -> None:
    """Refuse what cannot be divided between orders, before anything is paid with it.

    :raises ValidationError: the checkout holds such a payment.
    """
    payment = checkout.get_last_active_payment()
    if payment is None:
        return
    if payment.gateway in UNSUPPORTED_GATEWAYS:
        _refuse(
            f"The payment gateway {payment.gateway} cannot pay for goods of several"
            " sellers."
        )
    if checkout.payment_transactions.exists():
        _refuse(
            "A checkout of several sellers cannot be paid with a payment and"
            " transactions at once."
        )


def _refuse(reason: str) -> None:
    # One of the codes that the errors of all entries have.
    raise ValidationError(reason, code=CheckoutErrorCode.GRAPHQL_ERROR.value)


def share_payments(
    checkout: Checkout, group: OrderGroup, orders: Sequence[Order]
) -> list[TransactionItem]:
    """Give each order its part of the checkout's transactions and payments.

    Several payments draw down what each order still needs, in the order in which they
    were made; what exceeds all totals goes by the orders' totals.

    Returns the orders' new transactions, with their events prefetched.
    """
    needs = [to_minor(order.total_gross_amount, order.currency) for order in orders]
    transactions = lock_transaction_items_of_checkout(checkout.pk)
    all_shares = []
    for transaction in transactions:
        shares = _share_transaction(transaction, group, orders, needs)
        all_shares += shares
        needs = [
            max(need - get_covered(share), 0)
            for need, share in zip(needs, shares, strict=True)
        ]
    share_legacy_payments(checkout, group, orders, needs)
    return all_shares


def _share_transaction(
    transaction: TransactionItem,
    group: OrderGroup,
    orders: Sequence[Order],
    needs: list[int],
) -> list[TransactionItem]:
    """Make the transaction the group's payment; return each order's share of it."""
    payment = GroupPayment.objects.create(
        group=group,
        transaction=transaction,
        available_actions=transaction.available_actions,
    )
    shares = create_shares(transaction, orders)
    links = PaymentShare.objects.bulk_create(
        PaymentShare(payment=payment, order=order, transaction=share)
        for order, share in zip(orders, shares, strict=True)
    )
    totals = [to_minor(order.total_gross_amount, order.currency) for order in orders]
    payment.transaction = transaction
    divided = LockedPayment(
        payment=payment,
        book=Book(transaction, transaction.events.order_by("pk")),
        shares=[
            LockedShare(link, order, Book(share), total, need)
            for link, order, share, total, need in zip(
                links, orders, shares, totals, needs, strict=True
            )
        ],
        entries=[],
    )
    divided.entries += [Entry(event) for event in divided.book.events]
    attribute_reports(divided)
    divided.save()
    for share, own in zip(shares, divided.shares, strict=True):
        # Saleor would read them again, share by share.
        remember(share, "events", own.book.events)
        own.book.apply()
        # Created by us, but paid when the payment was.
        share.created_at = transaction.created_at
    if not sums_hold(transaction, shares):
        share_amounts(transaction, shares, needs, totals)
        for share in shares:
            forget(share, "events")
        prefetch_related_objects(shares, "events")
    # Most are zero, as they were made.
    changed = [name for name in AMOUNTS if any(getattr(each, name) for each in shares)]
    TransactionItem.objects.bulk_update(shares, ["created_at", *changed])
    transaction.checkout_id = None
    transaction.available_actions = []
    transaction.save(update_fields=["checkout_id", "available_actions", "modified_at"])
    return shares


def create_shares(
    transaction: TransactionItem, orders: Sequence[Order]
) -> list[TransactionItem]:
    """Return new transactions of orders, like the payment's but without its amounts."""
    values = {name: getattr(transaction, name) for name in _SHARE_FIELDS}
    # The payment provider cancels a whole authorization, the siblings' parts included.
    actions = [
        action
        for action in transaction.available_actions
        if action != TransactionAction.CANCEL
    ]
    return TransactionItem.objects.bulk_create(
        TransactionItem(order=order, available_actions=list(actions), **values)
        for order in orders
    )
