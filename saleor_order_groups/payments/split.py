"""Give each order its share of the checkout's payments.

A transaction that paid for several orders becomes the group's payment, which belongs to
no order and no checkout. Each order gets a share: a transaction of its own with the
order's part of every event. Saleor derives the order's amounts and statuses from it as
for any order.
"""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment import TransactionAction
from saleor.payment.models import TransactionEvent, TransactionItem

from ..host.locks import lock_transaction_items_of_checkout
from ..host.prefetched import forget, remember
from ..models import GroupPayment, OrderGroup, PaymentShare
from ..money.minor_units import to_minor
from .amounts import AMOUNTS, Book
from .attribution import attribute_reports
from .counted_parts import count_parts
from .divided_amounts import share_amounts, sums_hold
from .legacy.split import share_legacy_payments
from .locked import Entry, LockedPayment, LockedShare
from .records import get_covered

# The webhooks of these gateways find a payment by its token, which all of its parts
# would have.
UNSUPPORTED_GATEWAYS = frozenset({"saleor.payments.stripe"})

# Not copied to a share: idempotency_key, token and use_old_id identify the payment.
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
    """Refuse payments that cannot be divided between orders, before they are used.

    :raises ValidationError: the checkout has such a payment.
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
    # The error enums of all mutations that complete a checkout have this code.
    raise ValidationError(reason, code=CheckoutErrorCode.GRAPHQL_ERROR.value)


def share_payments(
    checkout: Checkout, group: OrderGroup, orders: Sequence[Order]
) -> list[TransactionItem]:
    """Give each order its part of the checkout's transactions and legacy payments.

    Several payments draw down the orders' needs in the order in which they were made.
    The excess over all totals is divided by the orders' totals.

    :return: the orders' share transactions, with their events prefetched.
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
    """Make the transaction the group's payment; return each order's share of it.

    :param needs: how much each order still needs, in minor units.
    """
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
    divided = divide_events(
        payment,
        transaction.events.order_by("pk"),
        [
            LockedShare(link, order, Book(share), total, need)
            for link, order, share, total, need in zip(
                links, orders, shares, totals, needs, strict=True
            )
        ],
    )
    count_parts(divided)
    divided.save()
    for share, own in zip(shares, divided.shares, strict=True):
        # Fill the prefetch cache: Saleor would query the events of each share.
        remember(share, "events", own.book.events)
        own.book.apply()
        # The row is new, but the money was paid when the payment was made.
        share.created_at = transaction.created_at
    if not sums_hold(transaction, shares):
        share_amounts(transaction, shares, needs, totals)
        for share in shares:
            forget(share, "events")
        prefetch_related_objects(shares, "events")
    # Most amounts are zero, as in a new row: save the others.
    changed = [name for name in AMOUNTS if any(getattr(each, name) for each in shares)]
    TransactionItem.objects.bulk_update(shares, ["created_at", *changed])
    transaction.checkout_id = None
    transaction.available_actions = []
    transaction.save(update_fields=["checkout_id", "available_actions", "modified_at"])
    return shares


def divide_events(
    payment: GroupPayment,
    events: Iterable[TransactionEvent],
    shares: list[LockedShare],
) -> LockedPayment:
    """Divide the events of a payment between shares without events; nothing is saved.

    :param events: the oldest first.
    """
    book = Book(payment.transaction, events)
    entries = [Entry(event) for event in book.events]
    divided = LockedPayment(payment, book, shares, entries)
    attribute_reports(divided)
    return divided


def create_shares(
    transaction: TransactionItem, orders: Sequence[Order]
) -> list[TransactionItem]:
    """Create a transaction for each order, like the payment's but without amounts."""
    values = {name: getattr(transaction, name) for name in _SHARE_FIELDS}
    # The payment provider cancels a whole authorization, including the siblings' parts.
    actions = [
        action
        for action in transaction.available_actions
        if action != TransactionAction.CANCEL
    ]
    return TransactionItem.objects.bulk_create(
        TransactionItem(order=order, available_actions=list(actions), **values)
        for order in orders
    )
