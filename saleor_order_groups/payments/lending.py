"""Record which authorizations of siblings an order has used beyond its own."""

import datetime
from decimal import Decimal

from django.utils import timezone
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent

from ..money.minor_units import floor_minor, to_decimal
from .amounts import LENT, is_loan
from .ledger import lend
from .locked import LockedPayment, LockedShare


def lend_authorizations(locked: LockedPayment) -> None:
    """Lower siblings' authorizations by the amount that an order has overdrawn its own.

    The loan is an authorization adjustment on the sibling's share; nothing is saved.
    """
    own = [share.book.get_own_authorization() for share in locked.shares]
    lent = lend(
        [floor_minor(amount, locked.currency) for amount in own],
        [share.is_live for share in locked.shares],
    )
    amounts = [to_decimal(part, locked.currency) for part in lent]
    # Apps may report fractions of the minor unit: the shares must sum to them too.
    kept = sum((max(amount, Decimal(0)) for amount in own), Decimal(0)) - sum(amounts)
    fraction = kept - max(sum(own, Decimal(0)), Decimal(0))
    for index, share in enumerate(locked.shares):
        room = max(own[index], Decimal(0)) - amounts[index]
        part = min(fraction, room)
        amounts[index] += part
        fraction -= part
        _lend(locked, index, share, max(own[index], Decimal(0)), amounts[index])


def _lend(
    locked: LockedPayment,
    index: int,
    share: LockedShare,
    own: Decimal,
    lent: Decimal,
) -> None:
    loans = [
        event
        for event in share.book.events
        if is_loan(event) and event.include_in_calculations
    ]
    if (
        lent
        and len(loans) == 1
        and (share.book.amounts["authorized_value"] == own - lent)
    ):
        return
    for loan in loans:
        locked.change(loan, share.book, include_in_calculations=False)
    if loans or lent:
        locked.touched.add(index)
    if not lent:
        return
    authorizations = [
        event.created_at
        for event in share.book.events
        if event.type.startswith("authorization")
    ]
    # Saleor ignores authorizations that are older than the latest adjustment: date this
    # adjustment after all of them.
    latest = max(authorizations, default=timezone.now())
    moment = max(timezone.now(), latest + datetime.timedelta(microseconds=1))
    transaction = locked.transaction
    locked.add_share_event(
        index,
        TransactionEvent(
            transaction=share.book.transaction,
            type=TransactionEventType.AUTHORIZATION_ADJUSTMENT,
            amount_value=own - lent + share.book.get_taken(),
            currency=locked.currency,
            created_at=moment,
            message=LENT,
            include_in_calculations=True,
            app_id=transaction.app_id,
            app_identifier=transaction.app_identifier,
        ),
    )
