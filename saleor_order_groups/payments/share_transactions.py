"""Save the transactions of payment and shares, with the actions offered to staff."""

import logging
from copy import deepcopy
from typing import Any

from django.utils import timezone
from saleor.core.tracing import traced_atomic_transaction
from saleor.payment import TransactionAction
from saleor.payment.models import TransactionItem

from ..models import GroupPayment
from ..money.minor_units import floor_minor
from .amounts import AMOUNTS
from .divided_amounts import share_amounts, sums_hold
from .locked import LockedPayment
from .records import lock_payment

logger = logging.getLogger(__name__)

# The fields that the app sets on the payment and the share transactions copy.
_FOLLOWING_FIELDS = (
    "psp_reference",
    "name",
    "message",
    "external_url",
    "cc_first_digits",
    "cc_last_digits",
    "cc_brand",
    "cc_exp_month",
    "cc_exp_year",
    "payment_method_type",
    "payment_method_name",
    "gift_card_last_chars",
    "gift_card_brand",
    "app_id",
    "app_identifier",
)
_SAVED_FIELDS = (
    *_FOLLOWING_FIELDS,
    *AMOUNTS,
    "metadata",
    "private_metadata",
    "available_actions",
)


def save_transactions(locked: LockedPayment) -> None:
    """Save the amounts of payment and shares, and the fields that shares copy.

    A share of which nothing has changed is not saved, as in Saleor a report on one order
    leaves the transactions of others alone.
    """
    payment, transaction = locked.payment, locked.transaction
    locked.book.apply()
    shares = [share.book.transaction for share in locked.shares]
    stored = [_copy_saved(share) for share in shares]
    actions = transaction.available_actions
    transaction.available_actions = []
    if actions:
        payment.available_actions = actions
        payment.save(update_fields=["available_actions"])
    # A report on a share may be the first one with a reference for the payment.
    references = [share.psp_reference for share in shares if share.psp_reference]
    if not transaction.psp_reference and references:
        transaction.psp_reference = references[0]
    transaction.save(
        update_fields=[*AMOUNTS, "psp_reference", "available_actions", "modified_at"]
    )
    for locked_share, share in zip(locked.shares, shares, strict=True):
        for name in _FOLLOWING_FIELDS:
            setattr(share, name, getattr(transaction, name))
        # Metadata that was set on one order's share stays.
        share.metadata.update(transaction.metadata)
        share.private_metadata.update(transaction.private_metadata)
        share.available_actions = actions or share.available_actions
        locked_share.book.apply()
    if not sums_hold(transaction, shares):
        divide_anew(locked)
    _offer_cancel(locked)
    for index, share in enumerate(shares):
        if index in locked.touched or _copy_saved(share) != stored[index]:
            share.save(update_fields=[*_SAVED_FIELDS, "modified_at"])


def _copy_saved(transaction: TransactionItem) -> dict[str, Any]:
    return deepcopy({name: getattr(transaction, name) for name in _SAVED_FIELDS})


def divide_anew(locked: LockedPayment) -> None:
    """Divide all amounts in proportion, so that the shares sum to the payment.

    This is the last resort: an order may get another order's money. No report, request
    or crash is known to lead here.
    """
    payment = locked.payment
    shares = [share.book.transaction for share in locked.shares]
    logger.error(
        "The shares of the payment %s did not sum to it and were divided anew.",
        locked.transaction.token,
        extra={
            "transaction_id": locked.transaction.pk,
            "transaction_token": str(locked.transaction.token),
            "order_group_id": str(payment.group_id),
        },
    )
    payment.divided_anew_at = timezone.now()
    payment.save(update_fields=["divided_anew_at"])
    guides = {
        name: [
            max(floor_minor(getattr(share, name), locked.currency), 0)
            for share in shares
        ]
        for name in AMOUNTS
    }
    totals = [share.total for share in locked.shares]
    share_amounts(locked.transaction, shares, totals, totals, guides)


def update_actions(payment: GroupPayment) -> None:
    """Offer CANCEL where an order's end has made it possible; the amounts stay."""
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        transactions = [share.book.transaction for share in locked.shares]
        before = [transaction.available_actions for transaction in transactions]
        _offer_cancel(locked)
        for transaction, actions in zip(transactions, before, strict=True):
            if transaction.available_actions != actions:
                transaction.save(update_fields=["available_actions", "modified_at"])


def keep_no_actions(payment: GroupPayment) -> None:
    """Record that no action is left on a payment and its shares.

    On the payment's own row, an empty list may also mean that the app has said nothing.
    """
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        payment.available_actions = []
        payment.save(update_fields=["available_actions"])
        for share in locked.shares:
            transaction = share.book.transaction
            transaction.available_actions = []
            transaction.save(update_fields=["available_actions", "modified_at"])


def follow_metadata(transaction: TransactionItem) -> None:
    """Copy a payment's metadata to its shares; metadata of one order's share stays."""
    payment = GroupPayment.objects.filter(transaction=transaction).first()
    if payment is None:
        return
    with traced_atomic_transaction():
        locked = lock_payment(payment)
        for share in locked.shares:
            own = share.book.transaction
            own.metadata.update(locked.transaction.metadata)
            own.private_metadata.update(locked.transaction.private_metadata)
            own.save(update_fields=["metadata", "private_metadata", "modified_at"])


def _offer_cancel(locked: LockedPayment) -> None:
    """Let a share offer CANCEL only if that takes nothing from a live sibling."""
    for locked_share in locked.shares:
        siblings = [other for other in locked.shares if other is not locked_share]
        share = locked_share.book.transaction
        if any(
            is_authorized(other.book.transaction) for other in siblings if other.is_live
        ):
            share.available_actions = [
                action
                for action in share.available_actions
                if action != TransactionAction.CANCEL
            ]
        elif (
            share.authorized_value > 0
            and TransactionAction.CANCEL in locked.payment.available_actions
            and TransactionAction.CANCEL not in share.available_actions
        ):
            # The last share with money authorized takes nothing from a sibling.
            share.available_actions = [
                *share.available_actions,
                TransactionAction.CANCEL,
            ]


def is_authorized(transaction: TransactionItem) -> bool:
    """Tell whether money is authorized, or an authorization or charge is pending."""
    return (
        transaction.authorized_value > 0
        or transaction.authorize_pending_value > 0
        or transaction.charge_pending_value > 0
    )
