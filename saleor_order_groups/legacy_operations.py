"""What a provider does to a whole legacy payment, recorded on the orders' parts.

Asked for one order's part, it may capture all of them, and it always voids all of them.
Where a group is charged at once, it is asked for all of them.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction as database_transaction
from saleor.core.prices import quantize_price
from saleor.core.transactions import transaction_with_commit_on_errors
from saleor.order.actions import order_charged, order_voided
from saleor.order.fetch import fetch_order_info
from saleor.order.models import Order
from saleor.order.utils import updates_amounts_for_order
from saleor.payment import ChargeStatus, PaymentError, TransactionKind, gateway
from saleor.payment.models import Payment, Transaction
from saleor.payment.utils import gateway_postprocess

from .apportion import apportion, draw_down
from .legacy_bounds import (
    NOTHING_AUTHORIZED,
    Parts,
    get_order,
    is_authorized,
    is_live,
    lock_parts,
)
from .money import to_decimal, to_minor

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.plugins.manager import PluginsManager


def capture_together(
    payment: Payment,
    manager: "PluginsManager",
    channel_slug: str,
    *,
    user: "User | None" = None,
    app: "App | None" = None,
    amount: Decimal | None = None,
) -> list[tuple[Order, Decimal]]:
    """Capture the parts of all live orders with one request, as a group is charged.

    Call it without a lock on the orders: they are locked after their payments.

    :param payment: any of the parts.
    :param amount: at most what is authorized on them, which is the default.
    :return: the orders, and what was captured for each.
    :raises PaymentError: the amount is not authorized, or the gateway declined.
    """
    with transaction_with_commit_on_errors():
        locked = lock_parts(payment)
        parts = [
            part
            for part in (locked.own, *locked.siblings)
            if is_live(part) and is_authorized(part)
        ]
        if not parts:
            raise PaymentError(NOTHING_AUTHORIZED)
        # Of any amount the largest part has something.
        parts.sort(key=lambda part: (-part.total, part.pk))
        whole = sum((part.total for part in parts), Decimal(0))
        transaction = _capture_whole(
            parts[0], whole, whole if amount is None else amount, manager, channel_slug
        )
        if transaction.kind != TransactionKind.CAPTURE:
            return []
        currency = transaction.currency
        captured = to_minor(quantize_price(transaction.amount, currency), currency)
        needs = [to_minor(part.total, currency) for part in parts]
        pieces = draw_down(captured, needs, needs)
        amounts = [to_decimal(piece, currency) for piece in pieces]
        _spread_capture(transaction, parts, amounts)
        captures = [
            (part, piece) for part, piece in zip(parts, amounts, strict=True) if piece
        ]
        for part, piece in captures:
            _announce_capture(part, piece, manager, user, app)
    return [(get_order(part), piece) for part, piece in captures]


def _capture_whole(
    part: Payment,
    whole: Decimal,
    amount: Decimal,
    manager: "PluginsManager",
    channel_slug: str,
) -> Transaction:
    """Let Saleor capture an amount up to the whole in the name of one part."""
    row = Payment.objects.filter(pk=part.pk)
    # Saleor captures no more than the total of the payment that it is given. Nobody
    # else sees this one: it is another again when the transaction ends.
    row.update(total=whole)
    try:
        # What is refused for a part alone is asked for all of them here.
        capture = gateway.capture.__wrapped__  # type: ignore[attr-defined]
        return capture(part, manager, channel_slug, amount=amount)
    finally:
        row.update(total=part.total)


def carry_capture(
    transaction: Transaction, parts: Parts, manager: "PluginsManager"
) -> None:
    """Give the siblings what a provider captured of their parts when asked for one.

    What exceeds all parts stays where it was asked for, as Saleor has it.
    """
    own = parts.own
    own.refresh_from_db()
    excess = own.captured_amount - own.total
    if transaction.kind != TransactionKind.CAPTURE or excess <= 0:
        return
    currency = own.currency
    siblings = parts.authorized_siblings
    needs = [to_minor(sibling.total, currency) for sibling in siblings]
    carried = min(to_minor(quantize_price(excess, currency), currency), sum(needs))
    if not carried:
        return
    amounts = [to_decimal(piece, currency) for piece in apportion(carried, needs)]
    kept = transaction.amount - to_decimal(carried, currency)
    _spread_capture(transaction, [own, *siblings], [kept, *amounts])
    for sibling, amount in zip(siblings, amounts, strict=True):
        if amount:
            _announce_capture(sibling, amount, manager)


def carry_void(
    transaction: Transaction, parts: Parts, manager: "PluginsManager"
) -> None:
    """Void what canceled siblings still had authorized: the provider has given it up."""
    if transaction.kind != TransactionKind.VOID:
        return
    for sibling in parts.authorized_siblings:
        _record(transaction, sibling, sibling.get_authorized_amount().amount)
        order_voided(get_order(sibling), None, None, sibling, manager)


def _spread_capture(
    transaction: Transaction, parts: Sequence[Payment], amounts: Sequence[Decimal]
) -> None:
    """Leave the first part its amount of a capture, and record the siblings' theirs."""
    first = parts[0]
    first.refresh_from_db()
    first.captured_amount += amounts[0] - transaction.amount
    is_charged = first.get_charge_amount() <= 0
    first.charge_status = (
        ChargeStatus.FULLY_CHARGED if is_charged else ChargeStatus.PARTIALLY_CHARGED
    )
    first.save(update_fields=["captured_amount", "charge_status", "modified_at"])
    transaction.amount = amounts[0]
    transaction.save(update_fields=["amount"])
    updates_amounts_for_order(get_order(first))
    for part, amount in zip(parts[1:], amounts[1:], strict=True):
        if amount:
            _record(transaction, part, amount)


def _record(transaction: Transaction, part: Payment, amount: Decimal) -> None:
    """Record what the provider did to a part that it was not asked about."""
    row = Transaction.objects.create(
        payment=part,
        kind=transaction.kind,
        token=transaction.token,
        is_success=True,
        amount=amount,
        currency=part.currency,
        customer_id=transaction.customer_id,
        gateway_response=transaction.gateway_response,
    )
    gateway_postprocess(row, part)


def _announce_capture(
    part: Payment,
    amount: Decimal,
    manager: "PluginsManager",
    user: "User | None" = None,
    app: "App | None" = None,
) -> None:
    """Fire once the transaction commits what Saleor fires when an order is captured."""
    order_info = fetch_order_info(get_order(part))

    def announce() -> None:
        order_charged(
            order_info, user, app, amount, part, manager, gateway=part.gateway
        )

    database_transaction.on_commit(announce)
